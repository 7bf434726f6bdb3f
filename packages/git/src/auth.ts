// Credentials for a remote, turned into what the git command takes, without any of them reaching an argument list, a
// prompt, or a world-readable file.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError } from './errors.ts';
import { type RepositoryUrl, parseRepositoryUrl } from './url.ts';

/** How to speak to a remote. Everything is optional; an anonymous public repository needs none of it. */
export interface GitAuth {
  readonly basic?: { readonly username: string; readonly password: string };
  readonly bearer?: string;
  readonly ssh?: {
    readonly privateKey: string;
    readonly passphrase?: string;
    /** Lines of a known_hosts file. Without them, only `insecureIgnoreHostKey` lets a connection through. */
    readonly knownHosts?: string;
    readonly insecureIgnoreHostKey?: boolean;
  };
  readonly tls?: {
    /** PEM certificates trusted for this remote, instead of the system's. */
    readonly ca?: string;
    readonly clientCertificate?: string;
    readonly clientKey?: string;
    readonly insecureSkipVerify?: boolean;
  };
  /** An http, https or socks5 proxy URL; used for HTTP remotes. */
  readonly proxy?: string;
}

/** A remote ready to be used: `url` holds no secret; `environment` and `config` do and go to the child only. */
export interface PreparedRemote extends AsyncDisposable {
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly config: readonly (readonly [string, string])[];
}

/** Writes key and certificate files (0600, in a directory of 0700) and builds the configuration for one remote. */
export async function prepareRemote(url: string, auth: GitAuth, privateDirectory: string): Promise<PreparedRemote> {
  const parsed = parseRepositoryUrl(url);
  const files = createSecretFiles(privateDirectory);
  try {
    const isHttp = parsed.protocol === 'http:' || parsed.protocol === 'https:';
    const prepared = isHttp
      ? await prepareHttp(url, parsed, auth, files)
      : await prepareOther(url, parsed, auth, files);
    return { ...prepared, [Symbol.asyncDispose]: () => files.remove() };
  } catch (error) {
    await files.remove();
    throw error;
  }
}

type Prepared = Omit<PreparedRemote, typeof Symbol.asyncDispose>;

interface SecretFiles {
  write(name: string, content: string, mode?: number): Promise<string>;
  remove(): Promise<void>;
}

async function prepareHttp(url: string, parsed: RepositoryUrl, auth: GitAuth, files: SecretFiles): Promise<Prepared> {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  const basic = auth.basic ?? (parsed.user === '' ? undefined : { username: parsed.user, password: parsed.password });
  const config: [string, string][] = [];
  const header =
    auth.bearer === undefined
      ? basic && `Authorization: Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`
      : `Authorization: Bearer ${auth.bearer}`;
  if (header !== undefined) {
    if (/[\r\n]/.test(header)) throw new GitError('invalid-argument', 'credentials must not contain line breaks');
    config.push(['http.extraHeader', header]);
    // Git would send the header on to wherever a redirect leads.
    config.push(['http.followRedirects', 'false']);
  }
  const { tls } = auth;
  if (tls?.ca !== undefined) config.push(['http.sslCAInfo', await files.write('ca.pem', tls.ca)]);
  if (tls?.clientCertificate !== undefined) {
    config.push(['http.sslCert', await files.write('client.pem', tls.clientCertificate)]);
  }
  if (tls?.clientKey !== undefined) config.push(['http.sslKey', await files.write('client.key', tls.clientKey)]);
  if (tls?.insecureSkipVerify === true) config.push(['http.sslVerify', 'false']);
  if (auth.proxy !== undefined) config.push(['http.proxy', auth.proxy]);
  return { url: bare.href, environment: {}, config };
}

async function prepareOther(url: string, parsed: RepositoryUrl, auth: GitAuth, files: SecretFiles): Promise<Prepared> {
  const isSsh = parsed.protocol === 'ssh:' || parsed.protocol === 'git+ssh:';
  if (!isSsh) return { url, environment: {}, config: [] };
  if (auth.proxy !== undefined) throw new GitError('invalid-argument', 'a proxy is not supported for SSH remotes');
  if (parsed.password !== '') throw new GitError('invalid-argument', 'an SSH URL cannot carry a password; use a key');
  const environment: Record<string, string> = {};
  const options = ['-F', '/dev/null', '-o', 'IdentitiesOnly=yes', '-o', 'PasswordAuthentication=no'];
  options.push('-o', 'ConnectTimeout=20', '-o', 'ServerAliveInterval=15', '-o', 'GlobalKnownHostsFile=/dev/null');
  const knownHosts = await files.write('known_hosts', `${auth.ssh?.knownHosts ?? ''}\n`);
  options.push('-o', `UserKnownHostsFile=${knownHosts}`);
  options.push('-o', `StrictHostKeyChecking=${auth.ssh?.insecureIgnoreHostKey === true ? 'no' : 'yes'}`);
  if (auth.ssh) {
    const key = await files.write('identity', `${auth.ssh.privateKey.replace(/\r\n/g, '\n').trimEnd()}\n`);
    options.push('-i', key, '-o', 'IdentityAgent=none');
  }
  if (auth.ssh?.passphrase === undefined) options.push('-o', 'BatchMode=yes');
  else {
    // ssh asks a program for the passphrase; the program prints what only its environment holds.
    const script = '#!/bin/sh\nprintf \'%s\\n\' "$EVENKEEL_SSH_PASSPHRASE"\n';
    environment['SSH_ASKPASS'] = await files.write('askpass', script, 0o700);
    environment['SSH_ASKPASS_REQUIRE'] = 'force';
    environment['EVENKEEL_SSH_PASSPHRASE'] = auth.ssh.passphrase;
    options.push('-o', 'NumberOfPasswordPrompts=1');
  }
  environment['GIT_SSH_COMMAND'] = ['ssh', ...options.map(shellQuote)].join(' ');
  environment['GIT_SSH_VARIANT'] = 'ssh';
  return { url, environment, config: [] };
}

function createSecretFiles(privateDirectory: string): SecretFiles {
  let made: Promise<string> | undefined;
  return {
    async write(name, content, mode = 0o600) {
      made ??= mkdtemp(join(privateDirectory, 'remote-'));
      const path = join(await made, name);
      await writeFile(path, content, { mode });
      return path;
    },
    async remove() {
      if (made) await rm(await made, { recursive: true, force: true });
    },
  };
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
