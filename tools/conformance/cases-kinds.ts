// Mistakes in all kinds but pods: services, ingresses, workloads, storage, access, policies. Each answer is compared whole.

import { type Bag, apps, batch, core, dry, object, post, single } from './requests.ts';
import type { Case } from './run.ts';

const labels = { app: 'web' };
const containers = [{ name: 'main', image: 'nginx:1' }];
const template = { metadata: { labels }, spec: { containers } };
const task = { spec: { restartPolicy: 'Never', containers } };

/** Makes cases of one kind: a name, and the members beside apiVersion, kind and metadata. */
function kind(path: string, apiVersion: string, kindName: string): (name: string, rest: Bag) => Case {
  return (name, rest) => single(`${kindName} ${name}`, post(`${path}${dry}`, object(apiVersion, kindName, 'x', rest)));
}

const spec =
  (make: (name: string, rest: Bag) => Case) =>
  (name: string, value: Bag): Case =>
    make(name, { spec: value });

const service = spec(kind(`${core}/services`, 'v1', 'Service'));
const networking = '/apis/networking.k8s.io/v1/namespaces/default';
const ingress = spec(kind(`${networking}/ingresses`, 'networking.k8s.io/v1', 'Ingress'));
const policy = spec(kind(`${networking}/networkpolicies`, 'networking.k8s.io/v1', 'NetworkPolicy'));
const deployment = (name: string, value: Bag): Case =>
  spec(kind(`${apps}/deployments`, 'apps/v1', 'Deployment'))(name, {
    selector: { matchLabels: labels },
    template,
    ...value,
  });
const stateful = (name: string, value: Bag): Case =>
  spec(kind(`${apps}/statefulsets`, 'apps/v1', 'StatefulSet'))(name, {
    selector: { matchLabels: labels },
    template,
    ...value,
  });
const daemon = (name: string, value: Bag): Case =>
  spec(kind(`${apps}/daemonsets`, 'apps/v1', 'DaemonSet'))(name, {
    selector: { matchLabels: labels },
    template,
    ...value,
  });
const job = (name: string, value: Bag): Case =>
  spec(kind(`${batch}/jobs`, 'batch/v1', 'Job'))(name, { template: task, ...value });
const cron = (name: string, value: Bag): Case =>
  spec(kind(`${batch}/cronjobs`, 'batch/v1', 'CronJob'))(name, {
    schedule: '* * * * *',
    jobTemplate: { spec: { template: task } },
    ...value,
  });
const scaler = (name: string, value: Bag): Case =>
  spec(
    kind(
      '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
      'autoscaling/v2',
      'HorizontalPodAutoscaler',
    ),
  )(name, { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, ...value });
const metric = (name: string, value: Bag): Case => scaler(`metric ${name}`, { metrics: [value] });
const budget = spec(
  kind('/apis/policy/v1/namespaces/default/poddisruptionbudgets', 'policy/v1', 'PodDisruptionBudget'),
);
const claim = (name: string, value: Bag): Case =>
  spec(kind(`${core}/persistentvolumeclaims`, 'v1', 'PersistentVolumeClaim'))(name, {
    storageClassName: 'x',
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    ...value,
  });
const volume = (name: string, value: Bag): Case =>
  spec(kind('/api/v1/persistentvolumes', 'v1', 'PersistentVolume'))(name, {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    hostPath: { path: '/x' },
    ...value,
  });
const storageClass = kind('/apis/storage.k8s.io/v1/storageclasses', 'storage.k8s.io/v1', 'StorageClass');
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const role = kind(`${rbac}/namespaces/default/roles`, 'rbac.authorization.k8s.io/v1', 'Role');
const clusterRole = kind(`${rbac}/clusterroles`, 'rbac.authorization.k8s.io/v1', 'ClusterRole');
const clusterBinding = kind(`${rbac}/clusterrolebindings`, 'rbac.authorization.k8s.io/v1', 'ClusterRoleBinding');
const quota = spec(kind(`${core}/resourcequotas`, 'v1', 'ResourceQuota'));
const limits = (name: string, item: Bag): Case =>
  spec(kind(`${core}/limitranges`, 'v1', 'LimitRange'))(name, { limits: [item] });
