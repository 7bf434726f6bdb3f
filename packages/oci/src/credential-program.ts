// The helper programs that docker's configuration names: `docker-credential-NAME get`, a server on standard input, a name
// and a secret on standard output. Mirrors docker/docker-credential-helpers:client (v0.9).

import { execFile } from 'node:child_process';
import type { Credentials } from './access.ts';
import { type DockerConfig, serverName } from './docker-config.ts';
import { RemoteError } from './remote-error.ts';

/** How helper programs run. */
export interface HelperOptions {
  /** PATH among them: that is where the programs are looked for. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 30_000;

/**
 * The credentials of a registry: of its helper program where the configuration names one, else of the file itself.
 * Rejects with RemoteError where a helper that is named does not answer; that it knows nothing is an answer.
 */
export async function findCredentials(
  config: DockerConfig,
  registry: string,
  options: HelperOptions,
): Promise<Credentials | undefined> {
  const helper = config.helper(registry);
  const told = helper === undefined ? undefined : await askHelper(helper, serverName(registry), options);
  return told ?? config.login(registry);
}

async function askHelper(helper: string, server: string, options: HelperOptions): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`;
  if (!/^[A-Za-z0-9._-]+$/.test(helper)) {
    throw new RemoteError('unsupported', `${JSON.stringify(program)} is no name of a credential helper`);
  }
  const { stdout, failure } = await run(program, server, options);
  // What the protocol says where a server is unknown, which is no failure.
  if (failure !== undefined && stdout.trim() === 'credentials not found in native keychain') return undefined;
  if (failure !== undefined) {
    throw new RemoteError('unauthorized', `the credential helper ${program} failed for ${server}: ${failure}`);
  }
  const told = readAnswer(stdout);
  if (told === undefined) {
    throw new RemoteError('protocol', `the credential helper ${program} gave an answer that cannot be read`);
  }
  if (told.username === '' && told.password === '') return undefined;
  // By the protocol this name says that the secret is a token to be exchanged.
  return told.username === '<token>' ? { identityToken: told.password } : told;
}

function run(
  program: string,
  server: string,
  { environment, signal }: HelperOptions,
): Promise<{ readonly stdout: string; readonly failure: string | undefined }> {
  return new Promise((resolve, reject) => {
    const options = {
      env: { ...environment },
      timeout: TIMEOUT_MS,
      ...(signal === undefined ? {} : { signal }),
    };
    const child = execFile(program, ['get'], options, (error, stdout) => {
      if (signal?.aborted === true) reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      else resolve({ stdout, failure: error === null ? undefined : describe(error) });
    });
    // A program that ends without reading is judged by how it ended.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(server);
  });
}

function describe(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'it is not installed';
  return typeof code === 'number' ? `exit status ${code}` : 'it did not end in time';
}

function readAnswer(text: string): { readonly username: string; readonly password: string } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { Username, Secret } = value as { readonly Username?: unknown; readonly Secret?: unknown };
    return typeof Username === 'string' && typeof Secret === 'string'
      ? { username: Username, password: Secret }
      : undefined;
  } catch {
    return undefined;
  }
}
