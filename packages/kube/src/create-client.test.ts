import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKubeClient, isKubeError } from './index.ts';
import { recordingTransport } from './testing/index.ts';
import { createJournal, journalType } from './testing/journal-transport.ts';

test('a list whose pages expire half-way is taken again in one piece', async () => {
  const journal = createJournal();
  for (let at = 0; at < 1200; at += 1) journal.put('web', `o${at}`, {});
  const recorder = recordingTransport(journal.transport);
  let pages = 0;
  const client = createKubeClient({
    ...recorder,
    send: async (request) => {
      pages += 1;
      if (pages === 3) journal.put('web', 'meanwhile', {});
      return recorder.send(request);
    },
  });
  const list = await client.list(journalType);
  assert.equal(list.items.length, 1201);
  assert.deepEqual(recorder.lines(), [
    'GET /api/v1/configmaps?limit=500',
    'GET /api/v1/configmaps?continue=1201:500&limit=500',
    'GET /api/v1/configmaps?continue=1201:1000&limit=500',
    'GET /api/v1/configmaps',
  ]);
  assert.equal(client.requests.list, 4);
});

test('requests are counted by verb, impersonated ones too', async () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'web', name: 'a' } };
  const recorder = recordingTransport({
    ...createJournal().transport,
    send: async () => ({ status: 200, headers: {}, body: object }),
  });
  const client = createKubeClient(recorder);
  const at = { namespace: 'web', name: 'a' };
  await client.get(journalType, at);
  await client.create(journalType, object);
  await client.update(journalType, object);
  await client.patch(journalType, at, 'merge', {});
  await client.apply(journalType, object, { fieldManager: 'm', force: true });
  await client.impersonate('jane', ['a', 'b']).delete(journalType, at);
  assert.deepEqual(client.requests, { get: 1, list: 0, watch: 0, create: 1, update: 1, patch: 1, apply: 1, delete: 1 });
  assert.deepEqual(recorder.lines(), [
    'GET /api/v1/namespaces/web/configmaps/a',
    'POST /api/v1/namespaces/web/configmaps',
    'PUT /api/v1/namespaces/web/configmaps/a',
    'PATCH /api/v1/namespaces/web/configmaps/a',
    'PATCH /api/v1/namespaces/web/configmaps/a?fieldManager=m&force=true',
    'DELETE /api/v1/namespaces/web/configmaps/a',
  ]);
  assert.deepEqual(recorder.recorded.at(-1)?.request.headers, {
    'Impersonate-User': 'jane',
    'Impersonate-Group': 'a\nb',
  });
});

test('a namespaced object without its namespace is refused before it is sent', async () => {
  const client = createKubeClient(createJournal().transport);
  await assert.rejects(client.get(journalType, { name: 'a' }), (error) => isKubeError(error, 400));
  assert.equal(client.requests.get, 0);
});
