// What service account tokens claim, and whether it still holds: the account and the object a token is bound to must
// exist (kubernetes:pkg/serviceaccount/{claims,legacy}.go, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { type Draft, bagAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import type { Identity } from './identity.ts';

export const legacyIssuer = 'kubernetes/serviceaccount';

export interface ObjectClaim {
  readonly name: string;
  readonly uid: string;
}

/** The body of a token. */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud?: readonly string[];
  readonly exp?: number;
  readonly iat?: number;
  readonly nbf?: number;
  readonly jti?: string;
  readonly 'kubernetes.io'?: {
    readonly namespace: string;
    readonly serviceaccount: ObjectClaim;
    readonly pod?: ObjectClaim;
    readonly secret?: ObjectClaim;
    readonly node?: ObjectClaim;
    readonly warnafter?: number;
  };
  readonly 'kubernetes.io/serviceaccount/namespace'?: string;
  readonly 'kubernetes.io/serviceaccount/secret.name'?: string;
  readonly 'kubernetes.io/serviceaccount/service-account.name'?: string;
  readonly 'kubernetes.io/serviceaccount/service-account.uid'?: string;
}

/** Why a token is not good. */
export interface Refused {
  readonly why: string;
}

interface Checking {
  readonly store: Store;
  readonly nowMs: number;
  readonly token: string;
}

// go-jose's leeway for clocks that differ.
const leewayMs = 60_000;

/** The identity that claims stand for, or why they do not hold. */
export function checkClaims(claims: Claims, checking: Checking): { readonly identity: Identity } | Refused {
  if (claims.iss === legacyIssuer) return checkLegacy(claims, checking);
  const { store, nowMs } = checking;
  const bound = claims['kubernetes.io'];
  if (bound === undefined) return invalidated;
  if (claims.exp !== undefined && claims.exp * 1000 < nowMs - leewayMs)
    return { why: 'service account token has expired' };
  if (claims.nbf !== undefined && claims.nbf * 1000 > nowMs + leewayMs)
    return { why: 'service account token is not valid yet' };
  const { namespace, serviceaccount } = bound;
  const account = accountProblem(store, namespace, serviceaccount);
  if (account !== undefined) return { why: account };
  for (const [plural, claim, words] of [
    ['secrets', bound.secret, 'secret UID (%) does not match service account secret ref claim'],
    ['pods', bound.pod, 'pod UID (%) does not match service account pod ref claim'],
    [
      'nodes',
      bound.pod === undefined ? bound.node : undefined,
      'node UID (%) does not match service account node ref claim',
    ],
  ] as const) {
    if (claim === undefined) continue;
    const object = store.collection(plural).get(plural === 'nodes' ? '' : namespace, claim.name);
    if (object === undefined || isLongGone(object, nowMs)) return invalidated;
    const { uid = '' } = object.metadata;
    if (uid !== claim.uid) return { why: `${words.replace('%', uid)} (${claim.uid})` };
  }
  const extra: Record<string, readonly string[]> = {};
  if (claims.jti !== undefined) extra[`${group}/credential-id`] = [`JTI=${claims.jti}`];
  for (const kind of ['node', 'pod'] as const) {
    const claim = bound[kind];
    if (claim === undefined) continue;
    extra[`${group}/${kind}-name`] = [claim.name];
    extra[`${group}/${kind}-uid`] = [claim.uid];
  }
  return { identity: { ...accountIdentity(namespace, serviceaccount), extra } };
}

const group = 'authentication.kubernetes.io';
const invalidated: Refused = { why: 'service account token has been invalidated' };

function checkLegacy(claims: Claims, { store, token }: Checking): { readonly identity: Identity } | Refused {
  const namespace = claims['kubernetes.io/serviceaccount/namespace'] ?? '';
  const name = claims['kubernetes.io/serviceaccount/service-account.name'] ?? '';
  const uid = claims['kubernetes.io/serviceaccount/service-account.uid'] ?? '';
  const secretName = claims['kubernetes.io/serviceaccount/secret.name'] ?? '';
  const secret = store.collection('secrets').get(namespace, secretName);
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined)
    return { why: 'service account token has been invalidated' };
  const kept = Buffer.from(scalarText(bagAt(secret as unknown as Draft, 'data')?.['token'] ?? ''), 'base64').toString();
  if (kept !== token) return { why: "service account token doesn't match server's copy" };
  const problem = accountProblem(store, namespace, { name, uid });
  return problem === undefined ? { identity: accountIdentity(namespace, { name, uid }) } : { why: problem };
}

function accountProblem(store: Store, namespace: string, { name, uid }: ObjectClaim): string | undefined {
  const account = store.collection('serviceaccounts').get(namespace, name);
  if (account === undefined) return `serviceaccounts "${name}" not found`;
  return account.metadata.uid === uid
    ? undefined
    : `service account UID (${account.metadata.uid ?? ''}) does not match claim (${uid})`;
}

function accountIdentity(namespace: string, { name, uid }: ObjectClaim): Identity {
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

function isLongGone(object: KubeObject, nowMs: number): boolean {
  const { deletionTimestamp } = object.metadata;
  return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < nowMs - leewayMs;
}
