// A rolling sync turn by turn, as data.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { type RolloutStatus, type RolloutStep, readApplicationSet } from '../application-set.ts';
import { type RolloutDecision, decideRollout, stepsFor } from './rolling-sync.ts';
import { assignSteps, maxUpdateOf } from './steps.ts';

const now = '2026-01-01T00:10:00Z';
const earlier = '2026-01-01T00:05:00Z';
const later = '2026-01-01T00:06:00Z';

interface AppWish {
  readonly ring?: string;
  readonly sync?: string;
  readonly health?: string;
  readonly revision?: string;
  readonly startedAt?: string;
  readonly phase?: string;
  readonly reconciledAt?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly conditions?: readonly { readonly type: string; readonly message: string }[];
}

function app(name: string, wish: AppWish = {}): KubeObject {
  const {
    ring = 'one',
    sync = 'OutOfSync',
    health = 'Healthy',
    revision = 'r1',
    startedAt,
    phase = 'Succeeded',
  } = wish;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: 'argocd',
      labels: { ring },
      ...(wish.annotations ? { annotations: wish.annotations } : {}),
    },
    spec: {},
    status: {
      sync: { status: sync, revision },
      health: { status: health },
      ...(startedAt === undefined ? {} : { operationState: { startedAt, phase, operation: {} } }),
      ...(wish.reconciledAt === undefined ? {} : { reconciledAt: wish.reconciledAt }),
      ...(wish.conditions ? { conditions: wish.conditions } : {}),
    },
  } as unknown as KubeObject;
}

function known(
  application: string,
  status: RolloutStatus['status'],
  facts: Partial<RolloutStatus> = {},
): RolloutStatus {
  return {
    application,
    status,
    message: '',
    step: '1',
    targetRevisions: ['r1'],
    lastTransitionTime: earlier,
    ...facts,
  };
}

const rings: readonly RolloutStep[] = ['one', 'two'].map((ring) => ({
  matchExpressions: [{ key: 'ring', operator: 'In', values: [ring] }],
}));

function decide(
  current: readonly KubeObject[],
  statuses: readonly RolloutStatus[] = [],
  facts: { readonly steps?: readonly RolloutStep[]; readonly changing?: readonly string[] } = {},
): RolloutDecision {
  const set = readApplicationSet({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'set', namespace: 'argocd' },
    spec: { strategy: { type: 'RollingSync', rollingSync: { steps: facts.steps ?? rings } } },
    status: { applicationStatus: statuses },
  } as unknown as KubeObject);
  return decideRollout({ set, steps: stepsFor(set, current), current, changing: new Set(facts.changing), now });
}

const shown = ({ statuses }: RolloutDecision): readonly string[] =>
  statuses.map(({ application, status, step }) => `${application} ${status} ${step}`);

test('new Applications wait, and those of the first step are released', () => {
  const decision = decide([app('a'), app('b', { ring: 'two' })]);
  assert.deepEqual(shown(decision), ['a Pending 1', 'b Waiting 2']);
  assert.deepEqual([...decision.syncs], [['a', ['r1']]]);
  assert.equal(decision.conditions[0]?.message, 'ApplicationSet is performing rollout of step 1');
});

test('the next step follows when every Application of the one before is Healthy', () => {
  const one = app('a', { sync: 'Synced' });
  const decision = decide(
    [one, app('b', { ring: 'two' })],
    [known('a', 'Progressing'), known('b', 'Waiting', { step: '2' })],
  );
  assert.deepEqual(shown(decision), ['a Healthy 1', 'b Pending 2']);
  const sick = decide(
    [app('a', { sync: 'Synced', health: 'Degraded' }), app('b', { ring: 'two' })],
    [known('a', 'Progressing')],
  );
  assert.deepEqual(shown(sick), ['a Progressing 1', 'b Waiting 2']);
});

test('what is in sync needs no sync', () => {
  const decision = decide([app('a', { sync: 'Synced' }), app('b', { sync: 'Synced', health: 'Progressing' })]);
  assert.deepEqual(shown(decision), ['a Healthy 1', 'b Progressing 1']);
  assert.deepEqual([...decision.syncs], []);
});

