// What works must answer alike: defaults, ownership, patches, lists, tables, subresources, custom resources, documents.

import type { Case } from './run.ts';
import type { Ask } from './servers.ts';

type Bag = Record<string, unknown>;

const apps = '/apis/apps/v1/namespaces/default';
const core = '/api/v1/namespaces/default';
const batch = '/apis/batch/v1/namespaces/default';

const post = (path: string, body: Bag): Ask => ({ method: 'POST', path, body });
const get = (path: string, accept?: string): Ask => ({
  method: 'GET',
  path,
  ...(accept === undefined ? {} : { accept }),
});
const remove = (path: string, body?: Bag): Ask => ({ method: 'DELETE', path, ...(body === undefined ? {} : { body }) });
const put = (path: string, body: Bag): Ask => ({ method: 'PUT', path, body });
const patch = (path: string, kind: string, body: unknown): Ask => ({
  method: 'PATCH',
  path,
  body,
  contentType: `application/${kind}`,
});
const merge = (path: string, body: unknown): Ask => patch(path, 'merge-patch+json', body);
const strategic = (path: string, body: unknown): Ask => patch(path, 'strategic-merge-patch+json', body);
const json = (path: string, body: unknown): Ask => patch(path, 'json-patch+json', body);
const applied = (path: string, manager: string, body: Bag, force = false): Ask =>
  patch(`${path}?fieldManager=${manager}${force ? '&force=true' : ''}`, 'apply-patch+yaml', body);

const labels = { app: 'web' };
const pod = { containers: [{ name: 'main', image: 'nginx:1', ports: [{ containerPort: 80 }] }] };
const workload = (kind: string, name: string, spec: Bag = {}): Bag => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, labels },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod }, ...spec },
});
const config = (name: string, data: Bag = { a: '1' }, metadata: Bag = {}): Bag => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

function created(name: string, path: string, body: Bag): Case {
  return { name: `defaults: ${name}`, steps: [post(`${path}?dryRun=All`, body)] };
}

