// Waiting for others, budgets of prunes, and going back: the decisions, as tables.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '@evenkeel/engine';
import type { Decision } from '../decide.ts';
import { type Delivery, type DeliveryReport, type OperationReport, refusedReport } from '../model.ts';
import { Dependencies, type Known } from './dependencies.ts';
import { type PruneBudget, defaultPruneBudget, exceedsBudget, pruneRefusal, readPruneBudget } from './prune-budget.ts';
import { judgeRollback } from './rollback.ts';

const sha = (letter: string): string => letter.repeat(40);

function deliveryOf(name: string, dependsOn: readonly string[], more: Partial<Delivery> = {}): Delivery {
  const source = { url: 'https://git.example.com/infra.git', revision: 'main', path: name };
  return {
    key: `argo/argocd/${name}`,
    namespace: 'argocd',
    name,
    sources: [source],
    policy: {},
    fingerprint: 'f',
    guard: { dependsOn: dependsOn.map((each) => `argo/argocd/${each}`) },
    ...more,
  } as unknown as Delivery;
}

function reportOf(name: string, more: Partial<DeliveryReport> = {}): DeliveryReport {
  const base = refusedReport(`argo/argocd/${name}`, []);
  return { ...base, revisions: [sha('a')], sync: 'synced', health: { status: 'healthy' }, ...more };
}

const fresh: Decision = { kind: 'sync', cause: 'revision', retryCount: 0 };

function world(entries: readonly (readonly [Delivery, DeliveryReport | undefined])[]): {
  readonly dependencies: Dependencies;
  readonly woken: string[];
  readonly known: Map<string, Known>;
} {
  const known = new Map<string, Known>(entries.map(([delivery, report]) => [delivery.key, { delivery, report }]));
  const woken: string[] = [];
  const nobody: Known = { delivery: undefined, report: undefined };
  const dependencies = new Dependencies(
    (key) => known.get(key) ?? nobody,
    (key) => woken.push(key),
  );
  return { dependencies, woken, known };
}

const running = { phase: 'running', startedAtMs: 0 } as OperationReport;
const states: readonly (readonly [what: string, db: DeliveryReport | undefined, sentence: string | undefined])[] = [
  ['nothing is known', undefined, 'blocked by db (it is not there, or has not been looked at yet)'],
  ['in sync and healthy', reportOf('db'), undefined],
  ['suspended on purpose', reportOf('db', { health: { status: 'suspended' } }), undefined],
  ['not in sync', reportOf('db', { sync: 'drifted' }), 'blocked by db (it is not in sync)'],
  [
    'ill',
    reportOf('db', { health: { status: 'degraded', message: 'Deployment db: no' } }),
    'blocked by db (degraded: Deployment db: no)',
  ],
  ['at work', reportOf('db', { operation: running }), 'blocked by db (a sync of it is running)'],
  ['at an older commit', reportOf('db', { revisions: [sha('b')] }), 'blocked by db (it has not looked at aaaaaaa yet)'],
  [
    'refused',
    { ...refusedReport('argo/argocd/db', [{ code: 'INVALID_SPEC', sentence: 'it is wrong' }]) },
    'blocked by db (it is wrong)',
  ],
];
for (const [what, db, sentence] of states) {
  test(`a dependency: ${what}`, () => {
    const web = deliveryOf('web', ['db']);
    const { dependencies } = world([
      [web, undefined],
      [deliveryOf('db', []), db],
    ]);
    assert.equal(dependencies.blocks(web, fresh, reportOf('web', { sync: 'drifted' }))?.sentence, sentence);
  });
}

test('only new revisions wait: not drift, not what a person asks for, not what was interrupted', () => {
  const web = deliveryOf('web', ['db']);
  const { dependencies } = world([[web, undefined]]);
  const own = reportOf('web', { sync: 'drifted' });
  const person = { id: 'r', initiatedBy: { automated: false } };
  for (const cause of ['drift', 'requested', 'resumed'] as const) {
    assert.equal(dependencies.blocks(web, { kind: 'sync', cause, retryCount: 0 }, own), undefined, cause);
  }
  const retried: Decision = { kind: 'sync', cause: 'retry', retryCount: 1, request: person };
  assert.equal(dependencies.blocks(web, retried, own), undefined);
  assert.equal(dependencies.blocks(web, { kind: 'nothing' }, own), undefined);
});

