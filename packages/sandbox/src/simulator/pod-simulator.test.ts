// The simulator on an API server without controllers: nodes join, pods are placed, run and go, events are told. On the real
// server it is at work in the end-to-end tests and in the conformance run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { Sandbox } from '../sandbox.ts';
import { at, call, until } from '../testing/client.ts';
import { startPodSimulator } from './pod-simulator.ts';

const pods = '/api/v1/namespaces/default/pods';

test('pods of a server without nodes are placed, run, fail and go', async () => {
  await using sandbox = await Sandbox.start({ listen: false, controllers: false });
  const transport = sandbox.transport();
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await call(transport, 'POST', '/api/v1/namespaces/default/serviceaccounts', { body: account });
  await using _simulator = await startPodSimulator({ transport, speed: 100, nodes: 2 });
  const nodes = (await call(transport, 'GET', '/api/v1/nodes'))['items'] as unknown as readonly KubeObject[];
  assert.deepEqual(
    nodes.map(({ metadata }) => metadata.name),
    ['sandbox-control-plane', 'sandbox-worker'],
  );
  const pod = (name: string, container: object): unknown => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'nginx:1', ...container }] },
  });
  await call(transport, 'POST', pods, { body: pod('runs', { command: ['sleep', 'infinity'] }) });
  await call(transport, 'POST', pods, { body: pod('fails', { command: ['sh', '-c', 'exit 3'] }) });
  const phases = new Map<string, unknown>();
  await until(transport, pods, (object) => {
    phases.set(object.metadata.name ?? '', at(object, 'status', 'phase'));
    return phases.get('fails') === 'Failed' && phases.get('runs') === 'Running';
  });
  const failed = await call(transport, 'GET', `${pods}/fails`);
  assert.equal(at(failed, 'status', 'containerStatuses', 0, 'state', 'terminated', 'exitCode'), 3);
  await until(transport, '/api/v1/namespaces/default/events', (event) => event['reason'] === 'Started');
  await call(transport, 'DELETE', `${pods}/runs`);
  await until(transport, pods, (object, type) => type === 'DELETED' && object.metadata.name === 'runs');
});
