import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '@evenkeel/resource';
import { type KubeTransport, createKubeClient } from './index.ts';
import { recordingTransport } from './testing/index.ts';

const resource = (plural: string, kind: string): Json => ({
  resource: plural,
  responseKind: { group: '', version: '', kind },
  scope: 'Namespaced',
  singularResource: kind.toLowerCase(),
  verbs: ['get'],
});

/** Answers from a table of paths. */
function tableTransport(answers: Record<string, Json>): KubeTransport {
  return {
    endpoint: 'table',
    send: async ({ path }) =>
      answers[path] === undefined
        ? { status: 404, headers: {}, body: undefined }
        : { status: 200, headers: {}, body: answers[path] },
    watch: () => {
      throw new Error('not watched');
    },
    stream: () => {
      throw new Error('not streamed');
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

test('a miss asks again, but at most once a second; invalidate asks at once', async () => {
  const answers: Record<string, Json> = {
    '/api': {
      kind: 'APIGroupDiscoveryList',
      items: [{ metadata: {}, versions: [{ version: 'v1', resources: [resource('pods', 'Pod')] }] }],
    },
    '/apis': { kind: 'APIGroupDiscoveryList', items: [] },
  };
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: () => Promise.resolve(), after: () => () => undefined };
  const recorder = recordingTransport(tableTransport(answers));
  const { discovery } = createKubeClient(recorder, { clock });
  const widget = { group: 'example.test', version: 'v1', kind: 'Widget' };
  assert.equal((await discovery.resolve({ group: '', version: 'v1', kind: 'Pod' }))?.plural, 'pods');
  assert.equal(await discovery.resolve(widget), undefined);
  assert.equal(recorder.recorded.length, 2);
  answers['/apis'] = {
    kind: 'APIGroupDiscoveryList',
    items: [
      { metadata: { name: 'example.test' }, versions: [{ version: 'v1', resources: [resource('widgets', 'Widget')] }] },
    ],
  };
  nowMs = 999;
  assert.equal(await discovery.resolve(widget), undefined);
  nowMs = 1000;
  const [one, two] = await Promise.all([discovery.resolve(widget), discovery.preferred(widget)]);
  assert.deepEqual([one?.plural, two?.plural], ['widgets', 'widgets']);
  assert.equal(recorder.recorded.length, 4);
  discovery.invalidate();
  assert.equal((await discovery.all()).length, 2);
  assert.equal(recorder.recorded.length, 6);
});

test('without aggregation: lists per group version, the preferred one first, broken ones left out', async () => {
  const listed = (...resources: Json[]): Json => ({ kind: 'APIResourceList', resources });
  const { discovery } = createKubeClient(
    tableTransport({
      '/api': { kind: 'APIVersions', versions: ['v1'] },
      '/api/v1': listed(
        { name: 'pods', kind: 'Pod', namespaced: true, singularName: 'pod', verbs: ['get'] },
        { name: 'pods/log', kind: 'Pod', namespaced: true, verbs: ['get'] },
      ),
      '/apis': {
        kind: 'APIGroupList',
        groups: [
          {
            name: 'example.test',
            preferredVersion: { groupVersion: 'example.test/v1' },
            versions: [{ groupVersion: 'example.test/v2alpha1' }, { groupVersion: 'example.test/v1' }],
          },
          { name: 'broken.test', versions: [{ groupVersion: 'broken.test/v1' }] },
        ],
      },
      '/apis/example.test/v1': listed({ name: 'widgets', kind: 'Widget', namespaced: false, verbs: ['get'] }),
      '/apis/example.test/v2alpha1': listed({ name: 'widgets', kind: 'Widget', namespaced: false, verbs: ['get'] }),
    }),
  );
  assert.deepEqual((await discovery.resolve({ group: '', version: 'v1', kind: 'Pod' }))?.subresources, ['log']);
  assert.equal((await discovery.preferred({ group: 'example.test', kind: 'Widget' }))?.version, 'v1');
  assert.equal((await discovery.everyVersion()).length, 3);
  assert.equal((await discovery.all()).length, 2);
});