test('Pending ends when a sync has begun after it, or cannot', () => {
  const pending = [known('a', 'Pending')];
  const after = (wish: AppWish): readonly string[] => shown(decide([app('a', wish)], pending));
  assert.deepEqual(after({ startedAt: later, phase: 'Running' }), ['a Progressing 1']);
  assert.deepEqual(after({ startedAt: '2026-01-01T00:01:00Z' }), ['a Pending 1']);
  assert.deepEqual(after({}), ['a Pending 1']);
  assert.deepEqual(after({ conditions: [{ type: 'InvalidSpecError', message: 'x' }] }), ['a Progressing 1']);
});

test('a new revision or spec starts over', () => {
  const moved = decide([app('a', { revision: 'r2' })], [known('a', 'Healthy')]);
  assert.deepEqual(shown(moved), ['a Pending 1']);
  assert.deepEqual([...moved.syncs], [['a', ['r2']]]);
  const edited = decide([app('a')], [known('a', 'Healthy')], { changing: ['a'] });
  assert.deepEqual(shown(edited), ['a Pending 1']);
});

test('nothing goes on before everything has been compared after a change', () => {
  const waiting = known('a', 'Waiting', {
    message: 'Application has pending changes, setting status to Waiting',
    lastTransitionTime: later,
  });
  const stale = { reconciledAt: earlier };
  const asked = { 'argocd.argoproj.io/refresh': 'normal' };
  const decision = decide(
    [app('a', stale), app('b', { ...stale, annotations: asked })],
    [waiting, known('b', 'Healthy')],
  );
  assert.deepEqual(decision.refreshes, ['a']);
  assert.deepEqual(shown(decision), ['a Waiting 1', 'b Healthy 1']);
  const fresh = decide([app('a', { reconciledAt: now })], [waiting]);
  assert.deepEqual(shown(fresh), ['a Pending 1']);
});

test('maxUpdate limits how many are under way', () => {
  const step = (maxUpdate: number | string): readonly RolloutStep[] => [{ maxUpdate }];
  const four = ['a', 'b', 'c', 'd'].map((name) => app(name));
  const pending = (maxUpdate: number | string): number => decide(four, [], { steps: step(maxUpdate) }).syncs.size;
  assert.deepEqual(
    [pending(2), pending('50%'), pending('10%'), pending('0%'), pending(0), pending('100%')],
    [2, 2, 1, 0, 0, 4],
  );
  const running = decide(four, [known('a', 'Progressing')], { steps: step(2) });
  assert.deepEqual(shown(running), ['a Progressing 1', 'b Pending 1', 'c Waiting 1', 'd Waiting 1']);
  assert.equal(maxUpdateOf(undefined, 4), undefined);
});

test('Applications of no step are never synced', () => {
  const decision = decide([app('a', { ring: 'three' })]);
  assert.deepEqual(shown(decision), ['a Waiting -1']);
  assert.equal(decision.syncs.size, 0);
});

test('steps by labels, and what is wrong with them', () => {
  const apps = [app('a'), app('b', { ring: 'two' })];
  const not = assignSteps([{ matchExpressions: [{ key: 'ring', operator: 'NotIn', values: ['one'] }] }], apps);
  assert.deepEqual(not.names, [['b']]);
  const odd = assignSteps([{ matchExpressions: [{ key: 'ring', operator: 'Near', values: [] }] }, {}, {}], apps);
  assert.deepEqual(odd.issues, [
    'step 1 has the invalid matchExpressions operator "Near"',
    'Application "a" is selected by steps 2 and 3',
    'Application "b" is selected by steps 2 and 3',
    'step 1 selects no Application',
  ]);
  // Said even where no Application has the label, so that it is known before one has.
  const other = assignSteps([{ matchExpressions: [{ key: 'other', operator: 'Exists' }], maxUpdate: 'lots' }], apps);
  assert.deepEqual(other.issues, [
    'step 1 has the invalid matchExpressions operator "Exists"',
    'step 1 has the maxUpdate "lots", which is neither a number nor a percentage; one is updated at a time',
  ]);
});
