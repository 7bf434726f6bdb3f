import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeError, KubeUnreachable } from '@evenkeel/kube';
import { readApplication } from './application.ts';
import { failureStatus } from './failure.ts';

const object = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'a', namespace: 'argocd' },
};
const application = readApplication({ ...object, status: { conditions: [{ type: 'SyncError', message: 'x' }] } });

const first = { nowMs: 0, failures: 0 };

test('a failure nobody foresaw is told once, beside what was told before', () => {
  const told = failureStatus(application, new RangeError('Maximum call stack size exceeded\nmore'), first);
  assert.deepEqual(told, {
    conditions: [
      { type: 'SyncError', message: 'x' },
      {
        type: 'UnknownError',
        message: 'reconciliation failed: Maximum call stack size exceeded',
        lastTransitionTime: '1970-01-01T00:00:00Z',
      },
    ],
    sync: { status: 'Unknown' },
  });
  const after = readApplication({ ...object, status: told ?? {} });
  assert.equal(failureStatus(after, new RangeError('Maximum call stack size exceeded'), first), undefined);
});

test('what passes by itself is not told, and what a parser quotes neither', () => {
  const status = (code: number): KubeError => new KubeError({ code, reason: '', message: 'm' });
  assert.equal(failureStatus(application, new KubeUnreachable('gone'), first), undefined);
  assert.equal(failureStatus(application, status(409), first), undefined);
  assert.equal(failureStatus(application, status(503), first), undefined);
  assert.match(JSON.stringify(failureStatus(application, status(503), { nowMs: 0, failures: 4 })), /failed: m"/);
  assert.match(JSON.stringify(failureStatus(application, status(413), first)), /reconciliation failed: m"/);
  assert.doesNotMatch(
    JSON.stringify(failureStatus(application, new SyntaxError('"hunter2" is no JSON'), first)),
    /hunter/,
  );
});
