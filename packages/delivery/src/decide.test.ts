// Whether to act: every rule of the decision, from data.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aggregateHealth, decide, standingFailure } from './decide.ts';
import type { Delivery, DeliveryMemory, DeliveryReport, FrontEnd, OperationReport, ResourceReport } from './model.ts';

const frontEnd: FrontEnd = {
  id: 'test',
  fieldManager: 'test',
  mark: (object) => object,
  ownerOf: () => undefined,
  place: () => [],
  straysAmong: 'marked',
  stray: (live) => ({ live, wave: 0 }),
  ignores: () => false,
  health: () => undefined,
};

function delivery(policy: Partial<Delivery['policy']> = {}): Delivery {
  return {
    key: 'test/a/b',
    frontEnd,
    namespace: 'a',
    name: 'b',
    sources: [],
    destination: { cluster: 'in-cluster', namespace: 'c' },
    fingerprint: 'same',
    policy: {
      automatic: true,
      selfHeal: true,
      prune: true,
      allowEmpty: false,
      createNamespace: false,
      ordering: 'waves',
      pruneLast: false,
      applyInSync: false,
      propagation: 'Foreground',
      timeoutMs: 1000,
      waitHealthy: false,
      replace: false,
      validate: true,
      recreate: false,
      retry: { limit: 2, baseMs: 1000, factor: 2, maxMs: 60_000 },
      suspended: false,
      ...policy,
    },
  };
}

function resource(reason: ResourceReport['reason'], more: Partial<ResourceReport> = {}): ResourceReport {
  return {
    ref: { group: '', kind: 'ConfigMap', namespace: 'c', name: 'x' },
    version: 'v1',
    sync: reason === undefined ? 'synced' : 'drifted',
    reason,
    wave: 0,
    hook: false,
    fields: [],
    ...more,
  };
}

function report(more: Partial<DeliveryReport> = {}): DeliveryReport {
  return {
    key: 'test/a/b',
    revisions: ['new'],
    renderers: [],
    sync: 'drifted',
    health: { status: 'healthy' },
    resources: [resource('changed'), resource(undefined)],
    images: [],
    refusals: [],
    warnings: [],
    ...more,
  };
}

function operation(more: Partial<OperationReport>): OperationReport {
  return {
    id: 'x',
    phase: 'succeeded',
    message: 'said',
    revision: 'new',
    fingerprint: 'same',
    startedAtMs: 0,
    finishedAtMs: 10_000,
    steps: [],
    retryCount: 0,
    initiatedBy: { automated: true },
    partial: false,
    ...more,
  };
}

const healing = { baseMs: 2000, factor: 3, maxMs: 300_000 };
const asked = { id: '1', initiatedBy: { automated: false, username: 'ada' } };

interface Case {
  readonly what: string;
  readonly policy?: Partial<Delivery['policy']>;
  readonly report?: Partial<DeliveryReport>;
  readonly memory?: Partial<DeliveryMemory>;
  readonly asked?: boolean;
  readonly want: string;
}

