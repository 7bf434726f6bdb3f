// Role-based access control: what the roles and bindings in the store allow an identity (plugin/pkg/auth/authorizer/rbac).

import type { KubeObject } from '@evenkeel/resource';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import type { Identity } from './identity.ts';

/** What is to be done. */
export type Attempt = { readonly verb: string; readonly path: string } | ResourceAttempt;

export interface ResourceAttempt {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

const group = 'rbac.authorization.k8s.io';

/** Decides by the RBAC objects in the store. */
export class AccessRules {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Members of system:masters may do everything; others what a binding grants them. */
  decide(identity: Identity, attempt: Attempt): Decision {
    if (identity.groups.includes('system:masters')) return { allowed: true, reason: '' };
    const namespace = 'path' in attempt ? '' : attempt.namespace;
    for (const granted of this.#grants(identity, namespace)) {
      if (granted.rules.some((rule) => ruleAllows(rule, attempt))) return { allowed: true, reason: granted.reason };
    }
    return { allowed: false, reason: '' };
  }

  /** The rules about resources that hold for an identity in a namespace. */
  resourceRules(identity: Identity, namespace: string): readonly Bag[] {
    const rules = this.#withMasters(identity, namespace, { verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
    return rules.filter((rule) => texts(rule['resources']).length > 0);
  }

  /** The rules about paths that hold for an identity. */
  pathRules(identity: Identity, namespace: string): readonly Bag[] {
    const rules = this.#withMasters(identity, namespace, { verbs: ['*'], nonResourceURLs: ['*'] });
    return rules.filter((rule) => texts(rule['nonResourceURLs']).length > 0);
  }

  /** All rules that are granted to an identity in a namespace. */
  grantedRules(identity: Identity, namespace: string): readonly Bag[] {
    return this.#grants(identity, namespace).flatMap(({ rules }) => rules);
  }

  // Members of system:masters have what their group is by itself, and then what is bound to it.
  #withMasters(identity: Identity, namespace: string, all: Bag): readonly Bag[] {
    const granted = this.grantedRules(identity, namespace);
    return identity.groups.includes('system:masters') ? [all, ...granted] : granted;
  }

  #grants(
    identity: Identity,
    namespace: string,
  ): readonly { readonly rules: readonly Bag[]; readonly reason: string }[] {
    const clusterWide = this.#store.collection(`clusterrolebindings.${group}`).list();
    const local = namespace === '' ? [] : this.#store.collection(`rolebindings.${group}`).list(namespace);
    return [...clusterWide, ...local].flatMap((binding) => {
      if (!bagsOf(binding['subjects'] as Bag[] | undefined).some((subject) => isSubject(subject, identity, binding)))
        return [];
      const role = this.#roleOf(binding);
      if (role === undefined) return [];
      const reference = bagAt(binding as unknown as Draft, 'roleRef');
      const at =
        binding.metadata.namespace === undefined
          ? (binding.metadata.name ?? '')
          : `${binding.metadata.name ?? ''}/${binding.metadata.namespace}`;
      return {
        rules: bagsOf(role['rules'] as Bag[] | undefined),
        reason: `RBAC: allowed by ${binding.kind} "${at}" of ${scalarText(reference?.['kind'])} "${scalarText(reference?.['name'])}" to ${subjectText(binding, identity)}`,
      };
    });
  }

  #roleOf(binding: KubeObject): KubeObject | undefined {
    const reference = bagAt(binding as unknown as Draft, 'roleRef');
    const name = scalarText(reference?.['name'] ?? '');
    if (reference?.['kind'] === 'ClusterRole') return this.#store.collection(`clusterroles.${group}`).get('', name);
    return this.#store.collection(`roles.${group}`).get(binding.metadata.namespace ?? '', name);
  }
}

function isSubject(subject: Bag, identity: Identity, binding: KubeObject): boolean {
  const name = scalarText(subject['name'] ?? '');
  switch (scalarText(subject['kind'])) {
    case 'User':
      return identity.user === name;
    case 'Group':
      return identity.groups.includes(name);
    case 'ServiceAccount': {
      const namespace = scalarText(subject['namespace'] ?? binding.metadata.namespace ?? '');
      return identity.user === `system:serviceaccount:${namespace}:${name}`;
    }
    default:
      return false;
  }
}

function subjectText(binding: KubeObject, identity: Identity): string {
  const subject = bagsOf(binding['subjects'] as Bag[] | undefined).find((each) => isSubject(each, identity, binding));
  if (subject?.['kind'] === 'ServiceAccount')
    return `ServiceAccount "${scalarText(subject['name'])}/${scalarText(subject['namespace'])}"`;
  return `${scalarText(subject?.['kind'])} "${scalarText(subject?.['name'])}"`;
}

function ruleAllows(rule: Bag, attempt: Attempt): boolean {
  if (!covers(rule['verbs'], attempt.verb)) return false;
  if ('path' in attempt) {
    return texts(rule['nonResourceURLs']).some(
      (url) => url === '*' || url === attempt.path || (url.endsWith('*') && attempt.path.startsWith(url.slice(0, -1))),
    );
  }
  const resource = attempt.subresource === '' ? attempt.resource : `${attempt.resource}/${attempt.subresource}`;
  const resources = texts(rule['resources']);
  const resourceFits =
    resources.includes('*') ||
    resources.includes(resource) ||
    (attempt.subresource !== '' && resources.includes(`*/${attempt.subresource}`));
  const names = texts(rule['resourceNames']);
  return (
    covers(rule['apiGroups'], attempt.group) && resourceFits && (names.length === 0 || names.includes(attempt.name))
  );
}

/** True where a rule holds all that a right says (component-helpers:auth/rbac/validation, ruleCovers). */
export function ruleCovers(
  rule: Bag,
  right:
    | { readonly verb: string; readonly url: string }
    | { readonly verb: string; readonly group: string; readonly resource: string; readonly name: string | undefined },
): boolean {
  if (!covers(rule['verbs'], right.verb)) return false;
  if ('url' in right)
    return texts(rule['nonResourceURLs']).some(
      (url) => url === '*' || url === right.url || (url.endsWith('*') && right.url.startsWith(url.slice(0, -1))),
    );
  const resources = texts(rule['resources']);
  const [, sub] = right.resource.split('/');
  const names = texts(rule['resourceNames']);
  return (
    covers(rule['apiGroups'], right.group) &&
    (resources.includes('*') ||
      resources.includes(right.resource) ||
      (sub !== undefined && resources.includes(`*/${sub}`))) &&
    (names.length === 0 || (right.name !== undefined && names.includes(right.name)))
  );
}

function covers(list: unknown, value: string): boolean {
  const all = texts(list);
  return all.includes('*') || all.includes(value);
}

function texts(list: unknown): readonly string[] {
  return Array.isArray(list) ? (list as string[]) : [];
}
