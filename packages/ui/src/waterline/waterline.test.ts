// Where the parts of a waterline lie, and what walking along it says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '@evenkeel/api';
import { axisMoments } from './axis-moments.ts';
import { hoursFor, marksOf, momentAt, openRuns, positionOf, segmentsOf, spanWords, worse } from './geometry.ts';
import { momentOf, nextStop, rangeWords, summaryWords } from './walk.ts';

const H = 3600e3;
const span = { fromMs: 0, toMs: 24 * H };

function run(state: Run['state'], fromMs: number, toMs: number): Run {
  return { state, fromMs, toMs };
}

test('runs become stretches of whole columns', () => {
  const segments = segmentsOf([run('level', 0, 12 * H), run('drifted', 12 * H, 24 * H)], span, 240);
  assert.deepEqual(segments, [
    { state: 'level', x: 0, width: 120 },
    { state: 'drifted', x: 120, width: 120 },
  ]);
});

test('ten seconds of trouble in a day are seen, and cost one column', () => {
  const segments = segmentsOf(
    [run('level', 0, 12 * H), run('degraded', 12 * H, 12 * H + 10e3), run('level', 12 * H + 10e3, 24 * H)],
    span,
    240,
  );
  assert.deepEqual(
    segments.map(({ state, width }) => [state, width]),
    [
      ['level', 120],
      ['degraded', 2],
      ['level', 118],
    ],
  );
});

test('a thousand flaps are as many rectangles as there are columns at most', () => {
  const runs = Array.from({ length: 5000 }, (_, index) =>
    run(index % 2 === 0 ? 'level' : 'drifted', index * 17e3, (index + 1) * 17e3),
  );
  assert.ok(segmentsOf(runs, span, 200).length <= 100);
});

test('what lies outside is cut, what is not known is not drawn', () => {
  assert.deepEqual(segmentsOf([run('level', -H, -1)], span, 100), []);
  const [only] = segmentsOf([run('level', -5 * H, 99 * H)], span, 100);
  assert.deepEqual(only, { state: 'level', x: 0, width: 100 });
  assert.deepEqual(segmentsOf([], span, 0), []);
  assert.equal(segmentsOf([run('level', 12 * H, 24 * H)], span, 100)[0]?.x, 50);
});

test('the worse state wins', () => {
  assert.equal(worse(undefined, 'level'), 'level');
  assert.equal(worse('level', 'drifted'), 'drifted');
  assert.equal(worse('degraded', 'drifted'), 'degraded');
});

test('ticks of one column are one, and a failed one is the one', () => {
  const ticks = [
    { atMs: 12 * H, kind: 'sync', revision: 'a', outcome: 'succeeded' },
    { atMs: 12 * H + 1, kind: 'sync', revision: 'a', outcome: 'failed' },
    { atMs: 12 * H, kind: 'commit', revision: 'a' },
    { atMs: 48 * H, kind: 'commit', revision: 'b' },
  ] as const;
  assert.deepEqual(marksOf(ticks, span, 240), [
    { kind: 'sync', x: 120, failed: true },
    { kind: 'commit', x: 120, failed: false },
  ]);
});

test('moments and pixels', () => {
  assert.equal(positionOf(6 * H, span, 200), 50);
  assert.equal(momentAt(50, span, 200), 6 * H);
  assert.equal(momentAt(-9, span, 200), 0);
  assert.deepEqual(openRuns([run('level', 0, 5)], 9), [run('level', 0, 9)]);
});

test('the span grows with what there is to see', () => {
  const at = 100 * H;
  const since = (age: number): number => hoursFor([{ key: 'a', runs: [run('level', at - age, at)], ticks: [] }], at);
  assert.deepEqual([10e3, 4 * 60e3, 10 * 60e3, 0.5 * H, 3 * H, 30 * H].map(since), [1 / 30, 1 / 12, 0.25, 1, 6, 24]);
  assert.deepEqual([1 / 30, 0.25, 1, 24, 168].map(spanWords), [
    'last 2 minutes',
    'last 15 minutes',
    'last hour',
    'last 24 hours',
    'last 7 days',
  ]);
});

test('the axis has round moments that have room', () => {
  const moments = axisMoments({ fromMs: 0, toMs: 24 * H }, 400);
  assert.ok(moments.length <= 6 && moments.length >= 3);
  assert.deepEqual(new Set(moments.slice(1).map((at, index) => at - (moments[index] ?? 0))).size, 1);
});

const line = {
  runs: [run('level', 2 * H, 12 * H), run('drifted', 12 * H, 12 * H + 720e3), run('level', 12 * H + 720e3, 24 * H)],
  ticks: [{ atMs: 3 * H, kind: 'sync', revision: 'abc' }] as const,
};

test('walking stops where something changed', () => {
  const stops: number[] = [];
  for (let atMs = 24 * H, left = 6; left > 0; left -= 1) stops.push((atMs = nextStop(line, { span, atMs, step: -1 })));
  assert.deepEqual(stops, [12 * H + 720e3, 12 * H, 3 * H, 2 * H, 0, 0]);
  assert.equal(nextStop(line, { span, atMs: 3 * H, step: 1 }), 12 * H);
  assert.equal(nextStop(line, { span, atMs: 24 * H, step: 1 }), 24 * H);
});

test('a moment tells state and commit', () => {
  assert.deepEqual(momentOf(line, 12 * H + 5), { atMs: 12 * H + 5, run: line.runs[1], revision: 'abc' });
  assert.deepEqual(momentOf(line, H), { atMs: H, run: undefined, revision: undefined });
  assert.match(rangeWords(run('drifted', 12 * H, 12 * H + 720e3), 13 * H), /^\d\d:\d\d–\d\d:\d\d, 12 min$/);
  assert.match(rangeWords(run('drifted', 12 * H, 13 * H), 13 * H), /–now, 1 h$/);
});

test('a strip in one sentence', () => {
  assert.equal(
    summaryWords(line, span, 'last 24 hours'),
    'In sync now; last 24 hours: drifted 12 min, in sync 21 h 48 min, 1 sync',
  );
  assert.equal(summaryWords({ runs: [], ticks: [] }, span, 'last hour'), 'Nothing known yet; last hour: no sync');
});
