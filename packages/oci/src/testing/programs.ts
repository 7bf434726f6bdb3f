// The real programs that tests run against, and why one may be missing.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A reason to skip a test, or false. */
export type MissingReason = string | false;

/** The registry of the distribution project, from Debian's package docker-registry. */
export function registryIsMissing(): MissingReason {
  return isRunnable('docker-registry', ['--version'])
    ? false
    : 'docker-registry is not installed (Debian: docker-registry)';
}

/** The real helm, built by tools/go/build.sh. */
export const helmProgram: string = join(homedir(), '.cache/evenkeel/tools/bin/helm');

/** Whether the real helm is there. */
export function helmIsMissing(): MissingReason {
  return existsSync(helmProgram) ? false : 'the real helm is not built (tools/go/build.sh)';
}

/** Whether certificates can be made. */
export function opensslIsMissing(): MissingReason {
  return isRunnable('openssl', ['version']) ? false : 'openssl is not installed';
}

function isRunnable(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
