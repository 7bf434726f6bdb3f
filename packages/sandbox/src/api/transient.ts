// Types that are asked, not stored: token reviews and access reviews.

import type { KubeObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import { type Bag, bagAt, scalarText } from '../store/draft.ts';
import type { Identity } from '../access/identity.ts';
import { checkTypeMeta } from './decode.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import type { ApiDeps } from './server.ts';
import type { ServedType } from './served-type.ts';
import { notImplemented } from './status.ts';

/** The answer for a type that is not stored; undefined for all others. */
export function answerTransient(deps: ApiDeps, request: ApiRequest, type: ServedType): ApiAnswer | undefined {
  if (type.verbs.has('get') || type.custom !== undefined) return undefined;
  const body = checkTypeMeta(request.body, type);
  const spec = bagAt(body as unknown as Bag, 'spec') ?? {};
  switch (type.plural) {
    case 'selfsubjectreviews':
      return created(type, body, {}, { userInfo: userInfo(request.identity) }, kubeTime(deps.clock.now()));
    case 'selfsubjectaccessreviews':
      return created(type, body, spec, decisionOf(deps, request.identity, spec));
    case 'subjectaccessreviews':
    case 'localsubjectaccessreviews':
      return created(type, body, spec, decisionOf(deps, subjectOf(spec), spec));
    case 'selfsubjectrulesreviews':
      return created(type, body, spec, {
        resourceRules: deps.access.resourceRules(request.identity, scalarText(spec['namespace'] ?? '')),
        nonResourceRules: [],
        incomplete: false,
      } as unknown as Bag);
    case 'tokenreviews':
      return created(type, body, spec, tokenStatus(deps, spec));
    default:
      throw notImplemented(type.plural);
  }
}

function created(type: ServedType, body: KubeObject, spec: Bag, status: Bag, now = ''): ApiAnswer {
  const metadata =
    type.plural === 'selfsubjectreviews' ? { ...body.metadata, creationTimestamp: now } : { ...body.metadata };
  const parts = type.plural === 'selfsubjectreviews' ? {} : { spec };
  return {
    kind: 'object',
    status: 201,
    body: {
      kind: type.kind,
      apiVersion: `${type.group}/${type.version}`,
      metadata,
      ...parts,
      status,
    } as unknown as KubeObject,
  };
}

function userInfo(identity: Identity): Bag {
  return {
    username: identity.user,
    ...(identity.uid === undefined ? {} : { uid: identity.uid }),
    groups: [...identity.groups],
    ...(identity.extra === undefined ? {} : { extra: structuredClone(identity.extra) as unknown as Bag }),
  };
}

function subjectOf(spec: Bag): Identity {
  return {
    user: scalarText(spec['user'] ?? ''),
    groups: Array.isArray(spec['groups']) ? (spec['groups'] as string[]) : [],
  };
}

function decisionOf(deps: ApiDeps, identity: Identity, spec: Bag): Bag {
  const resource = bagAt(spec, 'resourceAttributes');
  const plain = bagAt(spec, 'nonResourceAttributes');
  const text = (bag: Bag | undefined, key: string): string => scalarText(bag?.[key] ?? '');
  const decision = deps.access.decide(
    identity,
    resource === undefined
      ? { verb: text(plain, 'verb'), path: text(plain, 'path') }
      : {
          verb: text(resource, 'verb'),
          group: text(resource, 'group'),
          resource: text(resource, 'resource'),
          subresource: text(resource, 'subresource'),
          namespace: text(resource, 'namespace'),
          name: text(resource, 'name'),
        },
  );
  return decision.reason === ''
    ? { allowed: decision.allowed }
    : { allowed: decision.allowed, reason: decision.reason };
}

function tokenStatus(deps: ApiDeps, spec: Bag): Bag {
  const identity = deps.tokens.identify(scalarText(spec['token'] ?? ''));
  if (identity === undefined) return { user: {}, error: '[invalid bearer token, token lookup failed]' };
  return { authenticated: true, user: userInfo(identity), audiences: ['https://kubernetes.default.svc.cluster.local'] };
}
