// Clients that ask for metadata alone: metadata informers of controllers, the garbage collector. Over HTTPS, as they ask;
// on the real server as well where its programs are on this machine.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeTransport, type WatchLine, createHttpTransport, loadKubeconfig } from '@evenkeel/kube';
import { referenceClusterMissing, startReferenceCluster } from '@evenkeel/kube/reference';
import { Sandbox } from '../sandbox.ts';

const base = '/api/v1/namespaces/default/configmaps';
const accept = (as: string): Record<string, string> => ({
  accept: `application/vnd.kubernetes.cbor;as=${as};g=meta.k8s.io;v=v1, application/json;as=${as};g=meta.k8s.io;v=v1,application/json`,
});

interface Face {
  readonly name: string;
  readonly skip: string | false;
  readonly start: (stack: AsyncDisposableStack) => Promise<KubeTransport>;
}

const faces: readonly Face[] = [
  {
    name: 'sandbox',
    skip: false,
    async start(stack) {
      const sandbox = stack.use(await Sandbox.start());
      return stack.use(createHttpTransport(await loadKubeconfig({ text: sandbox.kubeconfig() })));
    },
  },
  {
    name: 'kube-apiserver',
    skip: referenceClusterMissing() ?? false,
    async start(stack) {
      const cluster = stack.use(await startReferenceCluster());
      return stack.use(createHttpTransport(cluster.config));
    },
  },
];

for (const { name, skip, start } of faces) {
  test(`${name}: answers are reduced to metadata`, { skip }, async () => {
    await using stack = new AsyncDisposableStack();
    const api = await start(stack);
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'one', labels: { app: 'x' } },
      data: { a: 'b' },
    };
    const single = accept('PartialObjectMetadata');
    const created = await api.send({ method: 'POST', path: base, body, headers: single });
    assert.deepEqual(
      [created.status, shape(created.body)],
      [201, ['PartialObjectMetadata', 'meta.k8s.io/v1', 'metadata']],
    );
    const read = await api.send({ method: 'GET', path: `${base}/one`, headers: single });
    assert.deepEqual(shape(read.body), ['PartialObjectMetadata', 'meta.k8s.io/v1', 'metadata']);
    assert.equal(read.headers['content-type'], 'application/json');
    const table = await api.send({ method: 'GET', path: base, headers: accept('Table') });
    assert.deepEqual([shape(table.body)[0], table.headers['content-type']], ['Table', 'application/json']);
    const listed = await api.send({
      method: 'GET',
      path: base,
      query: { labelSelector: 'app=x' },
      headers: accept('PartialObjectMetadataList'),
    });
    const { items } = listed.body as unknown as { readonly items: readonly unknown[] };
    assert.deepEqual(shape(listed.body), ['PartialObjectMetadataList', 'meta.k8s.io/v1', 'items,metadata']);
    assert.deepEqual(items.map(shape), [['PartialObjectMetadata', 'meta.k8s.io/v1', 'metadata']]);
    for (const [path, as] of [
      [base, 'PartialObjectMetadata'],
      [`${base}/one`, 'PartialObjectMetadataList'],
    ] as const) {
      const refused = await api.send({ method: 'GET', path, headers: accept(as) });
      const { reason, message } = refused.body as unknown as Record<string, string>;
      assert.deepEqual([refused.status, reason], [406, 'NotAcceptable'], message);
      assert.match(message ?? '', new RegExp(`^you requested ${as}, but the requested object is `));
    }
    assert.equal(shape((await api.send({ method: 'GET', path: `${base}/none`, headers: single })).body)[0], 'Status');
    const events: WatchLine[] = [];
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
    };
    for await (const line of api.watch({ method: 'GET', path: base, query, headers: single })) {
      events.push(line);
      if (line.type === 'BOOKMARK') break;
    }
    assert.ok(events.length > 1);
    for (const { object } of events)
      assert.deepEqual(shape(object), ['PartialObjectMetadata', 'meta.k8s.io/v1', 'metadata']);
    const deleted = await api.send({ method: 'DELETE', path: `${base}/one`, headers: single });
    assert.equal(shape(deleted.body)[0], 'Status');
  });
}

/** Kind, version, and the other fields. */
function shape(object: unknown): readonly string[] {
  const { kind, apiVersion, ...rest } = object as Record<string, string>;
  return [kind ?? '', apiVersion ?? '', Object.keys(rest).sort().join()];
}
