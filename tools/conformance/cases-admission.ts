// Quotas and limit ranges: what admission adds, books and refuses.

import { podSecurityCases } from './cases-pod-security.ts';
import { pluginCases } from './cases-plugins.ts';
import type { Case } from './run.ts';
import type { Ask } from './servers.ts';

type Bag = Record<string, unknown>;

const post = (path: string, body: Bag): Ask => ({ method: 'POST', path, body });
const get = (path: string): Ask => ({ method: 'GET', path });
// The real server's admission reads through caches that take a moment.
const settle: Ask = { method: 'SETTLE', path: '' };

const at = (namespace: string, plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`;

// A namespace with the account that pods need.
const open = (namespace: string): readonly Ask[] => [
  post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
  post(at(namespace, 'serviceaccounts'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }),
];

// No controller runs: the status that it would write is written by hand.
const quota = (namespace: string, hard: Bag, used: Bag, spec: Bag = {}): readonly Ask[] => {
  const body = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'team' }, spec: { hard, ...spec } };
  return [
    post(at(namespace, 'resourcequotas'), body),
    {
      method: 'PATCH',
      path: `${at(namespace, 'resourcequotas')}/team/status`,
      body: { status: { hard, used } },
      contentType: 'application/merge-patch+json',
    },
    settle,
  ];
};

const range = (namespace: string, limits: readonly Bag[]): readonly Ask[] => [
  post(at(namespace, 'limitranges'), {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'team' },
    spec: { limits },
  }),
  settle,
];

const pod = (namespace: string, name: string, resources: Bag = {}, spec: Bag = {}): Ask =>
  post(at(namespace, 'pods'), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'nginx:1', resources }],
      ...spec,
    },
  });
const configMap = (namespace: string, name: string, query = ''): Ask =>
  post(`${at(namespace, 'configmaps')}${query}`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const service = (namespace: string, name: string, spec: Bag): Ask =>
  post(at(namespace, 'services'), { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });
const claim = (namespace: string, name: string, storage: string, spec: Bag = {}): Ask =>
  post(at(namespace, 'persistentvolumeclaims'), {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage } }, ...spec },
  });
const port = [{ port: 80 }];

const quotaCases: readonly Case[] = [
  {
    name: 'quota: pods and compute',
    steps: [
      ...open('q-pods'),
      ...quota(
        'q-pods',
        { pods: '3', 'requests.cpu': '1', 'limits.memory': '1Gi', 'count/pods': '4' },
        { pods: '0', 'requests.cpu': '0', 'limits.memory': '0', 'count/pods': '0' },
      ),
      pod('q-pods', 'silent'),
      pod('q-pods', 'half', { requests: { cpu: '500m' } }),
      pod('q-pods', 'a', { requests: { cpu: '400m' }, limits: { memory: '256Mi' } }),
      pod('q-pods', 'b', { requests: { cpu: '0.6' }, limits: { memory: '512Mi', cpu: '2' } }),
      get(`${at('q-pods', 'resourcequotas')}/team`),
      pod('q-pods', 'c', { requests: { cpu: '1m' }, limits: { memory: '300Mi' } }),
      pod('q-pods', 'bad', { requests: { cpu: '-1' }, limits: { memory: '8Gi' } }),
      get(`${at('q-pods', 'resourcequotas')}/team`),
    ],
  },
  {
    name: 'quota: init containers',
    steps: [
      ...open('q-init'),
      ...quota('q-init', { 'requests.cpu': '1' }, { 'requests.cpu': '0' }),
      pod(
        'q-init',
        'a',
        { requests: { cpu: '100m' } },
        {
          initContainers: [
            { name: 'side', image: 'x', restartPolicy: 'Always', resources: { requests: { cpu: '300m' } } },
            { name: 'once', image: 'x', resources: { requests: { cpu: '600m' } } },
          ],
        },
      ),
      get(`${at('q-init', 'resourcequotas')}/team`),
      pod('q-init', 'b', { requests: { cpu: '200m' } }),
    ],
  },
  {
    name: 'quota: objects',
    steps: [
      ...open('q-count'),
      ...quota(
        'q-count',
        { configmaps: '1', 'count/secrets': '0', 'count/deployments.apps': '0' },
        { configmaps: '0', 'count/secrets': '0', 'count/deployments.apps': '0' },
      ),
      configMap('q-count', 'dry', '?dryRun=All'),
      configMap('q-count', 'a'),
      configMap('q-count', 'b'),
      get(`${at('q-count', 'resourcequotas')}/team`),
      post(at('q-count', 'secrets'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }),
      post('/apis/apps/v1/namespaces/q-count/deployments', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'd' },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
        },
      }),
    ],
  },
  {
    name: 'quota: services',
    steps: [
      ...open('q-services'),
      ...quota(
        'q-services',
        { services: '3', 'services.loadbalancers': '0', 'services.nodeports': '1' },
        { services: '0', 'services.loadbalancers': '0', 'services.nodeports': '0' },
      ),
      service('q-services', 'plain', { ports: port }),
      service('q-services', 'balanced', { type: 'LoadBalancer', ports: port }),
      service('q-services', 'two', {
        type: 'NodePort',
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 81 },
        ],
      }),
      {
        method: 'PATCH',
        path: `${at('q-services', 'services')}/plain`,
        body: { spec: { type: 'LoadBalancer' } },
        contentType: 'application/merge-patch+json',
      },
      get(`${at('q-services', 'resourcequotas')}/team`),
    ],
  },
  {
    name: 'quota: claims',
    steps: [
      ...open('q-claims'),
      ...quota(
        'q-claims',
        {
          'requests.storage': '5Gi',
          persistentvolumeclaims: '2',
          'fast.storageclass.storage.k8s.io/requests.storage': '3Gi',
        },
        {
          'requests.storage': '0',
          persistentvolumeclaims: '0',
          'fast.storageclass.storage.k8s.io/requests.storage': '0',
        },
      ),
      claim('q-claims', 'a', '2Gi'),
      claim('q-claims', 'b', '2Gi'),
      claim('q-claims', 'c', '4Gi', { storageClassName: 'slow' }),
      get(`${at('q-claims', 'resourcequotas')}/team`),
    ],
  },
  {
    name: 'quota: scopes',
    steps: [
      ...open('q-scopes'),
      ...quota('q-scopes', { pods: '0' }, { pods: '0' }, { scopes: ['BestEffort'] }),
      pod('q-scopes', 'besteffort'),
      pod('q-scopes', 'burstable', { requests: { cpu: '1' } }),
    ],
  },
  {
    name: 'quota: status unknown',
    steps: [
      ...open('q-unknown'),
      ...quota('q-unknown', { configmaps: '5', pods: '1' }, { pods: '0' }),
      configMap('q-unknown', 'a'),
    ],
  },
];

const rangeCases: readonly Case[] = [
  {
    name: 'limit range: defaults',
    steps: [
      ...open('l-defaults'),
      ...range('l-defaults', [
        { type: 'Container', default: { cpu: '500m', memory: '1Gi' }, defaultRequest: { cpu: '100m' } },
      ]),
      get(`${at('l-defaults', 'limitranges')}/team`),
      pod('l-defaults', 'none'),
      pod('l-defaults', 'some', { limits: { cpu: '1' } }, { initContainers: [{ name: 'init', image: 'x' }] }),
      pod('l-defaults', 'above', { requests: { cpu: '2' } }),
    ],
  },
  {
    name: 'limit range: containers',
    steps: [
      ...open('l-containers'),
      ...range('l-containers', [
        { type: 'Container', min: { cpu: '100m' }, max: { cpu: '1' }, maxLimitRequestRatio: { cpu: '4' } },
      ]),
      pod('l-containers', 'small', { requests: { cpu: '50m' }, limits: { cpu: '100m' } }),
      pod('l-containers', 'large', { requests: { cpu: '1' }, limits: { cpu: '2' } }),
      pod('l-containers', 'wide', { requests: { cpu: '100m' }, limits: { cpu: '0.95' } }),
      pod('l-containers', 'fits', { requests: { cpu: '0.5' }, limits: { cpu: '1' } }),
    ],
  },
  {
    name: 'limit range: pods',
    steps: [
      ...open('l-pods'),
      ...range('l-pods', [{ type: 'Pod', max: { memory: '1Gi' }, min: { memory: '64Mi' } }]),
      pod('l-pods', 'silent'),
      pod('l-pods', 'large', { requests: { memory: '128Mi' }, limits: { memory: '2Gi' } }),
      pod('l-pods', 'fits', { requests: { memory: '128Mi' }, limits: { memory: '1024Mi' } }),
    ],
  },
  {
    name: 'limit range: claims',
    steps: [
      ...open('l-claims'),
      ...range('l-claims', [{ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } }]),
      claim('l-claims', 'small', '500Mi'),
      claim('l-claims', 'large', '3Gi'),
      claim('l-claims', 'fits', '2Gi'),
    ],
  },
];

const selectors = [
  'a=b=c',
  'a in b',
  'a in (b',
  'a in (b c)',
  'a in ()',
  'a b',
  ',a',
  'a,',
  'a,=',
  '!',
  '!a=b',
  'bad key!=x',
  'a=b c',
  '-a',
  'a=-b',
  'a>x',
  'a>5,b<3',
  'a notin (,)',
  'in in (in)',
  'a=,b',
  '(a)',
];
const tokens = ['a', 'é', 'e30', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NX0', 'e3s'];

export const admissionCases: readonly Case[] = [
  ...podSecurityCases,
  ...pluginCases,
  ...quotaCases,
  ...rangeCases,
  {
    name: 'selectors of lists',
    steps: selectors.map((each) =>
      get(`/api/v1/namespaces/default/configmaps?labelSelector=${encodeURIComponent(each)}&limit=1`),
    ),
  },
  {
    name: 'continue tokens',
    steps: tokens.map((each) => get(`/api/v1/namespaces/default/configmaps?continue=${encodeURIComponent(each)}`)),
  },
];
