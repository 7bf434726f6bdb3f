// The annotations of guards, read and refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusedReport } from '@evenkeel/delivery';
import { type Application, readApplication } from './application.ts';
import { holdSentence, readGuard, rollbackAnnotations, rollbackSentence } from './guard.ts';

const application = (annotations: Record<string, string>): Application =>
  readApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd', annotations },
    spec: { project: 'default', syncPolicy: { automated: {} } },
  });

test('annotations become guards', () => {
  const { guard, refusals } = readGuard(
    application({
      'evenkeel.dev/depends-on': ' db, platform/queue ,',
      'evenkeel.dev/prune-budget': '20%',
      'evenkeel.dev/rollback': '5m',
    }),
  );
  assert.deepEqual(refusals, []);
  assert.deepEqual(guard, {
    dependsOn: ['argo/argocd/db', 'argo/platform/queue'],
    pruneBudget: { share: 0.2 },
  });
  assert.deepEqual(readGuard(application({})), { guard: { pruneBudget: { count: 10, share: 0.5 } }, refusals: [] });
});

const wrong: readonly (readonly [name: string, value: string])[] = [
  ['depends-on', 'a/b/c'],
  ['depends-on', 'my app'],
  ['prune-budget', 'many'],
  ['rollback', 'maybe'],
];
for (const [name, value] of wrong) {
  test(`refused: ${name} ${value}`, () => {
    const { refusals } = readGuard(application({ [`evenkeel.dev/${name}`]: value }));
    assert.equal(refusals.length, 1);
    assert.ok(refusals[0]?.sentence.startsWith(`the annotation evenkeel.dev/${name} is "${value}", expected `));
  });
}

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
const healthy = { ...refusedReport('argo/argocd/web', []), revisions: [a], sync: 'synced' as const };
const rollback = { 'evenkeel.dev/rollback': 'true' };
const before = { ...rollback, 'evenkeel.dev/healthy-revisions': b };
const ill = {
  ...healthy,
  health: { status: 'degraded' as const, message: 'it crashes' },
  operation: { phase: 'succeeded', revision: a, finishedAtMs: 0 } as never,
};

test('healthy revisions are written down where somebody asked for rollbacks, and once', () => {
  const well = { ...healthy, health: { status: 'healthy' as const } };
  assert.deepEqual(rollbackAnnotations(application({}), well, 0), {});
  assert.deepEqual(rollbackAnnotations(application(rollback), well, 0), { 'evenkeel.dev/healthy-revisions': a });
  const known = { ...rollback, 'evenkeel.dev/healthy-revisions': a };
  assert.deepEqual(rollbackAnnotations(application(known), well, 0), {});
});

test('an Application that falls ill is held where it was healthy, and says why', () => {
  const annotations = rollbackAnnotations(application(before), ill, 60_000);
  const hold = annotations['evenkeel.dev/hold'];
  assert.ok(typeof hold === 'string');
  assert.deepEqual(JSON.parse(hold), { sha: b, whileHead: a, by: 'Evenkeel', because: 'it crashes' });
  assert.equal(rollbackSentence(annotations), 'Went back from aaaaaaa to bbbbbbb, because it crashes');
  assert.equal(rollbackSentence({ 'evenkeel.dev/healthy-revisions': a }), undefined);
  const held = application({ ...before, 'evenkeel.dev/hold': hold });
  assert.equal(
    holdSentence(held, [b]),
    'held at bbbbbbb since a rollback by Evenkeel, because at aaaaaaa it crashes; the next commit ends it',
  );
  assert.equal(holdSentence(held, [a]), undefined, 'a newer commit has ended it');
  assert.deepEqual(rollbackAnnotations(application(before), ill, 31 * 60_000), {});
  const off = { ...before, 'evenkeel.dev/rollback': 'false' };
  assert.deepEqual(rollbackAnnotations(application(off), ill, 60_000), {});
});

test('nothing is taken back where a person does the syncing', () => {
  const manual = readApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd', annotations: before },
    spec: { project: 'default' },
  });
  assert.deepEqual(rollbackAnnotations(manual, ill, 60_000), {});
});
