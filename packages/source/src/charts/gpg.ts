// OpenPGP signatures by the gpg program, against one keyring file, which is all that is trusted: no key of the user's own
// keyring, no key server. Mirrors what helm:pkg/provenance/sign.go (v4.3.0) takes and refuses, in its words.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SignatureVerifier } from '@evenkeel/helm';

/** Whose signatures count, and how gpg runs. */
export interface GpgOptions {
  /** A file of keys: exported, armored or not, an old keyring, or a keybox. Messages name it as it stands here. */
  readonly keyring: string;
  /** What a relative name starts from. */
  readonly directory?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** A verifier over one keyring. Throws an Error where the keyring cannot be read; verifying rejects where gpg is missing. */
export function gpgVerifier(options: GpgOptions): SignatureVerifier {
  const keys = readKeyring(options);
  return async (signed, armoredSignature) => {
    const home = mkdtempSync(join(tmpdir(), 'evenkeel-gpg-'));
    try {
      const [text, signature] = [join(home, 'signed'), join(home, 'signature.asc')];
      // Helm's signatures are over text with CRLF line ends, which is what `signed` is.
      writeFileSync(text, signed);
      writeFileSync(signature, armoredSignature);
      const algorithm = signatureAlgorithm(armoredSignature);
      const keyring = await placeKeyring(keys, home, options);
      const { status } = await gpg(home, [...keyring, '--status-fd', '1', '--verify', signature, text], options);
      return { signedBy: verdict(status, algorithm) };
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  };
}

function readKeyring({ keyring, directory = '.' }: GpgOptions): Uint8Array {
  let keys: Buffer;
  try {
    keys = readFileSync(resolve(directory, keyring));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason =
      code === 'EISDIR' ? `read ${keyring}: is a directory` : `open ${keyring}: ${openFailure(String(code ?? error))}`;
    throw new Error(`failed to load keyring: ${reason}`, { cause: error });
  }
  const [first = 0x80] = keys;
  if (!isKeybox(keys) && !isArmored(keys) && (first & 0x80) === 0) {
    throw new Error('failed to load keyring: openpgp: invalid data: tag byte does not have MSB set');
  }
  if (isArmored(keys) && !/^-----END PGP (?:PUBLIC|PRIVATE) KEY BLOCK-----/m.test(keys.toString('latin1'))) {
    throw new Error(`failed to load keyring: reading armored keyring ${keyring}: no keys found`);
  }
  return keys;
}

function openFailure(code: string): string {
  return code === 'EACCES' ? 'permission denied' : 'no such file or directory';
}

function isKeybox(keys: Buffer): boolean {
  return keys.length >= 12 && keys[4] === 1 && keys.toString('latin1', 8, 12) === 'KBXf';
}

function isArmored(keys: Buffer): boolean {
  return keys.toString('latin1', 0, 256).trimStart().startsWith('-----BEGIN PGP');
}

/** The arguments that make gpg use these keys alone. Exported keys are no keyring: they are imported into a new one. */
async function placeKeyring(keys: Uint8Array, home: string, options: GpgOptions): Promise<readonly string[]> {
  const file = join(home, 'keys');
  writeFileSync(file, keys);
  if (isKeybox(Buffer.from(keys))) return ['--no-default-keyring', '--keyring', file];
  // Of secret keys the public part is imported and the rest refused, for there is no agent: that is all we need.
  await gpg(home, ['--import', file], options);
  return [];
}

/** Who signed, by gpg's status lines. Throws an Error in the words of Helm's OpenPGP library. */
function verdict(status: string, algorithm: string): string {
  const has = (word: string): boolean => new RegExp(`^\\[GNUPG:\\] ${word} `, 'm').test(status);
  const good = /^\[GNUPG:\] GOODSIG [0-9A-F]+ (.*)$/m.exec(status)?.[1];
  if (good !== undefined) return good;
  if (has('EXPKEYSIG')) throw new Error('openpgp: key expired');
  if (has('REVKEYSIG')) throw new Error('openpgp: signature made by revoked key');
  if (has('EXPSIG')) throw new Error('openpgp: signature expired');
  if (has('NO_PUBKEY') || has('ERRSIG')) throw new Error('openpgp: signature made by unknown entity');
  throw new Error(`openpgp: invalid signature${algorithm === '' ? '' : `: ${algorithm} verification failure`}`);
}

/** Names of public-key algorithms (RFC 9580, 9.1). */
const algorithms: Readonly<Record<number, string>> = { 1: 'RSA', 3: 'RSA', 17: 'DSA', 19: 'ECDSA', 22: 'EdDSA' };

/** The algorithm that a signature names, or ''. Throws an Error where the armor holds no base64. */
function signatureAlgorithm(armored: string): string {
  const lines = armored.split('\n');
  const blank = lines.indexOf('');
  const body = lines.slice(blank + 1).filter((line) => line !== '' && !/^[=-]/.test(line));
  for (const line of body) {
    const illegal = line.search(/[^A-Za-z0-9+/=]/);
    if (illegal >= 0) throw new Error(`illegal base64 data at input byte ${illegal}`);
  }
  const packet = Buffer.from(body.join(''), 'base64');
  const [tag = 0, length = 0] = packet;
  // The header of a packet is two to six bytes; then come version, type and algorithm.
  const newHeader = length < 192 ? 2 : length < 224 ? 3 : 6;
  const header = (tag & 0x40) === 0 ? 1 + 2 ** (tag & 3) : newHeader;
  return algorithms[packet[header + 2] ?? 0] ?? '';
}

function gpg(
  home: string,
  args: readonly string[],
  { environment, signal }: GpgOptions,
): Promise<{ readonly status: string }> {
  const env = { ...environment, GNUPGHOME: home, LC_ALL: 'C' };
  const quiet = ['--homedir', home, '--batch', '--no-tty', '--no-autostart', '--trust-model', 'always'];
  return new Promise((done, reject) => {
    execFile('gpg', [...quiet, ...args], { env, ...(signal === undefined ? {} : { signal }) }, (error, stdout) => {
      if (error?.code === 'ENOENT') {
        reject(new Error('provenance cannot be verified: the program "gpg" is not installed'));
      } else if (signal?.aborted === true) {
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      } else {
        done({ status: stdout });
      }
    });
  });
}
