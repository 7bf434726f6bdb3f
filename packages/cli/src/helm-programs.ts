// Programs run beside us: gpg for signatures, credential helpers for registries, the user's post-renderer.

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { SignatureVerifier } from '@evenkeel/helm';
import type { HelmSettings } from './helm-settings.ts';
import type { Io } from './io.ts';

const run = promisify(execFile);

/** What a docker-credential-… program knows of a server; undefined where it knows nothing. */
export function askCredentialHelper(
  helper: string,
  server: string,
  io: Io,
): { readonly username: string; readonly password: string } | undefined {
  if (!/^[A-Za-z0-9._-]+$/.test(helper)) return undefined;
  try {
    const text = execFileSync(`docker-credential-${helper}`, ['get'], {
      input: server,
      env: { ...io.environment },
      stdio: ['pipe', 'pipe', 'ignore'],
      encoding: 'utf8',
    });
    const { Username, Secret } = JSON.parse(text) as { readonly Username?: string; readonly Secret?: string };
    return Username === undefined || Secret === undefined ? undefined : { username: Username, password: Secret };
  } catch {
    // A helper that is not installed, or has nothing stored, leaves the registry to anonymous access.
    return undefined;
  }
}

/**
 * Verifies with the gpg program against one keyring file, which is all that is trusted: no key of the user's own keyring,
 * no key server. Throws an Error where the keyring or gpg is missing.
 */
export function gpgVerifier(settings: HelmSettings, io: Io): SignatureVerifier {
  const keyring = keyringFile(settings, io);
  if (!existsSync(keyring)) throw new Error(`failed to load keyring: open ${keyring}: no such file or directory`);
  return async (signed, armoredSignature) => {
    const directory = mkdtempSync(join(tmpdir(), 'evenkeel-gpg-'));
    try {
      const [text, signature] = [join(directory, 'signed'), join(directory, 'signature.asc')];
      writeFileSync(text, signed);
      writeFileSync(signature, armoredSignature);
      // Helm's signatures are over text with CRLF line ends, which is what `signed` is.
      const { stdout } = await gpg(directory, keyring, ['--status-fd', '1', '--verify', signature, text], io);
      const good = /^\[GNUPG:\] GOODSIG [0-9A-F]+ (.*)$/m.exec(stdout)?.[1];
      if (good === undefined) throw new Error('openpgp: invalid signature');
      return { signedBy: good };
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };
}

/** gpg reads keyrings of the old and the new format, and not exported keys: those are imported into a new one. */
async function gpg(
  home: string,
  keyring: string,
  args: readonly string[],
  io: Io,
): Promise<{ readonly stdout: string }> {
  const options = { env: { ...io.environment, GNUPGHOME: home, LC_ALL: 'C' }, signal: io.signal };
  const quiet = ['--homedir', home, '--batch', '--no-tty', '--no-autostart', '--trust-model', 'always'];
  try {
    if (keyring.endsWith('.kbx')) {
      return await run('gpg', [...quiet, '--no-default-keyring', '--keyring', keyring, ...args], options);
    }
    await run('gpg', [...quiet, '--import', keyring], options);
    return await run('gpg', [...quiet, ...args], options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new Error('provenance cannot be verified: the program "gpg" is not installed');
    const status = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    if (status.includes('NO_PUBKEY') || status.includes('ERRSIG')) {
      throw new Error('openpgp: signature made by unknown entity', { cause: error });
    }
    throw new Error('openpgp: invalid signature', { cause: error });
  }
}

function keyringFile(settings: HelmSettings, io: Io): string {
  const named = settings.text('keyring');
  if (named !== '') return resolve(io.cwd, named);
  const home = io.environment['GNUPGHOME'] ?? join(io.homeDirectory, '.gnupg');
  const legacy = join(home, 'pubring.gpg');
  const box = join(home, 'pubring.kbx');
  return !existsSync(legacy) && existsSync(box) ? box : legacy;
}

/** The program of Helm 3's --post-renderer, found as exec.LookPath finds it; undefined where there is none. */
export function postRenderer(
  name: string,
  args: readonly string[],
  io: Io,
): ((manifests: string) => string) | undefined {
  const program = findProgram(name, io);
  if (program === undefined) return undefined;
  return (manifests) => {
    const ran = spawnSync(program, [...args], {
      input: manifests,
      cwd: io.cwd,
      env: { ...io.environment },
      encoding: 'utf8',
      maxBuffer: OUTPUT_BYTES_MAX,
    });
    // A program may end without reading what it is given; only how it ended counts.
    const isBroken = ran.error !== undefined && !('code' in ran.error && ran.error.code === 'EPIPE');
    if (isBroken || ran.status !== 0) {
      const ended = ran.signal === null ? `exit status ${ran.status}` : `signal: ${ran.signal}`;
      const reason = isBroken ? ran.error?.message : ended;
      throw new Error(`error while running command ${program}. error output:\n${ran.stderr ?? ''}: ${reason}`);
    }
    if (ran.stdout.trim() === '') throw new Error(`post-renderer "${program}" produced empty output`);
    return ran.stdout;
  };
}

/** Post-rendered manifests are held in memory; this is more than any cluster takes. */
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

function findProgram(name: string, io: Io): string | undefined {
  const isProgram = (path: string): boolean => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found !== undefined && found.isFile() && (found.mode & 0o111) !== 0;
  };
  if (name.includes('/')) {
    const place = resolve(io.cwd, name);
    return isProgram(place) ? place : undefined;
  }
  const directories = (io.environment['PATH'] ?? '').split(delimiter).filter((directory) => directory.startsWith('/'));
  return directories.map((directory) => join(directory, name)).find(isProgram);
}
