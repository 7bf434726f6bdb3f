// Who an HTTP request is from: client certificate, bearer token, or nobody; and whom they act as.

import { scalarText } from '../store/draft.ts';
import type { Http2ServerRequest } from 'node:http2';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { type Identity, anonymousIdentity } from '../access/identity.ts';
import { ApiError } from '../api/status.ts';
import type { Cluster } from '../cluster.ts';

/** The identity of a request. Throws 401 for a token that is not good, 403 where impersonation is not allowed. */
export function authenticate(
  cluster: Cluster,
  request: Http2ServerRequest,
  headers: Readonly<Record<string, string>>,
): Identity {
  const identity = ownIdentity(cluster, request, headers);
  const asUser = headers['impersonate-user'];
  if (asUser === undefined) return identity;
  const groups = (headers['impersonate-group'] ?? '').split(/\n|, ?/).filter((group) => group !== '');
  requireImpersonation(cluster, identity, asUser, groups);
  return {
    user: asUser,
    groups: groups.includes('system:authenticated')
      ? groups
      : [...defaultGroups(asUser, groups), 'system:authenticated'],
    ...(headers['impersonate-uid'] === undefined ? {} : { uid: headers['impersonate-uid'] }),
  };
}

function defaultGroups(user: string, groups: readonly string[]): readonly string[] {
  const account = /^system:serviceaccount:([^:]+):/.exec(user);
  if (groups.length > 0 || account === null) return groups;
  return ['system:serviceaccounts', `system:serviceaccounts:${account[1] ?? ''}`];
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
  if (socket.authorized !== true) return anonymousIdentity;
  const { subject } = socket.getPeerCertificate() as PeerCertificate;
  if (subject === undefined) return anonymousIdentity;
  const user = String(subject.CN ?? '');
  const organisations: unknown = subject.O;
  const groups = Array.isArray(organisations)
    ? (organisations as string[])
    : organisations === undefined
      ? []
      : [scalarText(organisations)];
  return { user, groups: [...groups, 'system:authenticated'] };
}

function requireImpersonation(cluster: Cluster, identity: Identity, user: string, groups: readonly string[]): void {
  const check = (resource: string, name: string): void => {
    const attempt = { verb: 'impersonate', group: '', resource, subresource: '', namespace: '', name };
    if (cluster.access.decide(identity, attempt).allowed) return;
    const message = `${resource} "${name}" is forbidden: User "${identity.user}" cannot impersonate resource "${resource}" in API group "" at the cluster scope`;
    throw new ApiError(403, 'Forbidden', message, { name, kind: resource });
  };
  check('users', user);
  for (const group of groups) check('groups', group);
}
