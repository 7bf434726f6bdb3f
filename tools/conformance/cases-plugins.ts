// The admission plugins of a stock server beside webhooks and policies: quotas with scopes, limit ranges, priorities, runtime
// classes, storage and ingress classes, tolerations, finalizers, certificate requests.

import { type Bag, get, merge, object, post, put, remove, strategic } from './requests.ts';
import type { Case } from './run.ts';
import type { Ask } from './servers.ts';

const settle: Ask = { method: 'SETTLE', path: '400' };
const at = (namespace: string, plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`;

const open = (namespace: string): readonly Ask[] => [
  post('/api/v1/namespaces', object('v1', 'Namespace', namespace)),
  post(at(namespace, 'serviceaccounts'), object('v1', 'ServiceAccount', 'default')),
];
const pod = (namespace: string, name: string, spec: Bag = {}, container: Bag = {}): Ask =>
  post(
    at(namespace, 'pods'),
    object('v1', 'Pod', name, {
      spec: {
        automountServiceAccountToken: false,
        containers: [{ name: 'main', image: 'nginx:1', ...container }],
        ...spec,
      },
    }),
  );
const asks = (cpu: string): Bag => ({ resources: { requests: { cpu }, limits: { cpu, memory: '1Gi' } } });

const quota = (namespace: string, name: string, spec: Bag, used: Bag): readonly Ask[] => [
  post(at(namespace, 'resourcequotas'), object('v1', 'ResourceQuota', name, { spec })),
  merge(`${at(namespace, 'resourcequotas')}/${name}/status`, { status: { hard: spec['hard'], used } }),
];
const none = { pods: '0' };
const inScope = (scopeName: string, operator: string, values?: readonly string[]): Bag => ({
  scopeSelector: { matchExpressions: [{ scopeName, operator, ...(values === undefined ? {} : { values }) }] },
});
const priorityClass = (name: string, rest: Bag): Ask =>
  post('/apis/scheduling.k8s.io/v1/priorityclasses', object('scheduling.k8s.io/v1', 'PriorityClass', name, rest));

const everyPod = (namespace: string): readonly Ask[] => [
  pod(namespace, 'best-effort'),
  pod(namespace, 'burstable', {}, { resources: { requests: { cpu: '1' } } }),
  pod(namespace, 'ending', { activeDeadlineSeconds: 60 }),
  pod(namespace, 'ending-burstable', { activeDeadlineSeconds: 60 }, { resources: { requests: { cpu: '1' } } }),
  pod(namespace, 'classy', { priorityClassName: 'plugin-high' }),
  pod(namespace, 'across', {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'a', labelSelector: {}, namespaces: ['other'] },
        ],
      },
    },
  }),
];

const scoped = (name: string, spec: Bag): Case => ({
  name: `plugins: quota ${name}`,
  steps: [
    ...open(`plug-q-${name}`),
    ...quota(`plug-q-${name}`, 'team', { hard: none, ...spec }, none),
    settle,
    ...everyPod(`plug-q-${name}`),
  ],
});

const quotas: readonly Case[] = [
  {
    name: 'plugins: classes',
    steps: [
      priorityClass('plugin-high', { value: 1000 }),
      priorityClass('plugin-never', { value: 10, preemptionPolicy: 'Never' }),
      settle,
    ],
  },
  scoped('terminating', { scopes: ['Terminating'] }),
  scoped('not-terminating', { scopes: ['NotTerminating'] }),
  scoped('best-effort', { scopes: ['BestEffort'] }),
  scoped('not-best-effort', { scopes: ['NotBestEffort'] }),
  scoped('two-scopes', { scopes: ['BestEffort', 'NotTerminating'] }),
  scoped('class', inScope('PriorityClass', 'In', ['plugin-high'])),
  scoped('class-not', inScope('PriorityClass', 'NotIn', ['plugin-high'])),
  scoped('class-any', inScope('PriorityClass', 'Exists')),
  scoped('across', inScope('CrossNamespacePodAffinity', 'Exists')),
  {
    name: 'plugins: quota wants what it limits',
    steps: [
      ...open('plug-must'),
      ...quota(
        'plug-must',
        'a',
        { hard: { 'requests.cpu': '2', 'limits.memory': '2Gi', 'requests.ephemeral-storage': '1Gi' } },
        { 'requests.cpu': '0', 'limits.memory': '0', 'requests.ephemeral-storage': '0' },
      ),
      settle,
      pod('plug-must', 'silent'),
      pod('plug-must', 'some', {}, { resources: { requests: { cpu: '1' } } }),
      pod('plug-must', 'two', {
        containers: [
          { name: 'a', image: 'a' },
          { name: 'b', image: 'b' },
        ],
      }),
      pod('plug-must', 'init', { initContainers: [{ name: 'i', image: 'a' }] }, asks('1')),
    ],
  },
  {
    name: 'plugins: two quotas',
    steps: [
      ...open('plug-two'),
      ...quota('plug-two', 'a', { hard: { pods: '1', 'requests.cpu': '1' } }, { pods: '0', 'requests.cpu': '0' }),
      ...quota('plug-two', 'b', { hard: { 'count/pods': '5' } }, { 'count/pods': '0' }),
      settle,
      pod('plug-two', 'large', {}, asks('2')),
      pod('plug-two', 'fits', {}, asks('1')),
      settle,
      pod('plug-two', 'more', {}, asks('1')),
      get(`${at('plug-two', 'resourcequotas')}/a`),
      get(`${at('plug-two', 'resourcequotas')}/b`),
      pod('plug-two', 'dry', {}, asks('1')),
    ],
  },
  {
    name: 'plugins: quota of extended resources',
    steps: [
      ...open('plug-gpu'),
      ...quota('plug-gpu', 'a', { hard: { 'requests.example.com/gpu': '1' } }, { 'requests.example.com/gpu': '0' }),
      settle,
      pod('plug-gpu', 'two', {}, { resources: { limits: { 'example.com/gpu': '2' } } }),
      pod('plug-gpu', 'one', {}, { resources: { limits: { 'example.com/gpu': '1' } } }),
      get(`${at('plug-gpu', 'resourcequotas')}/a`),
    ],
  },
];

const ranges: readonly Case[] = [
  {
    name: 'plugins: two limit ranges',
    steps: [
      ...open('plug-ranges'),
      post(
        at('plug-ranges', 'limitranges'),
        object('v1', 'LimitRange', 'a', {
          spec: { limits: [{ type: 'Container', default: { cpu: '1' }, max: { cpu: '2' } }] },
        }),
      ),
      post(
        at('plug-ranges', 'limitranges'),
        object('v1', 'LimitRange', 'b', {
          spec: {
            limits: [
              { type: 'Pod', max: { cpu: '1500m' } },
              { type: 'Container', min: { memory: '32Mi' } },
            ],
          },
        }),
      ),
      settle,
      pod('plug-ranges', 'a'),
      // Only one of the two refuses each: the original asks them in the order of a map.
      pod('plug-ranges', 'b', {}, { resources: { limits: { cpu: '1', memory: '1Mi' } } }),
      pod('plug-ranges', 'c', {}, { resources: { requests: { memory: '64Mi' }, limits: { cpu: '2' } } }),
    ],
  },
];

const pods: readonly Case[] = [
  {
    name: 'plugins: priority',
    steps: [
      ...open('plug-priority'),
      pod('plug-priority', 'a', { priorityClassName: 'plugin-high' }),
      pod('plug-priority', 'b', { priorityClassName: 'plugin-missing' }),
      pod('plug-priority', 'c', { priority: 5 }),
      pod('plug-priority', 'd', { priorityClassName: 'plugin-high', priority: 5 }),
      pod('plug-priority', 'e', { priorityClassName: 'plugin-never' }),
      pod('plug-priority', 'f', { priorityClassName: 'plugin-never', preemptionPolicy: 'PreemptLowerPriority' }),
      pod('plug-priority', 'g', { priorityClassName: 'system-node-critical' }),
      priorityClass('plugin-low', { value: -10 }),
      put(
        '/apis/scheduling.k8s.io/v1/priorityclasses/plugin-low',
        object('scheduling.k8s.io/v1', 'PriorityClass', 'plugin-low', { value: 7 }),
      ),
      priorityClass('plugin-default', { value: 1, globalDefault: true }),
      settle,
      priorityClass('plugin-default-too', { value: 2, globalDefault: true }),
      pod('plug-priority', 'h'),
      remove('/apis/scheduling.k8s.io/v1/priorityclasses/plugin-default'),
      settle,
    ],
  },
  {
    name: 'plugins: runtime class',
    steps: [
      ...open('plug-runtime'),
      post(
        '/apis/node.k8s.io/v1/runtimeclasses',
        object('node.k8s.io/v1', 'RuntimeClass', 'plug-rc', {
          handler: 'runc',
          overhead: { podFixed: { cpu: '250m' } },
          scheduling: { nodeSelector: { a: 'b' }, tolerations: [{ key: 'k', operator: 'Exists' }] },
        }),
      ),
      settle,
      pod('plug-runtime', 'a', { runtimeClassName: 'plug-rc' }),
      pod('plug-runtime', 'b', { runtimeClassName: 'plug-rc', nodeSelector: { a: 'c' } }),
      pod('plug-runtime', 'c', { runtimeClassName: 'plug-rc', overhead: { cpu: '1' } }),
      pod('plug-runtime', 'd', { runtimeClassName: 'nothing' }),
      pod('plug-runtime', 'e', { overhead: { cpu: '1' } }),
    ],
  },
  {
    name: 'plugins: tolerations',
    steps: [
      ...open('plug-tolerations'),
      pod('plug-tolerations', 'a'),
      pod('plug-tolerations', 'b', {
        tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
      }),
      pod('plug-tolerations', 'c', { tolerations: [{ operator: 'Exists' }] }),
      strategic(`${at('plug-tolerations', 'pods')}/a`, { metadata: { labels: { x: 'y' } } }),
    ],
  },
  {
    name: 'plugins: service accounts',
    steps: [
      post('/api/v1/namespaces', object('v1', 'Namespace', 'plug-accounts')),
      post(
        at('plug-accounts', 'serviceaccounts'),
        object('v1', 'ServiceAccount', 'strict', {
          metadata: { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
          secrets: [{ name: 'known' }],
          imagePullSecrets: [{ name: 'pull' }],
        }),
      ),
      settle,
      pod('plug-accounts', 'a', { serviceAccountName: 'strict' }),
      pod('plug-accounts', 'b', {
        serviceAccountName: 'strict',
        volumes: [{ name: 's', secret: { secretName: 'other' } }],
      }),
      pod('plug-accounts', 'c', { serviceAccountName: 'strict', imagePullSecrets: [{ name: 'other' }] }),
      pod(
        'plug-accounts',
        'd',
        { serviceAccountName: 'strict' },
        {
          env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'other', key: 'k' } } }],
        },
      ),
      pod('plug-accounts', 'e', { serviceAccountName: 'strict' }, { envFrom: [{ secretRef: { name: 'other' } }] }),
      pod('plug-accounts', 'f', { serviceAccountName: 'strict', serviceAccount: 'other' }),
    ],
  },
];

const claim = (namespace: string, name: string, spec: Bag = {}): Ask =>
  post(
    at(namespace, 'persistentvolumeclaims'),
    object('v1', 'PersistentVolumeClaim', name, {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    }),
  );
const storageClass = (name: string, rest: Bag = {}, standard = false): Ask =>
  post(
    '/apis/storage.k8s.io/v1/storageclasses',
    object('storage.k8s.io/v1', 'StorageClass', name, {
      metadata: standard ? { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } : {},
      provisioner: 'example.com/x',
      ...rest,
    }),
  );
const bigger = (namespace: string, name: string): Ask =>
  strategic(`${at(namespace, 'persistentvolumeclaims')}/${name}`, {
    spec: { resources: { requests: { storage: '2Gi' } } },
  });

const others: readonly Case[] = [
  {
    name: 'plugins: storage',
    steps: [
      ...open('plug-storage'),
      storageClass('plug-fixed'),
      storageClass('plug-elastic', { allowVolumeExpansion: true }, true),
      settle,
      claim('plug-storage', 'standard'),
      claim('plug-storage', 'empty', { storageClassName: '' }),
      claim('plug-storage', 'fixed', { storageClassName: 'plug-fixed' }),
      bigger('plug-storage', 'standard'),
      bigger('plug-storage', 'fixed'),
      remove(`${at('plug-storage', 'persistentvolumeclaims')}/standard`),
      post(
        '/api/v1/persistentvolumes',
        object('v1', 'PersistentVolume', 'plug-volume', {
          spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
        }),
      ),
      remove('/api/v1/persistentvolumes/plug-volume'),
      remove('/apis/storage.k8s.io/v1/storageclasses/plug-elastic'),
      settle,
    ],
  },
  {
    name: 'plugins: ingress class',
    steps: [
      ...open('plug-ingress'),
      post(
        '/apis/networking.k8s.io/v1/ingressclasses',
        object('networking.k8s.io/v1', 'IngressClass', 'plug-class', {
          metadata: { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
          spec: { controller: 'example.com/x' },
        }),
      ),
      settle,
      post(
        '/apis/networking.k8s.io/v1/namespaces/plug-ingress/ingresses',
        object('networking.k8s.io/v1', 'Ingress', 'a', {
          spec: { defaultBackend: { service: { name: 'a', port: { number: 80 } } } },
        }),
      ),
      remove('/apis/networking.k8s.io/v1/ingressclasses/plug-class'),
      settle,
    ],
  },
  {
    name: 'plugins: nodes',
    steps: [
      post('/api/v1/nodes', object('v1', 'Node', 'plug-node')),
      post(
        '/api/v1/nodes',
        object('v1', 'Node', 'plug-tainted', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }),
      ),
      remove('/api/v1/nodes/plug-node'),
      remove('/api/v1/nodes/plug-tainted'),
    ],
  },
  {
    name: 'plugins: namespaces that end',
    steps: [
      ...open('plug-ending'),
      merge('/api/v1/namespaces/plug-ending', { metadata: { finalizers: ['example.com/x'] } }),
      remove('/api/v1/namespaces/plug-ending'),
      settle,
      post(at('plug-ending', 'configmaps'), object('v1', 'ConfigMap', 'a')),
      post(at('plug-nowhere', 'configmaps'), object('v1', 'ConfigMap', 'a')),
      pod('plug-ending', 'a'),
      remove('/api/v1/namespaces/kube-system'),
      remove('/api/v1/namespaces/default'),
      remove('/api/v1/namespaces/kube-public'),
    ],
  },
];

export const pluginCases: readonly Case[] = [...quotas, ...ranges, ...pods, ...others];
