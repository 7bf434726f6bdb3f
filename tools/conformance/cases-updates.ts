// What may not change once it is there: a create, then updates that are refused or taken, on all kinds that have such rules.

import {
  type Bag,
  apps,
  batch,
  core,
  jsonPatch as json,
  merge,
  object,
  post,
  put,
  remove,
  strategic,
} from './requests.ts';
import type { Case } from './run.ts';

const labels = { app: 'web' };
const containers = [{ name: 'main', image: 'nginx:1' }];
const template = { metadata: { labels }, spec: { containers } };
const task = { spec: { restartPolicy: 'Never', containers } };

/** Creates an object, merges each change into it, deletes it. */
function changes(name: string, list: string, body: Bag, patches: readonly Bag[]): Case {
  const path = `${list}/${(body['metadata'] as { readonly name: string }).name}`;
  return {
    name: `update: ${name}`,
    steps: [post(list, body), ...patches.map((patch) => merge(path, patch)), remove(path)],
  };
}
const spec = (value: Bag): Bag => ({ spec: value });
const workload = (kind: string, name: string, more: Bag = {}): Bag =>
  object('apps/v1', kind, name, { spec: { selector: { matchLabels: labels }, template, ...more } });
const rbac = '/apis/rbac.authorization.k8s.io/v1';

