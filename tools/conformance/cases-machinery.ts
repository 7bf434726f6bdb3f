// The machinery every type shares: lists at revisions, pages, watches, selectors, formats of answers, preconditions.

import {
  type Bag,
  applied,
  apps,
  config,
  core,
  get,
  jsonPatch,
  merge,
  object,
  post,
  put,
  remove,
  strategic,
  tableType,
} from './requests.ts';
import type { Case } from './run.ts';
import type { Ask } from './servers.ts';

const labels = { app: 'web' };
const containers = [{ name: 'main', image: 'nginx:1' }];
const template = { metadata: { labels }, spec: { containers } };
const maps = `${core}/configmaps`;
const partialType = (kind: string): string => `application/json;as=${kind};v=v1;g=meta.k8s.io,application/json`;
const apply = (name: string, data: Bag): Bag => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
const text = (path: string, body: string, contentType: string, method = 'POST'): Ask => ({
  method,
  path,
  text: body,
  contentType,
});
const headed = (ask: Ask, ...compareHeaders: readonly string[]): Ask => ({ ...ask, compareHeaders });
const set = (name: string, set: string, data: Bag = {}): Bag => config(name, data, { labels: { set } });

/** Every built-in list, as a table and as it is: kinds, verbs and columns. */
const lists: readonly string[] = [
  '/api/v1/nodes?labelSelector=none',
  '/api/v1/persistentvolumes',
  ...['limitranges', 'persistentvolumeclaims', 'pods', 'podtemplates', 'replicationcontrollers', 'resourcequotas'].map(
    (plural) => `${core}/${plural}`,
  ),
  ...['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'].map(
    (plural) => `${apps}/${plural}`,
  ),
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
  '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
  '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers',
  '/apis/batch/v1/namespaces/default/cronjobs',
  '/apis/batch/v1/namespaces/default/jobs',
  '/apis/certificates.k8s.io/v1/certificatesigningrequests',
  '/apis/coordination.k8s.io/v1/namespaces/default/leases',
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=none',
  '/apis/networking.k8s.io/v1/ingressclasses',
  '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
  '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
  '/apis/networking.k8s.io/v1/ipaddresses?labelSelector=none',
  '/apis/networking.k8s.io/v1/servicecidrs?labelSelector=none',
  '/apis/node.k8s.io/v1/runtimeclasses',
  '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
  '/apis/resource.k8s.io/v1/deviceclasses',
  '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims',
  '/apis/resource.k8s.io/v1/namespaces/default/resourceclaimtemplates',
  '/apis/resource.k8s.io/v1/resourceslices',
  '/apis/storage.k8s.io/v1/csidrivers',
  '/apis/storage.k8s.io/v1/csinodes',
  '/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities',
  '/apis/storage.k8s.io/v1/volumeattachments',
  '/apis/storage.k8s.io/v1/volumeattributesclasses',
];

/** One object of each kind that has no case elsewhere: created, read as a table, deleted. */
function life(name: string, list: string, body: Bag): Case {
  const path = `${list}/${(body['metadata'] as { readonly name: string }).name}`;
  return { name: `life: ${name}`, steps: [post(list, body), get(path, tableType), remove(path)] };
}

