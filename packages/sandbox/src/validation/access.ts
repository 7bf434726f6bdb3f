// RBAC objects (pkg/apis/rbac/validation, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes } from './causes.ts';

export function validateRole(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  for (const [index, rule] of bagsOf(draft['rules'] as Bag[] | undefined).entries()) {
    const at = `rules[${index}]`;
    if ((listAt(rule, 'verbs') ?? []).length === 0)
      causes.required(`${at}.verbs`, 'verbs must contain at least one value');
    if ((listAt(rule, 'nonResourceURLs') ?? []).length > 0) continue;
    if ((listAt(rule, 'apiGroups') ?? []).length === 0) {
      causes.required(`${at}.apiGroups`, 'resource rules must supply at least one api group');
    }
    if ((listAt(rule, 'resources') ?? []).length === 0) {
      causes.required(`${at}.resources`, 'resource rules must supply at least one resource');
    }
  }
  return causes.list;
}

export function validateBinding(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const roleRef = bagAt(draft, 'roleRef');
  if (roleRef?.['apiGroup'] !== 'rbac.authorization.k8s.io') {
    causes.notSupported('roleRef.apiGroup', roleRef?.['apiGroup'] ?? '', ['rbac.authorization.k8s.io']);
  }
  const kinds = draft.kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (!kinds.includes(scalarText(roleRef?.['kind'])))
    causes.notSupported('roleRef.kind', roleRef?.['kind'] ?? '', kinds);
  if ((roleRef?.['name'] ?? '') === '') causes.required('roleRef.name');
  for (const [index, subject] of bagsOf(draft['subjects'] as Bag[] | undefined).entries()) {
    const at = `subjects[${index}]`;
    if ((subject['name'] ?? '') === '') causes.required(`${at}.name`);
    const { kind } = subject;
    if (kind === 'ServiceAccount') {
      if (draft.kind === 'ClusterRoleBinding' && (subject['namespace'] ?? '') === '')
        causes.required(`${at}.namespace`);
    } else if (kind !== 'User' && kind !== 'Group') {
      causes.notSupported(`${at}.kind`, kind ?? '', ['ServiceAccount', 'User', 'Group']);
    }
  }
  return causes.list;
}

export function validateRoleRefUnchanged(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  if (!sameValue(draft['roleRef'], old['roleRef']))
    causes.invalid('roleRef', draft['roleRef'], 'cannot change roleRef');
  return causes.list;
}