export const updateCases: readonly Case[] = [
  changes('deployment', `${apps}/deployments`, workload('Deployment', 'up'), [
    spec({ selector: { matchLabels: { app: 'other' } } }),
    spec({ selector: { matchLabels: { app: 'other' } }, template: { metadata: { labels: { app: 'other' } } } }),
    spec({ replicas: -2 }),
    spec({ replicas: 3 }),
    { metadata: { labels: { a: 'b' } } },
    { metadata: { annotations: { a: 'b' } } },
    { metadata: { name: 'else' } },
    { metadata: { namespace: 'else' } },
    { metadata: { uid: 'else' } },
    { metadata: { generation: 9 } },
    { metadata: { creationTimestamp: null } },
    { apiVersion: 'apps/v2' },
    { kind: 'StatefulSet' },
    spec({ template: { spec: { containers: [] } } }),
    spec({ paused: true }),
    spec({ strategy: { type: 'Recreate', rollingUpdate: null } }),
  ]),
  changes('statefulset', `${apps}/statefulsets`, workload('StatefulSet', 'up', { serviceName: 's' }), [
    spec({ serviceName: 'other' }),
    spec({ podManagementPolicy: 'Parallel' }),
    spec({
      volumeClaimTemplates: [
        {
          metadata: { name: 'x' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    }),
    spec({ selector: { matchLabels: { app: 'web', b: 'c' } } }),
    spec({ replicas: 2, minReadySeconds: 3 }),
  ]),
  changes('daemonset', `${apps}/daemonsets`, workload('DaemonSet', 'up'), [
    spec({ selector: { matchLabels: { b: 'c' } } }),
    spec({ template: { spec: { nodeSelector: { a: 'b' } } } }),
    spec({ updateStrategy: { type: 'OnDelete', rollingUpdate: null } }),
  ]),
  changes('replicaset', `${apps}/replicasets`, workload('ReplicaSet', 'up'), [
    spec({ selector: { matchLabels: { b: 'c' } } }),
    spec({ replicas: 0 }),
  ]),
  changes('job', `${batch}/jobs`, object('batch/v1', 'Job', 'up', { spec: { template: task } }), [
    spec({ template: { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } }),
    spec({ completions: 3 }),
    spec({ completionMode: 'Indexed' }),
    spec({ selector: { matchLabels: { a: 'b' } } }),
    spec({ parallelism: 3 }),
    spec({ suspend: true }),
    spec({ backoffLimit: 1, activeDeadlineSeconds: 100, ttlSecondsAfterFinished: 10 }),
  ]),
  changes(
    'suspended job',
    `${batch}/jobs`,
    object('batch/v1', 'Job', 'suspended', { spec: { suspend: true, template: task } }),
    [
      spec({ template: { spec: { nodeSelector: { a: 'b' } } } }),
      spec({ template: { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } }),
    ],
  ),
  changes('service', `${core}/services`, object('v1', 'Service', 'up', { spec: { ports: [{ port: 80 }] } }), [
    spec({ clusterIP: '10.96.200.200' }),
    spec({ clusterIP: 'None' }),
    spec({ ports: [{ port: 81, targetPort: 80 }] }),
    spec({ type: 'NodePort' }),
    spec({ type: 'ClusterIP' }),
    spec({ type: 'LoadBalancer' }),
    spec({ type: 'ExternalName', externalName: 'example.com' }),
    spec({ type: 'ClusterIP', externalName: null }),
    spec({ sessionAffinity: 'ClientIP' }),
    spec({ sessionAffinity: 'None' }),
    spec({ selector: { a: 'b' } }),
    spec({ ipFamilies: ['IPv6'] }),
  ]),
  changes('config map', `${core}/configmaps`, object('v1', 'ConfigMap', 'up', { data: { a: 'b' }, immutable: true }), [
    { data: { a: 'c' } },
    { binaryData: { b: 'eA==' } },
    { immutable: false },
    { immutable: null },
    { metadata: { labels: { a: 'b' } } },
  ]),
  changes('secret', `${core}/secrets`, object('v1', 'Secret', 'up', { data: { a: 'eA==' } }), [
    { type: 'kubernetes.io/tls' },
    { stringData: { b: 'c' } },
    { immutable: true },
    { data: { a: 'eQ==' } },
    { stringData: { a: 'y' } },
    { data: null },
  ]),
  changes(
    'claim',
    `${core}/persistentvolumeclaims`,
    object('v1', 'PersistentVolumeClaim', 'up', {
      spec: { storageClassName: 'x', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }),
    [
      spec({ storageClassName: 'y' }),
      spec({ accessModes: ['ReadWriteMany'] }),
      spec({ resources: { requests: { storage: '2Gi' } } }),
      spec({ volumeMode: 'Block' }),
      spec({ volumeName: 'some' }),
      { metadata: { finalizers: null } },
    ],
  ),
  changes(
    'volume',
    '/api/v1/persistentvolumes',
    object('v1', 'PersistentVolume', 'up', {
      spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/x' } },
    }),
    [
      spec({ hostPath: { path: '/y' } }),
      spec({ capacity: { storage: '2Gi' } }),
      spec({ persistentVolumeReclaimPolicy: 'Delete' }),
      spec({ volumeMode: 'Block' }),
      { metadata: { finalizers: null } },
    ],
  ),
  changes(
    'storage class',
    '/apis/storage.k8s.io/v1/storageclasses',
    object('storage.k8s.io/v1', 'StorageClass', 'up', { provisioner: 'a.b/c', parameters: { a: 'b' } }),
    [
      { provisioner: 'x.y/z' },
      { parameters: { a: 'c' } },
      { reclaimPolicy: 'Retain' },
      { volumeBindingMode: 'WaitForFirstConsumer' },
      { allowVolumeExpansion: true },
      { mountOptions: ['ro'] },
    ],
  ),
  changes(
    'role binding',
    `${rbac}/namespaces/default/rolebindings`,
    object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'up', { roleRef: { kind: 'Role', name: 'a' } }),
    [{ roleRef: { name: 'b' } }, { roleRef: { kind: 'ClusterRole' } }, { subjects: [{ kind: 'User', name: 'a' }] }],
  ),
  changes(
    'cluster role binding',
    `${rbac}/clusterrolebindings`,
    object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'up', {
      roleRef: { kind: 'ClusterRole', name: 'view' },
    }),
    [{ roleRef: { name: 'edit' } }, { subjects: [{ kind: 'ServiceAccount', name: 'a', namespace: 'b' }] }],
  ),
  changes(
    'node',
    '/api/v1/nodes',
    object('v1', 'Node', 'up', { spec: { podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24'] } }),
    [
      spec({ podCIDR: '10.2.0.0/24', podCIDRs: ['10.2.0.0/24'] }),
      spec({ providerID: 'a://b' }),
      spec({ providerID: 'a://c' }),
      spec({ unschedulable: true }),
      spec({ taints: [{ key: 'a', effect: 'NoSchedule' }] }),
      spec({ taints: [{ key: 'a', effect: 'Never' }] }),
    ],
  ),
  changes(
    'priority class',
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    object('scheduling.k8s.io/v1', 'PriorityClass', 'up', { value: 5 }),
    [{ value: 6 }, { preemptionPolicy: 'Never' }, { description: 'x' }],
  ),
  changes(
    'runtime class',
    '/apis/node.k8s.io/v1/runtimeclasses',
    object('node.k8s.io/v1', 'RuntimeClass', 'up', { handler: 'a' }),
    [{ handler: 'b' }, { overhead: { podFixed: { cpu: '1' } } }],
  ),
  changes(
    'ingress class',
    '/apis/networking.k8s.io/v1/ingressclasses',
    object('networking.k8s.io/v1', 'IngressClass', 'up', { spec: { controller: 'a.b/c' } }),
    [
      spec({ controller: 'a.b/d' }),
      { metadata: { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } } },
    ],
  ),
  changes(
    'endpoint slice',
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
    object('discovery.k8s.io/v1', 'EndpointSlice', 'up', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'] }],
    }),
    [{ endpoints: [{ addresses: ['10.0.0.2'], conditions: { ready: true } }] }],
  ),
  changes(
    'quota',
    `${core}/resourcequotas`,
    object('v1', 'ResourceQuota', 'up', { spec: { hard: { configmaps: '100' } } }),
    [spec({ scopes: ['BestEffort'] }), spec({ hard: { configmaps: '200' } }), spec({ hard: { configmaps: '-1' } })],
  ),
  changes(
    'budget',
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    object('policy/v1', 'PodDisruptionBudget', 'up', {
      spec: { minAvailable: 1, selector: { matchLabels: { none: 'such' } } },
    }),
    [
      spec({ selector: { matchLabels: { other: 'one' } } }),
      spec({ minAvailable: null, maxUnavailable: 1 }),
      spec({ minAvailable: 1 }),
    ],
  ),
  changes('namespace', '/api/v1/namespaces', object('v1', 'Namespace', 'up-space'), [
    { status: { phase: 'Terminating' } },
    { metadata: { labels: { 'kubernetes.io/metadata.name': 'else' } } },
    { metadata: { labels: { team: 'a' } } },
  ]),
  changes('account', `${core}/serviceaccounts`, object('v1', 'ServiceAccount', 'up'), [
    { automountServiceAccountToken: false },
    { secrets: [{ name: 'x' }] },
    { imagePullSecrets: [{ name: 'y' }] },
  ]),
  {
    name: 'update: pod',
    steps: [
      post(
        `${core}/pods`,
        object('v1', 'Pod', 'up', {
          spec: {
            containers: [{ name: 'main', image: 'a' }],
            tolerations: [{ key: 'a', operator: 'Exists' }],
            schedulingGates: [{ name: 'a.b/c' }],
          },
        }),
      ),
      strategic(`${core}/pods/up`, { spec: { containers: [{ name: 'main', image: 'b' }] } }),
      strategic(`${core}/pods/up`, { spec: { containers: [{ name: 'main', command: ['b'] }] } }),
      strategic(`${core}/pods/up`, { spec: { containers: [{ name: 'more', image: 'b' }] } }),
      strategic(`${core}/pods/up`, { spec: { containers: [{ name: 'main', image: '' }] } }),
      merge(`${core}/pods/up`, { spec: { nodeName: 'n' } }),
      merge(`${core}/pods/up`, { spec: { restartPolicy: 'Never' } }),
      merge(`${core}/pods/up`, { spec: { activeDeadlineSeconds: 100 } }),
      merge(`${core}/pods/up`, { spec: { activeDeadlineSeconds: 200 } }),
      merge(`${core}/pods/up`, { spec: { activeDeadlineSeconds: null } }),
      merge(`${core}/pods/up`, { spec: { tolerations: [] } }),
      merge(`${core}/pods/up`, { spec: { terminationGracePeriodSeconds: 5 } }),
      merge(`${core}/pods/up`, { spec: { priority: 9 } }),
      merge(`${core}/pods/up`, { spec: { nodeSelector: { a: 'b' } } }),
      merge(`${core}/pods/up`, { spec: { schedulingGates: [{ name: 'a.b/c' }, { name: 'a.b/d' }] } }),
      merge(`${core}/pods/up`, { spec: { schedulingGates: [] } }),
      merge(`${core}/pods/up`, { metadata: { labels: { x: 'y' } } }),
      merge(`${core}/pods/up/status`, { status: { phase: 'Running' } }),
      merge(`${core}/pods/up/status`, { status: { phase: 'Sleeping' } }),
      remove(`${core}/pods/up`, { gracePeriodSeconds: 0 }),
    ],
  },
  {
    name: 'update: put',
    steps: [
      post(`${core}/configmaps`, object('v1', 'ConfigMap', 'up', { data: { a: 'b' } })),
      put(`${core}/configmaps/up`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
      put(`${core}/configmaps/up`, object('v1', 'ConfigMap', 'up', { metadata: { namespace: 'else' } })),
      put(`${core}/configmaps/up`, object('v1', 'Secret', 'up')),
      put(
        `${core}/configmaps/up`,
        object('v1', 'ConfigMap', 'up', {
          metadata: { uid: '{1.metadata.uid}', resourceVersion: '{1.metadata.resourceVersion}' },
          data: { a: 'c' },
        }),
      ),
      put(
        `${core}/configmaps/up`,
        object('v1', 'ConfigMap', 'up', { metadata: { resourceVersion: '{1.metadata.resourceVersion}' } }),
      ),
      put(`${core}/configmaps/up?dryRun=All`, object('v1', 'ConfigMap', 'up', { data: { dry: 'run' } })),
      put(`${core}/configmaps/up?fieldManager=me`, object('v1', 'ConfigMap', 'up', { data: { mine: 'yes' } })),
      json(`${core}/configmaps/up`, [{ op: 'replace', path: '/metadata/labels', value: { a: 'b' } }]),
      json(`${core}/configmaps/up`, [{ op: 'add', path: '/metadata/labels', value: { a: 'b' } }]),
      json(`${core}/configmaps/up`, [{ op: 'copy', from: '/data/mine', path: '/data/copied' }]),
      json(`${core}/configmaps/up`, [{ op: 'move', from: '/data/copied', path: '/data/moved' }]),
      json(`${core}/configmaps/up`, [{ op: 'jump', path: '/data' }]),
      json(`${core}/configmaps/up`, [{ op: 'add', path: 'data', value: 1 }]),
      json(`${core}/configmaps/up`, [{ op: 'add', path: '/data/n', value: 1 }]),
      json(`${core}/configmaps/up`, [{ op: 'add', path: '/data/x/y', value: '1' }]),
      strategic(`${core}/configmaps/up`, { data: { $patch: 'replace', only: 'this' } }),
      merge(`${core}/configmaps/up`, []),
      merge(`${core}/configmaps/up`, 'text'),
      remove(`${core}/configmaps/up`, { preconditions: { resourceVersion: '1' } }),
      remove(`${core}/configmaps/up`, { gracePeriodSeconds: -5 }),
    ],
  },
];
