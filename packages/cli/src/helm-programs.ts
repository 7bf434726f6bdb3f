// Programs run beside us: gpg for signatures, the user's post-renderer.

import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { SignatureVerifier } from '@evenkeel/helm';
import { gpgVerifier } from '@evenkeel/source';
import type { HelmSettings } from './helm-settings.ts';
import type { Io } from './io.ts';

/** A verifier over the keyring that --keyring names, or gpg's own. Throws an Error where it cannot be read. */
export function keyringVerifier(settings: HelmSettings, io: Io): SignatureVerifier {
  const { cwd: directory, environment, signal } = io;
  return gpgVerifier({ keyring: keyringFile(settings, io), directory, environment, signal });
}

function keyringFile(settings: HelmSettings, io: Io): string {
  const named = settings.text('keyring');
  if (named !== '') return named;
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
