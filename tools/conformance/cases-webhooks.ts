// Admission webhooks over HTTPS: what they are sent, what they may answer, and how their failures look to the caller.

import type { Case } from './run.ts';
import type { Ask } from './servers.ts';
import { goodBundle, startWebhook, wrongBundle } from './webhook-server.ts';

type Bag = Record<string, unknown>;

const port = await startWebhook();
const at = `https://127.0.0.1:${port}`;
const settle: Ask = { method: 'SETTLE', path: '' };

const send = (method: string, path: string, body?: Bag, contentType?: string): Ask => ({
  method,
  path,
  ...(body === undefined ? {} : { body }),
  ...(contentType === undefined ? {} : { contentType }),
});

const configurations = '/apis/admissionregistration.k8s.io/v1';

type Hook = Bag & { readonly name?: string };

const inNamespace = (namespace: string): Bag => ({ matchLabels: { 'kubernetes.io/metadata.name': namespace } });

const rule = (resources: readonly string[] = ['configmaps'], rest: Bag = {}): Bag => ({
  operations: ['*'],
  apiGroups: ['*'],
  apiVersions: ['*'],
  resources,
  ...rest,
});

function configuration(kind: 'Mutating' | 'Validating', namespace: string, hooks: readonly Hook[]): readonly Ask[] {
  const webhooks = hooks.map((hook, index) => ({
    name: `hook${index}.example.com`,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    namespaceSelector: inNamespace(namespace),
    rules: [rule()],
    ...hook,
    clientConfig: { caBundle: goodBundle, ...(hook['clientConfig'] as Bag | undefined) },
  }));
  const body = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: namespace },
    webhooks,
  };
  return [{ ...send('POST', `${configurations}/${kind.toLowerCase()}webhookconfigurations`, body) }, settle];
}

const end = (kind: 'mutating' | 'validating', namespace: string): readonly Ask[] => [
  send('DELETE', `${configurations}/${kind}webhookconfigurations/${namespace}`),
  settle,
];

const url = (word: string): { readonly clientConfig: Bag } => ({ clientConfig: { url: `${at}/${word}` } });

const open = (namespace: string): readonly Ask[] => [
  send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
  send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  }),
];

const path = (namespace: string, plural = 'configmaps'): string => `/api/v1/namespaces/${namespace}/${plural}`;
const map = (namespace: string, name: string, rest: Bag = {}, query = ''): Ask =>
  send('POST', `${path(namespace)}${query}`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...rest });
const pod = (namespace: string, name: string, spec: Bag = {}, metadata: Bag = {}): Ask =>
  send('POST', path(namespace, 'pods'), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...(name === '' ? {} : { name }), ...metadata },
    spec: { containers: [{ name: 'main', image: 'nginx:1' }], ...spec },
  });

// One webhook, one write.
const answers = (kind: 'Mutating' | 'Validating', words: readonly string[]): readonly Case[] =>
  words.map((word) => {
    const namespace = `wh-${kind.slice(0, 1).toLowerCase()}-${word.replaceAll('/', '-')}`;
    return {
      name: `webhook: ${kind.toLowerCase()} answers ${word}`,
      steps: [
        ...open(namespace),
        ...configuration(kind, namespace, [url(word)]),
        map(namespace, 'a', { data: { a: '1' } }),
        send('GET', `${path(namespace)}/a`),
        ...end(kind === 'Mutating' ? 'mutating' : 'validating', namespace),
      ],
    };
  });

const everything = ['wrong-uid', 'no-response', 'wrong-kind', 'no-kind', 'beta', 'text', 'nothing', 'hang-up'];
const statuses = [400, 401, 403, 404, 405, 409, 415, 422, 429, 500, 503, 504, 418].map((code) => `status/${code}`);

const story = (
  kind: 'Mutating' | 'Validating',
  namespace: string,
  steps: readonly Ask[],
  hooks: readonly Hook[],
): Case => ({
  name: `webhook: ${namespace.slice(3)}`,
  steps: [
    ...open(namespace),
    ...configuration(kind, namespace, hooks),
    ...steps,
    ...end(kind === 'Mutating' ? 'mutating' : 'validating', namespace),
  ],
});