export const machineryCases: readonly Case[] = [
  {
    name: 'machinery: lists',
    steps: lists.flatMap((path) => [get(path), get(path, tableType)]),
  },
  {
    name: 'machinery: pages',
    steps: [
      ...['a', 'b', 'c', 'd', 'e'].map((name) => post(maps, set(`page-${name}`, 'pages'))),
      get(`${maps}?labelSelector=set%3Dpages&limit=2`),
      get(`${maps}?labelSelector=set%3Dpages&limit=2&continue={6.metadata.continue}`),
      get(`${maps}?labelSelector=set%3Dpages&limit=2&continue={7.metadata.continue}`),
      get(`${maps}?labelSelector=set%3Dpages&limit=2&continue={6.metadata.continue}&resourceVersion=1`),
      get(`${maps}?labelSelector=set%3Dpages&limit=-1`),
      get(`${maps}?labelSelector=set%3Dpages&limit=x`),
      get(`${maps}?labelSelector=set%3Dpages&limit=3`, tableType),
      get(`${maps}?limit=1&fieldSelector=metadata.name%3Dpage-c`),
      remove(`${maps}?labelSelector=set%3Dpages`),
    ],
  },
  {
    name: 'machinery: revisions',
    steps: [
      post(maps, set('rev', 'revisions', { a: '1' })),
      merge(`${maps}/rev`, { data: { a: '2' } }),
      get(
        `${maps}?labelSelector=set%3Drevisions&resourceVersion={1.metadata.resourceVersion}&resourceVersionMatch=Exact`,
      ),
      get(
        `${maps}?labelSelector=set%3Drevisions&resourceVersion={1.metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`,
      ),
      get(`${maps}?labelSelector=set%3Drevisions&resourceVersion={1.metadata.resourceVersion}`),
      get(`${maps}?labelSelector=set%3Drevisions&resourceVersion=0`),
      get(`${maps}?labelSelector=set%3Drevisions&resourceVersion=0&limit=1`),
      get(`${maps}?resourceVersion=0&resourceVersionMatch=Exact`),
      get(`${maps}?resourceVersion=99999999&labelSelector=none`),
      get(`${maps}?resourceVersion=99999999&resourceVersionMatch=Exact&labelSelector=none`),
      get(`${maps}/rev?resourceVersion=0`),
      get(`${maps}/rev?resourceVersion={2.metadata.resourceVersion}`),
      get(`${maps}/rev?resourceVersion=x`),
      get(`${maps}?watch=true&resourceVersion=x&timeoutSeconds=1`),
      get(`${maps}?watch=true&resourceVersion=1&timeoutSeconds=1&resourceVersionMatch=Exact`),
      get(`${maps}?resourceVersionMatch=NotOlderThan`),
      get(`${maps}?sendInitialEvents=true`),
      get(`${maps}?watch=true&sendInitialEvents=true&timeoutSeconds=1`),
      get(`${maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=Exact&timeoutSeconds=1`),
      remove(`${maps}/rev`),
    ],
  },
  {
    name: 'machinery: watches',
    steps: [
      post(maps, set('seen', 'watched', { a: '1' })),
      merge(`${maps}/seen`, { data: { a: '2' } }),
      merge(`${maps}/seen`, { metadata: { labels: { set: 'else' } } }),
      merge(`${maps}/seen`, { metadata: { labels: { set: 'watched' } } }),
      remove(`${maps}/seen`),
      post(maps, set('seen', 'watched', { b: '1' })),
      get(`${maps}?watch=1&labelSelector=set%3Dwatched&resourceVersion={1.metadata.resourceVersion}&timeoutSeconds=1`),
      get(
        `${maps}?watch=1&fieldSelector=metadata.name%3Dseen&resourceVersion={1.metadata.resourceVersion}&timeoutSeconds=1`,
      ),
      get(`${maps}?watch=1&labelSelector=set%3Dwatched&timeoutSeconds=1`),
      get(`${maps}?watch=1&labelSelector=set%3Dwatched&resourceVersion=0&timeoutSeconds=1`, tableType),
      get(
        `${maps}?watch=1&labelSelector=set%3Dwatched&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1`,
      ),
      get(`/api/v1/watch/namespaces/default/configmaps?labelSelector=set%3Dwatched&timeoutSeconds=1`),
      get(`/api/v1/watch/namespaces/default/configmaps/seen?timeoutSeconds=1`),
      get(
        `/api/v1/configmaps?watch=1&labelSelector=set%3Dwatched&timeoutSeconds=1`,
        partialType('PartialObjectMetadata'),
      ),
      remove(`${maps}/seen`),
    ],
  },
  {
    name: 'machinery: selectors',
    steps: [
      post(`${core}/secrets`, object('v1', 'Secret', 'field', { type: 'example.com/x' })),
      get(`${core}/secrets?fieldSelector=type%3Dexample.com/x`),
      get(`${core}/secrets?fieldSelector=type!%3Dexample.com/x,metadata.name%3Dfield`),
      get(`${core}/secrets?fieldSelector=data%3Dx`),
      get(`${core}/pods?fieldSelector=spec.nodeName%3Dx,status.phase!%3DRunning`),
      get(`${core}/pods?fieldSelector=spec.containers%3Dx`),
      get(`${core}/pods?fieldSelector=spec.nodeName%3E3`),
      get(`${core}/pods?fieldSelector=status.podIP%3D1,spec.hostNetwork%3Dtrue`),
      get(`/api/v1/nodes?fieldSelector=spec.unschedulable%3Dtrue`),
      get(`/api/v1/nodes?fieldSelector=status.phase%3Dx`),
      get(`/api/v1/namespaces?fieldSelector=status.phase%3DTerminating`),
      get(`${core}/events?fieldSelector=involvedObject.kind%3DPod,type%3DWarning,reason%3DX`),
      get(`/apis/events.k8s.io/v1/namespaces/default/events?fieldSelector=regarding.kind%3DPod`),
      get(`/apis/events.k8s.io/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DPod`),
      get(`${apps}/deployments?fieldSelector=status.phase%3Dx`),
      get(`${apps}/replicasets?fieldSelector=status.replicas%3D7`),
      get(`/apis/batch/v1/namespaces/default/jobs?fieldSelector=status.successful%3D3`),
      get(`${core}/services?fieldSelector=spec.type%3DLoadBalancer`),
      get(`${maps}?fieldSelector=metadata.name`),
      get(`${maps}?labelSelector=a+in+(`),
      get(`${maps}?labelSelector=!a,b+notin+(c,d),e%3D%3Df`),
      get(`${maps}?labelSelector=a+gt+x`),
      get(`${maps}?labelSelector=${'x'.repeat(70)}%3Dy`),
      get(`${maps}?labelSelector=a%3D${'x'.repeat(70)}`),
      remove(`${core}/secrets?fieldSelector=metadata.name%3Dfield`),
      remove(`${core}/secrets?fieldSelector=spec%3Dfield`),
    ],
  },
  {
    name: 'machinery: formats',
    steps: [
      post(maps, set('shown', 'formats', { a: '1' })),
      headed(get(`${maps}/shown`), 'content-type', 'cache-control'),
      headed(get(`${maps}/shown`, '*/*'), 'content-type'),
      headed(get(`${maps}/shown`, tableType), 'content-type'),
      headed(get(`${maps}/shown?includeObject=Object`, tableType), 'content-type'),
      headed(get(`${maps}/shown?includeObject=None`, tableType), 'content-type'),
      get(`${maps}/shown?includeObject=Everything`, tableType),
      headed(get(`${maps}/shown`, partialType('PartialObjectMetadata')), 'content-type'),
      headed(get(`${maps}?labelSelector=set%3Dformats`, partialType('PartialObjectMetadataList')), 'content-type'),
      get(`${maps}/shown`, 'application/json;as=Table;v=v1;g=meta.k8s.io'),
      get(`${maps}/absent`, tableType),
      get(`${maps}/shown?pretty=true`),
      text(maps, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-yaml}\ndata: {a: "1"}\n', 'application/yaml'),
      text(
        `${maps}?dryRun=All`,
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"dry","colour":"red"}}',
        'application/json',
      ),
      text(
        `${maps}?dryRun=All&fieldValidation=Ignore`,
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"dry","colour":"red"}}',
        'application/json',
      ),
      text(`${maps}/shown`, '[]', 'application/json-patch+json', 'PATCH'),
      text(`${maps}/shown`, '{"data":{"b":"1"}}', 'application/json', 'PATCH'),
      remove(`${maps}/from-yaml`),
      remove(`${maps}/twice`),
      remove(`${maps}/shown`),
    ],
  },
  {
    name: 'machinery: generated names',
    steps: [
      post(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'gen-' } }),
      post(`${maps}?dryRun=All`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { generateName: 'gen-', name: 'given' },
      }),
      post(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
      remove(`${maps}/{1.metadata.name}`),
    ],
  },
  {
    name: 'machinery: ownership',
    steps: [
      applied(`${maps}/owned`, 'one', apply('owned', { a: '1', b: '1' })),
      applied(`${maps}/owned`, 'two', apply('owned', { b: '1', c: '1' })),
      applied(`${maps}/owned`, 'two', apply('owned', { b: '2' })),
      applied(`${maps}/owned`, 'two', apply('owned', { b: '2' }), true),
      applied(`${maps}/owned`, 'one', apply('owned', {})),
      merge(`${maps}/owned?fieldManager=three`, { data: { b: '3' }, metadata: { labels: { x: 'y' } } }),
      applied(`${maps}/owned`, 'two', apply('owned', { b: '4' })),
      merge(`${maps}/owned`, { metadata: { managedFields: [{}] } }),
      applied(`${maps}/owned`, 'two', apply('owned', { b: '5' })),
      jsonPatch(`${maps}/owned`, [{ op: 'add', path: '/data/z', value: '1' }]),
      put(`${maps}/owned?fieldManager=four`, config('owned', { only: 'this' })),
      applied(`${maps}/owned?dryRun=All`.replace('?dryRun=All', ''), 'five', {
        ...apply('owned', {}),
        metadata: { name: 'owned', managedFields: [{ manager: 'x' }] },
      }),
      applied(`${maps}/owned`, '', apply('owned', {})),
      applied(`${maps}/owned`, 'x'.repeat(129), apply('owned', {})),
      merge(`${maps}/owned?fieldManager=bad%01name`, {}),
      remove(`${maps}/owned`),
      applied(`${maps}/absent`, 'one', { ...apply('absent', {}), metadata: { name: 'absent', uid: 'x' } }),
      applied(`${maps}/absent`, 'one', { ...apply('absent', {}), metadata: { name: 'absent', resourceVersion: '1' } }),
      applied(`${maps}/absent`, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
      applied(`${maps}/absent`, 'one', { kind: 'ConfigMap', metadata: { name: 'absent' } }),
    ],
  },
  {
    name: 'machinery: applied workload',
    steps: [
      applied(
        `${apps}/deployments/ssa`,
        'one',
        object('apps/v1', 'Deployment', 'ssa', { spec: { selector: { matchLabels: labels }, template } }),
      ),
      applied(
        `${apps}/deployments/ssa/status`,
        'kubelet',
        object('apps/v1', 'Deployment', 'ssa', {
          status: {
            replicas: 1,
            conditions: [
              {
                type: 'Available',
                status: 'True',
                lastTransitionTime: '2026-01-01T00:00:00Z',
                lastUpdateTime: '2026-01-01T00:00:00Z',
              },
            ],
          },
        }),
      ),
      applied(
        `${apps}/deployments/ssa`,
        'two',
        object('apps/v1', 'Deployment', 'ssa', {
          spec: {
            template: {
              spec: {
                containers: [
                  { name: 'main', env: [{ name: 'A', value: '1' }] },
                  { name: 'side', image: 'x' },
                ],
              },
            },
          },
        }),
      ),
      applied(
        `${apps}/deployments/ssa`,
        'two',
        object('apps/v1', 'Deployment', 'ssa', {
          spec: {
            template: {
              spec: {
                containers: [
                  { name: 'side', image: 'x', ports: [{ containerPort: 80 }, { containerPort: 81, protocol: 'UDP' }] },
                ],
              },
            },
          },
        }),
      ),
      applied(
        `${apps}/deployments/ssa`,
        'one',
        object('apps/v1', 'Deployment', 'ssa', {
          spec: {
            selector: { matchLabels: labels },
            template: {
              metadata: { labels },
              spec: {
                containers: [{ name: 'main', image: 'nginx:2' }],
                tolerations: [{ key: 'a', operator: 'Exists' }],
              },
            },
          },
        }),
      ),
      applied(`${apps}/deployments/ssa`, 'two', object('apps/v1', 'Deployment', 'ssa')),
      strategic(`${apps}/deployments/ssa`, {
        spec: { template: { spec: { $retainKeys: ['containers', 'nodeSelector'], nodeSelector: { a: 'b' } } } },
      }),
      strategic(`${apps}/deployments/ssa`, {
        spec: { template: { spec: { containers: [{ $patch: 'replace' }, { name: 'new', image: 'x' }] } } },
      }),
      put(`${apps}/deployments/ssa/status`, object('apps/v1', 'Deployment', 'ssa', { status: { replicas: 3 } })),
      put(`${apps}/deployments/ssa/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'ssa', namespace: 'default' },
        spec: { replicas: -1 },
      }),
      merge(`${apps}/deployments/absent/scale`, { spec: { replicas: 1 } }),
      get(`${apps}/deployments/ssa/status`),
      remove(`${apps}/deployments/ssa`, { propagationPolicy: 'Foreground' }),
      merge(`${apps}/deployments/ssa`, { metadata: { finalizers: null } }),
    ],
  },
  life(
    'runtime class',
    '/apis/node.k8s.io/v1/runtimeclasses',
    object('node.k8s.io/v1', 'RuntimeClass', 'l', { handler: 'h' }),
  ),
  life(
    'ingress class',
    '/apis/networking.k8s.io/v1/ingressclasses',
    object('networking.k8s.io/v1', 'IngressClass', 'l', { spec: { controller: 'a.b/c' } }),
  ),
  life(
    'csi driver',
    '/apis/storage.k8s.io/v1/csidrivers',
    object('storage.k8s.io/v1', 'CSIDriver', 'l', { spec: { attachRequired: false } }),
  ),
  life(
    'csi node',
    '/apis/storage.k8s.io/v1/csinodes',
    object('storage.k8s.io/v1', 'CSINode', 'l', { spec: { drivers: [] } }),
  ),
  life(
    'volume attachment',
    '/apis/storage.k8s.io/v1/volumeattachments',
    object('storage.k8s.io/v1', 'VolumeAttachment', 'l', {
      spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'p' } },
    }),
  ),
  life(
    'capacity',
    '/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities',
    object('storage.k8s.io/v1', 'CSIStorageCapacity', 'l', { storageClassName: 's', capacity: '1Gi' }),
  ),
  life(
    'attributes class',
    '/apis/storage.k8s.io/v1/volumeattributesclasses',
    object('storage.k8s.io/v1', 'VolumeAttributesClass', 'l', { driverName: 'd', parameters: { a: 'b' } }),
  ),
  life(
    'device class',
    '/apis/resource.k8s.io/v1/deviceclasses',
    object('resource.k8s.io/v1', 'DeviceClass', 'l', { spec: {} }),
  ),
  life(
    'resource claim',
    '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims',
    object('resource.k8s.io/v1', 'ResourceClaim', 'l', {
      spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'l' } }] } },
    }),
  ),
  life(
    'admission policy',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'l', {
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] },
          ],
        },
        validations: [{ expression: 'object.spec.replicas <= 5' }],
      },
    }),
  ),
  life(
    'admission policy binding',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
    object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'l', {
      spec: { policyName: 'l', validationActions: ['Deny'] },
    }),
  ),
  life(
    'lease',
    '/apis/coordination.k8s.io/v1/namespaces/default/leases',
    object('coordination.k8s.io/v1', 'Lease', 'l', {
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15, acquireTime: '2026-01-01T00:00:00.000000Z' },
    }),
  ),
  life(
    'priority class',
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    object('scheduling.k8s.io/v1', 'PriorityClass', 'l', { value: 7, globalDefault: false, description: 'd' }),
  ),
  life(
    'storage class',
    '/apis/storage.k8s.io/v1/storageclasses',
    object('storage.k8s.io/v1', 'StorageClass', 'l', { provisioner: 'a.b/c' }),
  ),
  life(
    'endpoint slice',
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
    object('discovery.k8s.io/v1', 'EndpointSlice', 'l', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1', '10.0.0.2'] }],
      ports: [{ name: 'http', port: 80 }],
    }),
  ),
  life(
    'endpoints',
    `${core}/endpoints`,
    object('v1', 'Endpoints', 'l', { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] }),
  ),
  life(
    'event',
    `${core}/events`,
    object('v1', 'Event', 'l', {
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'Because',
      message: 'it is',
      type: 'Normal',
    }),
  ),
  life(
    'event of events.k8s.io',
    '/apis/events.k8s.io/v1/namespaces/default/events',
    object('events.k8s.io/v1', 'Event', 'l', {
      regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'Because',
      action: 'Do',
      note: 'it is',
      type: 'Normal',
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'a.b/c',
      reportingInstance: 'i',
    }),
  ),
  life(
    'replication controller',
    `${core}/replicationcontrollers`,
    object('v1', 'ReplicationController', 'l', { spec: { selector: labels, template } }),
  ),
  life('pod template', `${core}/podtemplates`, object('v1', 'PodTemplate', 'l', { template })),
  life(
    'controller revision',
    `${apps}/controllerrevisions`,
    object('apps/v1', 'ControllerRevision', 'l', { revision: 1, data: { a: 'b' } }),
  ),
  life(
    'network policy',
    '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
    object('networking.k8s.io/v1', 'NetworkPolicy', 'l', { spec: { podSelector: { matchLabels: labels } } }),
  ),
  life(
    'budget',
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    object('policy/v1', 'PodDisruptionBudget', 'l', { spec: { maxUnavailable: 1, selector: { matchLabels: labels } } }),
  ),
  life('quota', `${core}/resourcequotas`, object('v1', 'ResourceQuota', 'l', { spec: { hard: { secrets: '99' } } })),
  life(
    'limit range',
    `${core}/limitranges`,
    object('v1', 'LimitRange', 'l', { spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '1Ti' } }] } }),
  ),
  life(
    'cron job',
    '/apis/batch/v1/namespaces/default/cronjobs',
    object('batch/v1', 'CronJob', 'l', {
      spec: {
        schedule: '* * * * *',
        suspend: true,
        timeZone: 'Europe/Zurich',
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers } } } },
      },
    }),
  ),
  life(
    'autoscaler',
    '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
    object('autoscaling/v2', 'HorizontalPodAutoscaler', 'l', {
      spec: {
        maxReplicas: 4,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
        metrics: [
          { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
        ],
        behavior: { scaleDown: {} },
      },
    }),
  ),
  life(
    'cluster role',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'l', {
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }),
  ),
  life(
    'signing request',
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    object('certificates.k8s.io/v1', 'CertificateSigningRequest', 'l', {
      spec: { request: 'x', signerName: 'a.b/c', usages: ['client auth'] },
    }),
  ),
  {
    name: 'machinery: pod subresources',
    steps: [
      post(
        `${core}/pods`,
        object('v1', 'Pod', 'sub', {
          spec: { containers: [{ name: 'main', image: 'a', resources: { requests: { cpu: '100m' } } }] },
        }),
      ),
      get(`${core}/pods/sub`, tableType),
      post(`${core}/pods/sub/binding`, object('v1', 'Binding', 'sub', { target: { kind: 'Node', name: 'n' } })),
      post(`${core}/pods/sub/binding`, object('v1', 'Binding', 'sub', { target: { kind: 'Node', name: 'm' } })),
      post(`${core}/pods/sub/binding`, object('v1', 'Binding', 'other', { target: { kind: 'Node', name: 'm' } })),
      post(`${core}/pods/sub/binding`, object('v1', 'Binding', 'sub', { target: { kind: 'House', name: 'm' } })),
      get(`${core}/pods/sub`),
      strategic(`${core}/pods/sub/ephemeralcontainers`, {
        spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox', targetContainerName: 'main' }] },
      }),
      strategic(`${core}/pods/sub/ephemeralcontainers`, {
        spec: { ephemeralContainers: [{ name: 'main', image: 'busybox' }] },
      }),
      strategic(`${core}/pods/sub/ephemeralcontainers`, {
        spec: { ephemeralContainers: [{ name: 'more', image: 'busybox', ports: [{ containerPort: 1 }] }] },
      }),
      strategic(`${core}/pods/sub/resize`, {
        spec: { containers: [{ name: 'main', resources: { requests: { cpu: '200m' } } }] },
      }),
      strategic(`${core}/pods/sub/resize`, { spec: { containers: [{ name: 'main', image: 'b' }] } }),
      merge(`${core}/pods/sub/status`, {
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      }),
      post(`${core}/pods/sub/eviction`, object('policy/v1', 'Eviction', 'sub', { deleteOptions: { dryRun: ['All'] } })),
      remove(`${core}/pods/sub`),
      get(`${core}/pods/sub`, tableType),
      remove(`${core}/pods/sub`, { gracePeriodSeconds: 0 }),
      get(`${core}/pods/sub`),
    ],
  },
  {
    name: 'machinery: namespaces',
    steps: [
      post('/api/v1/namespaces', object('v1', 'Namespace', 'life')),
      post('/api/v1/namespaces/life/configmaps', config('in')),
      remove('/api/v1/namespaces/life'),
      get('/api/v1/namespaces/life', tableType),
      post('/api/v1/namespaces/life/configmaps', config('late')),
      post('/api/v1/namespaces/life/configmaps', { ...config('late'), metadata: { generateName: 'late-' } }),
      remove('/api/v1/namespaces/life'),
      put('/api/v1/namespaces/life/finalize', object('v1', 'Namespace', 'life', { spec: { finalizers: [] } })),
      get('/api/v1/namespaces/life'),
      remove('/api/v1/namespaces/kube-system'),
      remove('/api/v1/namespaces?labelSelector=none'),
    ],
  },
  {
    name: 'machinery: owners',
    steps: [
      post(maps, config('owner')),
      post(
        maps,
        config(
          'dependent',
          {},
          {
            ownerReferences: [
              {
                apiVersion: 'v1',
                kind: 'ConfigMap',
                name: 'owner',
                uid: '{1.metadata.uid}',
                controller: true,
                blockOwnerDeletion: true,
              },
            ],
          },
        ),
      ),
      post(
        maps,
        config(
          'two',
          {},
          {
            ownerReferences: [1, 2].map((n) => ({
              apiVersion: 'v1',
              kind: 'ConfigMap',
              name: `o${n}`,
              uid: `u${n}`,
              controller: true,
            })),
          },
        ),
      ),
      post(maps, config('wrong', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'e', uid: 'u' }] })),
      remove(`${maps}/owner`, { propagationPolicy: 'Foreground' }),
      remove(`${maps}/owner`, { propagationPolicy: 'Orphan' }),
      remove(`${maps}/owner`, { orphanDependents: true, propagationPolicy: 'Orphan' }),
      merge(`${maps}/owner`, { metadata: { finalizers: [] } }),
      remove(`${maps}/dependent`, { propagationPolicy: 'Background', gracePeriodSeconds: 30 }),
    ],
  },
];
