// Quotas and limit ranges, with the controllers that keep them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scalarText } from '../store/draft.ts';
import { Sandbox } from '../sandbox.ts';
import { at, call, deployment, until } from '../testing/client.ts';

const core = '/api/v1/namespaces/default';
const quota = (hard: Record<string, string>): unknown => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'team' },
  spec: { hard },
});
const configMap = (name: string): unknown => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

test('a quota counts what is there, refuses what is too much, and gives back what is deleted', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 1000 });
  const api = sandbox.transport();
  await until(api, `${core}/configmaps`, ({ metadata }) => metadata.name === 'kube-root-ca.crt');
  await call(api, 'POST', `${core}/resourcequotas`, { body: quota({ 'count/configmaps': '2' }) });
  const used =
    (number: string) =>
    (object: unknown): boolean =>
      at(object, 'status', 'used', 'count/configmaps') === number;
  await until(api, `${core}/resourcequotas`, used('1'));
  await call(api, 'POST', `${core}/configmaps`, { body: configMap('a') });
  const refused = await call(api, 'POST', `${core}/configmaps`, { body: configMap('b'), want: 403 });
  assert.equal(
    refused['message'],
    'configmaps "b" is forbidden: exceeded quota: team, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2',
  );
  assert.deepEqual([refused['reason'], refused['details']], ['Forbidden', { name: 'b', kind: 'configmaps' }]);
  await call(api, 'DELETE', `${core}/configmaps/a`);
  await until(api, `${core}/resourcequotas`, used('1'));
  await call(api, 'POST', `${core}/configmaps`, { body: configMap('b') });
});

test('pods that a quota refuses show in the events of their replica set', async () => {
  await using sandbox = await Sandbox.start({ listen: false, speed: 1000 });
  const api = sandbox.transport();
  await call(api, 'POST', `${core}/resourcequotas`, { body: quota({ pods: '1' }) });
  await until(api, `${core}/resourcequotas`, (object) => at(object, 'status', 'used', 'pods') === '0');
  await call(api, 'POST', '/apis/apps/v1/namespaces/default/deployments', { body: deployment('web') });
  const event = await until(api, `${core}/events`, (object) => object['reason'] === 'FailedCreate');
  assert.match(
    scalarText(event['message']),
    /^Error creating: pods "web-\w+-\w+" is forbidden: exceeded quota: team, requested: pods=1, used: pods=1, limited: pods=1$/,
  );
  const refused = await until(api, '/apis/apps/v1/namespaces/default/deployments', (object) =>
    JSON.stringify(at(object, 'status', 'conditions') ?? '').includes('ReplicaFailure'),
  );
  assert.match(JSON.stringify(refused['status']), /"reason":"FailedCreate"/);
});

test('a limit range completes containers and refuses those outside it', async () => {
  await using sandbox = await Sandbox.start({ listen: false, controllers: false });
  const api = sandbox.transport();
  const limits = [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } }];
  await call(api, 'POST', `${core}/limitranges`, {
    body: { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'team' }, spec: { limits } },
  });
  const pod = (name: string, resources: unknown): unknown => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'main', image: 'nginx', resources }] },
  });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await call(api, 'POST', `${core}/serviceaccounts`, { body: account });
  const created = await call(api, 'POST', `${core}/pods`, { body: pod('a', {}) });
  assert.deepEqual(at(created, 'spec', 'containers', 0, 'resources'), {
    limits: { cpu: '500m' },
    requests: { cpu: '100m' },
  });
  assert.equal(
    created.metadata.annotations?.['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: cpu request for container main; cpu limit for container main',
  );
  const refused = await call(api, 'POST', `${core}/pods`, { body: pod('b', { limits: { cpu: '2' } }), want: 403 });
  assert.equal(refused['message'], 'pods "b" is forbidden: maximum cpu usage per Container is 1, but limit is 2');
});