const reviews: readonly Case[] = [
  story(
    'Validating',
    'wh-reviews',
    [
      map('wh-reviews', 'a', { data: { a: '1' } }),
      map('wh-reviews', 'a', { data: { a: '1' } }, '?dryRun=All&fieldManager=me&fieldValidation=Strict'),
      map('wh-reviews', '', { metadata: { generateName: 'gen-' } }),
      { ...map('wh-reviews', 'b'), headers: { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' } },
    ],
    [url('echo')],
  ),
  story(
    'Mutating',
    'wh-mutating-reviews',
    [
      map('wh-mutating-reviews', 'a', { data: { a: '1' } }),
      map('wh-mutating-reviews', '', { metadata: { generateName: 'gen-' } }),
      pod('wh-mutating-reviews', 'p'),
      pod('wh-mutating-reviews', '', {}, { generateName: 'p-' }),
    ],
    [{ ...url('echo'), rules: [rule(['configmaps', 'pods'])] }],
  ),
  ...(['Mutating', 'Validating'] as const).map((kind) => {
    const namespace = `wh-changes-${kind.toLowerCase()}`;
    const one = `${path(namespace)}/a`;
    return {
      name: `webhook: changes are reviewed by ${kind.toLowerCase()} ones`,
      steps: [
        ...open(namespace),
        map(namespace, 'a', { data: { a: '1' } }),
        ...configuration(kind, namespace, [url('echo')]),
        send('PUT', one, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: '2' } }),
        send('PATCH', `${one}?fieldManager=me`, { data: { a: '3' } }, 'application/merge-patch+json'),
        send('PATCH', one, { metadata: { labels: { x: 'y' } } }, 'application/strategic-merge-patch+json'),
        send(
          'PATCH',
          `${one}?fieldManager=me&force=true`,
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { b: '1' } },
          'application/apply-patch+yaml',
        ),
        send(
          'PATCH',
          `${path(namespace)}/new?fieldManager=me`,
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' }, data: { b: '1' } },
          'application/apply-patch+yaml',
        ),
        send('DELETE', one),
        send('DELETE', `${one}?propagationPolicy=Foreground&dryRun=All`),
        send('DELETE', one, { gracePeriodSeconds: 3, preconditions: { uid: 'nobody' } }),
        send('DELETE', path(namespace)),
        send('GET', one),
        ...end(kind === 'Mutating' ? 'mutating' : 'validating', namespace),
      ],
    };
  }),
  {
    name: 'webhook: status is a subresource',
    steps: [
      ...open('wh-status'),
      pod('wh-status', 'p', { automountServiceAccountToken: false }),
      ...configuration('Validating', 'wh-status', [{ ...url('echo'), rules: [rule(['pods/*'])] }]),
      send(
        'PATCH',
        `${path('wh-status', 'pods')}/p/status`,
        { status: { message: 'x' } },
        'application/merge-patch+json',
      ),
      send(
        'PATCH',
        `${path('wh-status', 'pods')}/p`,
        { metadata: { labels: { a: 'b' } } },
        'application/merge-patch+json',
      ),
      ...end('validating', 'wh-status'),
    ],
  },
  {
    name: 'webhook: namespaces review themselves',
    steps: [
      ...configuration('Validating', 'wh-self', [{ ...url('echo'), rules: [rule(['namespaces'])] }]),
      send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'wh-self' } }),
      ...end('validating', 'wh-self'),
    ],
  },
];

const mutations: readonly Case[] = [
  story(
    'Mutating',
    'wh-sidecar',
    [
      pod('wh-sidecar', 'p', { automountServiceAccountToken: false }),
      pod('wh-sidecar', 'q'),
      send('GET', `${path('wh-sidecar', 'pods')}/p`),
    ],
    [{ ...url('sidecar'), rules: [rule(['pods'], { operations: ['CREATE'] })] }],
  ),
  story(
    'Mutating',
    'wh-labels',
    [
      map('wh-labels', 'a', {}, '?fieldManager=me'),
      send('PATCH', `${path('wh-labels')}/a?fieldManager=you`, { data: { x: '1' } }, 'application/merge-patch+json'),
      send(
        'PATCH',
        `${path('wh-labels')}/a?fieldManager=them`,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: { own: 'yes' } } },
        'application/apply-patch+yaml',
      ),
      map('wh-labels', 'dry', {}, '?dryRun=All'),
      send('GET', `${path('wh-labels')}/a`),
    ],
    [url('label/first')],
  ),
  story(
    'Mutating',
    'wh-again',
    [map('wh-again', 'a')],
    [{ ...url('count'), reinvocationPolicy: 'IfNeeded' }, url('label/later')],
  ),
  story(
    'Mutating',
    'wh-once',
    [map('wh-once', 'a')],
    [url('count'), url('label/later'), { ...url('count'), reinvocationPolicy: 'IfNeeded' }],
  ),
];

