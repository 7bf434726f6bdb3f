// Both ways to apply, on a real kube-apiserver, with the real kubectl before and after: nothing is lost, nothing is created
// anew, and what goes from the source goes from the object. Skipped, with the reason, where the programs are not there.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type DiffContext, type StepOptions, diffObject } from '@evenkeel/engine';
import {
  type KubeClient,
  type KubeTransport,
  type ResourceType,
  createHttpTransport,
  createKubeClient,
} from '@evenkeel/kube';
import { type ReferenceCluster, referenceClusterMissing, startReferenceCluster } from '@evenkeel/kube/reference';
import { type JsonObject, type KubeObject, gvkOf, lastAppliedAnnotation } from '@evenkeel/resource';
import { type Cluster, connectCluster } from '../cluster.ts';
import type { Delivery, DeliveryPolicy, FrontEnd } from '../model.ts';
import { applyObject, methodOf, replaceObject } from './apply.ts';

const kubectlPath = [join(homedir(), '.cache/evenkeel/tools/kubectl/kubectl/kubectl'), '/usr/bin/kubectl'].find(
  existsSync,
);
const skip = referenceClusterMissing() ?? (kubectlPath === undefined ? 'kubectl is not there' : false);
const manager = 'argocd-controller';
const { signal } = new AbortController();

let reference: ReferenceCluster;
let transport: KubeTransport;
let client: KubeClient;
let cluster: Cluster;

before(async () => {
  if (skip !== false) return;
  reference = await startReferenceCluster();
  transport = createHttpTransport(reference.config);
  client = createKubeClient(transport);
  cluster = await connectCluster('in-cluster', client, () => []);
});

after(async () => {
  if (skip !== false) return;
  await cluster[Symbol.asyncDispose]();
  await transport[Symbol.asyncDispose]();
  await reference[Symbol.asyncDispose]();
});

function kubectl(args: readonly string[], object?: KubeObject): string {
  const run = spawnSync(kubectlPath ?? '', ['--kubeconfig', reference.kubeconfig, ...args], {
    input: object ? JSON.stringify(object) : '',
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout;
}

function delivery(policy: Partial<DeliveryPolicy>): Delivery {
  const rest = { validate: true, replace: false, recreate: false, ...policy };
  return { frontEnd: { fieldManager: manager } as FrontEnd, policy: rest as DeliveryPolicy } as Delivery;
}

function configMap(name: string, data: JsonObject, metadata: JsonObject = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...metadata }, data };
}

function deployment(name: string, containers: readonly JsonObject[], spec: JsonObject = {}): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', annotations: { a: 'b' } },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } }, ...spec },
  };
}

async function typeOf(object: KubeObject): Promise<ResourceType> {
  const type = await client.discovery.resolve(gvkOf(object));
  assert.ok(type);
  return type;
}

async function live(object: KubeObject): Promise<KubeObject | undefined> {
  return client.get(await typeOf(object), { namespace: 'default', name: object.metadata.name ?? '' });
}

async function apply(object: KubeObject, policy: Partial<DeliveryPolicy>, options?: StepOptions): Promise<KubeObject> {
  const type = await typeOf(object);
  return applyObject({ delivery: delivery(policy), cluster, type, object, live: await live(object), options, signal });
}

async function differs(object: KubeObject, policy: Partial<DeliveryPolicy>): Promise<readonly string[]> {
  const now = await live(object);
  assert.ok(now);
  const context: DiffContext = {
    manager,
    schema: cluster.schemaOf(gvkOf(object)),
    method: methodOf({ delivery: delivery(policy), object, live: now, options: undefined }),
  };
  return diffObject(object, now, context).fields.map(({ path }) => path);
}

function managersOf(object: KubeObject): readonly string[] {
  return (object.metadata.managedFields ?? []).map(({ manager: name, operation }) => `${name} ${operation}`).sort();
}

function dataOf(object: KubeObject | undefined): unknown {
  return object?.['data'];
}

const clientSide = { apply: 'client' } as const;
const serverSide = { apply: 'server' } as const;
const field = ['apply', '--field-manager', manager, '-f', '-'];