const cases: readonly Case[] = [
  { what: 'a first difference is synced', want: 'sync revision' },
  { what: 'what is in sync is left alone', report: { sync: 'synced' }, want: 'nothing' },
  { what: 'what could not be compared is left alone', report: { sync: 'unknown' }, want: 'nothing' },
  { what: 'a manual delivery waits', policy: { automatic: false }, want: 'nothing' },
  { what: 'a manual delivery does as it is asked', policy: { automatic: false }, asked: true, want: 'sync requested' },
  { what: 'a request in sync is done too', report: { sync: 'synced' }, asked: true, want: 'sync requested' },
  { what: 'a suspended delivery waits', policy: { suspended: true }, want: 'nothing' },
  { what: 'drift after a sync is healed', memory: { lastOperation: operation({}) }, want: 'sync drift' },
  {
    what: 'drift without selfHeal is left',
    policy: { selfHeal: false },
    memory: { lastOperation: operation({}) },
    want: 'nothing',
  },
  {
    what: 'drift at a commit that needed no sync is drift',
    policy: { selfHeal: false },
    memory: { lastOperation: operation({ revision: 'old' }), settledRevision: 'new' },
    want: 'nothing',
  },
  {
    what: 'and is healed where healing is wanted',
    memory: { lastOperation: operation({ revision: 'old' }), settledRevision: 'new' },
    want: 'sync drift',
  },
  {
    what: 'a newer revision is not held up by a failure at an older one',
    memory: { lastOperation: operation({ revision: 'old', phase: 'failed', retryCount: 2 }) },
    want: 'sync revision',
  },
  {
    what: 'another intention is synced at once',
    memory: { lastOperation: operation({ fingerprint: 'other', phase: 'failed', retryCount: 2 }) },
    want: 'sync revision',
  },
  {
    what: 'a failure is tried again when it is due',
    memory: { lastOperation: operation({ phase: 'failed', finishedAtMs: 19_000 }) },
    want: 'sync retry 1',
  },
  {
    what: 'and not before',
    memory: { lastOperation: operation({ phase: 'failed', finishedAtMs: 19_500 }) },
    want: 'wait 500',
  },
  {
    what: 'the pause doubles',
    memory: { lastOperation: operation({ phase: 'error', finishedAtMs: 19_500, retryCount: 1 }) },
    want: 'wait 1500',
  },
  {
    what: 'what was only refused is tried at once, when nothing refuses it any more',
    memory: { lastOperation: operation({ phase: 'failed', blocked: true, retryCount: 2 }) },
    want: 'sync revision',
  },
  {
    what: 'and ends at the limit',
    memory: { lastOperation: operation({ phase: 'failed', retryCount: 2 }) },
    want: 'nothing',
  },
  {
    what: 'a sync cut short is taken up, even where everything looks done',
    report: { sync: 'synced' },
    memory: { lastOperation: operation({ phase: 'running', recorded: true }) },
    want: 'sync retry 0',
  },
  {
    what: 'only strays are left, and pruning is off',
    policy: { prune: false },
    report: { resources: [resource('stray'), resource(undefined)] },
    want: 'nothing',
  },
  { what: 'an empty render is refused', report: { resources: [resource('stray')] }, want: 'refuse EMPTY_RENDER' },
  { what: 'asked for or not', report: { resources: [resource('stray')] }, asked: true, want: 'refuse EMPTY_RENDER' },
  {
    what: 'unless it is allowed',
    policy: { allowEmpty: true },
    report: { resources: [resource('stray')] },
    want: 'sync revision',
  },
  {
    what: 'a failed operation waits for its next attempt',
    memory: { lastOperation: operation({ phase: 'running', finishedAtMs: 19_500, retryCount: 1 }) },
    want: 'wait 500',
  },
  {
    what: 'and then it is made',
    memory: { lastOperation: operation({ phase: 'running', finishedAtMs: 18_000, retryCount: 2 }) },
    want: 'sync retry 2',
  },
  {
    what: 'a newer revision does not wait for it',
    memory: { lastOperation: operation({ phase: 'running', finishedAtMs: 19_999, retryCount: 1, revision: 'old' }) },
    want: 'sync revision',
  },
  {
    what: 'what somebody asked for is tried again, newer revision or not, in sync or not',
    report: { sync: 'synced' },
    policy: { automatic: false },
    memory: {
      lastOperation: operation({
        phase: 'running',
        finishedAtMs: 10_000,
        retryCount: 1,
        revision: 'old',
        initiatedBy: asked.initiatedBy,
        request: asked,
      }),
    },
    want: 'sync retry 1',
  },
  {
    what: 'what was cut off is taken up, whatever is in sync by now',
    report: { sync: 'synced' },
    memory: { lastOperation: operation({ phase: 'running', finishedAtMs: undefined, recorded: true }) },
    want: 'sync resumed',
  },
  {
    what: 'drift is undone at once the first time',
    policy: { healing },
    memory: { lastOperation: operation({ finishedAtMs: 19_999 }) },
    want: 'sync drift',
  },
  {
    what: 'and later the second time',
    policy: { healing },
    memory: { lastOperation: operation({ finishedAtMs: 19_000, healings: 1 }) },
    want: 'wait 1000',
  },
  {
    what: 'and much later the third time',
    policy: { healing },
    memory: { lastOperation: operation({ finishedAtMs: 19_000, healings: 2 }) },
    want: 'wait 5000',
  },
  {
    what: 'after a long rest drift is new',
    policy: { healing: { ...healing, maxMs: -20_000 } },
    memory: { lastOperation: operation({ finishedAtMs: 0, healings: 9 }) },
    want: 'sync drift',
  },
  {
    what: 'what belongs to somebody else is no reason',
    report: { resources: [resource('changed', { foreign: true }), resource(undefined)] },
    want: 'nothing',
  },
  {
    what: 'or takes nothing away',
    policy: { prune: false },
    report: { resources: [resource('stray')] },
    want: 'nothing',
  },
];

for (const { what, want, ...given } of cases) {
  test(`decide: ${what}`, () => {
    const decision = decide({
      delivery: delivery(given.policy),
      report: report(given.report),
      memory: { inventory: [], ...given.memory },
      request: given.asked === true ? asked : undefined,
      nowMs: 20_000,
    });
    const told =
      decision.kind === 'sync'
        ? `sync ${decision.cause}${decision.cause === 'retry' ? ` ${decision.retryCount}` : ''}`
        : decision.kind === 'wait'
          ? `wait ${decision.afterMs}`
          : decision.kind === 'refuse'
            ? `refuse ${decision.refusal.code}`
            : 'nothing';
    assert.equal(told, want);
  });
}

test('a failure stands while its revision is the newest and not in sync', () => {
  const failed = operation({ phase: 'failed' });
  assert.equal(standingFailure(report({ operation: failed })), failed);
  assert.equal(standingFailure(report({ operation: failed, sync: 'synced' })), undefined);
  assert.equal(standingFailure(report({ operation: operation({ phase: 'failed', revision: 'old' }) })), undefined);
  assert.equal(standingFailure(report({ operation: operation({}) })), undefined);
});

test('the health of a whole is that of its worst part; what is missing counts only when all is', () => {
  const well = resource(undefined, { health: { status: 'healthy' } });
  const ill = resource(undefined, { health: { status: 'degraded', message: 'no image' } });
  assert.deepEqual(aggregateHealth([well, resource('missing')]), { status: 'healthy' });
  assert.equal(aggregateHealth([resource('missing')]).status, 'missing');
  assert.deepEqual(aggregateHealth([well, ill]), { status: 'degraded', message: 'ConfigMap x: no image' });
  assert.equal(aggregateHealth([well, resource('stray', { health: { status: 'degraded' } })]).status, 'healthy');
  assert.equal(aggregateHealth([resource('missing'), resource('stray')]).status, 'healthy');
  assert.equal(aggregateHealth([]).status, 'healthy');
});

test('a request that is no operation is rejected, whatever the policy is', () => {
  const request = { ...asked, invalid: 'Invalid operation request: no operation specified' };
  const input = { delivery: delivery(), report: report({}), memory: { inventory: [] }, request, nowMs: 0 };
  assert.deepEqual(decide(input), { kind: 'reject', sentence: request.invalid });
});