test('another repository, and a source that is held, have no commit in common', () => {
  const web = deliveryOf('web', ['db']);
  const own = reportOf('web', { sync: 'drifted' });
  const elsewhere = [{ url: 'https://git.example.com/other.git', revision: 'main', path: '' }];
  const held = [{ ...web.sources[0], hold: { sha: sha('b'), whileHead: sha('a') } }];
  for (const sources of [elsewhere, held]) {
    const db = deliveryOf('db', [], { sources: sources as unknown as Delivery['sources'] });
    const { dependencies } = world([[db, reportOf('db', { revisions: [sha('b')] })]]);
    assert.equal(dependencies.blocks(web, fresh, own), undefined);
  }
});

test('who waits is woken by what changes the answer, once, and not after it has gone on', () => {
  const web = deliveryOf('web', ['db']);
  const own = reportOf('web', { sync: 'drifted' });
  const db = deliveryOf('db', []);
  const { dependencies, known, woken } = world([[db, reportOf('db', { sync: 'drifted' })]]);
  assert.ok(dependencies.blocks(web, fresh, own));
  dependencies.told(db.key);
  assert.deepEqual(woken, []);
  known.set(db.key, { delivery: db, report: reportOf('db') });
  dependencies.told(db.key);
  dependencies.told(db.key);
  assert.deepEqual(woken, [web.key]);
  assert.equal(dependencies.blocks(web, fresh, own), undefined);
  known.set(db.key, { delivery: db, report: undefined });
  dependencies.told(db.key);
  assert.deepEqual(woken, [web.key]);
});

test('a circle is named from its beginning, also one that others only lead into', () => {
  const own = reportOf('a', { sync: 'drifted' });
  const [a, b, c, d] = [
    deliveryOf('a', ['b']),
    deliveryOf('b', ['c']),
    deliveryOf('c', ['a']),
    deliveryOf('d', ['a']),
  ] as const;
  const { dependencies } = world([a, b, c, d].map((each) => [each, reportOf(each.name, { sync: 'drifted' })]));
  assert.match(
    dependencies.blocks(a, fresh, own)?.sentence ?? '',
    /^blocked by itself: a depends on b depends on c depends on a$/,
  );
  assert.match(dependencies.blocks(d, fresh, own)?.sentence ?? '', /^blocked by a \(it is not in sync\)$/);
  const self = deliveryOf('e', ['e']);
  const alone = world([[self, own]]);
  assert.match(alone.dependencies.blocks(self, fresh, own)?.sentence ?? '', /^blocked by itself: e depends on e$/);
});

const budgets: readonly (readonly [text: string, read: PruneBudget | undefined])[] = [
  ['none', 'none'],
  ['0', { count: 0 }],
  ['5', { count: 5 }],
  ['25%', { share: 0.25 }],
  [' 2.5% ', { share: 0.025 }],
  ['-1', undefined],
  ['half', undefined],
  ['', undefined],
  ['1e9', undefined],
];
for (const [text, read] of budgets) {
  test(`a budget: "${text}"`, () => assert.deepEqual(readPruneBudget(text), read));
}

test('a budget is exceeded by more than it names', () => {
  assert.equal(exceedsBudget({ count: 0 }, 1, 100), true);
  assert.equal(exceedsBudget({ count: 5 }, 5, 5), false);
  assert.equal(exceedsBudget({ share: 0.25 }, 1, 4), false);
  assert.equal(exceedsBudget({ share: 0.25 }, 2, 4), true);
  assert.equal(exceedsBudget(defaultPruneBudget, 10, 10), false);
  assert.equal(exceedsBudget(defaultPruneBudget, 11, 100), false);
  assert.equal(exceedsBudget(defaultPruneBudget, 11, 20), true);
  assert.equal(exceedsBudget('none', 100, 100), false);
  assert.equal(exceedsBudget({ count: 0 }, 0, 0), false);
});

const ref = (name: string): { group: string; kind: string; namespace: string; name: string } => ({
  group: '',
  kind: 'ConfigMap',
  namespace: 'shop',
  name,
});
const planOf = (metadata: object): Plan =>
  ({
    stages: [
      { groups: [[1, 2, 3, 4].map((each) => ({ action: 'prune', ref: ref(`m${each}`), object: { metadata } }))] },
    ],
  }) as unknown as Plan;
const prunePlan = planOf({});
const resources = [1, 2, 3, 4, 5].map((each) => ({ ref: ref(`m${each}`), hook: false })) as unknown as Parameters<
  typeof pruneRefusal
>[0]['resources'];

