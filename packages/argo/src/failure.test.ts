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

test('a failure nobody foresaw is told once, beside what was told before', () => {
  const told = failureStatus(application, new RangeError('Maximum call stack size exceeded\nmore'), 0);
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
  assert.equal(failureStatus(after, new RangeError('Maximum call stack size exceeded'), 1), undefined);
});

test('what passes by itself is not told, and what a parser quotes neither', () => {
  const status = (code: number): KubeError => new KubeError({ code, reason: '', message: 'm' });
  assert.equal(failureStatus(application, new KubeUnreachable('gone'), 0), undefined);
  assert.equal(failureStatus(application, status(409), 0), undefined);
  assert.equal(failureStatus(application, status(503), 0), undefined);
  assert.match(JSON.stringify(failureStatus(application, status(413), 0)), /reconciliation failed: m"/);
  assert.doesNotMatch(JSON.stringify(failureStatus(application, new SyntaxError('"hunter2" is no JSON'), 0)), /hunter/);
});
