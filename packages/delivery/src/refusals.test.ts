// What keeps a sync from beginning, and in which words an operation says so.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Refusal, RefusalCode } from '@evenkeel/engine';
import type { OperationReport } from './model.ts';
import { blockedMessage, waitsForNext } from './refusals.ts';

const refusal = (code: RefusalCode, sentence: string = code): Refusal => ({
  code,
  sentence,
  remedy: '',
  about: { group: '', version: 'v1', kind: 'Secret', namespace: 'shop', name: 'a' },
});
const operation = (phase: OperationReport['phase'], finishedAtMs?: number): OperationReport => ({
  id: 'one',
  phase,
  message: '',
  revision: '1',
  fingerprint: '',
  startedAtMs: 0,
  finishedAtMs,
  steps: [],
  retryCount: 1,
  initiatedBy: { automated: true },
  partial: false,
  request: undefined,
});

test('an operation waits for its next attempt once it has failed, and only until it has ended', () => {
  const waits = [operation('running', 5), operation('running'), operation('failed', 5)].map(waitsForNext);
  assert.deepEqual(waits, [true, false, false]);
});

test('what a project does not permit is told once each, in the order of the alphabet, as upstream tells it', () => {
  const [one, other] = ['resource :Secret is not permitted in project narrow', 'namespace x is not permitted'] as const;
  const why = [one, other, one].map((sentence) => refusal('OBJECT_NOT_PERMITTED', sentence));
  assert.equal(blockedMessage(why), `one or more synchronization tasks are not valid: ${other}; ${one}`);
});
