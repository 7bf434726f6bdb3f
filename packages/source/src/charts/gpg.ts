// OpenPGP signatures by the gpg program, against one keyring file, which is all that is trusted: no key of the user's own
// keyring, no key server. Mirrors what helm:pkg/provenance/sign.go (v4.3.0) takes and refuses.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SignatureVerifier } from '@evenkeel/helm';

const run = promisify(execFile);

/** Whose signatures count, and how gpg runs. */
export interface GpgOptions {
  /** Keys: exported, armored or not, an old keyring, or a keybox. */
  readonly keyring: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** A verifier over one keyring. Throws an Error where the keyring is missing; verifying rejects where gpg is. */
export function gpgVerifier(options: GpgOptions): SignatureVerifier {
  const { keyring } = options;
  if (!existsSync(keyring)) throw new Error(`failed to load keyring: open ${keyring}: no such file or directory`);
  return async (signed, armoredSignature) => {
    const home = mkdtempSync(join(tmpdir(), 'evenkeel-gpg-'));
    try {
      const [text, signature] = [join(home, 'signed'), join(home, 'signature.asc')];
      writeFileSync(text, signed);
      writeFileSync(signature, armoredSignature);
      // Helm's signatures are over text with CRLF line ends, which is what `signed` is.
      const { stdout } = await gpg(home, ['--status-fd', '1', '--verify', signature, text], options);
      const good = /^\[GNUPG:\] GOODSIG [0-9A-F]+ (.*)$/m.exec(stdout)?.[1];
      if (good === undefined) throw new Error('openpgp: invalid signature');
      return { signedBy: good };
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  };
}

/** gpg reads keyrings of the old and the new format, and not exported keys: those are imported into a new one. */
async function gpg(
  home: string,
  args: readonly string[],
  { keyring, environment, signal }: GpgOptions,
): Promise<{ readonly stdout: string }> {
  const options = {
    env: { ...environment, GNUPGHOME: home, LC_ALL: 'C' },
    ...(signal === undefined ? {} : { signal }),
  };
  const quiet = ['--homedir', home, '--batch', '--no-tty', '--no-autostart', '--trust-model', 'always'];
  try {
    if (keyring.endsWith('.kbx')) {
      return await run('gpg', [...quiet, '--no-default-keyring', '--keyring', keyring, ...args], options);
    }
    await run('gpg', [...quiet, '--import', keyring], options);
    return await run('gpg', [...quiet, ...args], options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') {
      throw new Error('provenance cannot be verified: the program "gpg" is not installed', { cause: error });
    }
    const status = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    if (status.includes('NO_PUBKEY') || status.includes('ERRSIG')) {
      throw new Error('openpgp: signature made by unknown entity', { cause: error });
    }
    throw new Error('openpgp: invalid signature', { cause: error });
  }
}
