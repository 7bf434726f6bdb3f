// Who an HTTP request is from: client certificate, bearer token, or nobody; and whom they act as.

import type { Http2ServerRequest } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { type Identity, anonymousIdentity } from '../access/identity.ts';
import { accessRefusal } from '../access/authorize.ts';
import type { ResourceAttempt } from '../access/rules.ts';
import { ApiError, badRequest } from '../api/status.ts';
import type { Cluster } from '../cluster.ts';
import { certificateIdentity } from './client-certificate.ts';

/** The identity of a request. Throws 401 for a token that is not good, 403 where impersonation is not allowed. */
export function authenticate(
  cluster: Cluster,
  request: Http2ServerRequest,
  headers: Readonly<Record<string, string>>,
): Identity {
  const identity = ownIdentity(cluster, request, headers);
  const wanted = impersonation(request.rawHeaders);
  if (wanted === undefined) return identity;
  for (const attempt of attemptsOf(wanted)) {
    if (!cluster.access.decide(identity, attempt).allowed) throw accessRefusal(identity.user, attempt);
  }
  return identityOf(wanted);
}

interface Impersonation {
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

const extraPrefix = 'impersonate-extra-';

// Raw, because a header may be there several times and its values may hold commas.
function impersonation(raw: readonly string[]): Impersonation | undefined {
  const groups: string[] = [];
  const extra = new Map<string, string[]>();
  let [user, uid] = ['', ''];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = [raw[index]?.toLowerCase(), raw[index + 1]];
    if (name === 'impersonate-user') user = value;
    else if (name === 'impersonate-uid') uid = value;
    else if (name === 'impersonate-group') groups.push(value);
    else if (name.startsWith(extraPrefix)) {
      const key = unescaped(name.slice(extraPrefix.length));
      extra.set(key, [...(extra.get(key) ?? []), value]);
    }
  }
  if (user !== '') return { user, uid, groups, extra };
  if (groups.length + extra.size === 0 && uid === '') return undefined;
  // As Go prints a list of object references.
  const references = [
    ...groups.map((each) => `{Group  ${each}    }`),
    ...[...extra].flatMap(([key, values]) =>
      values.map((each) => `{UserExtra  ${each}  ${authenticationVersion}  ${key}}`),
    ),
    ...(uid === '' ? [] : [`{UID  ${uid}  ${authenticationVersion}  }`]),
  ];
  throw badRequest(`requested [${references.join(' ')}] without impersonating a user`);
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

const accountName = /^system:serviceaccount:([^:]+):([^:]+)$/;
const authenticationGroup = 'authentication.k8s.io';
const authenticationVersion = `${authenticationGroup}/v1`;

// Each part of who one wants to be needs leave of its own (apiserver:pkg/endpoints/filters/impersonation, 1.35).
function attemptsOf({ user, uid, groups, extra }: Impersonation): readonly ResourceAttempt[] {
  const attempt = (resource: string, name: string, rest: Partial<ResourceAttempt> = {}): ResourceAttempt => ({
    verb: 'impersonate',
    group: '',
    resource,
    subresource: '',
    namespace: '',
    name,
    ...rest,
  });
  const account = accountName.exec(user);
  return [
    account === null
      ? attempt('users', user)
      : attempt('serviceaccounts', account[2] ?? '', { namespace: account[1] ?? '' }),
    ...groups.map((each) => attempt('groups', each)),
    ...[...extra].flatMap(([key, values]) =>
      values.map((value) => attempt('userextras', value, { group: authenticationGroup, subresource: key })),
    ),
    ...(uid === '' ? [] : [attempt('uids', uid, { group: authenticationGroup })]),
  ];
}

function identityOf({ user, uid, groups, extra }: Impersonation): Identity {
  const account = accountName.exec(user);
  const own =
    groups.length > 0 || account === null
      ? groups
      : ['system:serviceaccounts', `system:serviceaccounts:${account[1] ?? ''}`];
  const anonymous = user === anonymousIdentity.user;
  const implied = anonymous ? 'system:unauthenticated' : 'system:authenticated';
  const settled = own.includes('system:unauthenticated') || (!anonymous && own.includes('system:authenticated'));
  return {
    user,
    groups: settled ? own : [...own, implied],
    ...(uid === '' ? {} : { uid }),
    ...(extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

function ownIdentity(
  cluster: Cluster,
  request: Http2ServerRequest,
  headers: Readonly<Record<string, string>>,
): Identity {
  const authorization = headers['authorization'];
  if (authorization !== undefined && /^bearer /i.test(authorization)) {
    const identity = cluster.tokens.identify(authorization.slice(7).trim());
    if (identity === undefined) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
    return identity;
  }
  const socket = (request.stream?.session?.socket ?? request.socket) as TLSSocket;
  return certificateIdentity(socket) ?? anonymousIdentity;
}
