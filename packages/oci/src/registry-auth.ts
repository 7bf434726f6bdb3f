// The Authorization header that a registry's challenge asks for: basic, or a token fetched for one scope and kept until it
// expires. Mirrors oras-go:registry/remote/auth/client.go (v2) and the distribution project's token specification.

import { type Credentials, type RemoteAccess, authorizationOf } from './access.ts';
import { parseChallenges } from './challenge.ts';
import type { HttpAnswer, HttpClient } from './http.ts';
import { RemoteError, codeOfStatus, withoutSecrets } from './remote-error.ts';

/** What the header is for. */
export interface AuthorizationRequest {
  readonly challenge: string;
  /** `repository:NAME:pull` or `repository:NAME:pull,push` */
  readonly scope: string;
  /** The origin of the registry. */
  readonly origin: string;
  readonly credentials: Credentials | undefined;
  readonly access: RemoteAccess;
  readonly signal?: AbortSignal;
}

/** The header and when it stops holding, in milliseconds from now; undefined where there is nothing to offer. */
export async function authorize(
  http: HttpClient,
  request: AuthorizationRequest,
): Promise<{ readonly header: string; readonly holdsMs: number } | undefined> {
  const own = authorizationOf(request.credentials);
  if (own?.startsWith('Bearer ') === true) return { header: own, holdsMs: Number.POSITIVE_INFINITY };
  const challenges = parseChallenges(request.challenge);
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer !== undefined) return fetchToken(http, bearer.parameters, request);
  const isBasic = challenges.some(({ scheme }) => scheme === 'basic');
  return isBasic && own !== undefined ? { header: own, holdsMs: Number.POSITIVE_INFINITY } : undefined;
}

/** A token without an expiry is good for a minute, by the specification; some seconds are lost on the way. */
const HOLDS_SECONDS_DEFAULT = 60;
const MARGIN_SECONDS = 10;

async function fetchToken(
  http: HttpClient,
  parameters: ReadonlyMap<string, string>,
  request: AuthorizationRequest,
): Promise<{ readonly header: string; readonly holdsMs: number }> {
  const realm = parameters.get('realm') ?? '';
  if (!URL.canParse(realm) || !/^https?:$/.test(new URL(realm).protocol)) {
    throw new RemoteError('protocol', `the registry ${request.origin} names no token server that can be asked`);
  }
  if (request.credentials !== undefined && request.origin.startsWith('https:') && realm.startsWith('http:')) {
    throw new RemoteError('unsupported', `the registry ${request.origin} wants the password sent to ${realm} in clear`);
  }
  const service = parameters.get('service') ?? '';
  const scope = parameters.get('scope') ?? request.scope;
  const answer = await ask(http, { realm, service, scope }, request);
  if (answer.status !== 200) {
    const method = usesForm(request.credentials) ? 'POST' : 'GET';
    throw new RemoteError(
      codeOfStatus(answer.status),
      `${method} ${JSON.stringify(withoutSecrets(answer.url))}: response status code ${answer.status}: ${answer.statusText}`,
    );
  }
  const told = readToken(answer.body);
  if (told === undefined) throw new RemoteError('protocol', `the token server ${realm} answered without a token`);
  return { header: `Bearer ${told.token}`, holdsMs: Math.max(0, told.seconds - MARGIN_SECONDS) * 1000 };
}

function usesForm(credentials: Credentials | undefined): boolean {
  return credentials !== undefined && 'identityToken' in credentials;
}

function ask(
  http: HttpClient,
  { realm, service, scope }: { readonly realm: string; readonly service: string; readonly scope: string },
  { credentials, access, signal }: AuthorizationRequest,
): Promise<HttpAnswer> {
  const common = { access, ...(signal === undefined ? {} : { signal }) };
  if (credentials !== undefined && 'identityToken' in credentials) {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'evenkeel',
      service,
      scope,
      refresh_token: credentials.identityToken,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return http.send(realm, { ...common, method: 'POST', headers, body: form.toString() });
  }
  const url = new URL(realm);
  if (service !== '') url.searchParams.set('service', service);
  for (const one of scope.split(' ').filter((part) => part !== '')) url.searchParams.append('scope', one);
  const authorization = authorizationOf(credentials);
  return http.send(url.href, { ...common, headers: authorization === undefined ? {} : { authorization } });
}

function readToken(body: Uint8Array): { readonly token: string; readonly seconds: number } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const told = value as { readonly token?: unknown; readonly access_token?: unknown; readonly expires_in?: unknown };
  const token = typeof told.token === 'string' && told.token !== '' ? told.token : told.access_token;
  if (typeof token !== 'string' || token === '') return undefined;
  return { token, seconds: typeof told.expires_in === 'number' ? told.expires_in : HOLDS_SECONDS_DEFAULT };
}