const selection: readonly Case[] = [
  ...(
    [
      ['wh-operations', { rules: [rule(undefined, { operations: ['UPDATE', 'DELETE'] })] }],
      ['wh-scope', { rules: [rule(undefined, { scope: 'Cluster' })] }],
      ['wh-namespaced', { rules: [rule(undefined, { scope: 'Namespaced' })] }],
      ['wh-groups', { rules: [rule(['*'], { apiGroups: ['apps'] })] }],
      ['wh-core', { rules: [rule(['*'], { apiGroups: [''] })] }],
      ['wh-all', { rules: [rule(['*/*'], {})] }],
      ['wh-subresources', { rules: [rule(['configmaps/status'])] }],
      ['wh-versions', { rules: [rule(undefined, { apiVersions: ['v2'] })] }],
      ['wh-object', { objectSelector: { matchLabels: { review: 'yes' } } }],
      ['wh-expression', { objectSelector: { matchExpressions: [{ key: 'review', operator: 'DoesNotExist' }] } }],
      ['wh-ignore', { failurePolicy: 'Ignore', clientConfig: { url: 'https://127.0.0.1:1/x' } }],
      ['wh-ignore-denial', { failurePolicy: 'Ignore' }],
    ] as const
  ).map(([namespace, hook]): Case =>
    story(
      'Validating',
      namespace,
      [map(namespace, 'a'), map(namespace, 'b', { metadata: { name: 'b', labels: { review: 'yes' } } })],
      [{ ...url('deny'), ...hook }],
    ),
  ),
  story(
    'Validating',
    'wh-equivalent',
    [scaler('v1', { targetCPUUtilizationPercentage: 50 }), scaler('v2', { metrics: [] })],
    [
      {
        ...url('echo'),
        matchPolicy: 'Equivalent',
        rules: [rule(['horizontalpodautoscalers'], { apiVersions: ['v2'] })],
      },
    ],
  ),
  story(
    'Validating',
    'wh-exact',
    [scaler('v1', { targetCPUUtilizationPercentage: 50 }, 'wh-exact')],
    [{ ...url('deny'), matchPolicy: 'Exact', rules: [rule(['horizontalpodautoscalers'], { apiVersions: ['v2'] })] }],
  ),
  story(
    'Validating',
    'wh-dry',
    [map('wh-dry', 'a', {}, '?dryRun=All'), map('wh-dry', 'a')],
    [{ ...url('warn'), sideEffects: 'NoneOnDryRun' }],
  ),
];

function scaler(version: string, spec: Bag, namespace = 'wh-equivalent'): Ask {
  return send('POST', `/apis/autoscaling/${version}/namespaces/${namespace}/horizontalpodautoscalers`, {
    apiVersion: `autoscaling/${version}`,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'a' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' }, maxReplicas: 3, ...spec },
  });
}

const service = (name: string, spec: Bag): Ask =>
  send('POST', path('wh-service', 'services'), { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });
const through = (name: string, rest: Bag = {}): { readonly clientConfig: Bag } => ({
  clientConfig: { service: { namespace: 'wh-service', name, port, path: '/deny', ...rest } },
});