test('client-side apply leaves exactly what kubectl leaves', { skip }, async () => {
  const [ours, theirs] = [
    deployment('ours', [{ name: 'web', image: 'nginx', env: [{ name: 'A', value: '<&>' }] }]),
    deployment('theirs', [{ name: 'web', image: 'nginx', env: [{ name: 'A', value: '<&>' }] }]),
  ];
  const written = await apply(ours, clientSide);
  kubectl(field, theirs);
  const other = await live(theirs);
  assert.ok(other);
  const note = (object: KubeObject): string =>
    (object.metadata.annotations?.[lastAppliedAnnotation] ?? '').replaceAll('theirs', 'ours');
  assert.equal(note(written), note(other));
  assert.deepEqual(managersOf(written), managersOf(other));
  const shape = (object: KubeObject): unknown =>
    object.metadata.managedFields?.map(({ time: _time, ...entry }) => entry);
  assert.deepEqual(shape(written), shape(other));
});

test('a cluster taken over from kubectl and given back loses nothing', { skip }, async () => {
  const name = 'taken';
  const first = deployment(name, [
    {
      name: 'web',
      image: 'nginx:1',
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    },
    { name: 'side', image: 'envoy' },
  ]);
  kubectl(field, first);
  const uid = (await live(first))?.metadata.uid;
  assert.deepEqual(await differs(first, clientSide), []);
  const second = deployment(name, [{ name: 'web', image: 'nginx:2', env: [{ name: 'B', value: '2' }] }], {
    replicas: 2,
  });
  assert.deepEqual(
    (await differs(second, clientSide)).toSorted(),
    [
      '.spec.replicas',
      '.spec.template.spec.containers[name="side"]',
      '.spec.template.spec.containers[name="web"].env[name="A"]',
      '.spec.template.spec.containers[name="web"].image',
    ].toSorted(),
  );
  const written = await apply(second, clientSide);
  assert.deepEqual(await differs(second, clientSide), []);
  assert.equal(written.metadata.uid, uid);
  // Given back: kubectl finds nothing to do, and can remove what we applied.
  assert.match(kubectl(field, second), /unchanged/);
  kubectl(field, deployment(name, [{ name: 'web', image: 'nginx:2' }]));
  const spec = (await live(second))?.['spec'] as JsonObject;
  assert.doesNotMatch(JSON.stringify(spec), /"env"/);
  assert.equal(spec['replicas'], 1);
});

test('an unchanged object is one request to read and none to write', { skip }, async () => {
  const object = configMap('quiet', { a: '1' });
  await apply(object, clientSide);
  const now = await live(object);
  const type = await typeOf(object);
  const sent = { ...client.requests };
  const input = { delivery: delivery(clientSide), cluster, type, object, live: now, signal };
  await applyObject(input);
  assert.deepEqual({ ...client.requests }, sent);
  await applyObject({ ...input, object: configMap('quiet', { a: '2' }) });
  assert.equal(client.requests.patch, sent.patch + 1);
});

test('a dry run changes nothing', { skip }, async () => {
  for (const policy of [clientSide, serverSide]) {
    const object = configMap(`dry-${policy.apply}`, { a: '1' });
    const type = await typeOf(object);
    const input = { delivery: delivery(policy), cluster, type, object, live: undefined, dryRun: true, signal };
    assert.deepEqual(dataOf(await applyObject(input)), { a: '1' });
    assert.equal(await live(object), undefined);
    const written = await apply(object, policy);
    await applyObject({ ...input, live: written, object: configMap(`dry-${policy.apply}`, { a: '2' }) });
    assert.deepEqual(dataOf(await live(object)), { a: '1' });
  }
});

test('an object that came or went meanwhile is written all the same', { skip }, async () => {
  const object = configMap('late', { a: '1' });
  const type = await typeOf(object);
  const stale = await apply(object, clientSide);
  await applyObject({
    delivery: delivery(clientSide),
    cluster,
    type,
    object: configMap('late', { a: '2' }),
    live: undefined,
    signal,
  });
  assert.deepEqual(dataOf(await live(object)), { a: '2' });
  await client.delete(type, { namespace: 'default', name: 'late' });
  await applyObject({
    delivery: delivery(clientSide),
    cluster,
    type,
    object: configMap('late', { a: '3' }),
    live: stale,
    signal,
  });
  assert.deepEqual(dataOf(await live(object)), { a: '3' });
});

