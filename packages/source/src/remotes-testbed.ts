// For tests of this package only: the hosted repository of a testbed behind real HTTPS and behind a real sshd.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Server, createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Authority } from '@evenkeel/oci/testing';
import type { Testbed } from './testbed.ts';

/** A server with its address and what was asked of it: "GET /demo.git/info/refs basic". */
export interface HttpsRemote extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: string[];
}

/** Serves a handler over TLS, for localhost and 127.0.0.1. With `clientCa` only clients with a certificate of it get in. */
export async function startHttps(
  authority: Authority,
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
  options: { readonly clientCa?: string } = {},
): Promise<HttpsRemote> {
  const requests: string[] = [];
  const { clientCa } = options;
  const server: Server = createHttps(
    {
      ...authority.issue(['127.0.0.1', 'localhost', 'git.corp.example']),
      ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
    },
    (request, response) => {
      const scheme = (request.headers.authorization ?? '').split(' ')[0]?.toLowerCase() ?? '';
      requests.push(`${request.method} ${request.url} ${scheme}`.trim());
      handle(request, response);
    },
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** A running sshd that lets one key in, as the user of this process. */
export interface SshRemote extends AsyncDisposable {
  /** `ssh://user@127.0.0.1:port/path/of/the/repository` */
  url(path: string): string;
  readonly port: number;
  /** Lines of a known_hosts file. */
  readonly knownHosts: string;
  readonly privateKey: string;
}

/** A reason to skip what needs sshd, or false. */
export function sshdIsMissing(): string | false {
  if (!existsSync(sshd)) return 'sshd is not installed (Debian: openssh-server)';
  // Where it is started by root, sshd insists on a directory that its service makes.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  return false;
}

const sshd = '/usr/sbin/sshd';

/**
 * Starts OpenSSH's server on a free port. `type` is the type of the user's key. `lfs` is what git-lfs-authenticate prints.
 */
export async function startSshd(
  bed: Testbed,
  type: 'ed25519' | 'rsa',
  { passphrase = '', lfs }: { readonly passphrase?: string; readonly lfs?: string } = {},
): Promise<SshRemote> {
  const directory = join(bed.directory, `sshd-${type}${passphrase === '' ? '' : '-locked'}`);
  await mkdir(directory);
  const generate = (kind: string, name: string, words: string): void => {
    const size = kind === 'rsa' ? ['-b', '2048'] : [];
    execFileSync('ssh-keygen', ['-q', '-t', kind, ...size, '-N', words, '-f', join(directory, name)]);
  };
  generate('ed25519', 'host', '');
  generate(type, 'user', passphrase);
  const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');
  const forced = lfs === undefined ? '' : `command="sh ${join(directory, 'forced')}" `;
  await writeFile(join(directory, 'forced'), forcedScript(lfs ?? ''));
  await writeFile(join(directory, 'authorized'), `${forced}${await read('user.pub')}`);
  await chmod(join(directory, 'authorized'), 0o600);
  const port = await freePort();
  const settings = [
    `HostKey ${join(directory, 'host')}`,
    `AuthorizedKeysFile ${join(directory, 'authorized')}`,
    `PidFile ${join(directory, 'pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
  ];
  await writeFile(join(directory, 'config'), `${settings.join('\n')}\n`);
  const config = ['-f', join(directory, 'config'), '-o', `ListenAddress=127.0.0.1:${port}`];
  const child = spawn(sshd, ['-D', '-e', ...config], { stdio: 'ignore' });
  await answers(port, child);
  const [kind = '', key = ''] = (await read('host.pub')).split(' ');
  return {
    url: (path) => `ssh://${userInfo().username}@127.0.0.1:${port}${path}`,
    port,
    knownHosts: `[127.0.0.1]:${port} ${kind} ${key}`,
    privateKey: await read('user'),
    async [Symbol.asyncDispose]() {
      child.kill();
      if (child.exitCode === null) await new Promise((done) => child.once('exit', done));
    },
  };
}

function forcedScript(lfs: string): string {
  return `case "$SSH_ORIGINAL_COMMAND" in
*git-lfs-authenticate*) cat <<'END'
${lfs}
END
;;
*) exec sh -c "$SSH_ORIGINAL_COMMAND" ;;
esac
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Waits until the port is open. */
async function answers(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`sshd ended with ${child.exitCode}`);
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false));
      socket.unref();
    });
    if (open) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}
