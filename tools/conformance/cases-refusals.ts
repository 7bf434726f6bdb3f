// The mistakes people make: each must be refused by the sandbox with the code, reason, field and words of the real server.

import type { Case } from './run.ts';

type Bag = Record<string, unknown>;

const ns = '/namespaces/default';
const labels = { app: 'web' };

function deployment(spec: Bag = {}, pod: Bag = {}, container: Bag = {}): Bag {
  const containers = [{ name: 'main', image: 'nginx:1', ...container }];
  const template = { metadata: { labels }, spec: { containers, ...pod } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  };
}

function refusal(name: string, path: string, body: unknown, query = ''): Case {
  return { name: `refusal: ${name}`, steps: [{ method: 'POST', path: `${path}${query}`, body }] };
}

const apps = `/apis/apps/v1${ns}`;
const core = `/api/v1${ns}`;
const batch = `/apis/batch/v1${ns}`;
const dry = '?dryRun=All';

const onDeployment = (name: string, spec?: Bag, pod?: Bag, container?: Bag): Case =>
  refusal(`deployment ${name}`, `${apps}/deployments`, deployment(spec, pod, container), dry);
const service = (name: string, spec: Bag, serviceName = 'web'): Case =>
  refusal(
    `service ${name}`,
    `${core}/services`,
    { apiVersion: 'v1', kind: 'Service', metadata: { name: serviceName }, spec },
    dry,
  );
const ingress = (name: string, spec: Bag): Case =>
  refusal(
    `ingress ${name}`,
    `/apis/networking.k8s.io/v1${ns}/ingresses`,
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' }, spec },
    dry,
  );