const richPod = {
  initContainers: [{ name: 'init', image: 'busybox' }],
  containers: [
    {
      name: 'main',
      image: 'nginx',
      env: [
        { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        { name: 'EMPTY', value: '' },
      ],
      resources: { limits: { cpu: '1000m', memory: '1024Mi' }, requests: { cpu: 0.5 } },
      livenessProbe: { httpGet: { port: 80 } },
      readinessProbe: { tcpSocket: { port: 'http' }, initialDelaySeconds: 0 },
      lifecycle: { preStop: { httpGet: { port: 80 } } },
      stdin: false,
    },
  ],
  volumes: [
    { name: 'a' },
    { name: 'b', configMap: { name: 'c' } },
    { name: 's', secret: { secretName: 's' } },
    { name: 'h', hostPath: { path: '/x' } },
    { name: 'p', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
  ],
  serviceAccountName: 'x',
  nodeSelector: {},
  tolerations: [],
};

const definition = (name: string, schema: Bag): Bag => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${name}s.conf.example.com` },
  spec: {
    group: 'conf.example.com',
    scope: 'Namespaced',
    names: { plural: `${name}s`, kind: name[0]?.toUpperCase() + name.slice(1) },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        schema: { openAPIV3Schema: schema },
      },
    ],
  },
});
const gadgetSchema: Bag = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['color'],
      properties: {
        color: { type: 'string', enum: ['red', 'blue'] },
        replicas: { type: 'integer', default: 2, minimum: 1, maximum: 9 },
        name: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 5 },
        port: { 'x-kubernetes-int-or-string': true },
        list: {
          type: 'array',
          items: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, v: { type: 'number' } } },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        map: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};
const gadgets = '/apis/conf.example.com/v1/namespaces/default/gadgets';
const gadget = (name: string, spec: Bag): Bag => ({
  apiVersion: 'conf.example.com/v1',
  kind: 'Gadget',
  metadata: { name },
  spec,
});

export const objectCases: readonly Case[] = [
  created('deployment', `${apps}/deployments`, workload('Deployment', 'd')),
  created(
    'deployment with much',
    `${apps}/deployments`,
    workload('Deployment', 'd', {
      template: { metadata: { labels, annotations: {} }, spec: richPod },
      minReadySeconds: 0,
      paused: false,
    }),
  ),
  created(
    'statefulset',
    `${apps}/statefulsets`,
    workload('StatefulSet', 's', {
      serviceName: 's',
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    }),
  ),
  created('daemonset', `${apps}/daemonsets`, workload('DaemonSet', 's')),
  created('replicaset', `${apps}/replicasets`, workload('ReplicaSet', 's')),
  created('job', `${batch}/jobs`, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j' },
    spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } },
  }),
  created('cronjob', `${batch}/cronjobs`, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'j' },
    spec: { schedule: '@hourly', jobTemplate: { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } } },
  }),
  created('pod', `${core}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { ...richPod, serviceAccountName: undefined, automountServiceAccountToken: false },
  }),
  created('service', `${core}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { selector: labels, ports: [{ port: 80 }] },
  }),
  created('service node port', `${core}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { type: 'NodePort', ports: [{ port: 80, targetPort: 'http' }] },
  }),
  created('service balancer', `${core}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { type: 'LoadBalancer', sessionAffinity: 'ClientIP', ports: [{ port: 80 }] },
  }),
  created('service headless', `${core}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { clusterIP: 'None', selector: labels, ports: [{ port: 80 }] },
  }),
  created('service external', `${core}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { type: 'ExternalName', externalName: 'example.com' },
  }),
  created('ingress', '/apis/networking.k8s.io/v1/namespaces/default/ingresses', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'i' },
    spec: {
      rules: [
        {
          host: 'a.example',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } } }],
          },
        },
      ],
    },
  }),
  created('network policy', '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'n' },
    spec: { podSelector: {}, egress: [{ ports: [{ port: 53 }] }] },
  }),
  created('namespace', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }),
  created('secret', `${core}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { a: 'Yg==' },
    stringData: { c: 'd' },
  }),
  created('config map', `${core}/configmaps`, { ...config('c', {}), binaryData: {} }),
  created('service account', `${core}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 's' },
  }),
  created('claim', `${core}/persistentvolumeclaims`, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'p' },
    spec: { storageClassName: 'x', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
  }),
  created('autoscaler', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
  }),
  created('autoscaler v1', '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers', {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: {
      maxReplicas: 3,
      targetCPUUtilizationPercentage: 50,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
    },
  }),
  created('budget', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b' },
    spec: { minAvailable: '50%', selector: { matchLabels: labels } },
  }),
  created('role binding', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'b' },
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [{ kind: 'User', name: 'u' }],
  }),
  created('webhook', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'w' },
    webhooks: [
      {
        name: 'a.b.c',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { service: { name: 'a', namespace: 'b' } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
    ],
  }),
  created('lease', '/apis/coordination.k8s.io/v1/namespaces/default/leases', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'l' },
    spec: { holderIdentity: 'me' },
  }),
  created('priority class', '/apis/scheduling.k8s.io/v1/priorityclasses', {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'p' },
    value: 5,
  }),
  created('storage class', '/apis/storage.k8s.io/v1/storageclasses', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 's' },
    provisioner: 'x.example/y',
  }),
  {
    name: 'config map life',
    steps: [
      post(`${core}/configmaps`, config('life')),
      post(`${core}/configmaps`, config('life')),
      get(`${core}/configmaps/life`),
      merge(`${core}/configmaps/life`, { data: { b: '2', a: null } }),
      merge(`${core}/configmaps/life`, { data: { b: '2' } }),
      json(`${core}/configmaps/life`, [
        { op: 'test', path: '/data/b', value: '2' },
        { op: 'add', path: '/data/c', value: '3' },
      ]),
      json(`${core}/configmaps/life`, [{ op: 'remove', path: '/data/none' }]),
      json(`${core}/configmaps/life`, [{ op: 'test', path: '/data/b', value: 'x' }]),
      json(`${core}/configmaps/life`, { op: 'add' }),
      strategic(`${core}/configmaps/life`, { metadata: { labels: { x: 'y' } } }),
      put(`${core}/configmaps/life`, config('other')),
      put(`${core}/configmaps/life`, config('life', { z: '1' }, { resourceVersion: '1' })),
      put(`${core}/configmaps/life`, config('life', { z: '1' }, { uid: 'other' })),
      put(`${core}/configmaps/life`, config('life', { z: '1' })),
      patch(`${core}/configmaps/life`, 'xml', {}),
      remove(`${core}/configmaps/life`, { preconditions: { uid: 'other' } }),
      remove(`${core}/configmaps/life?dryRun=All`),
      remove(`${core}/configmaps/life`),
      remove(`${core}/configmaps/life`),
      get(`${core}/configmaps/life`),
      merge(`${core}/configmaps/life`, {}),
      put(`${core}/configmaps/life`, config('life')),
    ],
  },
  {
    name: 'apply',
    steps: [
      applied(`${apps}/deployments/app`, 'one', workload('Deployment', 'app', { replicas: 1 })),
      applied(`${apps}/deployments/app`, 'one', workload('Deployment', 'app', { replicas: 1 })),
      applied(`${apps}/deployments/app`, 'two', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'app' },
        spec: { replicas: 3 },
      }),
      applied(
        `${apps}/deployments/app`,
        'two',
        { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'app' }, spec: { replicas: 3 } },
        true,
      ),
      applied(`${apps}/deployments/app`, 'one', workload('Deployment', 'app', { paused: true })),
      applied(`${apps}/deployments/app`, 'three', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'app', labels: { extra: 'yes' } },
      }),
      applied(`${apps}/deployments/app`, 'three', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'app' },
      }),
      applied(`${apps}/deployments/app`, 'one', {
        ...workload('Deployment', 'app'),
        spec: { ...(workload('Deployment', 'app')['spec'] as Bag), unknown: 1 },
      }),
      applied(`${apps}/deployments/app`, 'one', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'else' },
      }),
      patch(`${apps}/deployments/app`, 'apply-patch+yaml', workload('Deployment', 'app')),
      merge(`${apps}/deployments/app?force=true`, {}),
      strategic(`${apps}/deployments/app`, {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'main', env: [{ name: 'A', value: 'b' }] },
                { name: 'side', image: 'x' },
              ],
            },
          },
        },
      }),
      strategic(`${apps}/deployments/app`, {
        spec: { template: { spec: { containers: [{ name: 'side', $patch: 'delete' }] } } },
      }),
      strategic(`${apps}/deployments/app`, { spec: { template: { spec: { containers: [{ image: 'x' }] } } } }),
      merge(`${apps}/deployments/app/status`, { status: { replicas: 1 }, spec: { replicas: 9 } }),
      get(`${apps}/deployments/app/scale`),
      merge(`${apps}/deployments/app/scale`, { spec: { replicas: 4 } }),
      put(`${apps}/deployments/app/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'app', namespace: 'default' },
        spec: { replicas: 2 },
      }),
      merge(`${apps}/deployments/app`, { spec: { selector: { matchLabels: { a: 'b' } } } }),
      get(`${apps}/deployments/app`, table),
      remove(`${apps}/deployments/app`),
    ],
  },
  {
    name: 'lists',
    steps: [
      ...['a', 'b', 'c'].map((name) =>
        post(`${core}/configmaps`, config(`list-${name}`, {}, { labels: { set: 'list', name } })),
      ),
      get(`${core}/configmaps?labelSelector=set%3Dlist`),
      get(`${core}/configmaps?labelSelector=set%3Dlist,name!%3Db`),
      get(`${core}/configmaps?labelSelector=name+in+(a,c)`),
      get(`${core}/configmaps?labelSelector=set%3Dlist&limit=2`),
      get(`${core}/configmaps?fieldSelector=metadata.name%3Dlist-b`),
      get(`${core}/configmaps?fieldSelector=data.x%3Dy`),
      get(`${core}/configmaps?labelSelector=a%3D%3D%3Db`),
      get(`${core}/configmaps?labelSelector=set%3Dlist&resourceVersion=abc`),
      get(`${core}/configmaps?resourceVersionMatch=Exact`),
      get(`${core}/configmaps?resourceVersionMatch=Wrong&resourceVersion=1`),
      get(`${core}/configmaps?continue=zzz`),
      get(`${core}/configmaps?labelSelector=set%3Dlist`, table),
      get(`${core}/configmaps/list-a`, table),
      get(`/api/v1/configmaps?labelSelector=set%3Dlist`),
      get(`${core}/configmaps?labelSelector=set%3Dlist&watch=true&resourceVersion=0&timeoutSeconds=1`),
      remove(`${core}/configmaps?labelSelector=set%3Dlist`),
      get(`${core}/configmaps?labelSelector=set%3Dlist`),
    ],
  },
  {
    name: 'custom resources',
    steps: [
      post(
        '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All',
        definition('broken', { type: 'object', properties: { spec: {} } }),
      ),
      post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All', {
        ...definition('named', { type: 'object' }),
        metadata: { name: 'wrong' },
      }),
      {
        method: 'SETUP',
        path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
        body: definition('gadget', gadgetSchema),
      },
      post(gadgets, gadget('a', { color: 'red', extra: 1, free: { x: 1 }, port: 'http' })),
      post(`${gadgets}?fieldValidation=Strict`, gadget('b', { color: 'red', extra: 1 })),
      post(gadgets, gadget('b', {})),
      post(gadgets, gadget('b', { color: 'green' })),
      post(gadgets, gadget('b', { color: 1 })),
      post(gadgets, gadget('b', { color: 'red', replicas: 0 })),
      post(gadgets, gadget('b', { color: 'red', replicas: 10 })),
      post(gadgets, gadget('b', { color: 'red', name: 'A' })),
      post(gadgets, gadget('b', { color: 'red', name: 'toolong' })),
      post(gadgets, gadget('b', { color: 'red', port: true })),
      post(gadgets, gadget('b', { color: 'red', list: [{ id: 'x' }, { id: 'x' }] })),
      post(gadgets, gadget('b', { color: 'red', list: [{ v: 1 }] })),
      post(gadgets, gadget('b', { color: 'red', map: { a: 1 } })),
      put(`${gadgets}/a`, gadget('a', { color: 'blue' })),
      merge(`${gadgets}/a`, { spec: { color: 'blue' }, status: { x: 1 } }),
      merge(`${gadgets}/a/status`, { spec: { color: 'red' }, status: { x: 1 } }),
      strategic(`${gadgets}/a`, { spec: { color: 'red' } }),
      applied(`${gadgets}/a`, 'me', gadget('a', { color: 'red', list: [{ id: 'x', v: 1 }] })),
      applied(`${gadgets}/a`, 'me', gadget('a', { color: 'red', list: [{ id: 'x', v: 1 }] }), true),
      applied(`${gadgets}/a`, 'you', gadget('a', { color: 'red', list: [{ id: 'y', v: 1 }] })),
      get(`${gadgets}/a/scale`),
      merge(`${gadgets}/a/scale`, { spec: { replicas: 5 } }),
      get(gadgets, table),
      get(`${gadgets}/a/log`),
      remove(`${gadgets}/a`, { propagationPolicy: 'Foreground' }),
    ],
  },
  {
    name: 'finalizers and propagation',
    steps: [
      post(`${core}/configmaps`, config('held', {}, { finalizers: ['example.com/hold'] })),
      remove(`${core}/configmaps/held`),
      remove(`${core}/configmaps/held`),
      merge(`${core}/configmaps/held`, { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } }),
      merge(`${core}/configmaps/held`, { data: { still: 'here' } }),
      merge(`${core}/configmaps/held`, { metadata: { finalizers: null } }),
      get(`${core}/configmaps/held`),
      post(`${core}/configmaps`, config('fore')),
      remove(`${core}/configmaps/fore`, { propagationPolicy: 'Foreground' }),
      remove(`${core}/configmaps/fore?propagationPolicy=Wrong`),
      merge(`${core}/configmaps/fore`, { metadata: { finalizers: null } }),
      remove('/api/v1/namespaces/default'),
    ],
  },
  {
    name: 'documents and unknown paths',
    steps: [
      get('/apis/nothing.example/v1/things'),
      get('/api/v1/things'),
      get('/api/v1/namespaces/default/things/x'),
      get('/apis/apps/v1/namespaces/default/deployments/x/unknown'),
      get('/apis/apps/v1/deployments/x'),
      post('/apis/apps/v1/deployments', workload('Deployment', 'x')),
      { method: 'PATCH', path: `${apps}/deployments`, body: {}, contentType: 'application/merge-patch+json' },
      get('/healthz'),
      get('/nothing'),
      get('/api'),
      get('/apis/apps'),
      get('/apis/nothing.example'),
      post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'SelfSubjectReview',
      }),
      post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
      }),
      post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: 'nobody', resourceAttributes: { verb: 'get', resource: 'pods' } },
      }),
    ],
  },
];
