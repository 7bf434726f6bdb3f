// Status, finalizers, events and the whole loop against a real kube-apiserver. Skipped, with the reason, where its
// binaries are not installed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type KubeClient,
  type KubeTransport,
  type ResourceType,
  createHttpTransport,
  createInformer,
  createKubeClient,
} from '@evenkeel/kube';
import { type ReferenceCluster, referenceClusterMissing, startReferenceCluster } from '@evenkeel/kube/reference';
import { type RecordingTransport, faultyTransport, recordingTransport } from '@evenkeel/kube/testing';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import {
  addFinalizer,
  changesMoreThanStatus,
  createController,
  createEventRecorder,
  hasFinalizer,
  patchStatus,
  removeFinalizer,
  watchTo,
} from './index.ts';

const skip = referenceClusterMissing() ?? false;
let cluster: ReferenceCluster;
let transport: KubeTransport;
let recorder: RecordingTransport;
let client: KubeClient;

async function typeOf(kind: string, group = ''): Promise<ResourceType> {
  const found = await client.discovery.preferred({ group, kind });
  assert.ok(found, kind);
  return found;
}

before(async () => {
  if (skip !== false) return;
  cluster = await startReferenceCluster();
  transport = createHttpTransport(cluster.config);
  recorder = recordingTransport(transport);
  client = createKubeClient(recorder);
});

