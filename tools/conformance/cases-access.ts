// Who may do what: impersonation, what nobody may grant, tokens and their ends, reviews.

import type { Case } from './run.ts';
import type { Ask } from './servers.ts';

type Bag = Record<string, unknown>;

const send = (method: string, path: string, body?: Bag, headers?: Record<string, string>): Ask => ({
  method,
  path,
  ...(body === undefined ? {} : { body }),
  ...(headers === undefined ? {} : { headers }),
});
const as = (user: string, more: Record<string, string> = {}): Record<string, string> => ({
  'impersonate-user': user,
  ...more,
});
const settle: Ask = { method: 'SETTLE', path: '' };

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const apiVersion = 'rbac.authorization.k8s.io/v1';
const inNamespace = (namespace: string, plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`;

const role = (name: string, rules: readonly Bag[], kind = 'ClusterRole', rest: Bag = {}): Bag => ({
  apiVersion,
  kind,
  metadata: { name },
  rules,
  ...rest,
});
const binding = (
  name: string,
  roleName: string,
  user: string,
  kind = 'ClusterRoleBinding',
  ref = 'ClusterRole',
): Bag => ({
  apiVersion,
  kind,
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: ref, name: roleName },
  subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
});
const rule = (verbs: readonly string[], resources: readonly string[], rest: Bag = {}): Bag => ({
  verbs,
  apiGroups: [''],
  resources,
  ...rest,
});
const roles = `${rbac}/clusterroles`;
const bindings = `${rbac}/clusterrolebindings`;

const account = (namespace: string, name: string): Ask =>
  send('POST', inNamespace(namespace, 'serviceaccounts'), {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name },
  });
const open = (name: string): Ask =>
  send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

const token = (namespace: string, name: string, spec: Bag = {}, metadata: Bag = {}): Ask =>
  send('POST', `${inNamespace(namespace, 'serviceaccounts')}/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata,
    spec,
  });
const review = (text: string, spec: Bag = {}): Ask =>
  send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token: text, ...spec },
  });
const whoAmI: Bag = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
const self = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

const impersonations: Case = {
  name: 'access: impersonation',
  steps: [
    send('POST', self, whoAmI, as('jane')),
    send('POST', self, whoAmI, as('jane', { 'impersonate-group': 'devs', 'impersonate-uid': '7' })),
    send(
      'POST',
      self,
      whoAmI,
      as('jane', { 'impersonate-extra-scopes': 'view', 'impersonate-extra-acme.com%2Fteam': 'a' }),
    ),
    send('POST', self, whoAmI, as('system:serviceaccount:kube-system:x')),
    send('POST', self, whoAmI, as('system:anonymous')),
    send('POST', self, whoAmI, as('jane', { 'impersonate-group': 'system:unauthenticated' })),
    send('GET', '/api/v1/pods', undefined, { 'impersonate-group': 'devs' }),
    send('GET', '/api/v1/pods', undefined, { 'impersonate-uid': '7' }),
    send('GET', '/api/v1/pods', undefined, as('jane')),
    send('GET', '/healthz', undefined, as('system:anonymous')),
    send('GET', '/api', undefined, as('system:anonymous')),
    send('GET', '/metrics', undefined, as('jane')),
    send('DELETE', '/api/v1/namespaces/default/pods/x', undefined, as('jane')),
    send('GET', '/apis/apps/v1/namespaces/default/deployments/x/scale', undefined, as('jane')),
    send('POST', '/apis/apps/v1/namespaces/default/deployments', {}, as('jane')),
  ],
};

