// Credentials lent to a program that is not ours and calls git by itself: files in a directory of its own, and an environment
// that leads git to them. Only the remote they belong to is answered, whichever URL the program was talked into fetching.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitAuth, prepareRemote, shellQuote } from './auth.ts';
import type { LoginCredentials } from './logins/login.ts';
import { parseRepositoryUrl } from './url.ts';

/** What is lent until it is disposed. */
export interface LentCredentials extends AsyncDisposable {
  /** Variables for the one program. They name files; none of them is a secret, but for a passphrase of an SSH key. */
  readonly environment: Readonly<Record<string, string>>;
  /** What must not be shown, should the program print it. */
  readonly secrets: readonly string[];
}

/**
 * Lends the credentials of one remote: `GIT_ASKPASS` and a global configuration for https, `GIT_SSH_COMMAND` for SSH. The
 * files go to a new directory below `privateDirectory`. Mirrors what a plugin with provideGitCreds is given by
 * argoproj/argo-cd:util/git/creds.go Environ (3.6), which answers to every host. Rejects with GitError.
 */
export async function lendCredentials(
  url: string,
  auth: GitAuth,
  privateDirectory: string,
  signal?: AbortSignal,
): Promise<LentCredentials> {
  const { basic, bearer, login, ...rest } = auth;
  const parsed = parseRepositoryUrl(url);
  const isHttp = parsed.protocol === 'http:' || parsed.protocol === 'https:';
  if (!isHttp) {
    const remote = await prepareRemote(url, rest, privateDirectory);
    const secrets = [rest.ssh?.passphrase, rest.ssh?.privateKey].filter((text) => text !== undefined);
    return { environment: remote.environment, secrets, [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose]() };
  }
  const bare = new URL(url);
  const own = parsed.user === '' ? undefined : { username: parsed.user, password: parsed.password };
  [bare.username, bare.password] = ['', ''];
  const remote = await prepareRemote(bare.href, rest, privateDirectory);
  try {
    const credentials = await (login?.current(signal) ?? (bearer === undefined ? (basic ?? own) : { bearer }));
    const directory = join(privateDirectory, 'lent');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const environment = await lendHttp({ origin: bare.origin, credentials, directory, config: remote.config });
    return {
      environment: { ...remote.environment, ...environment },
      secrets: secretsOf(credentials),
      [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose](),
    };
  } catch (error) {
    await remote[Symbol.asyncDispose]();
    throw error;
  }
}

interface LentHttp {
  readonly origin: string;
  readonly credentials: LoginCredentials | undefined;
  readonly directory: string;
  readonly config: readonly (readonly [string, string])[];
}

async function lendHttp({ origin, credentials, directory, config }: LentHttp): Promise<Record<string, string>> {
  const secret = (name: string, content: string, mode = 0o600): Promise<void> =>
    writeFile(join(directory, name), content, { mode });
  const settings = config.map(([key, value]) => [key.replace(/^http\./, ''), value] as const);
  if (credentials && 'bearer' in credentials) {
    // Redirects would take the header along.
    settings.push(['extraHeader', `Authorization: Bearer ${credentials.bearer}`], ['followRedirects', 'false']);
  }
  const lines = settings.map(([key, value]) => `\t${key} = ${configValue(value)}\n`);
  // What the program has set for itself counts as before.
  await secret('config', `[include]\n\tpath = ~/.gitconfig\n[http "${origin}/"]\n${lines.join('')}`);
  const environment = { GIT_CONFIG_GLOBAL: join(directory, 'config'), GIT_TERMINAL_PROMPT: '0' };
  if (!credentials || 'bearer' in credentials) return environment;
  await secret('username', `${credentials.username}\n`);
  await secret('password', `${credentials.password}\n`);
  await secret('askpass', askpassScript(origin, directory), 0o700);
  return { ...environment, GIT_ASKPASS: join(directory, 'askpass') };
}

/** Answers git's two questions about this origin, and no others. A user's name may stand before the host. */
function askpassScript(origin: string, directory: string): string {
  const [scheme = '', host = ''] = origin.split('//');
  const [start, end] = [shellQuote(`'${scheme}//`), shellQuote(`${host}': `)];
  return `#!/bin/sh
case "$1" in
  "Username for '"*) asked=username rest=\${1#Username for } ;;
  "Password for '"*) asked=password rest=\${1#Password for } ;;
  *) exit 1 ;;
esac
rest=\${rest#${start}}
user=\${rest%${end}}
[ "$rest" = "$user" ] && exit 1
case "$user" in
  */*) exit 1 ;;
  '' | *@) exec cat ${shellQuote(directory)}/"$asked" ;;
esac
exit 1
`;
}

function configValue(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function secretsOf(credentials: LoginCredentials | undefined): readonly string[] {
  if (!credentials) return [];
  return 'bearer' in credentials ? [credentials.bearer] : [credentials.password];
}