after(async () => {
  if (skip !== false) return;
  await transport[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

function configMap(name: string, data: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

test('patchStatus sends what differs through the subresource, and nothing where nothing does', { skip }, async () => {
  const type = await typeOf('PersistentVolumeClaim');
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const created = await client.create(type, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'claim', namespace: 'default' },
    spec,
  });
  recorder.clear();
  const bound = await patchStatus(client, type, {
    object: created,
    status: { phase: 'Bound', accessModes: ['ReadWriteOnce'] },
  });
  assert.deepEqual(bound['status'], { phase: 'Bound', accessModes: ['ReadWriteOnce'] });
  const again = await patchStatus(client, type, { object: bound, status: bound['status'] as JsonObject });
  assert.equal(again, bound);
  const smaller = await patchStatus(client, type, { object: bound, status: { phase: 'Bound' } });
  assert.deepEqual(smaller['status'], { phase: 'Bound' });
  assert.deepEqual(
    recorder.recorded.map(({ method, path, request }) => `${method} ${path} ${JSON.stringify(request.body)}`),
    [
      'PATCH /api/v1/namespaces/default/persistentvolumeclaims/claim/status {"status":{"phase":"Bound","accessModes":["ReadWriteOnce"]}}',
      'PATCH /api/v1/namespaces/default/persistentvolumeclaims/claim/status {"status":{"accessModes":null}}',
    ],
  );
  await assert.rejects(
    patchStatus(client, type, { object: created, status: { phase: 'Lost' } }, { lock: true }),
    /the object has been modified/,
  );
});

test('finalizers are added and removed without losing those of others', { skip }, async () => {
  const type = await typeOf('ConfigMap');
  const stale = await client.create(type, configMap('finalized'));
  await client.patch(type, { namespace: 'default', name: 'finalized' }, 'merge', {
    metadata: { finalizers: ['example.test/other'] },
  });
  const added = await addFinalizer(client, type, stale, 'example.test/ours');
  assert.deepEqual(added?.metadata.finalizers, ['example.test/other', 'example.test/ours']);
  recorder.clear();
  assert.ok(added && hasFinalizer(added, 'example.test/ours'));
  assert.equal(await addFinalizer(client, type, added, 'example.test/ours'), added);
  assert.deepEqual(recorder.lines(), []);
  await client.delete(type, { namespace: 'default', name: 'finalized' });
  const removed = await removeFinalizer(client, type, added, 'example.test/ours');
  assert.deepEqual(removed?.metadata.finalizers, ['example.test/other']);
  assert.ok(removed);
  await removeFinalizer(client, type, removed, 'example.test/other');
  assert.equal(await removeFinalizer(client, type, removed, 'example.test/other'), undefined);
});

test('events: repeated ones are counted, the object is named, recording does not wait', { skip }, async () => {
  const type = await typeOf('ConfigMap');
  const about = await client.create(type, configMap('eventful'));
  await using events = createEventRecorder(client, { component: 'evenkeel-test' });
  for (let time = 0; time < 3; time += 1)
    events.record(about, { type: 'Warning', reason: 'Broken', message: 'it broke' });
  events.record(about, { type: 'Normal', reason: 'Mended', message: 'ü'.repeat(2000) });
  await events.flush();
  const { items } = await client.list(await typeOf('Event'), {
    namespace: 'default',
    fieldSelector: 'involvedObject.name=eventful',
  });
  const shown = items.map((event) => JSON.stringify([event['type'], event['reason'], event['count']])).sort();
  assert.deepEqual(shown, ['["Normal","Mended",1]', '["Warning","Broken",3]']);
  assert.equal(events.dropped, 0);
});

for (const seed of [1, 2, 3]) {
  test(
    `the loop copies every source to its mirror through conflicts and lost requests (seed ${seed})`,
    { skip },
    async () => {
      const type = await typeOf('ConfigMap');
      const plan = {
        seed,
        lostRequestRate: 0.1,
        lostAnswerRate: 0.1,
        serverErrorRate: 0.1,
        conflictRate: 0.1,
        watchDropRate: 0.1,
        watchExpiredRate: 0.05,
      };
      const faulty = faultyTransport(transport, plan);
      const shaky = createKubeClient(faulty);
      const namespace = `loop-${seed}`;
      await client.create(await typeOf('Namespace'), {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      });
      const backoff = { baseMs: 1, factor: 2, maxMs: 20 };
      await using informer = createInformer(shaky, type, { namespace, backoff });
      await using controller = createController<string>({
        name: 'mirror',
        backoff,
        reconcile: async (name, { signal }) => {
          const source = informer.get(namespace, name);
          const target = { namespace, name: `mirror-${name}` };
          if (!source) await shaky.delete(type, target, { signal });
          else {
            const object: KubeObject = {
              apiVersion: 'v1',
              kind: 'ConfigMap',
              metadata: target,
              data: source['data'] as JsonObject,
            };
            informer.observe(await shaky.apply(type, object, { fieldManager: 'mirror', signal }));
          }
          return { kind: 'settled' };
        },
      });
      const nameOf = (object: KubeObject): string => object.metadata.name ?? '';
      watchTo(informer, (object) => (nameOf(object).startsWith('source-') ? [nameOf(object)] : []), controller, {
        filter: changesMoreThanStatus,
      });
      const source = (at: number, value: string): KubeObject => ({
        ...configMap(`source-${at}`, { value }),
        metadata: { name: `source-${at}`, namespace },
      });
      for (let at = 0; at < 6; at += 1) await client.create(type, source(at, 'first'));
      for (let at = 0; at < 4; at += 1) await client.update(type, source(at, 'second'));
      for (let at = 4; at < 6; at += 1) await client.delete(type, { namespace, name: `source-${at}` });
      faulty.stop();
      const want = [0, 1, 2, 3].map((at) => JSON.stringify([`mirror-source-${at}`, 'second']));
      const mirrored = (): unknown =>
        informer
          .list()
          .filter((one) => nameOf(one).startsWith('mirror-'))
          .map((one) => JSON.stringify([nameOf(one), (one['data'] as JsonObject)['value']]))
          .sort();
      await new Promise<void>((resolve) => {
        const check = (): void => void (JSON.stringify(mirrored()) === JSON.stringify(want) && resolve());
        informer.onChange(check);
        check();
      });
      await controller.idle();
      assert.deepEqual(mirrored(), want);
      assert.ok(faulty.faults > 0);
    },
  );
}