test('duplicate names, which server-side apply refuses, are applied as upstream applies them', { skip }, async () => {
  const object = deployment('twice', [
    {
      name: 'web',
      image: 'nginx',
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    },
  ]);
  await apply(object, clientSide);
  await assert.rejects(
    apply(
      deployment('twice-too', [
        {
          name: 'web',
          image: 'nginx',
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '2' },
          ],
        },
      ]),
      serverSide,
    ),
    /duplicate/,
  );
});

for (const by of [manager, 'kubectl-client-side-apply', 'my-own']) {
  test(`from client-side apply by ${by} to server-side apply`, { skip }, async () => {
    const name = `move-${by}`;
    const metadata = { annotations: { mark: 'x' } };
    kubectl(['apply', '--field-manager', by, '-f', '-'], configMap(name, { a: '1', b: '2' }, metadata));
    const next = configMap(name, { a: '1' }, metadata);
    const written = await apply(next, serverSide, { migrateFrom: by === 'my-own' ? by : undefined });
    assert.deepEqual(dataOf(written), { a: '1' });
    assert.deepEqual(managersOf(written), [`${manager} Apply`]);
    assert.equal(written.metadata.annotations?.[lastAppliedAnnotation], undefined);
    const sent = { ...client.requests };
    await apply(configMap(name, { a: '3' }, metadata), serverSide);
    assert.equal(client.requests.patch, sent.patch, 'ownership moves once');
  });
}

test('without the migration, what client-side apply owned stays', { skip }, async () => {
  kubectl(['apply', '-f', '-'], configMap('unmoved', { a: '1', b: '2' }));
  const written = await apply(configMap('unmoved', { a: '1' }), { ...serverSide, migration: false });
  assert.deepEqual(dataOf(written), { a: '1', b: '2' });
});

test('from server-side apply back to client-side apply nothing is forgotten', { skip }, async () => {
  await apply(configMap('back', { a: '1', b: '2' }), serverSide);
  const written = await apply(configMap('back', { a: '1' }), clientSide);
  assert.deepEqual(dataOf(written), { a: '1' });
  // Somebody who applies it client-side makes it so again.
  kubectl(field, configMap('back', { a: '1', c: '3' }));
  const third = await apply(configMap('back', { a: '1' }), clientSide);
  assert.deepEqual(dataOf(third), { a: '1' });
});

test('an object may choose for itself', { skip }, async () => {
  const written = await apply(configMap('chosen', { a: '1' }), clientSide, { apply: 'server' });
  assert.deepEqual(managersOf(written), [`${manager} Apply`]);
  const other = await apply(configMap('chosen-too', { a: '1' }), serverSide, { apply: 'client' });
  assert.deepEqual(managersOf(other), [`${manager} Update`]);
});

test('what is too large for the annotation is applied by the server', { skip }, async () => {
  const written = await apply(configMap('large', { a: 'x'.repeat(300_000) }), clientSide);
  assert.deepEqual(managersOf(written), [`${manager} Apply`]);
});

test('unknown fields are refused unless validation is off', { skip }, async () => {
  const wrong = { ...configMap('wrong', { a: '1' }), spce: {} };
  await assert.rejects(apply(wrong, clientSide), /unknown field "spce"/);
  await apply(wrong, { ...clientSide, validate: false });
});

test('replacing takes away what nobody asked for', { skip }, async () => {
  kubectl(['create', 'configmap', 'whole', '--from-literal', 'z=1']);
  const object = configMap('whole', { a: '1' });
  const type = await typeOf(object);
  const input = { delivery: delivery(clientSide), cluster, type, object, signal };
  const stale = await live(object);
  kubectl(['label', 'configmap', 'whole', 'x=y']);
  const written = await replaceObject({ ...input, live: stale });
  assert.deepEqual([dataOf(written), written.metadata.labels], [{ a: '1' }, undefined]);
});
