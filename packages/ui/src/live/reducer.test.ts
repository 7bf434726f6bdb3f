// What the live stream does to what is known.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliveryDetail, DeliverySummary, Waterlines } from '@evenkeel/api';
import { mergeDetail, reduceList, reduceWaterlines } from './reducer.ts';

function row(name: string, more: Partial<DeliverySummary> = {}): DeliverySummary {
  return {
    key: `argo/argocd/${name}`,
    frontEnd: 'argo',
    kind: 'Application',
    namespace: 'argocd',
    name,
    project: 'default',
    labels: {},
    destination: { cluster: 'in-cluster', namespace: name },
    source: { url: 'https://git.example/a.git', path: name, revision: 'main' },
    standing: 'level',
    sync: 'synced',
    health: 'healthy',
    automatic: true,
    suspended: false,
    counts: { objects: 1, drifted: 0, unhealthy: 0 },
    ...more,
  };
}

test('a snapshot is sorted; changes replace, additions find their place, removals leave', () => {
  const list = reduceList(undefined, { event: 'snapshot', data: { items: [row('b'), row('a')] } });
  assert.deepEqual(
    list?.items.map(({ name }) => name),
    ['a', 'b'],
  );
  const changed = reduceList(list, { event: 'delivery', data: { item: row('b', { standing: 'drifted' }) } });
  assert.equal(changed?.items[1]?.standing, 'drifted');
  assert.equal(changed?.items[0], list?.items[0], 'rows that did not change keep their identity');
  const added = reduceList(changed, { event: 'delivery', data: { item: row('aa') } });
  assert.deepEqual(
    added?.items.map(({ name }) => name),
    ['a', 'aa', 'b'],
  );
  const removed = reduceList(added, { event: 'removed', data: { key: 'argo/argocd/aa' } });
  assert.equal(removed?.items.length, 2);
  assert.equal(reduceList(removed, { event: 'touched', data: { key: 'argo/argocd/a' } }), removed);
});

test('a detail takes the absences of its row', () => {
  const detail: DeliveryDetail = {
    ...row('a', { sentence: 'waiting', standing: 'progressing' }),
    renderers: ['kustomize'],
    images: [],
    refusals: [],
    warnings: [],
    resources: [],
    history: [],
    actions: { sync: {}, refresh: {}, terminate: {}, remove: {} },
  };
  const merged = mergeDetail(detail, row('a'));
  assert.equal('sentence' in merged, false);
  assert.equal(merged.standing, 'level');
  assert.deepEqual(merged.renderers, ['kustomize']);
});

const lines: Waterlines = {
  fromMs: 0,
  toMs: 100,
  items: [
    { key: 'argo/argocd/a', runs: [{ state: 'level', fromMs: 0, toMs: 100 }], ticks: [] },
    { key: 'argo/argocd/b', runs: [], ticks: [] },
  ],
};
const at = { nowMs: 500, before: undefined };

test('a run of the same state is longer, another one is next to it', () => {
  const key = 'argo/argocd/a';
  const longer = reduceWaterlines(
    lines,
    { event: 'waterline', data: { key, run: { state: 'level', fromMs: 200, toMs: 200 } } },
    at,
  );
  assert.deepEqual(longer?.items[0]?.runs, [{ state: 'level', fromMs: 0, toMs: 200 }]);
  assert.equal(longer?.items[1], lines.items[1], 'strips that did not change keep their identity');
  const next = reduceWaterlines(
    longer,
    { event: 'waterline', data: { key, run: { state: 'drifted', fromMs: 300, toMs: 300 } } },
    at,
  );
  assert.deepEqual(next?.items[0]?.runs, [
    { state: 'level', fromMs: 0, toMs: 300 },
    { state: 'drifted', fromMs: 300, toMs: 300 },
  ]);
});

test('a strip that was not there begins', () => {
  const data = { key: 'flux/apps/c', run: { state: 'progressing', fromMs: 5, toMs: 5 } } as const;
  const more = reduceWaterlines(lines, { event: 'waterline', data }, at);
  assert.deepEqual(more?.items.at(-1), { key: 'flux/apps/c', runs: [data.run], ticks: [] });
});

test('a new commit and a finished sync are ticks, once', () => {
  const commit = { sha: 'one', author: 'a', email: '', dateMs: 1, message: 'm' };
  const before = row('a', { commit, operation: { phase: 'running', message: '', startedAtMs: 1 } });
  const item = row('a', {
    commit: { ...commit, sha: 'two' },
    operation: { phase: 'failed', message: '', startedAtMs: 1, finishedAtMs: 480 },
  });
  const told = reduceWaterlines(lines, { event: 'delivery', data: { item } }, { nowMs: 500, before });
  assert.deepEqual(told?.items[0]?.ticks, [
    { atMs: 500, kind: 'commit', revision: 'two' },
    { atMs: 480, kind: 'sync', revision: 'two', outcome: 'failed' },
  ]);
  const tick = { atMs: 490, kind: 'sync', revision: 'two' } as const;
  const twice = reduceWaterlines(told, { event: 'waterline', data: { key: item.key, tick } }, at);
  assert.equal(twice?.items[0]?.ticks.length, 2);
  assert.equal(reduceWaterlines(lines, { event: 'delivery', data: { item } }, { nowMs: 500, before: item }), lines);
  assert.equal(reduceWaterlines(undefined, { event: 'touched', data: { key: 'x' } }, at), undefined);
});
