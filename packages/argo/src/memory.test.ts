// What an Application remembers of an operation that a process left half done, beyond what status.test.ts reads back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { readApplication } from './application.ts';
import { memoryOf } from './memory.ts';
import { requestOf } from './operation.ts';
import { defaultSettings } from './settings/settings.ts';

const source = { repoURL: 'https://git.example.com/shop.git', path: 'web', targetRevision: 'main' };
const operation = {
  initiatedBy: { username: 'ada' },
  sync: { revision: '1'.repeat(40), source, prune: true, syncStrategy: { apply: {} } },
};

function application(rest: object): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { project: 'default', source: { ...source, path: 'web/next' }, destination: { name: 'in-cluster' } },
    ...rest,
  };
}

const settings = {
  ...defaultSettings,
  tracking: { ...defaultSettings.tracking, method: 'label' as const },
  kustomize: { ...defaultSettings.kustomize, buildOptions: '--enable-helm' },
  helm: { ...defaultSettings.helm, valuesFileSchemes: ['https'] },
  renderers: { ...defaultSettings.renderers, kustomize: false },
};

test('a rollback cut short is taken up with the settings it was asked for under', () => {
  const asked = requestOf(readApplication(application({ operation })), settings);
  const state = {
    operation,
    phase: 'Running',
    startedAt: '2026-01-02T00:00:00Z',
    syncResult: { revision: '1', source },
  };
  const left = readApplication(application({ status: { operationState: state } }));
  const keys = (sources: NonNullable<typeof asked>['sources'] = []): readonly unknown[] =>
    sources.map(({ adapt }) => adapt?.key);
  assert.deepEqual(keys(memoryOf(left, 'x', settings).lastOperation?.request?.sources), keys(asked?.sources));
  assert.notDeepEqual(keys(memoryOf(left, 'x').lastOperation?.request?.sources), keys(asked?.sources));
});

test('it remembers since when it can have been written for', () => {
  assert.equal(memoryOf(readApplication(application({})), 'x').sinceMs, Date.parse('2026-01-01T00:00:00Z'));
});

test('what Argo CD wrote of the same source is the same source: empty fields left out or filled in', () => {
  const own = { ...source, directory: { recurse: true }, helm: { skipCrds: false, valueFiles: [] } };
  const theirs = {
    targetRevision: 'main',
    path: 'web',
    repoURL: source.repoURL,
    directory: { jsonnet: {}, recurse: true },
  };
  const revision = '1'.repeat(40);
  const destination = { server: 'https://kubernetes.default.svc', namespace: '' };
  const comparedTo = { source: theirs, destination: { server: 'https://kubernetes.default.svc' } };
  const operationState = {
    operation: { initiatedBy: { automated: true }, retry: {}, sync: { revision, source: theirs } },
    phase: 'Failed',
    startedAt: '2026-01-02T00:00:00Z',
    syncResult: { revision, source: theirs },
  };
  const status = { operationState, sync: { status: 'Synced', revision, comparedTo } };
  const read = readApplication(application({ spec: { project: 'default', source: own, destination }, status }));
  const { lastOperation, settledRevision } = memoryOf(read, 'same');
  assert.deepEqual([lastOperation?.fingerprint, settledRevision], ['same', revision]);
  const other = { ...status, operationState: { ...operationState, syncResult: { revision, source } } };
  const changed = readApplication(
    application({ spec: { project: 'default', source: own, destination }, status: other }),
  );
  assert.equal(memoryOf(changed, 'same').lastOperation?.fingerprint, '');
});

test('a question that a process put is a question to the next one, and no attempt that has failed', () => {
  const asking = 'syncing would prune 12 of 14 objects (ConfigMap a, …), more than it may without being asked';
  const blocked = (message: string): boolean | undefined => {
    const operationState = {
      operation: { initiatedBy: { automated: true }, sync: { revision: '1', source } },
      phase: 'Failed',
      message,
      startedAt: '2026-01-02T00:00:00Z',
      syncResult: { revision: '1', source },
    };
    return memoryOf(readApplication(application({ status: { operationState } })), 'x').lastOperation?.blocked;
  };
  assert.equal(blocked(asking), true);
  assert.equal(blocked('one or more objects failed to apply'), undefined);
});
