// Credentials for a remote, turned into what the git command takes, without any of them reaching an argument list, a
// prompt, or a world-readable file.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError } from './errors.ts';
import type { GitLogin } from './logins/login.ts';
import { type SshRelay, isReachedDirectly, startSshRelay } from './ssh-relay.ts';
import { type RepositoryUrl, parseRepositoryUrl } from './url.ts';

/** How to speak to a remote. Everything is optional; an anonymous public repository needs none of it. */
export interface GitAuth {
  readonly basic?: { readonly username: string; readonly password: string };
  readonly bearer?: string;
  /** Credentials that expire and are made anew: of a GitHub App, a service account. They win over `basic` and `bearer`. */
  readonly login?: GitLogin;
  readonly ssh?: {
    /** OpenSSH or PEM. Without one only what the server lets anybody read can be read. */
    readonly privateKey?: string;
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
  /** An http, https or socks5 proxy URL; for SSH remotes http and socks5. */
  readonly proxy?: string;
  /** Hosts and domains that are reached without the proxy, with commas between them. */
  readonly noProxy?: string;
}

/** A remote ready to be used: `url` holds no secret; `environment` and `config` do and go to the child only. */
export interface PreparedRemote extends AsyncDisposable {
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly config: readonly (readonly [string, string])[];
  /** Whether anything is sent that says who asks. */
  readonly hasCredentials: boolean;
  /** Configuration of the credentials that hold now. */
  readonly login: (signal?: AbortSignal) => Promise<readonly (readonly [string, string])[]>;
  /** Says that the credentials were refused. True where there may be others next time. */
  readonly refuse: () => boolean;
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
  /** Something else that ends with the files. */
  use(resource: AsyncDisposable): void;
  remove(): Promise<void>;
}

const noLogin: Pick<PreparedRemote, 'login' | 'refuse'> = { login: () => Promise.resolve([]), refuse: () => false };

async function prepareHttp(url: string, parsed: RepositoryUrl, auth: GitAuth, files: SecretFiles): Promise<Prepared> {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  const own = auth.basic ?? (parsed.user === '' ? undefined : { username: parsed.user, password: parsed.password });
  const fixed = auth.bearer === undefined ? own : { bearer: auth.bearer };
  const { tls, proxy, login } = auth;
  const config: [string, string][] = [];
  if (tls?.ca !== undefined) config.push(['http.sslCAInfo', await files.write('ca.pem', tls.ca)]);
  if (tls?.clientCertificate !== undefined) {
    config.push(['http.sslCert', await files.write('client.pem', tls.clientCertificate)]);
  }
  if (tls?.clientKey !== undefined) config.push(['http.sslKey', await files.write('client.key', tls.clientKey)]);
  if (tls?.insecureSkipVerify === true) config.push(['http.sslVerify', 'false']);
  if (proxy !== undefined) config.push(['http.proxy', proxy]);
  const none = proxy === undefined ? undefined : auth.noProxy;
  const shared = {
    url: bare.href,
    environment: none === undefined ? {} : { no_proxy: none, NO_PROXY: none },
    hasCredentials: login !== undefined || fixed !== undefined || tls?.clientCertificate !== undefined,
  };
  if (login) {
    const current = async (signal?: AbortSignal): Promise<readonly (readonly [string, string])[]> =>
      headerConfig(await login.current(signal));
    const refuse = (): boolean => {
      login.outdate();
      return true;
    };
    return { ...shared, config, login: current, refuse };
  }
  return { ...shared, ...noLogin, config: [...config, ...(fixed ? headerConfig(fixed) : [])] };
}

/** The header is sent with the first request; a refusal is not asked about again, and it goes to no other host. */
function headerConfig(
  credentials: { readonly username: string; readonly password: string } | { readonly bearer: string },
): readonly (readonly [string, string])[] {
  const header =
    'bearer' in credentials
      ? `Authorization: Bearer ${credentials.bearer}`
      : `Authorization: Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  if (/[\r\n]/.test(header)) throw new GitError('invalid-argument', 'credentials must not contain line breaks');
  return [
    ['http.extraHeader', header],
    // Git would send the header on to wherever a redirect leads.
    ['http.followRedirects', 'false'],
  ];
}

async function prepareOther(url: string, parsed: RepositoryUrl, auth: GitAuth, files: SecretFiles): Promise<Prepared> {
  const isSsh = parsed.protocol === 'ssh:' || parsed.protocol === 'git+ssh:';
  if (!isSsh) return { ...noLogin, url, environment: {}, config: [], hasCredentials: false };
  if (parsed.password !== '') throw new GitError('invalid-argument', 'an SSH URL cannot carry a password; use a key');
  const { ssh, proxy, noProxy = '' } = auth;
  const environment: Record<string, string> = {};
  const options = ['-F', '/dev/null', '-o', 'IdentitiesOnly=yes', '-o', 'PasswordAuthentication=no'];
  options.push('-o', 'ConnectTimeout=20', '-o', 'ServerAliveInterval=15', '-o', 'GlobalKnownHostsFile=/dev/null');
  const knownHosts = await files.write('known_hosts', `${ssh?.knownHosts ?? ''}\n`);
  options.push('-o', `UserKnownHostsFile=${knownHosts}`);
  options.push('-o', `StrictHostKeyChecking=${ssh?.insecureIgnoreHostKey === true ? 'no' : 'yes'}`);
  if (proxy !== undefined && !isReachedDirectly(parsed.host, noProxy)) {
    options.push(...relayOptions(parsed, await relay(parsed, proxy, files)));
  }
  if (ssh?.privateKey !== undefined) {
    const key = await files.write('identity', `${ssh.privateKey.replace(/\r\n/g, '\n').trimEnd()}\n`);
    options.push('-i', key, '-o', 'IdentityAgent=none');
  }
  if (ssh?.passphrase === undefined) options.push('-o', 'BatchMode=yes');
  else {
    // ssh asks a program for the passphrase; the program prints what only its environment holds.
    const script = '#!/bin/sh\nprintf \'%s\\n\' "$EVENKEEL_SSH_PASSPHRASE"\n';
    environment['SSH_ASKPASS'] = await files.write('askpass', script, 0o700);
    environment['SSH_ASKPASS_REQUIRE'] = 'force';
    environment['EVENKEEL_SSH_PASSPHRASE'] = ssh.passphrase;
    options.push('-o', 'NumberOfPasswordPrompts=1');
  }
  environment['GIT_SSH_COMMAND'] = ['ssh', ...options.map(shellQuote)].join(' ');
  environment['GIT_SSH_VARIANT'] = 'ssh';
  return { ...noLogin, url, environment, config: [], hasCredentials: ssh?.privateKey !== undefined };
}

async function relay({ host, port }: RepositoryUrl, proxy: string, files: SecretFiles): Promise<SshRelay> {
  const started = await startSshRelay({ proxy, host: unbracketed(host), port: port === '' ? 22 : Number(port) });
  files.use(started);
  return started;
}

/** Leads ssh to the relay; the host key is still looked up under the name and port of the URL. */
function relayOptions({ host, port }: RepositoryUrl, { port: relayPort }: SshRelay): readonly string[] {
  const alias = port === '' || port === '22' ? unbracketed(host) : `[${unbracketed(host)}]:${port}`;
  return ['-o', 'HostName=127.0.0.1', '-o', `Port=${relayPort}`, '-o', `HostKeyAlias=${alias}`];
}

function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function createSecretFiles(privateDirectory: string): SecretFiles {
  let made: Promise<string> | undefined;
  const resources = new AsyncDisposableStack();
  return {
    use: (resource) => void resources.use(resource),
    async write(name, content, mode = 0o600) {
      made ??= mkdtemp(join(privateDirectory, 'remote-'));
      const path = join(await made, name);
      await writeFile(path, content, { mode });
      return path;
    },
    async remove() {
      await resources.disposeAsync();
      if (made) await rm(await made, { recursive: true, force: true });
    },
  };
}

/** One word for a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
