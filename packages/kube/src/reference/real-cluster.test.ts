// The client against a real kube-apiserver. Skipped, with the reason, where its binaries are not installed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import {
  type KubeClient,
  type KubeTransport,
  type ResourceType,
  createHttpTransport,
  createInformer,
  createKubeClient,
  isKubeError,
} from '../index.ts';
import { recordingTransport } from '../testing/index.ts';
import { type ReferenceCluster, referenceClusterMissing, startReferenceCluster } from './index.ts';

const skip = referenceClusterMissing() ?? false;
let cluster: ReferenceCluster;
let transport: KubeTransport;
let client: KubeClient;
let configMaps: ResourceType;

before(async () => {
  if (skip !== false) return;
  cluster = await startReferenceCluster();
  transport = createHttpTransport(cluster.config);
  client = createKubeClient(transport);
  const found = await client.discovery.resolve({ group: '', version: 'v1', kind: 'ConfigMap' });
  assert.ok(found);
  configMaps = found;
});

after(async () => {
  if (skip !== false) return;
  await transport[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

function configMap(name: string, data: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

test('discovery: aggregated and legacy agree', { skip }, async () => {
  const legacyOnly = createKubeClient({
    ...wrapped(transport),
    send: (request) => transport.send({ ...request, headers: { ...request.headers, accept: 'application/json' } }),
  });
  const [aggregated, legacy] = await Promise.all([
    client.discovery.everyVersion(),
    legacyOnly.discovery.everyVersion(),
  ]);
  const shape = (types: readonly ResourceType[]): readonly string[] =>
    types
      .map(({ subresources, verbs, categories, ...type }) =>
        JSON.stringify({
          ...type,
          subresources: [...subresources].sort(),
          verbs: [...verbs].sort(),
          categories: [...categories].sort(),
        }),
      )
      .sort();
  assert.deepEqual(shape(aggregated), shape(legacy));
  assert.match(await client.discovery.serverVersion(), /^v1\.\d+/);
  const deployments = await client.discovery.preferred({ group: 'apps', kind: 'Deployment' });
  assert.deepEqual(deployments?.subresources.toSorted(), ['scale', 'status']);
});

function wrapped(inner: KubeTransport): KubeTransport {
  return {
    endpoint: inner.endpoint,
    send: (request) => inner.send(request),
    watch: (request) => inner.watch(request),
    stream: (request) => inner.stream(request),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

test('create, get, update, patch, apply, delete', { skip }, async () => {
  const created = await client.create(configMaps, configMap('verbs', { a: '1' }), { fieldManager: 'maker' });
  assert.equal(created.metadata.managedFields?.[0]?.manager, 'maker');
  await assert.rejects(
    client.create(configMaps, configMap('verbs')),
    (error) => isKubeError(error, 409) && error.reason === 'AlreadyExists',
  );
  const updated = await client.update(configMaps, { ...created, data: { a: '2' } });
  await assert.rejects(
    client.update(configMaps, { ...created, data: { a: '3' } }),
    (error) => isKubeError(error, 409) && error.reason === 'Conflict',
  );
  const at = { namespace: 'default', name: 'verbs' };
  const merged = await client.patch(configMaps, at, 'merge', { data: { b: '1' } });
  assert.deepEqual(merged['data'], { a: '2', b: '1' });
  await client.patch(configMaps, at, 'json', [{ op: 'remove', path: '/data/b' }]);
  await client.patch(configMaps, at, 'strategic', { data: { c: '1' } });
  await assert.rejects(client.apply(configMaps, configMap('verbs', { a: '9' }), { fieldManager: 'gitops' }), (error) =>
    isKubeError(error, 409),
  );
  const dry = await client.apply(configMaps, configMap('verbs', { a: '9' }), {
    fieldManager: 'gitops',
    force: true,
    dryRun: true,
  });
  assert.deepEqual(dry['data'], { a: '9', c: '1' });
  assert.deepEqual((await client.get(configMaps, at))?.['data'], { a: '2', c: '1' });
  assert.notEqual(updated.metadata.resourceVersion, created.metadata.resourceVersion);
  await assert.rejects(client.delete(configMaps, at, { preconditions: { uid: 'other' } }), (error) =>
    isKubeError(error, 409),
  );
  assert.equal(await client.delete(configMaps, at, { dryRun: true }), true);
  assert.equal(await client.delete(configMaps, at, { propagationPolicy: 'Background' }), true);
  assert.equal(await client.delete(configMaps, at), false);
  assert.equal(await client.get(configMaps, at), undefined);
});

test('list pages inside, fills in kinds, and selects', { skip }, async () => {
  const names = Array.from({ length: 12 }, (_, at) => `page-${at}`);
  await Promise.all(
    names.map((name) =>
      client.create(configMaps, {
        ...configMap(name),
        metadata: { name, namespace: 'default', labels: { set: name < 'page-5' ? 'low' : 'high' } },
      }),
    ),
  );
  const first = await client.list(configMaps, { namespace: 'default', limit: 5 });
  assert.equal(first.items.length, 5);
  assert.ok(first.continue);
  assert.deepEqual([first.items[0]?.apiVersion, first.items[0]?.kind], ['v1', 'ConfigMap']);
  const rest = await client.list(configMaps, { namespace: 'default', limit: 500, continue: first.continue });
  assert.ok(first.items.length + rest.items.length >= 12);
  const low = await client.list(configMaps, { namespace: 'default', labelSelector: 'set=low' });
  assert.equal(low.items.length, 7);
  await Promise.all(names.map((name) => client.delete(configMaps, { namespace: 'default', name })));
});

for (const initial of ['list', 'stream'] as const) {
  test(`informer (initial: ${initial}) follows a real server`, { skip }, async () => {
    await client.create(configMaps, configMap(`seen-${initial}`));
    const recorder = recordingTransport(wrapped(transport));
    await using informer = createInformer(createKubeClient(recorder), configMaps, { namespace: 'default', initial });
    await informer.synced;
    assert.ok(informer.get('default', `seen-${initial}`));
    const name = `later-${initial}`;
    const change = new Promise((resolve) =>
      informer.onChange((one) => one.kind === 'deleted' && resolve(one.object.metadata.name)),
    );
    const written = await client.create(configMaps, configMap(name));
    informer.observe(written);
    assert.ok(informer.get('default', name));
    await client.delete(configMaps, { namespace: 'default', name });
    assert.equal(await change, name);
    const kinds = recorder.recorded.filter((one) => one.path.includes('configmaps')).map((one) => one.kind);
    assert.deepEqual(kinds, initial === 'list' ? ['send', 'watch'] : ['watch']);
  });
}

test('impersonation carries the user and every group', { skip }, async () => {
  const tenant = client.impersonate('jane', ['builders', 'system:authenticated']);
  const type = await client.discovery.resolve({
    group: 'authentication.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectReview',
  });
  assert.ok(type);
  const review = await tenant.create(type, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
    metadata: {},
  });
  const { userInfo } = review['status'] as unknown as {
    readonly userInfo: { readonly username: string; readonly groups: readonly string[] };
  };
  assert.equal(userInfo.username, 'jane');
  assert.deepEqual(userInfo.groups, ['builders', 'system:authenticated']);
});

test('a wrong token is refused with 401', { skip }, async () => {
  await using stranger = createHttpTransport(cluster.configFor('wrong'));
  await assert.rejects(createKubeClient(stranger).list(configMaps), (error) => isKubeError(error, 401));
});
