// Syncs whose time has not come: what waits, for how long, and what is said meanwhile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '@evenkeel/std';
import { awaitOpening, closedNow, heldReport, waitMs } from './held.ts';
import type { Closed, SyncMoment } from './limits.ts';
import { type Delivery, refusedReport } from './model.ts';

/** Closed from the first second to the tenth, for all that did not begin before. */
function delivery(asked: SyncMoment[] = []): Delivery {
  const closed = (moment: SyncMoment): Closed | undefined => {
    asked.push(moment);
    const { nowMs, manual, startedAtMs = nowMs } = moment;
    if (manual || nowMs < 1000 || nowMs >= 10_000 || startedAtMs < 500) return undefined;
    return { sentence: 'closed until ten', untilMs: 10_000 };
  };
  return { key: 'x', limits: { closed } } as unknown as Delivery;
}

function fakeClock(): Clock & { at: number } {
  const clock = {
    at: 0,
    now: () => clock.at,
    sleep: (ms: number) => {
      clock.at += ms;
      return Promise.resolve();
    },
  };
  return clock as unknown as Clock & { at: number };
}

const { signal } = new AbortController();

test('a running sync waits between two stages, and looks again soon', async () => {
  const clock = fakeClock();
  clock.at = 2000;
  const said: string[] = [];
  const running = { delivery: delivery(), clock, signal, startedAtMs: 900 };
  for await (const { message } of awaitOpening(running)) said.push(`${clock.at}: ${message}`);
  assert.deepEqual(said, ['2000: closed until ten', '7000: closed until ten']);
  assert.equal(clock.at, 10_000);
});

test('one that began in time, or by hand, goes on', async () => {
  const clock = fakeClock();
  clock.at = 2000;
  for (const more of [{ startedAtMs: 100 }, { startedAtMs: 900, manual: true }]) {
    for await (const _wait of awaitOpening({ delivery: delivery(), clock, signal, ...more })) assert.fail('it waited');
  }
  assert.equal(clock.at, 2000);
});

test('who asks, and since when, is told to whoever decides', () => {
  const asked: SyncMoment[] = [];
  const one = delivery(asked);
  const byHand = { id: 'r', initiatedBy: { automated: false, username: 'ada' } };
  closedNow(one, { request: undefined, resumes: undefined, nowMs: 2000 });
  closedNow(one, { request: byHand, resumes: undefined, nowMs: 2000 });
  assert.deepEqual(
    asked.map(({ manual }) => manual),
    [false, true],
  );
});

test('what was asked for shows as running, and as failed once somebody has ended it', () => {
  const closed = { sentence: 'closed until ten', untilMs: 10_000 };
  const report = refusedReport('x', []);
  assert.deepEqual(heldReport(report, closed, undefined).warnings, [{ kind: 'closed', sentence: 'closed until ten' }]);
  const request = { id: 'r', initiatedBy: { automated: false } };
  const waiting = { delivery: delivery(), request, held: { sinceMs: 2000 }, nowMs: 3000 };
  const { operation } = heldReport(report, closed, waiting);
  assert.deepEqual(
    [operation?.phase, operation?.message, operation?.startedAtMs],
    ['running', 'closed until ten', 2000],
  );
  const ended = heldReport(report, closed, { ...waiting, held: { sinceMs: 2000, ended: 'enough' } }).operation;
  assert.deepEqual([ended?.phase, ended?.message, ended?.finishedAtMs], ['failed', 'enough', 3000]);
});

test('waits are as long as told, an hour at most, a minute where nobody knows', () => {
  assert.equal(waitMs({ sentence: '', untilMs: 5000 }, 2000), 3000);
  assert.equal(waitMs({ sentence: '', untilMs: 1e12 }, 2000), 3_600_000);
  assert.equal(waitMs({ sentence: '', untilMs: undefined }, 2000), 60_000);
});
