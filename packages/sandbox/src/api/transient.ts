// Types that are asked, not stored: token reviews and access reviews.

import type { KubeObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import { type Bag, bagAt, scalarText } from '../store/draft.ts';
import { issuer } from '../access/tokens.ts';
import type { Identity } from '../access/identity.ts';
import { recordOwnership } from '../apply/ownership.ts';
import { managerOf } from './answers.ts';
import { checkTypeMeta } from './decode.ts';
import { type ApiAnswer, type ApiRequest, parseResourcePath } from './request.ts';
import type { ApiDeps } from './server.ts';
import type { ServedType } from './served-type.ts';
import { badRequest, invalid, notImplemented } from './status.ts';

/** The answer for a type that is not stored; undefined for all others. */
export function answerTransient(deps: ApiDeps, request: ApiRequest, type: ServedType): ApiAnswer | undefined {
  if (type.verbs.has('get') || type.custom !== undefined) return undefined;
  const body = checkTypeMeta(request.body, type);
  const spec = bagAt(body as unknown as Bag, 'spec') ?? {};
  const namespace = parseResourcePath(request.path)?.namespace;
  if (namespace !== undefined && (body.metadata?.namespace ?? namespace) !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  checkSpec(type, spec);
  const status = statusOf(deps, request, type, spec);
  return created({ type, body, spec, status, manager: managerOf(request), now: kubeTime(deps.clock.now()) });
}

// Validation of reviews (pkg/apis/authorization/validation); their errors name no kind.
function checkSpec(type: ServedType, spec: Bag): void {
  if (!type.plural.endsWith('subjectaccessreviews')) return;
  const refuse = (field: string, message: string): never => {
    throw invalid({ group: type.group, kind: '', plural: '' }, '', [{ reason: 'FieldValueInvalid', message, field }]);
  };
  const [resource, plain] = [spec['resourceAttributes'], spec['nonResourceAttributes']];
  if (resource === undefined && plain === undefined) {
    const both = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    refuse('spec.resourceAttributes', `Invalid value: null: ${both}`);
  }
  const groups = Array.isArray(spec['groups']) ? spec['groups'] : [];
  if (!type.plural.startsWith('self') && scalarText(spec['user'] ?? '') === '' && groups.length === 0)
    refuse('spec.user', 'Invalid value: "": at least one of user or group must be specified');
}

function statusOf(deps: ApiDeps, request: ApiRequest, type: ServedType, spec: Bag): Bag {
  switch (type.plural) {
    case 'selfsubjectreviews':
      return { userInfo: userInfo(request.identity) };
    case 'selfsubjectaccessreviews':
      return decisionOf(deps, request.identity, spec);
    case 'subjectaccessreviews':
    case 'localsubjectaccessreviews':
      return decisionOf(deps, subjectOf(spec), spec);
    case 'selfsubjectrulesreviews':
      return rulesOf(deps, request.identity, scalarText(spec['namespace'] ?? ''));
    case 'tokenreviews':
      return tokenStatus(deps, spec);
    default:
      throw notImplemented(type.plural);
  }
}

function rulesOf({ access }: ApiDeps, identity: Identity, namespace: string): Bag {
  if (namespace === '') throw badRequest('no namespace on request');
  const only = (rule: Bag, names: readonly string[]): Bag =>
    Object.fromEntries(names.flatMap((name) => (rule[name] === undefined ? [] : [[name, rule[name]]])));
  const resourceRules = access
    .resourceRules(identity, namespace)
    .map((rule) => only(rule, ['verbs', 'apiGroups', 'resources', 'resourceNames']));
  const nonResourceRules = access
    .pathRules(identity, namespace)
    .map((rule) => only(rule, ['verbs', 'nonResourceURLs']));
  return { resourceRules, nonResourceRules, incomplete: false };
}

interface Review {
  readonly type: ServedType;
  readonly body: KubeObject;
  readonly spec: Bag;
  readonly status: Bag;
  readonly manager: string;
  readonly now: string;
}

// Ownership is recorded although nothing is stored: upstream does so before it asks what the type is.
function created({ type, body, spec, status, manager, now }: Review): ApiAnswer {
  const head = { kind: type.kind, apiVersion: `${type.group}/${type.version}` };
  const parts = type.plural === 'selfsubjectreviews' ? {} : { spec };
  const managedFields = recordOwnership({
    type,
    before: undefined,
    after: { ...head, metadata: { ...body.metadata }, ...parts } as unknown as KubeObject,
    manager,
    subresource: undefined,
    time: now,
  });
  const metadata = {
    ...Object.fromEntries(Object.entries(body.metadata ?? {}).filter(([, value]) => value !== '')),
    ...(type.plural === 'selfsubjectreviews' ? { creationTimestamp: now } : {}),
    ...(managedFields === undefined || managedFields.length === 0 ? {} : { managedFields }),
  };
  return { kind: 'object', status: 201, body: { ...head, metadata, ...parts, status } as unknown as KubeObject };
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
  const asked = Array.isArray(spec['audiences']) ? spec['audiences'].map(scalarText) : [];
  const found = deps.tokens.review(scalarText(spec['token'] ?? ''), asked.length === 0 ? [issuer] : asked);
  if (found === undefined || 'why' in found) {
    const why = found === undefined ? 'token lookup failed' : found.why;
    return { user: {}, error: `[invalid bearer token, ${why}]` };
  }
  return { authenticated: true, user: userInfo(found.identity), audiences: [...found.audiences] };
}
