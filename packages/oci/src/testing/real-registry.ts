// A real registry in a process of its own: the distribution project's, which Debian packages as docker-registry.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IssuedCertificate } from './authority.ts';

/** How it is reached. */
export interface RealRegistryOptions {
  /** Only the user "me" with the password "secret" may read and write. */
  readonly login?: boolean;
  readonly tls?: IssuedCertificate;
  /** Clients need a certificate of this authority. */
  readonly clientCa?: string;
}

/** A running registry. */
export interface RealRegistry extends AsyncDisposable {
  /** "127.0.0.1:PORT" */
  readonly host: string;
  /** "oci://127.0.0.1:PORT" */
  readonly url: string;
}

// bcrypt of "secret": the only hash that the registry takes.
const passwords = 'me:$2b$04$MIMH8.P78alCuCBIN5hiL.N.K1hdj58eZ5TokXQJgaUn8SQTOUeBG\n';

/** Starts an empty registry on a free port. */
export async function startRealRegistry(options: RealRegistryOptions = {}): Promise<RealRegistry> {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-registry-'));
  const file = (name: string, content: string): string => {
    writeFileSync(join(directory, name), content, { mode: 0o600 });
    return join(directory, name);
  };
  const config = {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, 'data') } },
    http: {
      addr: '127.0.0.1:0',
      ...(options.tls === undefined ? {} : { tls: tlsConfig(options.tls, options.clientCa, file) }),
    },
    ...(options.login === true ? { auth: { htpasswd: { realm: 'test', path: file('htpasswd', passwords) } } } : {}),
  };
  const child = spawn('docker-registry', ['serve', file('config.yml', JSON.stringify(config))], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/bin:/bin', OTEL_TRACES_EXPORTER: 'none' },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const host = await listening(child);
    return { host, url: `oci://${host}`, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function tlsConfig(
  tls: IssuedCertificate,
  clientCa: string | undefined,
  file: (name: string, content: string) => string,
): object {
  const clientcas = clientCa === undefined ? {} : { clientcas: [file('clients.crt', clientCa)] };
  return { certificate: file('tls.crt', tls.cert), key: file('tls.key', tls.key), ...clientcas };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const host = /listening on (127\.0\.0\.1:\d+)/.exec(log)?.[1];
      if (host !== undefined) resolve(host);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`docker-registry ended before it listened:\n${log}`)));
  });
}