const admission = '/apis/admissionregistration.k8s.io/v1';
const hook = (name: string, value: Bag): Case =>
  kind(
    `${admission}/validatingwebhookconfigurations`,
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
  )(name, {
    webhooks: [
      {
        name: 'a.b.c',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { url: 'https://hook.example/x' },
        ...value,
      },
    ],
  });
const hookRule = (name: string, rule: Bag): Case =>
  hook(`rule ${name}`, {
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], ...rule }],
  });
const priority = kind('/apis/scheduling.k8s.io/v1/priorityclasses', 'scheduling.k8s.io/v1', 'PriorityClass');
const lease = spec(kind('/apis/coordination.k8s.io/v1/namespaces/default/leases', 'coordination.k8s.io/v1', 'Lease'));
const slice = kind(
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
  'discovery.k8s.io/v1',
  'EndpointSlice',
);
const endpoints = kind(`${core}/endpoints`, 'v1', 'Endpoints');
const node = spec(kind('/api/v1/nodes', 'v1', 'Node'));
const secret = kind(`${core}/secrets`, 'v1', 'Secret');
const account = kind(`${core}/serviceaccounts`, 'v1', 'ServiceAccount');
const ingressClass = spec(kind('/apis/networking.k8s.io/v1/ingressclasses', 'networking.k8s.io/v1', 'IngressClass'));
const runtime = kind('/apis/node.k8s.io/v1/runtimeclasses', 'node.k8s.io/v1', 'RuntimeClass');
const csr = spec(
  kind(
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    'certificates.k8s.io/v1',
    'CertificateSigningRequest',
  ),
);
const apiService = (name: string, objectName: string, value: Bag): Case =>
  single(
    `APIService ${name}`,
    post(
      `/apis/apiregistration.k8s.io/v1/apiservices${dry}`,
      object('apiregistration.k8s.io/v1', 'APIService', objectName, { spec: value }),
    ),
  );
const named = (name: string, path: string, value: Bag): Case => single(`name ${name}`, post(`${path}${dry}`, value));
const backend = { service: { name: 'a', port: { number: 80 } } };
const pathRule = (value: Bag): Bag => ({
  rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend, ...value }] } }],
});

