// Sequences of writes to a kube-apiserver, chosen to walk through every rule of field ownership. tools/oracles/apply.ts
// plays them against a real server, and the recording is replayed by the unit tests of packages/resource.

import type { Json, JsonObject } from '../../packages/resource/src/json.ts';

/** One write. `body` of a put is laid over the stored object at its top-level and second-level members. */
export interface ScenarioStep {
  readonly do: 'apply' | 'create' | 'put' | 'merge' | 'strategic' | 'json' | 'delete';
  readonly manager?: string;
  readonly force?: boolean;
  readonly subresource?: string;
  readonly body?: Json;
  /** Another version to write at. */
  readonly version?: string;
}

/** One object's life. */
export interface Scenario {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly object: string;
  readonly steps: readonly ScenarioStep[];
}

/** CRDs the scenarios need, created first. */
export const customResourceDefinitions: readonly JsonObject[] = [
  crd('widgets', 'Widget', [
    { name: 'v1', storage: true, schema: widgetSchema() },
    { name: 'v2', storage: false, schema: widgetSchema() },
  ]),
  crd('blobs', 'Blob', [
    { name: 'v1', storage: true, schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  ]),
];

function crd(
  plural: string,
  kind: string,
  versions: readonly { name: string; storage: boolean; schema: JsonObject }[],
): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.dev` },
    spec: {
      group: 'example.dev',
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: versions.map(({ name, storage, schema }) => ({
        name,
        storage,
        served: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: schema },
      })),
    },
  };
}

function widgetSchema(): JsonObject {
  const text = { type: 'string' };
  const whole = { type: 'integer' };
  return {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          title: text,
          size: whole,
          ratio: { type: 'number' },
          on: { type: 'boolean' },
          when: { type: 'string', format: 'date-time' },
          port: { 'x-kubernetes-int-or-string': true },
          maybe: { type: 'string', nullable: true },
          ports: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['port', 'protocol'],
            items: {
              type: 'object',
              required: ['port'],
              properties: { port: whole, protocol: { type: 'string', default: 'TCP' }, name: text, node: whole },
            },
          },
          tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
          numbers: { type: 'array', 'x-kubernetes-list-type': 'set', items: whole },
          args: { type: 'array', items: text },
          atomicList: {
            type: 'array',
            'x-kubernetes-list-type': 'atomic',
            items: { type: 'object', properties: { a: text } },
          },
          labels: { type: 'object', additionalProperties: text },
          selector: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: text },
          nested: {
            type: 'object',
            properties: {
              a: text,
              b: text,
              list: {
                type: 'array',
                'x-kubernetes-list-type': 'map',
                'x-kubernetes-list-map-keys': ['id'],
                items: {
                  type: 'object',
                  required: ['id'],
                  properties: {
                    id: text,
                    value: text,
                    inner: {
                      type: 'array',
                      'x-kubernetes-list-type': 'map',
                      'x-kubernetes-list-map-keys': ['key'],
                      items: { type: 'object', required: ['key'], properties: { key: text, on: { type: 'boolean' } } },
                    },
                  },
                },
              },
            },
          },
          any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          template: {
            type: 'object',
            'x-kubernetes-embedded-resource': true,
            'x-kubernetes-preserve-unknown-fields': true,
          },
        },
      },
      status: {
        type: 'object',
        properties: {
          phase: text,
          conditions: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['type'],
            items: { type: 'object', required: ['type'], properties: { type: text, status: text, reason: text } },
          },
        },
      },
    },
  };
}

function apply(manager: string, body: JsonObject, more: Partial<ScenarioStep> = {}): ScenarioStep {
  return { do: 'apply', manager, body, ...more };
}

const force = { force: true } as const;

function configMap(object: string, name: string, steps: readonly ScenarioStep[]): Scenario {
  return { name, group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true, object, steps };
}

function deployment(object: string, name: string, steps: readonly ScenarioStep[]): Scenario {
  return {
    name,
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
    plural: 'deployments',
    namespaced: true,
    object,
    steps,
  };
}

function service(object: string, name: string, steps: readonly ScenarioStep[]): Scenario {
  return { name, group: '', version: 'v1', kind: 'Service', plural: 'services', namespaced: true, object, steps };
}

function widget(object: string, name: string, steps: readonly ScenarioStep[]): Scenario {
  return {
    name,
    group: 'example.dev',
    version: 'v1',
    kind: 'Widget',
    plural: 'widgets',
    namespaced: true,
    object,
    steps,
  };
}

function blob(object: string, name: string, steps: readonly ScenarioStep[]): Scenario {
  return { name, group: 'example.dev', version: 'v1', kind: 'Blob', plural: 'blobs', namespaced: true, object, steps };
}

function podSpec(containers: readonly JsonObject[], more: JsonObject = {}): JsonObject {
  return { metadata: { labels: { app: 'web' } }, spec: { containers, ...more } };
}

function web(containers: readonly JsonObject[], more: JsonObject = {}): JsonObject {
  return { spec: { selector: { matchLabels: { app: 'web' } }, template: podSpec(containers), ...more } };
}

// Creating and patching one of many kinds shows which fields an empty object of theirs has already.
function made(
  kind: string,
  plural: string,
  body: JsonObject,
  { group = '', version = 'v1', namespaced = true, patch = {} as JsonObject } = {},
): Scenario {
  const metadata = { metadata: { labels: { touched: 'yes' } } };
  return {
    name: 'created, labelled and applied',
    group,
    version,
    kind,
    plural,
    namespaced,
    object: `made-${kind.toLowerCase()}`,
    steps: [
      { do: 'create', manager: 'maker', body },
      { do: 'merge', manager: 'editor', body: { ...metadata, ...patch } },
      apply('alice', { metadata: { annotations: { a: 'b' } }, ...body }),
      apply('alice', { metadata: { annotations: { a: 'b' } }, ...body }, force),
      apply('alice', { ...body, metadata: {} }),
    ],
  };
}

const job = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'j', image: 'j:1' }] } } };

/** All scenarios. */
export const scenarios: readonly Scenario[] = [
  made(
    'Role',
    'roles',
    { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
    { group: 'rbac.authorization.k8s.io' },
  ),
  made(
    'RoleBinding',
    'rolebindings',
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ kind: 'ServiceAccount', name: 's', namespace: 'default' }],
    },
    { group: 'rbac.authorization.k8s.io' },
  ),
  made('Service', 'services', { spec: { selector: { a: 'b' }, ports: [{ port: 80 }] } }),
  made('Secret', 'secrets', { data: { a: 'Yg==' }, type: 'Opaque' }),
  made('ServiceAccount', 'serviceaccounts', { automountServiceAccountToken: false }),
  made('Pod', 'pods', { spec: { containers: [{ name: 'p', image: 'p:1', env: [{ name: 'A', value: '' }] }] } }),
  made('PersistentVolumeClaim', 'persistentvolumeclaims', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
  }),
  made(
    'StatefulSet',
    'statefulsets',
    {
      spec: {
        serviceName: 's',
        selector: { matchLabels: { app: 'web' } },
        template: podSpec([{ name: 'w', image: 'w:1' }]),
        volumeClaimTemplates: [
          {
            metadata: { name: 'd' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    },
    { group: 'apps' },
  ),
  made(
    'DaemonSet',
    'daemonsets',
    {
      spec: { selector: { matchLabels: { app: 'web' } }, template: podSpec([{ name: 'w', image: 'w:1' }]) },
    },
    { group: 'apps' },
  ),
  made('Job', 'jobs', { spec: job }, { group: 'batch' }),
  made('CronJob', 'cronjobs', { spec: { schedule: '* * * * *', jobTemplate: { spec: job } } }, { group: 'batch' }),
  made(
    'Ingress',
    'ingresses',
    {
      spec: {
        rules: [
          {
            host: 'a.example',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } }],
            },
          },
        ],
        tls: [{ hosts: ['a.example'], secretName: 't' }],
      },
    },
    { group: 'networking.k8s.io' },
  ),
  made(
    'NetworkPolicy',
    'networkpolicies',
    {
      spec: {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { a: 'b' } } }] }],
      },
    },
    { group: 'networking.k8s.io' },
  ),
  made(
    'HorizontalPodAutoscaler',
    'horizontalpodautoscalers',
    {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
      },
    },
    { group: 'autoscaling', version: 'v2' },
  ),
  made(
    'PodDisruptionBudget',
    'poddisruptionbudgets',
    {
      spec: { minAvailable: '50%', selector: { matchLabels: { a: 'b' } } },
    },
    { group: 'policy' },
  ),
  made(
    'PriorityClass',
    'priorityclasses',
    { value: 10, description: 'd' },
    { group: 'scheduling.k8s.io', namespaced: false },
  ),
  made('ResourceQuota', 'resourcequotas', { spec: { hard: { cpu: '1000m', pods: '10' } } }),
  made('LimitRange', 'limitranges', { spec: { limits: [{ type: 'Container', default: { cpu: '0.5' } }] } }),
  made('Namespace', 'namespaces', {}, { namespaced: false }),
  configMap('cm-one', 'one applier adds, changes and drops keys', [
    apply('alice', { data: { a: '1', b: '2' } }),
    apply('alice', { data: { a: '1', b: '2' } }),
    apply('alice', { data: { a: '1', b: '3' } }),
    apply('alice', { data: { a: '1' } }),
    apply('alice', { data: { a: '1' }, metadata: { labels: { x: 'y' } } }),
    apply('alice', { metadata: { labels: { x: 'y' } } }),
    apply('alice', {}),
    apply('alice', { data: {} }),
    apply('alice', { data: { a: '1' } }),
  ]),
  configMap('cm-two', 'two appliers share and fight', [
    apply('alice', { data: { a: '1', shared: 's' } }),
    apply('bob', { data: { b: '2', shared: 's' } }),
    apply('bob', { data: { b: '2', shared: 't' } }),
    apply('bob', { data: { b: '2', shared: 't' } }, force),
    apply('alice', { data: { a: '1', shared: 's' } }),
    apply('alice', { data: { a: '1' } }),
    apply('bob', { data: { b: '2' } }),
    apply('bob', { data: { a: '9', b: '2' } }),
    apply('bob', {}),
    apply('alice', { data: { a: '1', b: '2' } }),
    apply('carol', { data: { a: '2', b: '3' } }),
    apply('carol', { data: { a: '2', b: '3' } }, force),
  ]),
  configMap('cm-update', 'updates take and lose', [
    { do: 'create', manager: 'maker', body: { data: { a: '1', b: '2' } } },
    apply('alice', { data: { a: '1' } }),
    { do: 'merge', manager: 'editor', body: { data: { a: '2' } } },
    apply('alice', { data: { a: '1' } }),
    apply('alice', { data: { a: '1' } }, force),
    { do: 'merge', manager: 'editor', body: { data: { b: null } } },
    { do: 'put', manager: 'putter', body: { data: { a: '1', c: '3' } } },
    { do: 'json', manager: 'patcher', body: [{ op: 'add', path: '/data/d', value: '4' }] },
    { do: 'strategic', manager: 'patcher', body: { data: { e: '5' } } },
    { do: 'strategic', manager: 'patcher', body: { data: { e: '5' } } },
    { do: 'put', manager: 'putter', body: { data: { a: '1' } } },
    { do: 'merge', manager: 'editor', body: { metadata: { annotations: { note: 'x' } } } },
    { do: 'merge', manager: 'editor', body: { immutable: false } },
  ]),
  configMap('cm-reset', 'ownership reset and rewritten by hand', [
    { do: 'create', manager: 'maker', body: { data: { a: '1' } } },
    { do: 'merge', manager: 'x', body: { metadata: { managedFields: [{}] } } },
    { do: 'merge', manager: 'x', body: { data: { b: '2' } } },
    apply('alice', { data: { a: '1' } }),
    apply('alice', { data: { a: '1', b: '3' } }),
    apply('alice', { data: { a: '1', b: '3' } }, force),
    { do: 'put', manager: 'y', body: { metadata: { managedFields: [] } } },
  ]),
  configMap('cm-kubectl', 'client-side apply taken over by kubectl', [
    {
      do: 'create',
      manager: 'kubectl-client-side-apply',
      body: {
        data: { a: '1', b: '2' },
        metadata: {
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration':
              '{"apiVersion":"v1","data":{"a":"1","b":"2"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"cm-kubectl","namespace":"default"}}\n',
          },
        },
      },
    },
    apply('other', { data: { a: '2' } }),
    apply('kubectl', { data: { a: '2', b: '2' } }),
    { do: 'merge', manager: 'editor', body: { data: { b: '5' } } },
    apply('kubectl', { data: { a: '2', b: '6' } }),
    apply('kubectl', { data: { a: '3', b: '5' } }),
  ]),
  configMap('cm-cap', 'more updaters than are kept', [
    { do: 'create', manager: 'm00', body: { data: { k00: '0' } } },
    ...Array.from({ length: 13 }, (_, index): ScenarioStep => ({
      do: 'merge',
      manager: `m${String(index + 1).padStart(2, '0')}`,
      body: { data: { [`k${index + 1}`]: 'v' } },
    })),
  ]),
  configMap('cm-odd', 'names and values that need escaping', [
    apply('alice', { metadata: { annotations: { 'a/b.c': '<x>&"\\', 'd-e': 'ü' } }, data: { 'k.1': '', 'k-2': '\n' } }),
    apply('bob', { metadata: { annotations: { 'a/b.c': 'other' } } }),
    apply('bob', { metadata: { finalizers: ['example.dev/a', 'example.dev/b'] } }),
    apply('alice', { metadata: { finalizers: ['example.dev/b', 'example.dev/c'] }, data: { 'k.1': '' } }),
    apply('bob', { metadata: { finalizers: ['example.dev/b'] } }),
    apply('bob', {}),
    apply('alice', { data: { 'k.1': '' } }),
  ]),
  configMap('cm-null', 'nulls and wrong types', [
    apply('alice', { data: { a: '1', b: '2' } }),
    apply('alice', { data: { a: null } }),
    apply('alice', { data: { a: 1 } }),
    apply('alice', { data: [] }),
    apply('alice', { metadata: { labels: { a: true } } }),
    apply('alice', { unknown: 1, data: { a: '1' } }),
    apply('alice', { data: null }),
  ]),
  configMap('cm-owner', 'owner references are a keyed list', [
    apply('alice', {
      metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'u1' }] },
    }),
    apply('bob', {
      metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'y', uid: 'u2' }] },
    }),
    apply('bob', {
      metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'z', uid: 'u1' }] },
    }),
    apply('alice', {}),
  ]),
  deployment('dep-lists', 'containers, env and ports merge by key', [
    apply('alice', web([{ name: 'web', image: 'web:1', env: [{ name: 'A', value: '1' }] }], { replicas: 2 })),
    apply('bob', web([{ name: 'side', image: 'side:1' }])),
    apply('bob', web([{ name: 'web', image: 'web:2' }])),
    apply('bob', web([{ name: 'web', env: [{ name: 'B', value: '2' }] }])),
    apply('bob', web([{ name: 'web', env: [{ name: 'B', value: '2' }], image: 'web:3' }]), force),
    apply('alice', web([{ name: 'web', image: 'web:1' }], { replicas: 3 })),
    apply('alice', web([{ name: 'web', image: 'web:1' }], { replicas: 3 }), force),
    apply('alice', web([{ name: 'web', image: 'web:1', ports: [{ containerPort: 80 }] }])),
    apply('bob', web([{ name: 'web', ports: [{ containerPort: 80, protocol: 'UDP', name: 'dns' }] }])),
    apply('bob', web([{ name: 'web', ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] }])),
    apply('carol', web([{ name: 'web', ports: [{ containerPort: 80, name: 'http' }] }])),
    apply('carol', web([{ name: 'web', ports: [{ containerPort: 80, name: 'other' }] }])),
    apply('bob', {}),
    apply('carol', {}),
    apply(
      'alice',
      web([
        { name: 'web', image: 'web:1' },
        { name: 'two', image: 'two' },
      ]),
    ),
    apply(
      'alice',
      web([
        { name: 'two', image: 'two' },
        { name: 'web', image: 'web:1' },
      ]),
    ),
    apply(
      'alice',
      web([
        { name: 'zero', image: 'z' },
        { name: 'two', image: 'two' },
      ]),
    ),
    apply(
      'alice',
      web([
        { name: 'zero', image: 'z' },
        { name: 'zero', image: 'z' },
      ]),
    ),
    apply('alice', web([{ image: 'z' }])),
  ]),
  deployment('dep-scale', 'an autoscaler takes replicas', [
    apply('alice', web([{ name: 'web', image: 'web:1' }], { replicas: 2 })),
    { do: 'merge', manager: 'hpa', body: { spec: { replicas: 5 } } },
    apply('alice', web([{ name: 'web', image: 'web:1' }], { replicas: 2 })),
    apply('alice', web([{ name: 'web', image: 'web:1' }])),
    {
      do: 'strategic',
      manager: 'editor',
      body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:9' }] } } } },
    },
    apply('alice', web([{ name: 'web', image: 'web:1' }])),
    {
      do: 'strategic',
      manager: 'editor',
      body: { spec: { template: { spec: { containers: [{ name: 'extra', image: 'e' }] } } } },
    },
    apply('alice', web([{ name: 'web', image: 'web:1' }]), force),
    {
      do: 'strategic',
      manager: 'editor',
      body: {
        spec: {
          template: { spec: { $setElementOrder: undefined, containers: [{ $patch: 'delete', name: 'extra' }] } },
        },
      },
    },
  ]),
  deployment('dep-status', 'status belongs to the subresource', [
    apply('alice', web([{ name: 'web', image: 'web:1' }])),
    apply('alice', { status: { replicas: 3, observedGeneration: 1 }, ...web([{ name: 'web', image: 'web:1' }]) }),
    apply('controller', { status: { replicas: 3, observedGeneration: 1 } }, { subresource: 'status' }),
    apply('controller', { status: { conditions: [{ type: 'Available', status: 'True' }] } }, { subresource: 'status' }),
    apply('other', { status: { conditions: [{ type: 'Available', status: 'False' }] } }, { subresource: 'status' }),
    { do: 'merge', manager: 'controller', subresource: 'status', body: { status: { readyReplicas: 1, replicas: 3 } } },
    apply('controller', { status: { conditions: [] } }, { subresource: 'status' }),
  ]),
  deployment('dep-create', 'created, then applied over', [
    { do: 'create', manager: 'kubectl-create', body: web([{ name: 'web', image: 'web:1' }], { replicas: 1 }) },
    apply('alice', web([{ name: 'web', image: 'web:1' }])),
    apply('alice', web([{ name: 'web', image: 'web:2' }])),
    apply('alice', web([{ name: 'web', image: 'web:2' }]), force),
    apply('alice', web([{ name: 'web', image: 'web:2', resources: { limits: { cpu: '1000m', memory: '1Gi' } } }])),
    apply('alice', web([{ name: 'web', image: 'web:2', resources: { limits: { cpu: '1', memory: '1024Mi' } } }])),
    apply('alice', web([{ name: 'web', image: 'web:2', resources: { limits: { cpu: 1 } } }])),
    apply('alice', web([{ name: 'web', image: 'web:2', resources: {} }])),
    apply('alice', web([{ name: 'web', image: 'web:2', command: ['a', 'b'] }])),
    apply('bob', web([{ name: 'web', command: ['a'] }])),
    { do: 'json', manager: 'jp', body: [{ op: 'remove', path: '/spec/template/spec/containers/0/command' }] },
    { do: 'put', manager: 'putter', body: { spec: { paused: true } } },
  ]),
  deployment('dep-volumes', 'unions, atomic structs and maps', [
    apply('alice', {
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: podSpec([{ name: 'web', image: 'web:1', volumeMounts: [{ name: 'v', mountPath: '/v' }] }], {
          volumes: [{ name: 'v', emptyDir: {} }],
          tolerations: [{ key: 'a', operator: 'Exists' }],
          nodeSelector: { disk: 'ssd' },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'zone',
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: { app: 'web' } },
            },
          ],
        }),
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
      },
    }),
    apply('bob', {
      spec: { template: { spec: { nodeSelector: { disk: 'hdd' }, tolerations: [{ key: 'b', operator: 'Exists' }] } } },
    }),
    apply(
      'bob',
      {
        spec: { template: { spec: { nodeSelector: { disk: 'hdd' } } } },
      },
      force,
    ),
    apply('alice', {
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: podSpec([{ name: 'web', image: 'web:1' }], { volumes: [{ name: 'w', configMap: { name: 'c' } }] }),
        strategy: { type: 'Recreate' },
      },
    }),
    apply('alice', {
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: podSpec([{ name: 'web', image: 'web:1' }]),
      },
    }),
  ]),
  service('svc', 'ports key on port and protocol', [
    apply('alice', { spec: { selector: { app: 'web' }, ports: [{ port: 80, name: 'http' }] } }),
    apply('bob', { spec: { ports: [{ port: 443, name: 'https', protocol: 'TCP' }] } }),
    apply('bob', { spec: { ports: [{ port: 443, name: 'https', protocol: 'TCP', targetPort: 8443 }] } }),
    apply('alice', { spec: { selector: { app: 'web' }, ports: [{ port: 80, name: 'http', targetPort: 'http' }] } }),
    apply('bob', { spec: { selector: { app: 'other' }, ports: [{ port: 443, name: 'https' }] } }),
    apply('bob', {
      spec: {
        ports: [
          { port: 53, name: 'dns', protocol: 'UDP' },
          { port: 53, name: 'dns-tcp' },
        ],
      },
    }),
    apply('bob', { spec: { ports: [{ port: 53, name: 'dns-tcp' }] } }),
    { do: 'strategic', manager: 'editor', body: { spec: { ports: [{ port: 80, name: 'web' }] } } },
    { do: 'merge', manager: 'editor', body: { spec: { ports: [{ port: 8080, name: 'alt' }] } } },
    apply('alice', { spec: { selector: { app: 'web' }, ports: [{ port: 80, name: 'http' }] } }),
    apply('alice', { spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80, name: 'http' }] } }),
  ]),
  widget('w-scalars', 'scalars of every kind', [
    apply('alice', { spec: { title: 'a', size: 1, ratio: 0.5, on: true, when: '2026-01-01T00:00:00Z', port: 80 } }),
    apply('bob', { spec: { size: 2, port: 'http', ratio: 1 } }),
    apply('bob', { spec: { size: 1, port: 80, ratio: 0.5 } }),
    apply('alice', { spec: { title: 'a' } }),
    apply('bob', { spec: { maybe: 'x' } }),
    apply('bob', { spec: { maybe: null } }),
    apply('bob', {}),
    apply('alice', { spec: { size: 'big' } }),
    apply('alice', { spec: { size: 1.5 } }),
    apply('alice', { spec: { on: 'yes' } }),
    apply('alice', { spec: { title: 5 } }),
    apply('alice', { spec: 'text' }),
    apply('alice', { spec: { nosuch: 1 } }),
    apply('alice', { spec: {} }),
    apply('alice', {}),
  ]),
  widget('w-lists', 'maps with two keys, sets, atomic lists', [
    apply('alice', {
      spec: { ports: [{ port: 80 }, { port: 53, protocol: 'UDP', name: 'dns' }], tags: ['a', 'b'], numbers: [1, 2] },
    }),
    apply('bob', { spec: { ports: [{ port: 80, name: 'http' }], tags: ['b', 'c'], numbers: [2, 3] } }),
    apply('carol', { spec: { ports: [{ port: 80, protocol: 'TCP', name: 'web' }] } }),
    apply('alice', { spec: { tags: ['c', 'a'], ports: [{ port: 81 }, { port: 80 }] } }),
    apply('alice', { spec: { tags: ['a', 'a'] } }),
    apply('alice', { spec: { tags: ['a', null] } }),
    apply('alice', { spec: { ports: [{ name: 'x' }] } }),
    apply('alice', { spec: { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] } }),
    apply('alice', { spec: { args: ['x', 'y'], atomicList: [{ a: '1' }] } }),
    apply('bob', { spec: { args: ['x', 'z'] } }),
    apply('bob', { spec: { args: ['x', 'z'], atomicList: [{ a: '2' }] } }, force),
    { do: 'merge', manager: 'editor', body: { spec: { tags: ['z'], numbers: null } } },
    { do: 'merge', manager: 'editor', body: { spec: { ports: [{ port: 99, protocol: 'TCP' }] } } },
    apply('bob', { spec: { tags: [] } }),
    apply('bob', { spec: { tags: ['q'] } }),
    apply('bob', {}),
    apply('alice', {}),
  ]),
  widget('w-maps', 'granular and atomic maps', [
    apply('alice', { spec: { labels: { a: '1', b: '2' }, selector: { a: '1', b: '2' } } }),
    apply('bob', { spec: { labels: { c: '3' } } }),
    apply('bob', { spec: { selector: { a: '1' } } }),
    apply('bob', { spec: { selector: { a: '1' } } }, force),
    apply('alice', { spec: { labels: { a: '1' } } }),
    apply('alice', { spec: { labels: {} } }),
    apply('alice', { spec: { selector: {} } }),
    apply('bob', { spec: { labels: { c: '4' } } }),
    { do: 'merge', manager: 'editor', body: { spec: { selector: { b: '9' } } } },
    { do: 'merge', manager: 'editor', body: { spec: { selector: null, labels: { c: null } } } },
    apply('bob', {}),
  ]),
  widget('w-nested', 'lists in lists', [
    apply('alice', { spec: { nested: { a: '1', list: [{ id: 'x', value: '1', inner: [{ key: 'k', on: true }] }] } } }),
    apply('bob', {
      spec: {
        nested: {
          b: '2',
          list: [
            { id: 'x', inner: [{ key: 'l' }] },
            { id: 'y', value: '2' },
          ],
        },
      },
    }),
    apply('bob', { spec: { nested: { list: [{ id: 'x', inner: [{ key: 'k', on: false }] }] } } }),
    apply('alice', { spec: { nested: { list: [{ id: 'x' }] } } }),
    apply('alice', { spec: { nested: {} } }),
    apply('alice', { spec: {} }),
    apply('bob', { spec: { nested: { list: [{ id: 'y', value: '2' }] } } }),
    { do: 'merge', manager: 'editor', body: { spec: { nested: { list: [{ id: 'y', value: '3' }, { id: 'z' }] } } } },
    apply('bob', { spec: { nested: { list: [{ id: 'y', value: '2' }] } } }),
    apply('bob', { spec: { nested: { list: [{ id: 'z' }, { id: 'y', value: '3' }] } } }),
    apply('bob', {}),
  ]),
  widget('w-any', 'fields without a schema', [
    apply('alice', {
      spec: {
        any: { a: { b: [1, 2], c: 'd' } },
        template: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { a: 'b' } }, spec: { x: 1 } },
      },
    }),
    apply('bob', { spec: { any: { a: { c: 'e' }, list: [{ name: 'x' }] } } }),
    apply('bob', { spec: { any: { a: { b: [1] } } } }),
    apply('bob', { spec: { any: { e: {}, n: null } } }),
    apply('alice', {
      spec: { any: {}, template: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { c: 'd' } } } },
    }),
    apply('alice', {}),
    apply('bob', {}),
  ]),
  widget('w-status', 'status of a custom resource', [
    apply('alice', { spec: { title: 'a' }, status: { phase: 'x' } }),
    apply(
      'ctrl',
      { status: { phase: 'Ready', conditions: [{ type: 'A', status: 'True' }] } },
      { subresource: 'status' },
    ),
    apply('ctrl2', { status: { conditions: [{ type: 'B', status: 'True' }] } }, { subresource: 'status' }),
    apply('ctrl2', { spec: { title: 'z' }, status: { phase: 'No' } }, { subresource: 'status' }),
    apply('ctrl2', { spec: { title: 'z' }, status: { phase: 'No' } }, { subresource: 'status', force: true }),
    {
      do: 'merge',
      manager: 'ctrl',
      subresource: 'status',
      body: { status: { phase: 'Done' }, metadata: { labels: { a: 'b' } } },
    },
    { do: 'merge', manager: 'ctrl', body: { status: { phase: 'Ignored' }, spec: { title: 'b' } } },
    apply('alice', { spec: { title: 'a' } }),
  ]),
  widget('w-versions', 'managers at two versions', [
    apply('alice', { spec: { title: 'a', labels: { a: '1' } } }),
    apply('bob', { spec: { title: 'b' } }, { version: 'v2' }),
    apply('bob', { spec: { labels: { b: '2' } } }, { version: 'v2' }),
    { do: 'merge', manager: 'editor', body: { spec: { size: 3 } }, version: 'v2' },
    { do: 'merge', manager: 'editor', body: { spec: { size: 4 } } },
    apply('alice', { spec: { labels: { a: '1' } } }, { version: 'v2' }),
    apply('alice', { spec: { labels: { a: '1' }, size: 5 } }),
  ]),
  blob('b-free', 'a custom resource without a schema', [
    apply('alice', { spec: { a: 1, list: [{ name: 'x' }], map: { k: 'v' } }, extra: 'e' }),
    apply('bob', { spec: { list: [{ name: 'y' }] } }),
    apply('bob', { spec: { list: [{ name: 'y' }], map: { l: 'w' } } }, force),
    apply('alice', { spec: { map: { k: 'v' } } }),
    { do: 'merge', manager: 'editor', body: { spec: { map: { k: null }, deep: { x: { y: null, z: 1 } } } } },
    apply('alice', { spec: { map: null } }),
    apply('alice', {}),
    apply('bob', {}),
  ]),
];
