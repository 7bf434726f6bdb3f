// RBAC objects (pkg/apis/rbac/validation, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes, RawText } from './causes.ts';
import { checkOneOf } from './choices.ts';
import { checkLabelSelector } from './label-selectors.ts';
import { subdomainProblem } from './names.ts';

export function validateRole(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  checkRules(causes, draft, true);
  return causes.list;
}

export function validateClusterRole(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  checkRules(causes, draft, false);
  const aggregation = bagAt(draft, 'aggregationRule');
  if (aggregation === undefined) return causes.list;
  const selectors = bagsOf(aggregation['clusterRoleSelectors']);
  if (selectors.length === 0) {
    const message = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
    causes.required('aggregationRule.clusterRoleSelectors', message);
  }
  for (const [index, selector] of selectors.entries()) {
    const at = `aggregationRule.clusterRoleSelectors[${index}]`;
    const before = causes.list.length;
    checkLabelSelector(causes, selector, at);
    if (causes.list.length > before) causes.invalid(at, null, 'invalid label selector.');
  }
  return causes.list;
}

function checkRules(causes: Causes, draft: Draft, namespaced: boolean): void {
  for (const [index, rule] of bagsOf(draft['rules'] as Bag[] | undefined).entries()) {
    const at = `rules[${index}]`;
    const count = (key: string): number => (listAt(rule, key) ?? []).length;
    if (count('verbs') === 0) causes.required(`${at}.verbs`, 'verbs must contain at least one value');
    if (count('nonResourceURLs') > 0) {
      const urls = rule['nonResourceURLs'];
      if (namespaced)
        causes.invalid(`${at}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs');
      if (count('apiGroups') + count('resources') + count('resourceNames') > 0) {
        const message = 'rules cannot apply to both regular resources and non-resource URLs';
        causes.invalid(`${at}.nonResourceURLs`, urls, message);
      }
      continue;
    }
    if (count('apiGroups') === 0)
      causes.required(`${at}.apiGroups`, 'resource rules must supply at least one api group');
    if (count('resources') === 0)
      causes.required(`${at}.resources`, 'resource rules must supply at least one resource');
  }
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
      const name = scalarText(subject['name'] ?? '');
      const problem = name === '' ? undefined : subdomainProblem(name);
      if (problem !== undefined) causes.invalid(`${at}.name`, name, problem);
      if ((subject['apiGroup'] ?? '') !== '') causes.notSupported(`${at}.apiGroup`, subject['apiGroup'], ['']);
      if (draft.kind === 'ClusterRoleBinding' && (subject['namespace'] ?? '') === '')
        causes.required(`${at}.namespace`);
    } else if (kind === 'User' || kind === 'Group')
      checkOneOf(causes, subject['apiGroup'], `${at}.apiGroup`, ['rbac.authorization.k8s.io']);
    else {
      causes.notSupported(`${at}.kind`, kind ?? '', ['ServiceAccount', 'User', 'Group']);
    }
  }
  return causes.list;
}

export function validateRoleRefUnchanged(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  if (!sameValue(draft['roleRef'], old['roleRef']))
    causes.invalid('roleRef', goRoleRef(bagAt(draft, 'roleRef')), 'cannot change roleRef');
  return causes.list;
}

// As Go prints its struct.
function goRoleRef(reference: Bag | undefined): RawText {
  const { apiGroup = '', kind = '', name = '' } = reference ?? {};
  return new RawText(JSON.stringify({ APIGroup: apiGroup, Kind: kind, Name: name }));
}