const escalations: Case = {
  name: 'access: nobody grants what they do not hold',
  steps: [
    open('acc'),
    send(
      'POST',
      roles,
      role('acc-editor', [
        rule(['get', 'list'], ['pods', 'pods/log']),
        {
          verbs: ['*'],
          apiGroups: ['rbac.authorization.k8s.io'],
          resources: ['clusterroles', 'clusterrolebindings', 'rolebindings', 'roles'],
          resourceNames: [],
        },
        { verbs: ['get'], nonResourceURLs: ['/healthz', '/logs/*'] },
      ]),
    ),
    // Verbs that grant more are not among what the editor may do with roles.
    send(
      'PUT',
      `${roles}/acc-editor`,
      role('acc-editor', [
        rule(['get', 'list'], ['pods', 'pods/log']),
        {
          verbs: ['get', 'create', 'update', 'patch', 'delete'],
          apiGroups: ['rbac.authorization.k8s.io'],
          resources: ['*'],
        },
        { verbs: ['get'], nonResourceURLs: ['/healthz', '/logs/*'] },
      ]),
    ),
    send('POST', bindings, binding('acc-editor', 'acc-editor', 'ed')),
    settle,
    send('POST', roles, role('fine', [rule(['get'], ['pods'])]), as('ed')),
    send('POST', roles, role('logs', [{ verbs: ['get'], nonResourceURLs: ['/logs/a', '/healthz'] }]), as('ed')),
    send(
      'POST',
      roles,
      role('more', [rule(['get', 'delete', 'watch'], ['pods', 'secrets'])]),
      as('ed', { 'impersonate-group': 'devs' }),
    ),
    send('POST', roles, role('named', [rule(['get', 'update'], ['secrets'], { resourceNames: ['a', 'b'] })]), as('ed')),
    send('POST', roles, role('urls', [{ verbs: ['get', 'post'], nonResourceURLs: ['/metrics'] }]), as('ed')),
    send('POST', roles, role('stars', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]), as('ed')),
    send(
      'POST',
      roles,
      role('sums', [], 'ClusterRole', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } }),
      as('ed'),
    ),
    send('PUT', `${roles}/fine`, role('fine', [rule(['get', 'list', 'create'], ['pods'])]), as('ed')),
    send(
      'PUT',
      `${roles}/fine`,
      { ...role('fine', [rule(['get'], ['pods'])]), metadata: { name: 'fine', labels: { a: 'b' } } },
      as('ed'),
    ),
    send('POST', bindings, binding('to-view', 'fine', 'joe'), as('ed')),
    send('POST', bindings, binding('to-admin', 'cluster-admin', 'joe'), as('ed')),
    send('POST', bindings, binding('to-nothing', 'absent', 'joe'), as('ed')),
    send('POST', `${rbac}/namespaces/acc/rolebindings`, binding('local', 'fine', 'joe', 'RoleBinding'), as('ed')),
    send(
      'POST',
      `${rbac}/namespaces/acc/rolebindings`,
      binding('absent', 'absent', 'joe', 'RoleBinding', 'Role'),
      as('ed'),
    ),
    send('POST', `${rbac}/namespaces/acc/roles`, role('more', [rule(['create'], ['configmaps'])], 'Role'), as('ed')),
    send(
      'POST',
      roles,
      role('acc-binder', [
        {
          verbs: ['bind'],
          apiGroups: ['rbac.authorization.k8s.io'],
          resources: ['clusterroles'],
          resourceNames: ['cluster-admin'],
        },
        { verbs: ['escalate'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] },
        { verbs: ['*'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterrolebindings'] },
        { verbs: ['create'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] },
      ]),
    ),
    send('POST', bindings, binding('acc-binder', 'acc-binder', 'bob')),
    settle,
    send('POST', bindings, binding('to-admin', 'cluster-admin', 'joe'), as('bob')),
    send('POST', bindings, binding('to-edit', 'edit-not-here', 'joe'), as('bob')),
    send('POST', `${rbac}/namespaces/acc/roles`, role('any', [rule(['create'], ['configmaps'])], 'Role'), as('bob')),
    send('DELETE', `${bindings}/to-admin`),
  ],
};

const tokens: Case = {
  name: 'access: tokens',
  steps: [
    open('tok'),
    account('tok', 'bot'),
    account('tok', 'other'),
    token('tok', 'bot'),
    token('tok', 'bot', { expirationSeconds: 900, audiences: ['vault'] }),
    token('tok', 'bot', { expirationSeconds: 60 }),
    token('tok', 'bot', { expirationSeconds: 5_000_000_000 }),
    token('tok', 'absent'),
    token('tok', 'bot', {}, { name: 'else' }),
    token('tok', 'bot', {}, { namespace: 'else' }),
    token('tok', 'bot', { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'absent' } }),
    token('tok', 'bot', { boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'absent' } }),
    send('POST', inNamespace('tok', 'pods'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        serviceAccountName: 'bot',
        automountServiceAccountToken: false,
        containers: [{ name: 'main', image: 'x' }],
      },
    }),
    token('tok', 'bot', { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'wrong' } }),
    token('tok', 'other', { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } }),
    token('tok', 'bot', { expirationSeconds: 3607, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } }),
    send('POST', inNamespace('tok', 'secrets'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }),
    token('tok', 'bot', { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's' } }),
    review('{4.status.token}'),
    review('{5.status.token}'),
    review('{5.status.token}', { audiences: ['vault', 'x'] }),
    review('{4.status.token}', { audiences: ['vault', 'x'] }),
    review('{16.status.token}'),
    review('{18.status.token}'),
    send('GET', inNamespace('tok', 'pods'), undefined, { authorization: 'Bearer {4.status.token}' }),
    send('GET', inNamespace('tok', 'pods'), undefined, { authorization: 'Bearer {5.status.token}' }),
    // The real server remembers for a while that a token was good: the ones whose end is looked at are fresh.
    token('tok', 'bot', { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } }),
    token('tok', 'bot', { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's' } }),
    token('tok', 'bot'),
    token('tok', 'bot', { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's' } }),
    send('DELETE', `${inNamespace('tok', 'pods')}/p?gracePeriodSeconds=0`),
    send('DELETE', `${inNamespace('tok', 'secrets')}/s`),
    settle,
    review('{27.status.token}'),
    review('{28.status.token}'),
    send('GET', '/api', undefined, { authorization: 'Bearer {30.status.token}' }),
    send('DELETE', `${inNamespace('tok', 'serviceaccounts')}/bot`),
    settle,
    review('{29.status.token}'),
  ],
};

