// Where pods go, why they wait, and when they have to leave, in the scheduler's words.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeTransport } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import { Sandbox } from '../sandbox.ts';
import { at, call, deployment, until } from '../testing/client.ts';

const pods = '/api/v1/namespaces/default/pods';
const merge = 'application/merge-patch+json';
const worker = 'sandbox-worker';
const none = '0/3 nodes are available:';
const helpless = 'Preemption is not helpful for scheduling';

let sandbox: Sandbox;
let api: KubeTransport;

before(async () => {
  sandbox = await Sandbox.start({ listen: false, speed: 100, nodes: 3 });
  api = sandbox.transport();
  const node = (name: string, body: unknown): Promise<KubeObject> =>
    call(api, 'PATCH', `/api/v1/nodes/${name}`, { body, contentType: merge });
  await node('sandbox-control-plane', { metadata: { labels: { zone: 'a' } } });
  await node(worker, {
    metadata: { labels: { zone: 'b', disk: 'fast', cores: '8' } },
    spec: { taints: [{ key: 'only', value: 'batch', effect: 'NoSchedule' }] },
  });
  await node('sandbox-worker2', { metadata: { labels: { zone: 'c' } }, spec: { unschedulable: true } });
});
after(() => sandbox.close());

const tolerations = [{ key: 'only', operator: 'Equal', value: 'batch', effect: 'NoSchedule' }];
const required = (matchExpressions: unknown): unknown => ({
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
});
const asks = (requests: unknown): unknown => [{ name: 'main', image: 'x', resources: { requests } }];

interface Placement {
  readonly what: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly node?: string;
  readonly says?: string;
}

const placements: readonly Placement[] = [
  { what: 'nothing asked: the node that is open', spec: {}, node: 'sandbox-control-plane' },
  { what: 'a toleration opens a tainted node', spec: { tolerations, nodeSelector: { disk: 'fast' } }, node: worker },
  {
    what: 'a selector alone does not',
    spec: { nodeSelector: { disk: 'fast' } },
    says: `${none} 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. preemption: ${none} 3 ${helpless}.`,
  },
  {
    what: 'required affinity: In, Gt',
    spec: {
      tolerations,
      affinity: required([
        { key: 'zone', operator: 'In', values: ['b', 'c'] },
        { key: 'cores', operator: 'Gt', values: ['4'] },
      ]),
    },
    node: worker,
  },
  {
    what: 'required affinity: NotIn, DoesNotExist',
    spec: {
      tolerations: [{ operator: 'Exists' }],
      affinity: required([
        { key: 'zone', operator: 'NotIn', values: ['a'] },
        { key: 'disk', operator: 'DoesNotExist' },
      ]),
    },
    node: 'sandbox-worker2',
  },
  {
    what: 'more than there is',
    spec: { containers: asks({ cpu: '65', memory: '1Ti' }) },
    says: `${none} 1 Insufficient cpu, 1 Insufficient memory, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. preemption: ${none} 1 No preemption victims found for incoming pod, 2 ${helpless}.`,
  },
  {
    what: 'a claim that is not there',
    spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'absent' } }] },
    says: `${none} persistentvolumeclaim "absent" not found. preemption: ${none} 3 ${helpless}.`,
  },
];

for (const [index, { what, spec, node, says }] of placements.entries()) {
  test(what, async () => {
    const name = `placed-${index}`;
    const containers = [{ name: 'main', image: 'x' }];
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers, ...spec } };
    await call(api, 'POST', pods, { body });
    const isDecided = (pod: KubeObject): boolean => conditionOf(pod, 'PodScheduled') !== undefined;
    const pod = await until(api, pods, isDecided, { fieldSelector: `metadata.name=${name}` });
    assert.equal(at(pod, 'spec', 'nodeName'), node);
    assert.equal(conditionOf(pod, 'PodScheduled')?.message, says);
  });
}

function conditionOf(object: KubeObject, type: string): { readonly message?: string } | undefined {
  const conditions = (at(object, 'status', 'conditions') ?? []) as readonly { type: string; message?: string }[];
  return conditions.find((each) => each.type === type);
}

