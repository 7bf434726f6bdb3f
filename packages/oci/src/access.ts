// How a host is reached: who asks, whom to trust, and through which proxy. Plain values; files and environment variables
// are read by whoever makes one.

/** A name with a password, or a token that is sent as it is. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  | { readonly bearer: string }
  /** A token that a registry's token server exchanges for an access token (docker's `identitytoken`). */
  | { readonly identityToken: string };

/** TLS material as PEM text. */
export interface TlsAccess {
  /** Trusted instead of the system's authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Certificates are not checked. */
  readonly insecure?: boolean;
}

/** Proxies as HTTP_PROXY, HTTPS_PROXY and NO_PROXY name them. */
export interface ProxySettings {
  readonly http?: string;
  readonly https?: string;
  /** Hosts, domains, addresses and networks that are reached directly, with commas between them. */
  readonly none?: string;
}

/** How one repository or registry is reached. */
export interface RemoteAccess {
  readonly credentials?: Credentials;
  /** Whether the credentials go to other hosts too, when an index names them. */
  readonly passCredentials?: boolean;
  readonly tls?: TlsAccess;
  /** Instead of the client's own. */
  readonly proxy?: ProxySettings;
}

/** The Authorization header of credentials that need no exchange; undefined without any. */
export function authorizationOf(credentials: Credentials | undefined): string | undefined {
  if (credentials === undefined || 'identityToken' in credentials) return undefined;
  if ('bearer' in credentials) return `Bearer ${credentials.bearer}`;
  const { username, password } = credentials;
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