const signing = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
// CN=jane, O=devs, with a key that nobody has.
const certificateRequest =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWU1JR0FBZ0VBTUI0eERUQUxCZ05WQkFvTUJHUmxkbk14RFRBTEJnTlZCQU1NQkdwaGJtVXdXVEFUQmdjcQpoa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVRENDl1TTQxekdPVHlmOHoxWThySXlJWlR0S09pUE02dGFIaks2CkJtUUFNUFV6SmxVeStGS1gzNEVscG5pVWd0czV6VUUxU1hidVRGWXNlUVY1aUozNm9BQXdDZ1lJS29aSXpqMEUKQXdJRFJ3QXdSQUlnQVVEdUEwLzVkY1RzekhQaEVKYVdQRFFpV1hRTGQvNkdncGRXcW5kblVQTUNJQkoyd1cvNgpIcUJVWFBXUTBpUTJxaUpZaGt2ZTBlOHNVOXdraW82OHVndWUKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==';
const signingRequest = (name: string, spec: Bag = {}): Bag => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: { request: certificateRequest, signerName: 'example.com/devs', usages: ['client auth'], ...spec },
});
const merge = (path: string, body: Bag, headers?: Record<string, string>): Ask => ({
  ...send('PATCH', path, body, headers),
  contentType: 'application/merge-patch+json',
});
const saying = (type: string, more: Bag = {}): Bag => ({
  status: { conditions: [{ type, status: 'True', reason: 'Told', message: 'as told', ...more }] },
});

const requests: Case = {
  name: 'access: certificate signing requests',
  steps: [
    send('POST', signing, signingRequest('jane')),
    send('POST', signing, signingRequest('guise', { username: 'eve', groups: ['x'], uid: '1' })),
    send('POST', signing, signingRequest('bare', { request: 'bm8=' })),
    send('POST', signing, signingRequest('used', { usages: ['walking', 'client auth', 'client auth'] })),
    send('POST', signing, signingRequest('signer', { signerName: 'kubernetes.io/legacy-unknown' })),
    send('POST', signing, signingRequest('signer', { signerName: 'no-domain' })),
    send('POST', signing, signingRequest('signer', { signerName: 'Example.com/UPPER' })),
    send('POST', signing, signingRequest('short', { expirationSeconds: 60 })),
    { ...send('GET', `${signing}/jane`), accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
    merge(`${signing}/jane`, saying('Approved')),
    merge(`${signing}/jane`, { spec: { usages: ['server auth'] } }),
    merge(`${signing}/jane/approval`, saying('Approved', { status: 'False' })),
    merge(`${signing}/jane/approval`, saying('Other')),
    merge(`${signing}/jane/approval`, saying('Approved')),
    merge(`${signing}/jane/approval`, saying('Denied')),
    merge(`${signing}/jane/approval`, { status: { certificate: 'bm8=' } }),
    merge(`${signing}/jane/status`, { status: { certificate: 'bm8=' } }),
    { ...send('GET', `${signing}/jane`), accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
    merge(`${signing}/jane/status`, saying('Failed')),
    send('GET', `${signing}?fieldSelector=spec.signerName%3Dexample.com/devs`),
    merge(`${signing}/jane/approval`, saying('Denied'), as('nobody')),
    ...['jane', 'guise', 'signer'].map((name) => send('DELETE', `${signing}/${name}`)),
  ],
};

export const accessCases: readonly Case[] = [impersonations, escalations, tokens, requests];