const connections: readonly Case[] = [
  ...(
    [
      ['wh-refused', { clientConfig: { url: 'https://127.0.0.1:1/x' } }],
      ['wh-root', { clientConfig: { url: 'https://127.0.0.1:1' } }],
      ['wh-authority', { clientConfig: { url: `${at}/deny`, caBundle: wrongBundle } }],
      ['wh-timeout', { ...url('hang'), timeoutSeconds: 1 }],
      ['wh-missing', through('absent')],
      ['wh-missing-root', through('absent', { path: undefined })],
    ] as const
  ).map(([namespace, hook]) => story('Validating', namespace, [map(namespace, 'a')], [hook])),
  {
    name: 'webhook: through services',
    steps: [
      ...open('wh-service'),
      service('local', { type: 'ExternalName', externalName: '127.0.0.1' }),
      service('misnamed', { type: 'ExternalName', externalName: '127.0.0.1' }),
      service('headless', { clusterIP: 'None', ports: [{ port }], selector: { a: 'b' } }),
      service('other-port', { ports: [{ port: 443 }] }),
      ...['local', 'misnamed', 'headless', 'other-port'].flatMap((name) => [
        ...configuration('Validating', 'wh-service', [through(name)]),
        map('wh-service', name),
        ...end('validating', 'wh-service'),
      ]),
    ],
  },
  {
    name: 'webhook: two refuse, and a quota after them',
    steps: [
      ...open('wh-two'),
      ...configuration('Validating', 'wh-two', [url('warn'), url('deny-full')]),
      map('wh-two', 'a'),
      map('wh-two', 'Not A Name'),
      ...end('validating', 'wh-two'),
    ],
  },
];

const condition = (expression: string): Bag => ({ name: 'only', expression });
const conditions: readonly Case[] = (
  [
    ['wh-c-name', ["object.metadata.name == 'a'"], 'Fail'],
    ['wh-c-label', ["has(object.metadata.labels) && object.metadata.labels['review'] == 'yes'"], 'Fail'],
    ['wh-c-request', ["request.operation == 'CREATE' && request.namespace.startsWith('wh-')"], 'Fail'],
    ['wh-c-user', ["!('system:masters' in request.userInfo.groups)"], 'Fail'],
    ['wh-c-old', ['oldObject == null'], 'Fail'],
    ['wh-c-error', ["object.metadata.labels['review'] == 'yes'"], 'Fail'],
    ['wh-c-ignored', ["object.metadata.labels['review'] == 'yes'"], 'Ignore'],
    ['wh-c-both', ["object.metadata.labels['review'] == 'yes'", "object.metadata.name == 'z'"], 'Fail'],
    ['wh-c-allowed', ["authorizer.group('').resource('pods').namespace('x').check('delete').allowed()"], 'Fail'],
  ] as const
).map(([namespace, expressions, failurePolicy]) =>
  story(
    'Validating',
    namespace,
    [map(namespace, 'a'), map(namespace, 'b', { metadata: { name: 'b', labels: { review: 'yes' } } })],
    [
      {
        ...url('deny'),
        failurePolicy,
        matchConditions: expressions.map((each, index) => ({ ...condition(each), name: `c${index}` })),
      },
    ],
  ),
);

const accounts: readonly Case[] = [
  {
    name: 'service accounts of pods',
    steps: [
      send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sa-pods' } }),
      pod('sa-pods', 'named', { serviceAccountName: 'absent' }),
      pod('sa-pods', '', { serviceAccountName: 'absent' }, { generateName: 'p-' }),
      send('POST', path('sa-pods', 'serviceaccounts'), {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'quiet' },
        automountServiceAccountToken: false,
        imagePullSecrets: [{ name: 'registry' }],
      }),
      settle,
      pod('sa-pods', 'quiet', { serviceAccountName: 'quiet' }),
      pod('sa-pods', 'loud', { serviceAccountName: 'quiet', automountServiceAccountToken: true }),
      pod('sa-pods', 'own-secret', { serviceAccountName: 'quiet', imagePullSecrets: [{ name: 'mine' }] }),
    ],
  },
];

export const webhookCases: readonly Case[] = [
  ...answers('Validating', [...everything, ...statuses, 'allow', 'warn', 'deny', 'deny-bare', 'deny-reason']),
  ...answers('Validating', ['deny-full', 'deny-code', 'label/x', 'no-patch', 'no-type']),
  ...answers('Mutating', ['allow', 'deny', 'label/x', 'unknown-field', 'invalid-object', 'wrong-type', 'bad-patch']),
  ...answers('Mutating', ['no-such-path', 'empty-patch', 'no-type', 'no-patch', 'wrong-uid', 'status/500']),
  ...reviews,
  ...mutations,
  ...selection,
  ...connections,
  ...accounts,
  ...conditions,
];
