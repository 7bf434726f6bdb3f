// The status of an Application: its size, what is left out of it, and that it is read back as it was written.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryReport, OperationReport, ResourceReport, StepReport } from '@evenkeel/delivery';
import type { KubeObject } from '@evenkeel/resource';
import { type Application, type ApplicationStatus, readApplication } from './application.ts';
import { memoryOf } from './memory.ts';
import { leftOut, statusJson, statusOf } from './status.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');
const revision = 'a'.repeat(40);
const source = { repoURL: 'https://git.example.com/shop.git', path: 'shop', targetRevision: 'main' };

function application(status: ApplicationStatus = {}, spec: object = { source }): Application {
  return readApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: { ...spec, destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' } },
    status,
  } as unknown as KubeObject);
}

function resource(index: number, change: Partial<ResourceReport> = {}): ResourceReport {
  const ref = {
    group: 'apps',
    kind: 'Deployment',
    namespace: 'a-namespace-of-some-length',
    name: `deployment-${index}`,
  };
  return {
    ref,
    version: 'v1',
    sync: 'synced',
    wave: 0,
    hook: false,
    fields: [],
    health: { status: 'healthy' },
    ...change,
  };
}

function step(index: number, change: Partial<StepReport> = {}): StepReport {
  const { ref, version } = resource(index);
  return {
    ref,
    version,
    status: 'synced',
    message: `deployment.apps/deployment-${index} configured`,
    hook: false,
    phase: 'main',
    ...change,
  };
}

function operation(change: Partial<OperationReport> = {}): OperationReport {
  return {
    id: 'auto-1',
    phase: 'succeeded',
    message: 'successfully synced (all tasks run)',
    revision,
    fingerprint: 'x',
    startedAtMs: nowMs - 5000,
    finishedAtMs: nowMs,
    steps: [],
    retryCount: 0,
    initiatedBy: { automated: true },
    partial: false,
    ...change,
  };
}

function report(change: Partial<DeliveryReport> = {}): DeliveryReport {
  return {
    key: 'argo/argocd/shop',
    revisions: [revision],
    renderers: ['kustomize'],
    sync: 'synced',
    health: { status: 'healthy' },
    resources: [],
    images: [],
    refusals: [],
    warnings: [],
    ...change,
  };
}

test('a sync that a window keeps waiting is a condition, since nothing else in the status would say why', () => {
  const sentence = 'Sync operation blocked by sync window until 2026-11-21T18:00:00Z: deny window "0 8 * * 1-5" of 10h';
  const { conditions } = statusOf(
    application(),
    report({ sync: 'drifted', warnings: [{ kind: 'closed', sentence }] }),
    { nowMs },
  );
  assert.deepEqual(conditions, [
    { type: 'BlockedWarning', message: sentence, lastTransitionTime: '2026-11-21T12:00:00Z' },
  ]);
});

test('an option that means something at objects only is told of an Application that has it', () => {
  const spec = { source, syncPolicy: { syncOptions: ['Force=true'] } };
  const { conditions = [] } = statusOf(application({}, spec), report({ sync: 'synced' }), { nowMs });
  assert.deepEqual(
    conditions.map(({ type }) => type),
    ['UnknownOptionWarning'],
  );
});

const thousands = Array.from({ length: 3000 }, (_none, index) => index);

test('3,000 objects, all written, go into less than 100 KB, and what needs attention is among what is told', () => {
  const resources = thousands.map((index) =>
    resource(index, index === 2999 ? { sync: 'drifted', reason: 'changed' } : {}),
  );
  const steps = thousands.map((index) => step(index, index === 2998 ? { status: 'failed', message: 'refused' } : {}));
  const told = report({ sync: 'drifted', resources, operation: operation({ steps }) });
  const status = statusOf(application(), told, { nowMs });
  assert.ok(JSON.stringify(statusJson(status)).length < 100_000, `${JSON.stringify(statusJson(status)).length} bytes`);
  assert.ok(status.resources?.some(({ name, status: sync }) => name === 'deployment-2999' && sync === 'OutOfSync'));
  assert.ok(status.operationState?.syncResult?.resources?.some((entry) => entry['message'] === 'refused'));
  assert.equal(leftOut(told, status), 3000 - (status.resources?.length ?? 0));
});