export const kindCases: readonly Case[] = [
  service('cluster ip', { clusterIP: 'nowhere', ports: [{ port: 80 }] }),
  service('external ip', { externalIPs: ['nowhere'], ports: [{ port: 80 }] }),
  service('external ip local', { externalIPs: ['127.0.0.1'], ports: [{ port: 80 }] }),
  service('external name', { type: 'ExternalName', externalName: 'Bad_Name!' }),
  service('headless with node port', { type: 'NodePort', clusterIP: 'None', ports: [{ port: 80 }] }),
  service('headless balancer', { type: 'LoadBalancer', clusterIP: 'None', ports: [{ port: 80 }] }),
  service('affinity timeout', {
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } },
    ports: [{ port: 80 }],
  }),
  service('affinity config unwanted', {
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } },
    ports: [{ port: 80 }],
  }),
  service('traffic policy', { type: 'NodePort', externalTrafficPolicy: 'Near', ports: [{ port: 80 }] }),
  service('traffic policy on cluster ip', { externalTrafficPolicy: 'Local', ports: [{ port: 80 }] }),
  service('internal traffic policy', { internalTrafficPolicy: 'Near', ports: [{ port: 80 }] }),
  service('source range', { type: 'LoadBalancer', loadBalancerSourceRanges: ['nowhere'], ports: [{ port: 80 }] }),
  service('source range without balancer', { loadBalancerSourceRanges: ['10.0.0.0/8'], ports: [{ port: 80 }] }),
  service('balancer class without balancer', { loadBalancerClass: 'a.b/c', ports: [{ port: 80 }] }),
  service('app protocol', { ports: [{ port: 80, appProtocol: 'bad protocol' }] }),
  service('target port name', { ports: [{ port: 80, targetPort: 'Bad_Port' }] }),
  service('node port without type', { ports: [{ port: 80, nodePort: 30000 }] }),
  service('node port twice', {
    type: 'NodePort',
    ports: [
      { name: 'a', port: 80, nodePort: 30001 },
      { name: 'b', port: 81, nodePort: 30001 },
    ],
  }),
  service('port name in capitals', { ports: [{ name: 'HTTP', port: 80 }] }),
  service('health check port', { healthCheckNodePort: 30000, ports: [{ port: 80 }] }),
  service('ip family', { ipFamilies: ['IPv5'], ports: [{ port: 80 }] }),
  service('ip family policy', { ipFamilyPolicy: 'Both', ports: [{ port: 80 }] }),
  ingress('double slash', pathRule({ path: '/a//b' })),
  ingress('going up', pathRule({ path: '/a/../b' })),
  ingress('no service name', pathRule({ backend: { service: { name: '', port: { number: 80 } } } })),
  ingress('service name', pathRule({ backend: { service: { name: 'Bad_Name', port: { number: 80 } } } })),
  ingress('port number', pathRule({ backend: { service: { name: 'a', port: { number: 70000 } } } })),
  ingress('port name', pathRule({ backend: { service: { name: 'a', port: { name: 'Bad_Port' } } } })),
  ingress('port both', pathRule({ backend: { service: { name: 'a', port: { name: 'a', number: 1 } } } })),
  ingress('service and resource', pathRule({ backend: { ...backend, resource: { kind: 'A', name: 'b' } } })),
  ingress('host is an address', { rules: [{ host: '10.0.0.1' }] }),
  ingress('wildcard host', { rules: [{ host: 'a.*.example' }] }),
  ingress('wildcard too short', { rules: [{ host: '*' }] }),
  ingress('no paths', { rules: [{ http: { paths: [] } }] }),
  ingress('tls host', { ...pathRule({}), tls: [{ hosts: ['Bad Host'] }] }),
  ingress('tls secret', { ...pathRule({}), tls: [{ secretName: 'Bad_Name' }] }),
  ingress('class name', { ...pathRule({}), ingressClassName: 'Bad_Name' }),
  ingress('default backend', { defaultBackend: {} }),
  policy('cidr', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 'nowhere' } }] }] }),
  policy('cidr exception', {
    podSelector: {},
    ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }],
  }),
  policy('no peer', { podSelector: {}, ingress: [{ from: [{}] }] }),
  policy('two peers', { podSelector: {}, ingress: [{ from: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] }] }),
  policy('port', { podSelector: {}, ingress: [{ ports: [{ port: 70000 }] }] }),
  policy('port name', { podSelector: {}, ingress: [{ ports: [{ port: 'Bad_Port' }] }] }),
  policy('port range', { podSelector: {}, egress: [{ ports: [{ port: 80, endPort: 70 }] }] }),
  policy('port range of a name', { podSelector: {}, egress: [{ ports: [{ port: 'http', endPort: 70 }] }] }),
  policy('protocol', { podSelector: {}, egress: [{ ports: [{ port: 80, protocol: 'HTTP' }] }] }),
  policy('type', { podSelector: {}, policyTypes: ['Sideways'] }),
  policy('types', { podSelector: {}, policyTypes: ['Ingress', 'Egress', 'Ingress'] }),
  policy('selector', { podSelector: { matchLabels: { a: 'b c' } } }),
  deployment('max surge', { strategy: { rollingUpdate: { maxSurge: -1 } } }),
  deployment('max unavailable', { strategy: { rollingUpdate: { maxUnavailable: '110%' } } }),
  deployment('history', { revisionHistoryLimit: -1 }),
  deployment('deadline', { progressDeadlineSeconds: 0 }),
  deployment('min ready', { minReadySeconds: -1 }),
  deployment('selector operator', {
    selector: { matchExpressions: [{ key: 'app', operator: 'Is', values: ['web'] }] },
  }),
  deployment('selector values', {
    selector: { matchExpressions: [{ key: 'app', operator: 'Exists', values: ['web'] }] },
  }),
  deployment('selector label', { selector: { matchLabels: { app: 'web server' } } }),
  deployment('template label', { template: { ...template, metadata: { labels: { ...labels, a: 'b c' } } } }),
  deployment('template annotation', { template: { ...template, metadata: { labels, annotations: { 'a b': 'c' } } } }),
  deployment('template without containers', { template: { metadata: { labels }, spec: {} } }),
  deployment('template host port', {
    template: {
      metadata: { labels },
      spec: { hostNetwork: true, containers: [{ ...containers[0], ports: [{ containerPort: 1, hostPort: 2 }] }] },
    },
  }),
  deployment('template deadline', {
    template: { metadata: { labels }, spec: { containers, activeDeadlineSeconds: 5 } },
  }),
  deployment('template ephemeral', {
    template: { metadata: { labels }, spec: { containers, ephemeralContainers: [{ name: 'e', image: 'x' }] } },
  }),
  stateful('update strategy', { updateStrategy: { type: 'Recreate' } }),
  stateful('partition', { updateStrategy: { rollingUpdate: { partition: -1 } } }),
  stateful('on delete with rolling', { updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } }),
  stateful('retention', { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Maybe', whenScaled: 'Maybe' } }),
  stateful('ordinals', { ordinals: { start: -1 } }),
  stateful('replicas', { replicas: -1 }),
  stateful('history', { revisionHistoryLimit: -1 }),
  stateful('without selector', { selector: undefined }),
  stateful('empty selector', { selector: {} }),
  stateful('restart policy', { template: { metadata: { labels }, spec: { containers, restartPolicy: 'Never' } } }),
  daemon('max unavailable', { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } }),
  daemon('max surge and unavailable', { updateStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } }),
  daemon('min ready', { minReadySeconds: -1 }),
  daemon('history', { revisionHistoryLimit: -1 }),
  daemon('without selector', { selector: undefined }),
  daemon('empty selector', { selector: {} }),
  daemon('restart policy', { template: { metadata: { labels }, spec: { containers, restartPolicy: 'OnFailure' } } }),
  job('completions', { completions: -1 }),
  job('deadline', { activeDeadlineSeconds: -1 }),
  job('time to live', { ttlSecondsAfterFinished: -1 }),
  job('mode', { completionMode: 'Sorted' }),
  job('indexed without completions', { completionMode: 'Indexed', completions: null, parallelism: 2 }),
  job('indexed too many', { completionMode: 'Indexed', completions: 5, parallelism: 200_000 }),
  job('backoff per index', { backoffLimitPerIndex: 1 }),
  job('failed indexes', { maxFailedIndexes: 1 }),
  job('selector', { selector: { matchLabels: { a: 'b' } } }),
  job('manual selector', { manualSelector: true }),
  job('managed by', { managedBy: 'nobody' }),
  job('replacement policy', { podReplacementPolicy: 'Soon' }),
  job('failure policy', {
    podFailurePolicy: { rules: [{ action: 'Panic', onExitCodes: { operator: 'In', values: [1] } }] },
  }),
  job('failure policy nothing', { podFailurePolicy: { rules: [{ action: 'Ignore' }] } }),
  job('failure policy values', {
    podFailurePolicy: { rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [0] } }] },
  }),
  job('no containers', { template: { spec: { restartPolicy: 'Never', containers: [] } } }),
  cron('too many fields', { schedule: '* * * * * *' }),
  cron('minute', { schedule: '61 * * * *' }),
  cron('descriptor', { schedule: '@fortnightly' }),
  cron('time zone in schedule', { schedule: 'TZ=UTC * * * * *' }),
  cron('time zone', { timeZone: 'Moon/Base' }),
  cron('time zone empty', { timeZone: '' }),
  cron('time zone local', { timeZone: 'Local' }),
  cron('deadline', { startingDeadlineSeconds: -1 }),
  cron('history', { successfulJobsHistoryLimit: -1, failedJobsHistoryLimit: -1 }),
  cron('restart policy', { jobTemplate: { spec: { template: { spec: { containers, restartPolicy: 'Always' } } } } }),
  single(
    'CronJob name too long',
    post(
      `${batch}/cronjobs${dry}`,
      object('batch/v1', 'CronJob', 'x'.repeat(53), {
        spec: { schedule: '* * * * *', jobTemplate: { spec: { template: task } } },
      }),
    ),
  ),
  scaler('min zero', { minReplicas: 0 }),
  scaler('target kind', { scaleTargetRef: { apiVersion: 'apps/v1', kind: '', name: 'd' } }),
  scaler('target name', { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: '' } }),
  scaler('target version', { scaleTargetRef: { apiVersion: 'a/b/c', kind: 'Deployment', name: 'd' } }),
  metric('type', { type: 'Weather' }),
  metric('empty', { type: 'Resource' }),
  metric('without target', { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }),
  metric('both targets', {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50, averageValue: '1' } },
  }),
  metric('zero utilization', {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0 } },
  }),
  metric('target type', {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Share', averageUtilization: 5 } },
  }),
  metric('no name', {
    type: 'Resource',
    resource: { name: '', target: { type: 'Utilization', averageUtilization: 5 } },
  }),
  metric('pods', { type: 'Pods', pods: { metric: { name: '' }, target: { type: 'AverageValue', averageValue: '1' } } }),
  metric('external', { type: 'External', external: { metric: { name: 'x' }, target: { type: 'Value' } } }),
  metric('two', {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 5 } },
    pods: { metric: { name: 'x' }, target: { type: 'AverageValue', averageValue: '1' } },
  }),
  scaler('behavior period', { behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 4000 }] } } }),
  scaler('behavior value', { behavior: { scaleUp: { policies: [{ type: 'Pods', value: 0, periodSeconds: 15 }] } } }),
  scaler('behavior type', { behavior: { scaleDown: { policies: [{ type: 'Half', value: 1, periodSeconds: 15 }] } } }),
  scaler('behavior select', { behavior: { scaleDown: { selectPolicy: 'Some' } } }),
  scaler('behavior window', { behavior: { scaleDown: { stabilizationWindowSeconds: 4000 } } }),
  budget('negative', { minAvailable: -1 }),
  budget('percentage', { maxUnavailable: 'half' }),
  budget('above all', { minAvailable: '150%' }),
  budget('policy', { minAvailable: 1, unhealthyPodEvictionPolicy: 'Sometimes' }),
  budget('selector', { minAvailable: 1, selector: { matchLabels: { a: 'b c' } } }),
  claim('mode', { volumeMode: 'Tape' }),
  claim('zero', { resources: { requests: { storage: '0' } } }),
  claim('negative', { resources: { requests: { storage: '-1Gi' } } }),
  claim('class name', { storageClassName: 'Bad_Name' }),
  claim('modes that exclude', { accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'] }),
  claim('data source', { dataSource: { kind: '', name: '' } }),
  claim('data source group', { dataSource: { kind: 'Thing', name: 'x' } }),
  claim('selector', { selector: { matchLabels: { a: 'b c' } } }),
  volume('no modes', { accessModes: [] }),
  volume('mode', { accessModes: ['Sometimes'] }),
  volume('no capacity', { capacity: undefined }),
  volume('capacity', { capacity: { cpu: '1' } }),
  volume('negative capacity', { capacity: { storage: '-1Gi' } }),
  volume('no source', { hostPath: undefined }),
  volume('two sources', { nfs: { server: 'a', path: '/x' } }),
  volume('host path', { hostPath: { path: '' } }),
  volume('host root recycled', { hostPath: { path: '/' }, persistentVolumeReclaimPolicy: 'Recycle' }),
  volume('reclaim', { persistentVolumeReclaimPolicy: 'Burn' }),
  volume('class', { storageClassName: 'Bad_Name' }),
  volume('local without affinity', { hostPath: undefined, local: { path: '/x' } }),
  volume('csi', { hostPath: undefined, csi: { driver: 'a', volumeHandle: '' } }),
  volume('volume mode', { volumeMode: 'Tape' }),
  storageClass('no provisioner', {}),
  storageClass('provisioner', { provisioner: 'Bad Name' }),
  storageClass('reclaim', { provisioner: 'a/b', reclaimPolicy: 'Recycle' }),
  storageClass('binding', { provisioner: 'a/b', volumeBindingMode: 'Later' }),
  storageClass('parameter', { provisioner: 'a/b', parameters: { '': 'x' } }),
  storageClass('topologies', {
    provisioner: 'a/b',
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'a', values: [] }] }],
  }),
  role('urls', { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }),
  role('urls and resources', {
    rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], apiGroups: [''], resources: ['pods'] }],
  }),
  role('no resources', { rules: [{ verbs: ['get'], apiGroups: [''] }] }),
  clusterRole('nothing', { rules: [{ verbs: ['get'] }] }),
  clusterRole('aggregation', { aggregationRule: { clusterRoleSelectors: [] } }),
  clusterRole('aggregation selector', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b c' } }] } }),
  clusterBinding('role', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' } }),
  clusterBinding('no name', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: '' } }),
  clusterBinding('group', { roleRef: { apiGroup: 'v1', kind: 'ClusterRole', name: 'view' } }),
  clusterBinding('user group', {
    roleRef: { kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'User', name: 'a', apiGroup: 'v1' }],
  }),
  clusterBinding('account name', {
    roleRef: { kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', name: 'Bad_Name', namespace: 'x' }],
  }),
  clusterBinding('account group', {
    roleRef: { kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', name: 'a', namespace: 'x', apiGroup: 'v1' }],
  }),
  quota('negative', { hard: { pods: '-1' } }),
  quota('name', { hard: { kittens: '1' } }),
  quota('fraction', { hard: { pods: '500m' } }),
  quota('scope', { hard: { pods: '1' }, scopes: ['Sometimes'] }),
  quota('scopes that exclude', { hard: { pods: '1' }, scopes: ['BestEffort', 'NotBestEffort'] }),
  quota('scope of other resources', { hard: { configmaps: '1' }, scopes: ['BestEffort'] }),
  quota('scope selector', {
    hard: { pods: '1' },
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] },
  }),
  limits('type', { type: 'House', max: { cpu: '1' } }),
  limits('min above max', { type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }),
  limits('default above max', { type: 'Container', default: { cpu: '2' }, max: { cpu: '1' } }),
  limits('default request above default', { type: 'Container', defaultRequest: { cpu: '2' }, default: { cpu: '1' } }),
  limits('default request below min', { type: 'Container', defaultRequest: { cpu: '1' }, min: { cpu: '2' } }),
  limits('default of pods', { type: 'Pod', default: { cpu: '2' } }),
  limits('ratio', { type: 'Container', maxLimitRequestRatio: { cpu: '500m' } }),
  limits('ratio above bounds', {
    type: 'Container',
    min: { cpu: '1' },
    max: { cpu: '2' },
    maxLimitRequestRatio: { cpu: '3' },
  }),
  limits('claim without bounds', { type: 'PersistentVolumeClaim' }),
  limits('resource', { type: 'Container', max: { kittens: '1' } }),
  hook('name', { name: 'short' }),
  hook('no versions', { admissionReviewVersions: [] }),
  hook('unknown versions', { admissionReviewVersions: ['v9'] }),
  hook('side effects', { sideEffects: 'Some' }),
  hook('no side effects', { sideEffects: undefined }),
  hook('failure policy', { failurePolicy: 'Retry' }),
  hook('match policy', { matchPolicy: 'Same' }),
  hook('timeout', { timeoutSeconds: 31 }),
  hook('plain url', { clientConfig: { url: 'http://hook.example/x' } }),
  hook('url with query', { clientConfig: { url: 'https://hook.example/x?a=b' } }),
  hook('no client', { clientConfig: {} }),
  hook('two clients', { clientConfig: { url: 'https://hook.example/x', service: { name: 'a', namespace: 'b' } } }),
  hook('service path', { clientConfig: { service: { name: 'a', namespace: 'b', path: 'x' } } }),
  hook('service port', { clientConfig: { service: { name: 'a', namespace: 'b', port: 70000 } } }),
  hook('service name', { clientConfig: { service: { name: '', namespace: '' } } }),
  hookRule('operation', { operations: ['READ'] }),
  hookRule('all operations and one', { operations: ['*', 'CREATE'] }),
  hookRule('no operations', { operations: [] }),
  hookRule('no groups', { apiGroups: [] }),
  hookRule('no versions', { apiVersions: [] }),
  hookRule('no resources', { resources: [] }),
  hookRule('empty resource', { resources: [''] }),
  hookRule('all and one', { resources: ['*', 'pods'] }),
  hookRule('scope', { scope: 'Planet' }),
  hook('condition', { matchConditions: [{ name: 'Bad Name!', expression: 'true' }] }),
  hook('condition empty', { matchConditions: [{ name: 'a', expression: '' }] }),
  priority('too high', { value: 2_000_000_000 }),
  priority('policy', { value: 1, preemptionPolicy: 'Maybe' }),
  single(
    'PriorityClass system name',
    post(
      `/apis/scheduling.k8s.io/v1/priorityclasses${dry}`,
      object('scheduling.k8s.io/v1', 'PriorityClass', 'system-mine', { value: 1 }),
    ),
  ),
  lease('duration', { leaseDurationSeconds: 0 }),
  lease('transitions', { leaseTransitions: -1 }),
  slice('address type', { addressType: 'Post', endpoints: [] }),
  slice('no address type', { endpoints: [] }),
  slice('address', { addressType: 'IPv4', endpoints: [{ addresses: ['nowhere'] }] }),
  slice('no addresses', { addressType: 'IPv4', endpoints: [{ addresses: [] }] }),
  slice('port twice', {
    addressType: 'IPv4',
    endpoints: [],
    ports: [
      { name: 'a', port: 1 },
      { name: 'a', port: 2 },
    ],
  }),
  slice('port name', { addressType: 'IPv4', endpoints: [], ports: [{ name: 'Bad_Name', port: 1 }] }),
  endpoints('address', { subsets: [{ addresses: [{ ip: 'nowhere' }], ports: [{ port: 80 }] }] }),
  endpoints('no addresses', { subsets: [{ ports: [{ port: 80 }] }] }),
  endpoints('port', { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 0 }] }] }),
  node('taint effect', { taints: [{ key: 'a', effect: 'Sometimes' }] }),
  node('taint key', { taints: [{ key: 'bad key', effect: 'NoSchedule' }] }),
  node('taint twice', {
    taints: [
      { key: 'a', effect: 'NoSchedule' },
      { key: 'a', effect: 'NoSchedule', value: 'x' },
    ],
  }),
  node('pod range', { podCIDR: 'nowhere', podCIDRs: ['nowhere'] }),
  secret('ssh', { type: 'kubernetes.io/ssh-auth' }),
  secret('basic', { type: 'kubernetes.io/basic-auth' }),
  secret('docker config content', { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'eA==' } }),
  secret('account token', { type: 'kubernetes.io/service-account-token' }),
  secret('key', { data: { 'a b': 'eA==' } }),
  secret('key of dots', { data: { '..': 'eA==' } }),
  account('mount as text', { automountServiceAccountToken: 'yes' }),
  ingressClass('controller', { controller: 'Bad Name' }),
  ingressClass('controller missing', {}),
  ingressClass('parameters', { controller: 'a.b/c', parameters: { kind: '', name: '', scope: 'Planet' } }),
  runtime('no handler', {}),
  runtime('handler', { handler: 'Bad_Name' }),
  csr('no request', { signerName: 'a.b/c', usages: ['client auth'] }),
  csr('not a request', { request: 'eA==', signerName: 'a.b/c', usages: ['client auth'] }),
  apiService('name', 'wrong', { group: 'a.b', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 }),
  apiService('priority', 'v1.a.b', { group: 'a.b', version: 'v1' }),
  apiService('service', 'v1.a.b', {
    group: 'a.b',
    version: 'v1',
    groupPriorityMinimum: 1,
    versionPriority: 1,
    service: { name: '', namespace: '' },
  }),
  named(
    'service too long',
    `${core}/services`,
    object('v1', 'Service', 'x'.repeat(64), { spec: { ports: [{ port: 80 }] } }),
  ),
  named('service with dot', `${core}/services`, object('v1', 'Service', 'a.b', { spec: { ports: [{ port: 80 }] } })),
  named('namespace too long', '/api/v1/namespaces', object('v1', 'Namespace', 'x'.repeat(64))),
  named('namespace in capitals', '/api/v1/namespaces', object('v1', 'Namespace', 'Team')),
  named('role with slash', `${rbac}/namespaces/default/roles`, object('rbac.authorization.k8s.io/v1', 'Role', 'a/b')),
  named('role with percent', `${rbac}/namespaces/default/roles`, object('rbac.authorization.k8s.io/v1', 'Role', 'a%b')),
  named(
    'deployment with dot',
    `${apps}/deployments`,
    object('apps/v1', 'Deployment', 'a_b', { spec: { selector: { matchLabels: labels }, template } }),
  ),
  named(
    'statefulset with dot',
    `${apps}/statefulsets`,
    object('apps/v1', 'StatefulSet', 'a.b', { spec: { selector: { matchLabels: labels }, template } }),
  ),
  named('pod', `${core}/pods`, object('v1', 'Pod', 'My_Pod', { spec: { containers } })),
  named('of generation', `${core}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { generateName: 'Bad_' },
  }),
];