test('pods that keep apart, and pods that are spread, find a node each; one more waits', async () => {
  await using own = await Sandbox.start({ listen: false, speed: 100, nodes: 3 });
  const client = own.transport();
  const term = { labelSelector: { matchLabels: { app: 'apart' } }, topologyKey: 'kubernetes.io/hostname' };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  const web = deployment('apart', { replicas: 4 });
  const template = at(web, 'spec', 'template', 'spec') as Record<string, unknown>;
  template['affinity'] = affinity;
  await call(client, 'POST', '/apis/apps/v1/namespaces/default/deployments', { body: web });
  const waiting = await until(client, pods, (pod) => conditionOf(pod, 'PodScheduled')?.message !== undefined);
  const rules = "3 node(s) didn't match pod anti-affinity rules";
  const victims = '3 No preemption victims found for incoming pod';
  assert.equal(conditionOf(waiting, 'PodScheduled')?.message, `${none} ${rules}. preemption: ${none} ${victims}.`);
  const list = (await call(client, 'GET', pods))['items'] as unknown as readonly KubeObject[];
  assert.equal(new Set(list.map((pod) => at(pod, 'spec', 'nodeName'))).size, 4, 'three nodes, and one that waits');
});

test('a NoExecute taint sends pods away, those that bear it for a while later', async () => {
  await using own = await Sandbox.start({ listen: false, speed: 100 });
  const client = own.transport();
  const pod = (name: string, tolerationsOf: unknown): unknown => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'main', image: 'x' }], tolerations: tolerationsOf },
  });
  const bearing = { key: 'gone', operator: 'Exists', effect: 'NoExecute' };
  await call(client, 'POST', pods, { body: pod('leaves', []) });
  await call(client, 'POST', pods, { body: pod('later', [{ ...bearing, tolerationSeconds: 20 }]) });
  await call(client, 'POST', pods, { body: pod('stays', [bearing]) });
  const running = new Set<string>();
  await until(client, pods, (object) => {
    if (at(object, 'status', 'phase') === 'Running') running.add(object.metadata.name ?? '');
    return running.size === 3;
  });
  const taints = [{ key: 'gone', effect: 'NoExecute' }];
  await call(client, 'PATCH', '/api/v1/nodes/sandbox-control-plane', {
    body: { spec: { taints } },
    contentType: merge,
  });
  const left: string[] = [];
  await until(client, pods, (object, type) => {
    if (type === 'DELETED') left.push(object.metadata.name ?? '');
    return left.length === 2;
  });
  assert.deepEqual(left, ['leaves', 'later']);
  const list = (await call(client, 'GET', pods))['items'] as unknown as readonly KubeObject[];
  assert.deepEqual(
    list.map(({ metadata }) => metadata.name),
    ['stays'],
  );
});

test('simulated requests are shared among ready pods and fail by version', async () => {
  await using own = await Sandbox.start({ listen: false, speed: 100 });
  const client = own.transport();
  const path = '/apis/apps/v1/namespaces/default/deployments';
  for (const [name, rate] of [
    ['stable', '0'],
    ['canary', '0.5'],
  ] as const) {
    const body = deployment(name, { replicas: name === 'stable' ? 3 : 1, image: `web:${name}` });
    const template = at(body, 'spec', 'template') as { metadata: Record<string, unknown> };
    template.metadata = {
      labels: { app: name, tier: 'web' },
      annotations: { 'sandbox.evenkeel.dev/error-rate': rate, 'sandbox.evenkeel.dev/latency-ms': '35' },
    };
    await call(client, 'POST', path, { body });
  }
  assert.deepEqual(own.traffic({ namespace: 'default', service: 'web', requests: 10 }), []);
  const service = { selector: { tier: 'web' }, ports: [{ port: 80 }] };
  await call(client, 'POST', '/api/v1/namespaces/default/services', {
    body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: service },
  });
  await until(client, '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', (slice) => {
    const endpoints = (slice['endpoints'] ?? []) as readonly { conditions: { ready: boolean } }[];
    return endpoints.length === 4 && endpoints.every(({ conditions }) => conditions.ready);
  });
  const answers = own.traffic({ namespace: 'default', service: 'web', requests: 402 });
  const sum = (image: string, key: 'requests' | 'failures'): number =>
    answers.filter((each) => each.image === image).reduce((total, each) => total + each[key], 0);
  assert.equal(sum('web:stable', 'requests') + sum('web:canary', 'requests'), 402);
  assert.equal(sum('web:stable', 'failures'), 0);
  assert.ok(sum('web:canary', 'failures') >= 50);
  assert.deepEqual([...new Set(answers.map(({ latencyMs }) => latencyMs))], [35]);
  assert.equal(new Set(answers.map(({ version }) => version)).size, 2);
});
