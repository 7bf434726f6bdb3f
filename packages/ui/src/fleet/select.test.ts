// Filters, order, and rows that stay under the pointer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeliverySummary } from '@evenkeel/api';
import { readFleetView } from '../address.ts';
import { countsBy, keepOrder, labelsOf, selectRows } from './select.ts';

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
    source: { url: 'https://git.example/a.git', path: `apps/${name}`, revision: 'main' },
    standing: 'level',
    sync: 'synced',
    health: 'healthy',
    automatic: true,
    suspended: false,
    counts: { objects: 1, drifted: 0, unhealthy: 0 },
    ...more,
  };
}

const commit = { sha: 'c0ffee', author: 'Grace', email: 'g@example.com', dateMs: 50, message: 'Raise the limit' };
const items = [
  row('web', { labels: { team: 'shop' }, commit }),
  row('api', { standing: 'drifted', sentence: 'Service api is missing', project: 'core' }),
  row('mail', { standing: 'degraded', frontEnd: 'flux', key: 'flux/apps/mail', commit: { ...commit, dateMs: 99 } }),
  row('auth'),
];

function names(query: Record<string, string>): string[] {
  return selectRows(items, readFleetView(query)).map(({ name }) => name);
}

test('filters and orders', () => {
  const cases: readonly (readonly [Record<string, string>, string[]])[] = [
    [{}, ['mail', 'api', 'auth', 'web']],
    [{ order: 'reversed' }, ['web', 'auth', 'api', 'mail']],
    [{ sort: 'name' }, ['api', 'auth', 'mail', 'web']],
    [{ sort: 'commit' }, ['mail', 'web', 'api', 'auth']],
    [{ sort: 'destination' }, ['api', 'auth', 'mail', 'web']],
    [{ standing: 'drifted,degraded' }, ['mail', 'api']],
    [{ frontEnd: 'flux' }, ['mail']],
    [{ project: 'core' }, ['api']],
    [{ label: 'team=shop' }, ['web']],
    [{ q: 'RAISE limit' }, ['mail', 'web']],
    [{ q: 'c0ff' }, ['mail', 'web']],
    [{ q: 'apps/auth' }, ['auth']],
    [{ q: 'is missing' }, ['api']],
    [{ q: 'nothing' }, []],
  ];
  for (const [query, want] of cases) assert.deepEqual(names(query), want, JSON.stringify(query));
});

test('ten thousand rows are searched within a frame or two', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => row(`app-${index}`));
  assert.equal(selectRows(many, readFleetView({ q: 'app-99' })).length, 111);
});

test('choices with how many rows they have', () => {
  assert.deepEqual([...countsBy(items, labelsOf)], [['team=shop', 1]]);
  assert.deepEqual(
    [...countsBy(items, ({ frontEnd }) => [frontEnd])],
    [
      ['argo', 3],
      ['flux', 1],
    ],
  );
});

test('rows stay where they were; new ones come last, those gone leave', () => {
  const held = ['argo/argocd/auth', 'argo/argocd/gone', 'argo/argocd/api'];
  const kept = keepOrder(held, selectRows(items, readFleetView({})));
  assert.deepEqual(
    kept.map(({ name }) => name),
    ['auth', 'api', 'mail', 'web'],
  );
});
