// Which ends of operations nobody lived to record, from what is live and what is on record; and when an operation has to be on
// record before it begins.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '@evenkeel/engine';
import type { KubeObject } from '@evenkeel/resource';
import type { OperationReport, ResourceReport } from './model.ts';
import { hasToBeOnRecord, isOwed, unrecordedOperation } from './unrecorded.ts';

const at = (text: string): number => Date.parse(`2026-01-01T${text}Z`);

interface Scene {
  readonly writtenAt?: string;
  readonly manager?: string;
  readonly last?: Partial<OperationReport>;
  readonly sync?: ResourceReport['sync'];
  readonly automatic?: boolean;
  readonly since?: string;
}

function found({
  writtenAt = '10:00:05',
  manager = 'ours',
  sync = 'synced',
  automatic = true,
  ...scene
}: Scene): unknown {
  const live = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', managedFields: [{ manager, time: `2026-01-01T${writtenAt}Z` }] },
  } as unknown as KubeObject;
  const last = scene.last && { phase: 'succeeded', revision: 'old', finishedAtMs: at('10:00:00'), ...scene.last };
  const seen = {
    delivery: { frontEnd: { fieldManager: 'ours' }, policy: { automatic, suspended: false }, fingerprint: 'f' },
    memory: { inventory: [], ...(scene.since === undefined ? {} : { sinceMs: at(scene.since) }) },
    rendered: { revisions: ['new'] },
    compared: { objects: [{ live }], resources: [{ sync, hook: false }], refusals: [] },
    last,
  };
  return unrecordedOperation({} as never, seen as never)?.finishedAtMs;
}

test('a revision that is live, written after the last operation on record, went live by one that is not', () => {
  const since = '09:00:00';
  assert.equal(found({ since, last: {} }), at('10:00:05'));
  assert.equal(found({ since }), at('10:00:05'), 'the very first');
  assert.equal(found({ since, last: { phase: 'failed', revision: 'new' } }), at('10:00:05'), 'a retry that succeeded');
  const none: Readonly<Record<string, Scene>> = {
    'it is on record': { since, last: { revision: 'new' } },
    'nothing was written since': { since, last: { finishedAtMs: at('10:00:05') } },
    'somebody else wrote': { since, last: {}, manager: 'kubectl' },
    'not everything is as wanted': { since, last: {}, sync: 'drifted' },
    'it was asked for, and is still': { since, last: {}, automatic: false },
    'another Application wrote it, and is gone': { since: '10:00:06' },
    'no history is kept': { last: {} },
    'one is under way': { since, last: { phase: 'running', finishedAtMs: undefined } },
  };
  for (const [why, scene] of Object.entries(none)) assert.equal(found(scene), undefined, why);
});

test('hooks, and what follows within two seconds, are on record before they begin', () => {
  const plain = { stages: [] } as unknown as Plan;
  const hooked = { stages: [{ groups: [[{ hook: {} }]] }] } as unknown as Plan;
  const last = { finishedAtMs: 10_000 } as OperationReport;
  assert.equal(hasToBeOnRecord(hooked, { last: undefined, healings: 0, nowMs: 0 }), true);
  assert.equal(hasToBeOnRecord(plain, { last: undefined, healings: 0, nowMs: 0 }), false);
  assert.equal(hasToBeOnRecord(plain, { last, healings: 0, nowMs: 11_999 }), true);
  assert.equal(hasToBeOnRecord(plain, { last, healings: 0, nowMs: 12_000 }), false);
  assert.equal(hasToBeOnRecord(plain, { last, healings: 1, nowMs: 10_001 }), false, 'drift has no entry');
});

test('an end is owed until that very report is on record', () => {
  const report = { phase: 'succeeded', finishedAtMs: 1 } as OperationReport;
  const operation = { report } as never;
  assert.equal(isOwed({ operation }), true);
  assert.equal(isOwed({ operation, onRecord: report }), false);
  assert.equal(isOwed({ operation, onRecord: { ...report } }), true);
  assert.equal(isOwed({ operation: { report: { phase: 'running' } } as never }), false);
  assert.equal(isOwed({}), false);
});
