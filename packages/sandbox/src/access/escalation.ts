// Nobody grants what they do not hold: roles and bindings are checked against the rules of whoever writes them
// (kubernetes:pkg/registry/rbac, component-helpers:auth/rbac/validation, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { forbidden, notFound } from '../api/status.ts';
import type { ServedType } from '../api/served-type.ts';
import type { Write } from '../api/writer.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, sameValue, scalarText, withMeta } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import type { Identity } from './identity.ts';
import { type AccessRules, ruleCovers } from './rules.ts';

const group = 'rbac.authorization.k8s.io';

/** One thing that a rule allows. */
export type Right =
  | { readonly verb: string; readonly url: string }
  | { readonly verb: string; readonly group: string; readonly resource: string; readonly name: string | undefined };

/** Throws 403 where a role or binding would grant more than its writer holds. */
export function checkEscalation(
  deps: { readonly store: Store; readonly access: AccessRules },
  write: Write,
  [draft, old]: readonly [Draft, KubeObject | undefined],
): void {
  const { type, by } = write;
  if (type.group !== group || by === undefined || by.trusted === true || by.identity.groups.includes('system:masters'))
    return;
  const isRole = type.plural === 'roles' || type.plural === 'clusterroles';
  const namespace = write.namespace ?? '';
  if (onlyForCollector(draft, old) || (isRole && roleUnchanged(draft, old))) return;
  if (isRole && mayDo(deps.access, by.identity, { verb: 'escalate', plural: type.plural, namespace, draft })) return;
  const rules = isRole
    ? bagsOf(draft['rules'] as Bag[] | undefined)
    : boundRules(deps, by.identity, { type, draft, namespace });
  if (rules === undefined) return;
  const held = deps.access.grantedRules(by.identity, namespace);
  if (isRole && draft['aggregationRule'] !== undefined && missingRights(held, everything).length > 0) {
    const why = 'must have cluster-admin privileges to use the aggregationRule';
    throw forbidden(type, draft.metadata.name ?? '', why);
  }
  const missing = missingRights(held, rules);
  if (missing.length === 0) return;
  const groups = `[${by.identity.groups.map((each) => JSON.stringify(each)).join(' ')}]`;
  const why = `user ${JSON.stringify(by.identity.user)} (groups=${groups}) is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}`;
  throw forbidden(type, draft.metadata.name ?? '', why);
}

function roleUnchanged(draft: Draft, old: KubeObject | undefined): boolean {
  return (
    old !== undefined &&
    sameValue(draft['rules'] ?? [], old['rules'] ?? []) &&
    sameValue(draft['aggregationRule'], old['aggregationRule'])
  );
}

// Whatever a role or binding grants, its owners and finalizers may be cleared away.
function onlyForCollector(draft: Draft, old: KubeObject | undefined): boolean {
  if (old === undefined) return false;
  const { ownerReferences, finalizers, managedFields } = old.metadata;
  const same = withMeta(draft as unknown as KubeObject, (meta) =>
    Object.assign(meta, { ownerReferences, finalizers, managedFields }),
  );
  return sameValue(same, old);
}

// A role that aggregates others may come to hold anything.
const everything: readonly Bag[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

// What a binding hands out; undefined where its writer may bind that role.
function boundRules(
  { store, access }: { readonly store: Store; readonly access: AccessRules },
  identity: Identity,
  { type, draft, namespace }: { readonly type: ServedType; readonly draft: Draft; readonly namespace: string },
): readonly Bag[] | undefined {
  const reference = bagAt(draft, 'roleRef');
  const name = scalarText(reference?.['name']);
  const isCluster = reference?.['kind'] === 'ClusterRole';
  const plural = isCluster ? 'clusterroles' : 'roles';
  const attempt = { verb: 'bind', group, resource: plural, subresource: '', namespace, name };
  if (access.decide(identity, attempt).allowed) return undefined;
  const role = store.collection(`${plural}.${group}`).get(isCluster ? '' : namespace, name);
  // Upstream names the type that was written, not the one that is missing.
  if (role === undefined) throw notFound(type, name);
  return bagsOf(role['rules'] as Bag[] | undefined);
}

function mayDo(
  access: AccessRules,
  identity: Identity,
  { verb, plural, namespace, draft }: { verb: string; plural: string; namespace: string; draft: Draft },
): boolean {
  const name = draft.metadata.name ?? '';
  return access.decide(identity, { verb, group, resource: plural, subresource: '', namespace, name }).allowed;
}

function missingRights(held: readonly Bag[], wanted: readonly Bag[]): readonly string[] {
  const missing = wanted.flatMap(rightsOf).filter((right) => !held.some((rule) => ruleCovers(rule, right)));
  const compact = new Map<string, { readonly right: Right; readonly verbs: string[] }>();
  for (const right of missing) {
    const { verb, ...rest } = right;
    const key = 'url' in right ? `${verb} ${right.url}` : JSON.stringify(rest);
    const known = compact.get(key);
    if (known === undefined) compact.set(key, { right, verbs: [verb] });
    else known.verbs.push(verb);
  }
  return [...new Set([...compact.values()].map(({ right, verbs }) => rightText(right, verbs)))].sort();
}

function rightsOf(rule: Bag): readonly Right[] {
  const texts = (key: string): readonly string[] => (Array.isArray(rule[key]) ? rule[key].map(scalarText) : []);
  const names = texts('resourceNames');
  const verbs = texts('verbs');
  return [
    ...texts('apiGroups').flatMap((each) =>
      texts('resources').flatMap((resource) =>
        verbs.flatMap((verb) =>
          (names.length === 0 ? [undefined] : names).map((name) => ({ verb, group: each, resource, name })),
        ),
      ),
    ),
    ...texts('nonResourceURLs').flatMap((url) => verbs.map((verb) => ({ verb, url }))),
  ];
}

// As Go prints the parts of a rule that say something.
function rightText(right: Right, verbs: readonly string[]): string {
  const list = (texts: readonly string[]): string => `[${texts.map((each) => JSON.stringify(each)).join(' ')}]`;
  if ('url' in right) return `{NonResourceURLs:${list([right.url])}, Verbs:${list(verbs)}}`;
  const names = right.name === undefined ? '' : `, ResourceNames:${list([right.name])}`;
  return `{APIGroups:${list([right.group])}, Resources:${list([right.resource])}${names}, Verbs:${list(verbs)}}`;
}