const configMap = (name: string, metadata: Bag, rest: Bag = {}): Case =>
  refusal(`configmap ${name}`, `${core}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...rest }, dry);
const job = (name: string, spec: Bag): Case =>
  refusal(`job ${name}`, `${batch}/jobs`, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec }, dry);
const taskPod = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] } };

export const refusalCases: readonly Case[] = [
  onDeployment('without selector', { selector: undefined }),
  onDeployment('without template', { template: undefined }),
  onDeployment('with empty selector', { selector: {} }),
  onDeployment('selector that misses its template', { selector: { matchLabels: { app: 'other' } } }),
  onDeployment('negative replicas', { replicas: -1 }),
  onDeployment('replicas as text', { replicas: 'two' }),
  onDeployment('replicas as fraction', { replicas: 1.5 }),
  onDeployment('unknown strategy', { strategy: { type: 'BlueGreen' } }),
  onDeployment('recreate with rollingUpdate', { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
  onDeployment('bad percentage', { strategy: { rollingUpdate: { maxSurge: 'a few' } } }),
  onDeployment('nothing may move', { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
  onDeployment('deadline below minReady', { minReadySeconds: 600 }),
  onDeployment('restart policy', {}, { restartPolicy: 'Never' }),
  onDeployment('unknown restart policy', {}, { restartPolicy: 'Sometimes' }),
  onDeployment('no containers', {}, { containers: [] }),
  onDeployment('container without name', {}, {}, { name: undefined }),
  onDeployment('container without image', {}, {}, { image: undefined }),
  onDeployment('container name in capitals', {}, {}, { name: 'Main' }),
  onDeployment(
    'two containers of one name',
    {},
    {
      containers: [
        { name: 'a', image: 'x' },
        { name: 'a', image: 'y' },
      ],
    },
  ),
  onDeployment('pull policy', {}, {}, { imagePullPolicy: 'Daily' }),
  onDeployment('port too large', {}, {}, { ports: [{ containerPort: 70000 }] }),
  onDeployment('port missing', {}, {}, { ports: [{ name: 'http' }] }),
  onDeployment('port name too long', {}, {}, { ports: [{ name: 'a-very-long-port-name', containerPort: 80 }] }),
  onDeployment('port name in capitals', {}, {}, { ports: [{ name: 'HTTP', containerPort: 80 }] }),
  onDeployment('port protocol', {}, {}, { ports: [{ containerPort: 80, protocol: 'HTTP' }] }),
  onDeployment(
    'port name twice',
    {},
    {},
    {
      ports: [
        { name: 'a', containerPort: 80 },
        { name: 'a', containerPort: 81 },
      ],
    },
  ),
  onDeployment('port as text', {}, {}, { ports: [{ containerPort: '80' }] }),
  onDeployment('env without name', {}, {}, { env: [{ value: 'x' }] }),
  onDeployment('env as number', {}, {}, { env: [{ name: 'A', value: 1 }] }),
  onDeployment(
    'env value and source',
    {},
    {},
    { env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
  ),
  onDeployment('mount of no volume', {}, {}, { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
  onDeployment(
    'mount without path',
    {},
    { volumes: [{ name: 'data', emptyDir: {} }] },
    { volumeMounts: [{ name: 'data' }] },
  ),
  onDeployment(
    'two volumes of one name',
    {},
    {
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'a', emptyDir: {} },
      ],
    },
  ),
  onDeployment('volume with two sources', {}, { volumes: [{ name: 'a', emptyDir: {}, hostPath: { path: '/x' } }] }),
  onDeployment('volume without name', {}, { volumes: [{ emptyDir: {} }] }),
  onDeployment('request above limit', {}, {}, { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
  onDeployment('bad quantity', {}, {}, { resources: { requests: { cpu: 'lots' } } }),
  onDeployment('negative request', {}, {}, { resources: { requests: { cpu: '-1' } } }),
  onDeployment('probe without handler', {}, {}, { livenessProbe: { periodSeconds: 3 } }),
  onDeployment(
    'probe with two handlers',
    {},
    {},
    { livenessProbe: { exec: { command: ['x'] }, tcpSocket: { port: 1 } } },
  ),
  onDeployment(
    'liveness success threshold',
    {},
    {},
    { livenessProbe: { exec: { command: ['x'] }, successThreshold: 2 } },
  ),
  onDeployment('image with space', {}, {}, { image: ' nginx' }),
  onDeployment('labels as list', { selector: { matchLabels: ['a'] } }),
  onDeployment('containers as object', {}, { containers: {} }),
  onDeployment('bad service account', {}, { serviceAccountName: 'Not_A_Name' }),
  onDeployment('dns policy', {}, { dnsPolicy: 'Mine' }),
  refusal(
    'deployment unknown field strict',
    `${apps}/deployments`,
    deployment({ replica: 2 }),
    '?fieldValidation=Strict&dryRun=All',
  ),
  refusal(
    'deployment unknown nested field strict',
    `${apps}/deployments`,
    deployment({}, {}, { imagee: 'x' }),
    '?fieldValidation=Strict&dryRun=All',
  ),
  refusal(
    'deployment two unknown fields strict',
    `${apps}/deployments`,
    deployment({ a: 1, b: 2 }),
    '?fieldValidation=Strict&dryRun=All',
  ),
  refusal('wrong kind', `${apps}/deployments`, { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'x' } }),
  refusal('wrong version', `${apps}/deployments`, { ...deployment(), apiVersion: 'v1' }),
  refusal('no kind', `${apps}/deployments`, { apiVersion: 'apps/v1', metadata: { name: 'x' } }),
  refusal('bad dryRun', `${apps}/deployments`, deployment(), '?dryRun=Some'),
  refusal('bad fieldValidation', `${apps}/deployments`, deployment(), '?fieldValidation=Maybe&dryRun=All'),
  refusal('other namespace', `${core}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', namespace: 'other' },
  }),
  refusal('no namespace', '/api/v1/namespaces/nowhere/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x' },
  }),
  configMap('without name', {}),
  configMap('name in capitals', { name: 'Config' }),
  configMap('name with underscore', { name: 'my_config' }),
  configMap('name too long', { name: 'x'.repeat(254) }),
  configMap('label key', { name: 'x', labels: { 'bad key': 'a' } }),
  configMap('label value', { name: 'x', labels: { a: 'bad value' } }),
  configMap('label value too long', { name: 'x', labels: { a: 'x'.repeat(64) } }),
  configMap('annotation key', { name: 'x', annotations: { 'a/b/c': 'x' } }),
  configMap('label as number', { name: 'x', labels: { a: 1 } }),
  configMap('finalizer', { name: 'x', finalizers: ['mine'] }),
  configMap('key', { name: 'x' }, { data: { 'a b': '1' } }),
  configMap('value as number', { name: 'x' }, { data: { a: 1 } }),
  configMap('key in both', { name: 'x' }, { data: { a: '1' }, binaryData: { a: 'AAAA' } }),
  refusal('configmap resourceVersion given', `${core}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', resourceVersion: '1' },
  }),
  configMap('owner without uid', { name: 'x', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p' }] }),
  refusal(
    'secret not base64',
    `${core}/secrets`,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: '***' } },
    dry,
  ),
  refusal(
    'secret tls without key',
    `${core}/secrets`,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, type: 'kubernetes.io/tls', data: { 'tls.crt': '' } },
    dry,
  ),
  refusal(
    'secret docker config',
    `${core}/secrets`,
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, type: 'kubernetes.io/dockerconfigjson' },
    dry,
  ),
  service('without ports', { selector: labels }),
  service('port zero', { ports: [{ port: 0 }] }),
  service('port too large', { ports: [{ port: 70000 }] }),
  service('two ports without names', { ports: [{ port: 80 }, { port: 81 }] }),
  service('port twice', {
    ports: [
      { name: 'a', port: 80 },
      { name: 'b', port: 80 },
    ],
  }),
  service('port name twice', {
    ports: [
      { name: 'a', port: 80 },
      { name: 'a', port: 81 },
    ],
  }),
  service('type', { type: 'Balanced', ports: [{ port: 80 }] }),
  service('protocol', { ports: [{ port: 80, protocol: 'HTTP' }] }),
  service('affinity', { sessionAffinity: 'Always', ports: [{ port: 80 }] }),
  refusal('service node port out of range', `${core}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
  }),
  service('external name missing', { type: 'ExternalName' }),
  service('name starts with digit', { ports: [{ port: 80 }] }, '1web'),
  service('selector value', { selector: { a: 'b c' }, ports: [{ port: 80 }] }),
  service('target port', { ports: [{ port: 80, targetPort: 70000 }] }),
  ingress('empty', {}),
  ingress('path type missing', {
    rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'a', port: { number: 80 } } } }] } }],
  }),
  ingress('path type', {
    rules: [
      {
        http: { paths: [{ path: '/', pathType: 'Regex', backend: { service: { name: 'a', port: { number: 80 } } } }] },
      },
    ],
  }),
  ingress('relative path', {
    rules: [
      {
        http: { paths: [{ path: 'x', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } } }] },
      },
    ],
  }),
  ingress('backend missing', { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: {} }] } }] }),
  ingress('backend without port', {
    rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'a' } } }] } }],
  }),
  ingress('host', {
    rules: [
      {
        host: 'Not A Host',
        http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } } }] },
      },
    ],
  }),
  job('restart policy', { template: { spec: { ...taskPod.spec, restartPolicy: 'Always' } } }),
  job('no restart policy', { template: { spec: { containers: taskPod.spec.containers } } }),
  job('negative parallelism', { parallelism: -1, template: taskPod }),
  job('negative backoff', { backoffLimit: -1, template: taskPod }),
  refusal(
    'cronjob schedule',
    `${batch}/cronjobs`,
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'c' },
      spec: { schedule: 'often', jobTemplate: { spec: { template: taskPod } } },
    },
    dry,
  ),
  refusal(
    'cronjob no schedule',
    `${batch}/cronjobs`,
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'c' },
      spec: { jobTemplate: { spec: { template: taskPod } } },
    },
    dry,
  ),
  refusal(
    'cronjob policy',
    `${batch}/cronjobs`,
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'c' },
      spec: { schedule: '* * * * *', concurrencyPolicy: 'Maybe', jobTemplate: { spec: { template: taskPod } } },
    },
    dry,
  ),
  refusal(
    'hpa max',
    `/apis/autoscaling/v2${ns}/horizontalpodautoscalers`,
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h' },
      spec: {
        minReplicas: 3,
        maxReplicas: 2,
        scaleTargetRef: { kind: 'Deployment', name: 'x', apiVersion: 'apps/v1' },
      },
    },
    dry,
  ),
  refusal(
    'hpa no max',
    `/apis/autoscaling/v2${ns}/horizontalpodautoscalers`,
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h' },
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'x' } },
    },
    dry,
  ),
  refusal(
    'pvc no modes',
    `${core}/persistentvolumeclaims`,
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'p' },
      spec: { resources: { requests: { storage: '1Gi' } } },
    },
    dry,
  ),
  refusal(
    'pvc mode',
    `${core}/persistentvolumeclaims`,
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'p' },
      spec: { accessModes: ['Often'], resources: { requests: { storage: '1Gi' } } },
    },
    dry,
  ),
  refusal(
    'pvc no size',
    `${core}/persistentvolumeclaims`,
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'p' },
      spec: { accessModes: ['ReadWriteOnce'] },
    },
    dry,
  ),
  refusal(
    'pdb both',
    `/apis/policy/v1${ns}/poddisruptionbudgets`,
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'p' },
      spec: { minAvailable: 1, maxUnavailable: 1 },
    },
    dry,
  ),
  refusal(
    'role no verbs',
    `/apis/rbac.authorization.k8s.io/v1${ns}/roles`,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r' },
      rules: [{ apiGroups: [''], resources: ['pods'] }],
    },
    dry,
  ),
  refusal(
    'role no groups',
    `/apis/rbac.authorization.k8s.io/v1${ns}/roles`,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r' },
      rules: [{ verbs: ['get'], resources: ['pods'] }],
    },
    dry,
  ),
  refusal(
    'binding role kind',
    `/apis/rbac.authorization.k8s.io/v1${ns}/rolebindings`,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'r' },
      roleRef: { kind: 'Thing', name: 'x' },
    },
    dry,
  ),
  refusal(
    'binding subject',
    `/apis/rbac.authorization.k8s.io/v1${ns}/rolebindings`,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'r' },
      roleRef: { kind: 'Role', name: 'x' },
      subjects: [{ kind: 'Robot', name: 'a' }],
    },
    dry,
  ),
  refusal(
    'binding subject namespace',
    `/apis/rbac.authorization.k8s.io/v1${ns}/rolebindings`,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'r' },
      roleRef: { kind: 'Role', name: 'x' },
      subjects: [{ kind: 'ServiceAccount', name: 'a' }],
    },
    dry,
  ),
  refusal(
    'namespace name',
    '/api/v1/namespaces',
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a.b' } },
    dry,
  ),
  refusal(
    'statefulset policy',
    `${apps}/statefulsets`,
    { ...deployment({ podManagementPolicy: 'Random' }), kind: 'StatefulSet' },
    dry,
  ),
  refusal(
    'statefulset strategy',
    `${apps}/statefulsets`,
    { ...deployment({ updateStrategy: { type: 'Random' } }), kind: 'StatefulSet' },
    dry,
  ),
  refusal(
    'daemonset strategy',
    `${apps}/daemonsets`,
    { ...deployment({ updateStrategy: { type: 'Random' } }), kind: 'DaemonSet' },
    dry,
  ),
  refusal(
    'daemonset selector',
    `${apps}/daemonsets`,
    { ...deployment({ selector: { matchLabels: { a: 'b' } } }), kind: 'DaemonSet' },
    dry,
  ),
  refusal(
    'replicaset selector',
    `${apps}/replicasets`,
    { ...deployment({ selector: { matchLabels: { a: 'b' } } }), kind: 'ReplicaSet' },
    dry,
  ),
];