function asked(
  approvedAtMs: number | undefined,
  last: Partial<OperationReport> | undefined,
  plan = prunePlan,
): string | undefined {
  const delivery = deliveryOf('web', [], { guard: { pruneBudget: { count: 3 } }, policy: { approvedAtMs } as never });
  return pruneRefusal({
    delivery,
    request: undefined,
    plan,
    resources,
    revision: 'r1',
    last: last as OperationReport | undefined,
  })?.sentence;
}

test('a question is put once, and answered by an approval that is younger', () => {
  const question = asked(undefined, undefined);
  assert.equal(
    question,
    'syncing would prune 4 of 5 objects (ConfigMap m1, ConfigMap m2, ConfigMap m3, …), more than it may without being asked',
  );
  const put = {
    revision: 'r1',
    fingerprint: 'f',
    phase: 'failed',
    message: question ?? '',
    startedAtMs: 5500,
  } as const;
  assert.equal(asked(undefined, put), question);
  assert.equal(asked(4000, put), question, 'an older approval was for another question');
  assert.equal(asked(5000, put), undefined, 'times are written down to the second');
  assert.equal(asked(9000, { ...put, revision: 'r0' }), question, 'another revision is another question');
  assert.equal(asked(undefined, { ...put, message: 'it broke' }), undefined, 'it had begun already');
  assert.equal(asked(undefined, { ...put, phase: 'succeeded', message: 'fine' }), question);
  const going = planOf({ deletionTimestamp: '2026-11-21T12:00:00Z' });
  assert.equal(asked(undefined, { ...put, phase: 'succeeded', message: 'fine' }, going), undefined, 'it is on its way');
});

test('what a person asks for needs no approval; what a controller asks for does', () => {
  const delivery = deliveryOf('web', [], { guard: { pruneBudget: { count: 3 } } });
  const refusal = (automated: boolean): unknown =>
    pruneRefusal({
      delivery,
      request: { id: 'x', initiatedBy: { automated } },
      plan: prunePlan,
      resources,
      revision: 'r1',
      last: undefined,
    });
  assert.equal(refusal(false), undefined);
  assert.ok(refusal(true));
});

const after = (revision: string, phase: OperationReport['phase'] = 'succeeded', finishedAtMs = 1000): OperationReport =>
  ({ phase, revision, finishedAtMs }) as OperationReport;
const degraded = { status: 'degraded', message: 'Deployment web: it crashes' } as const;
const judged = (report: Partial<DeliveryReport>, healthy: readonly string[], more: object = {}): unknown =>
  judgeRollback({ report: reportOf('web', report), healthy, windowMs: 10_000, held: false, nowMs: 2000, ...more });

test('which revisions are healthy is learnt, two at most', () => {
  const [a, b, c] = [sha('a'), sha('b'), sha('c')];
  assert.deepEqual(judged({}, []), { healthy: [a] });
  assert.deepEqual(judged({}, [a, b]), { healthy: [a, b] });
  assert.deepEqual(judged({}, [b, c]), { healthy: [a, b] });
  assert.deepEqual(judged({}, [b, a]), { healthy: [a, b] });
  assert.deepEqual(judged({ health: { status: 'progressing' } }, [b]), { healthy: [b] });
  assert.deepEqual(judged({ operation: running }, [b]), { healthy: [b] });
  assert.deepEqual(judged({ sync: 'unknown' }, [b]), { healthy: [b] });
});

test('back to the last healthy revision, where it is the sync that made it ill', () => {
  const [a, b] = [sha('a'), sha('b')];
  const ill = { health: degraded, operation: after(a) };
  const back = { healthy: [b], rollback: { to: b, from: a, because: 'Deployment web: it crashes' } };
  assert.deepEqual(judged(ill, [b]), back);
  assert.deepEqual(judged(ill, [a, b]), back, 'it was healthy for a moment');
  assert.deepEqual(judged({ ...ill, sync: 'drifted', operation: after(a, 'failed') }, [b]), back);
  assert.deepEqual(judged(ill, []), { healthy: [] }, 'nowhere to go');
  assert.deepEqual(judged(ill, [b], { held: true }), { healthy: [b] }, 'it has been taken back already');
  assert.deepEqual(judged(ill, [b], { nowMs: 12_000 }), { healthy: [b] }, 'too long after the sync');
  assert.deepEqual(judged({ ...ill, operation: after(b) }, [b]), { healthy: [b] }, 'the commit changed nothing of it');
  assert.deepEqual(judged({ health: degraded, operation: after(a) }, [a], { nowMs: 99_000 }), { healthy: [] });
});
