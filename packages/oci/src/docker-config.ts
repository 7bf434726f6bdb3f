// Credentials as docker and helm keep them: config.json, which is also what a Secret of type dockerconfigjson holds, and
// the helper programs it may name. Mirrors docker/cli:cli/config and oras-go:registry/remote/credentials (v2).

import type { Credentials } from './access.ts';
import { RemoteError } from './remote-error.ts';

/** A parsed config.json. */
export interface DockerConfig {
  /** What the file itself says of a registry ("host" or "host:port"). */
  login(registry: string): Credentials | undefined;
  /** The name of the helper program that knows the registry ("osxkeychain"), or undefined. */
  helper(registry: string): string | undefined;
}

interface StoredLogin {
  readonly auth?: unknown;
  readonly username?: unknown;
  readonly password?: unknown;
  readonly identitytoken?: unknown;
  readonly registrytoken?: unknown;
}

/** Reads config.json. Throws RemoteError for what is no JSON object; its content is never part of the message. */
export function parseDockerConfig(text: string): DockerConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RemoteError('protocol', 'the registry configuration is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RemoteError('protocol', 'the registry configuration is no JSON object');
  }
  const { auths, credHelpers, credsStore } = value as Readonly<Record<string, unknown>>;
  const logins = new Map<string, StoredLogin>();
  for (const [server, login] of entriesOf(auths)) {
    if (typeof login === 'object' && login !== null) logins.set(server, login);
  }
  const helpers = new Map(entriesOf(credHelpers));
  return {
    login(registry) {
      const wanted = serverName(registry);
      const found = logins.get(wanted) ?? [...logins].find(([server]) => hostOf(server) === hostOf(wanted))?.[1];
      return found === undefined ? undefined : credentialsOf(found);
    },
    helper(registry) {
      const named = helpers.get(serverName(registry)) ?? credsStore;
      return typeof named === 'string' && named !== '' ? named : undefined;
    },
  };
}

/** The key under which a registry's login is stored. */
export function serverName(registry: string): string {
  const isHub = ['docker.io', 'registry-1.docker.io', 'index.docker.io'].includes(registry);
  return isHub ? 'https://index.docker.io/v1/' : registry;
}

/** Old files have URLs as keys: "https://registry.example.com/v1/". */
function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
}

function credentialsOf(stored: StoredLogin): Credentials | undefined {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  if (text(stored.registrytoken) !== '') return { bearer: text(stored.registrytoken) };
  if (text(stored.identitytoken) !== '') return { identityToken: text(stored.identitytoken) };
  const pair = Buffer.from(text(stored.auth), 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = pair.indexOf(':');
  if (colon > 0) return { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
  const [username, password] = [text(stored.username), text(stored.password)];
  return username === '' ? undefined : { username, password };
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
