// Policies and bindings written by those who may not read the parameters they name.

import { type Bag, config, merge, object, post, put, remove } from './requests.ts';
import type { Case } from './run.ts';
import type { Ask } from './servers.ts';

const group = 'admissionregistration.k8s.io';
const api = `/apis/${group}/v1`;
const policies = `${api}/validatingadmissionpolicies`;
const bindings = `${api}/validatingadmissionpolicybindings`;
const rbac = '/apis/rbac.authorization.k8s.io/v1';

const by = (user: string, ask: Ask, more: Record<string, string> = {}): Ask => ({
  ...ask,
  headers: { ...ask.headers, 'impersonate-user': user, ...more },
});

const policy = (name: string, spec: Bag = {}): Bag =>
  object(`${group}/v1`, 'ValidatingAdmissionPolicy', name, {
    spec: {
      matchConstraints: {
        resourceRules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['*'], resources: ['secrets'] }],
      },
      validations: [{ expression: 'true' }],
      ...spec,
    },
  });
const paramKind = (apiVersion: string, kind: string): Bag => ({ paramKind: { apiVersion, kind } });
const maps = paramKind('v1', 'ConfigMap');

const binding = (name: string, policyName: string, paramRef?: Bag): Bag =>
  object(`${group}/v1`, 'ValidatingAdmissionPolicyBinding', name, {
    spec: {
      policyName,
      validationActions: ['Deny'],
      ...(paramRef === undefined ? {} : { paramRef: { parameterNotFoundAction: 'Deny', ...paramRef } }),
    },
  });

const role = (name: string, kind: string, rules: readonly Bag[]): Bag =>
  object('rbac.authorization.k8s.io/v1', kind, name, { rules });
const bound = (name: string, kind: string, user: string): Bag =>
  object('rbac.authorization.k8s.io/v1', `${kind}Binding`, name, {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
  });

// `pat` writes policies and reads no parameters, `kit` reads all ConfigMaps, `nan` one of them in one namespace.
const authors = { verbs: ['*'], apiGroups: [group], resources: ['*'] };
const inside = `${rbac}/namespaces/vpa-params`;
const setUp: readonly Ask[] = [
  post('/api/v1/namespaces', object('v1', 'Namespace', 'vpa-params')),
  post('/api/v1/namespaces/vpa-params/configmaps', config('one', { a: '1' })),
  post(`${rbac}/clusterroles`, role('vpa-author', 'ClusterRole', [authors])),
  post(
    `${rbac}/clusterroles`,
    role('vpa-reader', 'ClusterRole', [
      authors,
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps'] },
    ]),
  ),
  post(
    `${inside}/roles`,
    role('vpa-one', 'Role', [{ verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['one'] }]),
  ),
  post(`${rbac}/clusterrolebindings`, bound('vpa-author', 'ClusterRole', 'pat')),
  post(`${rbac}/clusterrolebindings`, bound('vpa-reader', 'ClusterRole', 'kit')),
  post(`${inside}/rolebindings`, bound('vpa-one', 'Role', 'nan')),
  post(`${rbac}/clusterrolebindings`, {
    ...bound('vpa-author', 'ClusterRole', 'nan'),
    metadata: { name: 'vpa-author-nan' },
  }),
  { method: 'SETTLE', path: '1000' },
];

const writes: readonly Ask[] = [
  by('pat', post(policies, policy('vpa-none'))),
  by('pat', post(policies, policy('vpa-maps', maps))),
  by('pat', post(policies, policy('vpa-maps', { ...maps, validations: [] }))),
  by('pat', post(policies, policy('vpa-maps', maps)), { 'impersonate-group': 'devs', 'impersonate-uid': '7' }),
  by('pat', post(policies, policy('vpa-maps', maps)), {
    'impersonate-extra-zeta': 'z',
    'impersonate-extra-acme.com%2Fteam': 'a',
  }),
  by('pat', post(policies, policy('vpa-unknown', paramKind('none.example.com/v1', 'None')))),
  by('pat', post(policies, policy('vpa-roles', paramKind('rbac.authorization.k8s.io/v1', 'Role')))),
  by('pat', post(policies, policy('vpa-own', paramKind(`${group}/v1`, 'ValidatingAdmissionPolicy')))),
  by('kit', post(policies, policy('vpa-maps', maps))),
  by('kit', post(policies, policy('vpa-kinds', paramKind('v1', 'Secret')))),
  by('nan', post(policies, policy('vpa-nan', maps))),
  post(policies, policy('vpa-unknown', paramKind('none.example.com/v1', 'None'))),
  by('pat', merge(`${policies}/vpa-maps`, { spec: { failurePolicy: 'Ignore' } })),
  by('pat', merge(`${policies}/vpa-maps`, { spec: { paramKind: { kind: 'Secret' } } })),
  by('pat', merge(`${policies}/vpa-none`, { spec: maps })),
  by('pat', merge(`${policies}/vpa-maps/status`, { status: { observedGeneration: 1 } })),
  by('pat', put(`${policies}/vpa-put`, policy('vpa-put', maps))),
  by('pat', post(bindings, binding('vpa-none', 'vpa-none'))),
  by('pat', post(bindings, binding('vpa-missing', 'vpa-missing', { name: 'one', namespace: 'vpa-params' }))),
  by('pat', post(bindings, binding('vpa-without', 'vpa-none', { name: 'one' }))),
  by('pat', post(bindings, binding('vpa-unknown', 'vpa-unknown', { selector: {} }))),
  by('pat', post(bindings, binding('vpa-maps', 'vpa-maps', { name: 'one', namespace: 'vpa-params' }))),
  by('pat', post(bindings, binding('vpa-maps', 'vpa-maps', { selector: {} }))),
  by('nan', post(bindings, binding('vpa-nan', 'vpa-maps', { selector: {}, namespace: 'vpa-params' }))),
  by('nan', post(bindings, binding('vpa-nan', 'vpa-maps', { name: 'two', namespace: 'vpa-params' }))),
  by('nan', post(bindings, binding('vpa-nan', 'vpa-maps', { name: 'one' }))),
  by('nan', post(bindings, binding('vpa-nan', 'vpa-maps', { name: 'one', namespace: 'vpa-params' }))),
  by('kit', post(bindings, binding('vpa-kit', 'vpa-maps', { selector: {} }))),
  by('pat', merge(`${bindings}/vpa-kit`, { metadata: { labels: { a: 'b' } } })),
  by('pat', merge(`${bindings}/vpa-none`, { metadata: { labels: { a: 'b' } } })),
  by('nan', merge(`${bindings}/vpa-nan`, { metadata: { labels: { a: 'b' } } })),
  by('pat', merge(`${bindings}/vpa-kit`, { spec: { paramRef: null } })),
];

const cleanUp: readonly Ask[] = [
  ...['vpa-none', 'vpa-nan', 'vpa-kit'].map((name) => remove(`${bindings}/${name}`)),
  ...['vpa-none', 'vpa-maps', 'vpa-own', 'vpa-unknown'].map((name) => remove(`${policies}/${name}`)),
  ...['vpa-author', 'vpa-reader', 'vpa-author-nan'].map((name) => remove(`${rbac}/clusterrolebindings/${name}`)),
];

export const authorityCases: readonly Case[] = [{ name: 'policy authority', steps: [...setUp, ...writes, ...cleanUp] }];
