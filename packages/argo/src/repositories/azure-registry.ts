// Azure Container Registry with the identity that Azure gives this process: its token for Azure is exchanged for a refresh
// token of the registry, which then serves as a password. Mirrors argoproj/argo-cd:util/helm/creds.go
// AzureWorkloadIdentityCreds (3.6).

import { createHash } from 'node:crypto';
import {
  type ExchangeOptions,
  type FetchedLogin,
  ForgeError,
  GitError,
  type GitLogin,
  createLogin,
  entraLogin,
} from '@evenkeel/git';
import { parseChallenges } from '@evenkeel/oci';
import type { WorkloadIdentity } from './credentials.ts';

/** A registry, and how it is reached. */
export interface AzureRegistry {
  /** With a scheme or without. */
  readonly url: string;
  readonly plainHttp: boolean;
  readonly exchange: ExchangeOptions;
}

/** The user whose password a refresh token is. */
const NO_USER = '00000000-0000-0000-0000-000000000000';
const ARM_RESOURCE = 'https://management.core.windows.net';

/** Logs in to one registry; the login is the same for everything in it. Rejects with GitError. */
export function azureRegistryLogin(identity: WorkloadIdentity, registry: AzureRegistry): GitLogin {
  const { access, reach = {} } = registry.exchange;
  const { tenantId, clientId, authority, assertion, armResource = '' } = identity;
  const host = registry.url.replace(/^[a-z]+:\/\//, '').split('/')[0] ?? '';
  const origin = `${registry.plainHttp ? 'http' : 'https'}://${host}`;
  // The token server of Azure is not reached as the registry is: authorities and certificates are the registry's own.
  const { proxy, noProxy } = reach;
  const outside = { ...(proxy === undefined ? {} : { proxy }), ...(noProxy === undefined ? {} : { noProxy }) };
  const entra = entraLogin(
    { tenantId, clientId, authority, secret: { assertion }, scope: `${armResource || ARM_RESOURCE}/.default` },
    { access, reach: outside },
  );
  const who = ['azure-registry', origin, tenantId, clientId, authority, reach];
  return createLogin({
    identity: createHash('sha256').update(JSON.stringify(who)).digest('hex'),
    now: () => access.now,
    async fetch() {
      try {
        const { realm, service } = await challenge(origin, registry.exchange);
        const token = await entra.current();
        if (!('bearer' in token)) throw new ForgeError('malformed', 'Microsoft Entra gave no token');
        return await exchanged({ realm, service, token: token.bearer }, registry.exchange);
      } catch (error) {
        if (!(error instanceof ForgeError)) throw error;
        const code = error.code === 'unreachable' ? 'network' : 'authentication';
        throw new GitError(code, `the registry ${host} gave no token for the workload identity: ${error.message}`);
      }
    },
  });
}

/** What the registry says to whoever does not say who they are. */
async function challenge(
  origin: string,
  { access, reach = {} }: ExchangeOptions,
): Promise<{ readonly realm: string; readonly service: string }> {
  const answer = await access.send({ url: `${origin}/v2/`, answers: [401] }, reach);
  const header = answer.headers['www-authenticate'];
  if (answer.status !== 401 || header === undefined)
    throw new ForgeError('malformed', `${origin} did not issue a challenge`);
  const bearer = parseChallenges(header).find(({ scheme }) => scheme === 'bearer');
  const [realm, service] = [bearer?.parameters.get('realm') ?? '', bearer?.parameters.get('service') ?? ''];
  if (realm === '' || service === '')
    throw new ForgeError('malformed', `${origin}: the challenge names no realm and service`);
  // A registry must not send the token to somebody else, nor in clear.
  if (URL.parse(realm)?.origin !== origin)
    throw new ForgeError('malformed', `${origin}: its tokens are given by ${realm}, which is another host`);
  return { realm, service };
}

async function exchanged(
  { realm, service, token }: { readonly realm: string; readonly service: string; readonly token: string },
  { access, reach = {} }: ExchangeOptions,
): Promise<FetchedLogin> {
  const url = new URL('/oauth2/exchange', realm).href;
  const body = new URLSearchParams({ grant_type: 'access_token', service, access_token: token });
  const answer = await access.send({ method: 'POST', url, body }, reach);
  const { refresh_token: password } = (answer.body ?? {}) as { readonly refresh_token?: unknown };
  if (typeof password !== 'string' || password === '')
    throw new ForgeError('malformed', `${url}: an answer without a token`);
  return { credentials: { username: NO_USER, password }, expiresAtMs: expiryOf(password) ?? access.now };
}

/** When a token ends by its own words. */
function expiryOf(token: string): number | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
      readonly exp?: unknown;
    };
    return typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
