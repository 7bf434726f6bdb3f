// A cluster that stops to answer and comes back, on two sandboxes in this process: when it counts as lost, who is told, and
// that the other one does not notice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cluster, clusterAs, openCluster } from '@evenkeel/delivery';
import { type KubeTransport, KubeUnreachable, createKubeClient } from '@evenkeel/kube';
import { Sandbox } from '@evenkeel/sandbox';

/** A transport that can be cut. */
interface Line extends KubeTransport {
  cut: boolean;
  /** Requests that are lost although the line is not cut. */
  losses: number;
}

function lineTo(inner: KubeTransport): Line {
  const fail = (): never => {
    throw new KubeUnreachable('cannot reach it: connection refused', { reason: 'refused' });
  };
  const line: Line = {
    endpoint: inner.endpoint,
    cut: false,
    losses: 0,
    send: (request) => {
      if (line.losses > 0) {
        line.losses -= 1;
        return Promise.reject(new KubeUnreachable('lost', { reason: 'lost' }));
      }
      return line.cut
        ? Promise.reject(new KubeUnreachable('cannot reach it: connection refused'))
        : inner.send(request);
    },
    async *watch(request) {
      if (line.cut) fail();
      for await (const one of inner.watch(request)) {
        if (line.cut) fail();
        yield one;
      }
    },
    stream: (request) => inner.stream(request),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
  return line;
}

async function untilReach(cluster: Cluster, wanted: string): Promise<void> {
  while (cluster.figures().reach !== wanted) {
    await new Promise<void>((resolve) => {
      const stop = cluster.onReachChange(() => {
        stop();
        resolve();
      });
    });
  }
}

test('lost and found: told once each, with one sentence between', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  await using other = await Sandbox.start({ listen: false });
  const line = lineTo(sandbox.transport());
  await using cluster = openCluster({ name: 'edge', client: createKubeClient(line), frontEnds: () => [] });
  await using beside = openCluster({ name: 'near', client: createKubeClient(other.transport()), frontEnds: () => [] });
  await Promise.all([cluster.settled, beside.settled]);
  assert.equal(cluster.figures().reach, 'reachable');
  assert.match(cluster.figures().serverVersion ?? '', /^v1\.\d+/);
  const told: (string | undefined)[] = [];
  cluster.onReachChange(() => told.push(cluster.unreachable));

  line.losses = 0;
  await cluster.doubt(new KubeUnreachable('a request was lost', { reason: 'lost' }));
  assert.equal(cluster.unreachable, undefined, 'it answered when it was asked again');
  await cluster.doubt(new Error('something else'));

  line.cut = true;
  await cluster.doubt(new KubeUnreachable('a request was lost', { reason: 'lost' }));
  assert.equal(cluster.unreachable, 'cannot reach it: connection refused');
  assert.deepEqual([beside.unreachable, beside.figures().reach], [undefined, 'reachable']);
  line.cut = false;
  await untilReach(cluster, 'reachable');
  assert.deepEqual(told, ['cannot reach it: connection refused', undefined]);
});

test('one that was never reached is settled all the same, and found when it is there', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const line = lineTo(sandbox.transport());
  line.cut = true;
  await using cluster = openCluster({ name: 'edge', client: createKubeClient(line), frontEnds: () => [] });
  await cluster.settled;
  assert.equal(cluster.figures().reach, 'lost');
  line.cut = false;
  await untilReach(cluster, 'reachable');
  assert.equal(cluster.unreachable, undefined);
});

test('another user shares what is live, and is the same one each time', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const headers: (string | undefined)[] = [];
  const inner = sandbox.transport();
  const seen: KubeTransport = {
    ...inner,
    endpoint: inner.endpoint,
    send: (request) => {
      headers.push(request.headers?.['Impersonate-User']);
      return inner.send(request);
    },
    watch: (request) => inner.watch(request),
    stream: (request) => inner.stream(request),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
  await using cluster = openCluster({ name: 'edge', client: createKubeClient(seen), frontEnds: () => [] });
  await cluster.settled;
  const acting = clusterAs(cluster, 'system:serviceaccount:a:b');
  assert.equal(acting.live, cluster.live);
  assert.equal(clusterAs(cluster, 'system:serviceaccount:a:b'), acting);
  assert.equal(clusterAs(cluster, undefined), cluster);
  headers.length = 0;
  const type = await acting.client.discovery.preferred({ group: '', kind: 'Namespace' });
  assert.ok(type);
  await acting.client.get(type, { name: 'default' });
  assert.deepEqual(headers.at(-1), 'system:serviceaccount:a:b');
});

test('some namespaces: only those are watched, and nothing of the cluster itself', async () => {
  await using sandbox = await Sandbox.start({ listen: false });
  const client = createKubeClient(sandbox.transport());
  const scope = { namespaces: ['default', 'kube-public'], clusterResources: false };
  await using cluster = openCluster({ name: 'edge', client, frontEnds: () => [], scope });
  await cluster.settled;
  const configMaps = await client.discovery.preferred({ group: '', kind: 'ConfigMap' });
  const namespaces = await client.discovery.preferred({ group: '', kind: 'Namespace' });
  assert.ok(configMaps && namespaces);
  for (const namespace of ['default', 'kube-system']) {
    const metadata = { name: 'x', namespace };
    await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  }
  await cluster.live.watch([configMaps, namespaces]);
  const at = (namespace: string): unknown =>
    cluster.live.get({ group: '', kind: 'ConfigMap', namespace, name: 'x' })?.metadata.name;
  assert.deepEqual([at('default'), at('kube-system')], ['x', undefined]);
  assert.equal(cluster.live.get({ group: '', kind: 'Namespace', namespace: '', name: 'default' }), undefined);
  const outside = (kind: string, namespace: string, namespaced: boolean): string | undefined =>
    cluster.live.outside({ group: '', kind, namespace, name: 'x' }, namespaced);
  assert.equal(outside('ConfigMap', 'default', true), undefined);
  assert.equal(outside('ConfigMap', 'kube-system', true), 'namespace "kube-system" for ConfigMap "x" is not managed');
  assert.equal(
    outside('Namespace', '', false),
    'cluster level Namespace "x" can not be managed when in namespaced mode',
  );
});