test('of each kind one is left, by which the next process knows what to watch', () => {
  const other = { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };
  const resources = [...thousands.map((index) => resource(index)), resource(1, { ref: other })];
  const status = statusOf(application(), report({ resources }), { nowMs });
  const kinds = memoryOf(application(status), 'x').inventory.map(({ kind }) => kind);
  assert.deepEqual(kinds.toSorted(), ['ConfigMap', 'Deployment']);
});

test('a few objects are all told, in upstream order and shape', () => {
  const resources = [
    resource(2, { wave: 3, needsApproval: true }),
    resource(1, { sync: 'drifted', reason: 'stray' }),
    resource(3, { hook: true, present: true }),
    resource(4, { hook: true }),
  ];
  const told = statusOf(application(), report({ resources }), { nowMs });
  const where = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'a-namespace-of-some-length' };
  assert.deepEqual(told.resources, [
    { ...where, name: 'deployment-1', status: 'OutOfSync', requiresPruning: true },
    { ...where, name: 'deployment-2', status: 'Synced', requiresDeletionConfirmation: true, syncWave: 3 },
    { ...where, name: 'deployment-3', hook: true, requiresPruning: true },
  ]);
  assert.equal(told.resourceHealthSource, 'appTree');
  const persisted = statusOf(application(), report({ resources }), { nowMs, persistHealth: true });
  assert.deepEqual(persisted.resources?.[0]?.health, { status: 'Healthy' });
  assert.equal(persisted.resourceHealthSource, undefined);
});

test('one source has a type, several have types, one each', () => {
  assert.equal(statusOf(application(), report(), { nowMs }).sourceType, 'Kustomize');
  const many = statusOf(application({}, { sources: [source, source] }), report({ renderers: ['helm', 'directory'] }), {
    nowMs,
  });
  assert.deepEqual([many.sourceType, many.sourceTypes], [undefined, ['Helm', 'Directory']]);
});

test('an Application of Applications says that it is one', () => {
  const ref = { group: 'argoproj.io', kind: 'Application', namespace: 'argocd', name: 'child' };
  const status = statusOf(application(), report({ resources: [resource(1, { ref })], images: ['a:1'] }), { nowMs });
  assert.deepEqual(status.summary, { images: ['a:1'], isAppOfApps: true });
});

test('an operation is read back as it was written: its hooks, its attempts, its healing', () => {
  const hook = {
    ref: { group: 'batch', kind: 'Job', namespace: 'shop', name: 'pre' },
    hook: true,
    phase: 'before',
  } as const;
  const told = operation({
    phase: 'running',
    finishedAtMs: nowMs,
    retryCount: 2,
    healings: 3,
    steps: [step(1), step(2, { ...hook, settled: true }), step(3, { ...hook, status: 'running', phase: 'after' })],
  });
  const status = statusJson(statusOf(application(), report({ operation: told }), { nowMs })) as ApplicationStatus;
  const last = memoryOf(application(status), 'x').lastOperation;
  assert.deepEqual(
    [last?.phase, last?.finishedAtMs, last?.retryCount, last?.healings, last?.fingerprint, last?.revision],
    ['running', nowMs, 2, 3, 'x', revision],
  );
  assert.deepEqual(
    last?.steps.map(({ phase, settled }) => `${phase} ${settled === true ? 'ended' : 'runs'}`),
    ['before ended', 'after runs'],
  );
});

test('what somebody asked for is written and read back as they asked', () => {
  const asked = {
    initiatedBy: { username: 'ada' },
    info: [{ name: 'a', value: 'b' }],
    sync: { prune: true, syncOptions: ['Replace=true'] },
  };
  const request = { id: 'r', initiatedBy: { automated: false, username: 'ada' }, asked };
  const told = operation({ request, initiatedBy: request.initiatedBy });
  const status = statusJson(statusOf(application(), report({ operation: told }), { nowMs })) as ApplicationStatus;
  assert.deepEqual(status.operationState?.operation, { ...asked, sync: { revision, ...asked.sync } });
  const again = memoryOf(application(status), 'x').lastOperation?.request;
  assert.deepEqual(
    [again?.prune, again?.policy?.replace, again?.asked],
    [true, true, status.operationState?.operation],
  );
});

test('times change only with what they belong to', () => {
  const first = statusOf(application(), report({ health: { status: 'progressing' } }), { nowMs });
  const second = statusOf(application(first), report({ health: { status: 'progressing' } }), { nowMs: nowMs + 60_000 });
  assert.deepEqual(second.health, first.health);
});
