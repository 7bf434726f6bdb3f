// Every bundled action on recorded objects, with what Argo CD makes of each, and what the table cannot show.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { readActionCases } from '../testing/action-cases.ts';
import { objectOf } from '../testing/health-cases.ts';
import { actionsOf, runBundledAction } from './actions.ts';
import { ActionError, type ActionRun } from './definition.ts';
import { actionGroups } from './registry.ts';

const run: ActionRun = { parameters: {}, now: '2026-03-04T05:06:07Z' };

function resultOf(object: KubeObject, action: string, parameters: ActionRun['parameters']): unknown {
  try {
    return runBundledAction(object, action, { ...run, parameters });
  } catch (error) {
    if (error instanceof ActionError) return `error: ${error.message}`;
    throw error;
  }
}

for (const group of Object.keys(actionGroups)) {
  test(`actions of ${group}`, () => {
    for (const item of readActionCases(group)) {
      const object = objectOf({ ...item, folder: item.kind, status: '', message: '' });
      const before = JSON.stringify(object);
      const result = resultOf(object, item.action, item.parameters);
      const wanted: unknown = item.result.startsWith('error') ? item.result : JSON.parse(item.result);
      assert.deepEqual(JSON.parse(JSON.stringify(result)), wanted, `${item.kind} ${item.action}: ${before}`);
      assert.equal(JSON.stringify(object), before, 'the live object is left as it is');
    }
  });
}

/** Argo CD offers it and cannot run it, its script being filed under another name: there is nothing to compare with. */
const onlyOurs = ['psmdb.percona.com/PerconaServerMongoDB/pause'];

test('there are cases for every action', () => {
  const missing = Object.entries(actionGroups).flatMap(([group, build]) => {
    const covered = new Set(readActionCases(group).map(({ kind, action }) => `${kind}/${action}`));
    const all = Object.entries(build()).flatMap(([kind, actions]) =>
      Object.keys(actions).map((name) => `${kind}/${name}`),
    );
    return all.filter((name) => !covered.has(name)).map((name) => `${group}/${name}`);
  });
  assert.deepEqual(missing, onlyOurs);
  const object: KubeObject = {
    apiVersion: 'psmdb.percona.com/v1',
    kind: 'PerconaServerMongoDB',
    metadata: { name: 'db' },
  };
  const impact = { operation: 'patch', object: { ...object, spec: { pause: true } } };
  assert.deepEqual(runBundledAction(object, 'pause', run), [impact]);
});

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { replicas: 1, template: { spec: { volumes: [{ name: 'tmp', emptyDir: {} }, {}] } } },
};

test('what is offered says what is possible now and with which parameters', () => {
  assert.deepEqual(
    actionsOf(deployment).map(({ name, disabled }) => [name, disabled]),
    [
      ['restart', false],
      ['pause', false],
      ['resume', true],
      ['scale', false],
    ],
  );
  assert.deepEqual(actionsOf(deployment).at(-1)?.params, [{ name: 'replicas' }]);
});

test('a kind without actions, and an action that a kind does not have', () => {
  const object: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } };
  assert.deepEqual(actionsOf(object), []);
  assert.equal(runBundledAction(object, 'restart', run), undefined);
  assert.equal(runBundledAction(deployment, 'toString', run), undefined);
});

test('empty maps stay maps, which no script can promise', () => {
  const [impact] = runBundledAction(deployment, 'pause', run) ?? [];
  assert.deepEqual(impact, {
    operation: 'patch',
    object: { ...deployment, spec: { ...(deployment['spec'] as object), paused: true } },
  });
});
