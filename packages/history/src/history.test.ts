import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Clock } from '@evenkeel/std';
import * as fc from 'fast-check';
import { type HistoryRecord, type WaterlineState, openHistory } from './index.ts';
import { waterlineStates } from './records.ts';
import { toRuns } from './waterline.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3600_000;

/** Time that moves only when told; timers fire on the way. */
function handClock(): Clock & { advance(ms: number): void } {
  let now = START;
  let timers: { atMs: number; action: () => void }[] = [];
  return {
    now: () => now,
    sleep: () => Promise.resolve(),
    after(delayMs, action) {
      const timer = { atMs: now + delayMs, action };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = timers.filter(({ atMs }) => atMs <= end).sort((left, right) => left.atMs - right.atMs)[0];
        if (!due) break;
        timers = timers.filter((timer) => timer !== due);
        now = due.atMs;
        due.action();
      }
      now = end;
    },
  };
}

async function temporaryFile(): Promise<{ readonly file: string } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'evenkeel-history-'));
  return {
    file: join(directory, 'deep', 'history.db'),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

function finished(app: string, operation: string): HistoryRecord {
  return { kind: 'sync-finished', app, operation, revision: 'abc', phase: 'succeeded', changes: [] };
}

test('a timeline is newest first, per application or over all, in pages without gaps or repeats', async () => {
  const clock = handClock();
  await using history = openHistory({ file: ':memory:', clock });
  for (let index = 0; index < 25; index += 1) {
    history.record(finished(index % 2 === 0 ? 'a' : 'b', String(index)));
    // Several records share a moment; their order of arrival decides.
    if (index % 3 === 0) clock.advance(1000);
  }
  history.record({ kind: 'action', who: { name: 'ada' }, what: 'suspend' });
  const operations: (string | undefined)[] = [];
  let before: string | undefined;
  do {
    const page = history.timeline({ app: 'a', limit: 4, ...(before === undefined ? {} : { before }) });
    operations.push(...page.entries.map((entry) => ('operation' in entry ? entry.operation : undefined)));
    before = page.next;
  } while (before !== undefined);
  assert.deepEqual(operations, ['24', '22', '20', '18', '16', '14', '12', '10', '8', '6', '4', '2', '0']);
  assert.equal(history.timeline().entries.length, 26);
  assert.deepEqual(history.timeline({ kinds: ['action'] }).entries[0], {
    id: 26,
    at: clock.now(),
    kind: 'action',
    who: { name: 'ada' },
    what: 'suspend',
  });
  assert.deepEqual(history.timeline({ app: 'none' }), { entries: [], next: undefined });
  assert.equal([...history.entries({ fromMs: START, toMs: clock.now() + 1 })].length, 26);
});

test('waterlines cover the span exactly, start from the state before it, and carry ticks', async () => {
  const clock = handClock();
  await using history = openHistory({ file: ':memory:', clock });
  history.setState('a', 'progressing');
  clock.advance(HOUR);
  history.setState('a', 'level');
  history.setState('a', 'level');
  clock.advance(HOUR);
  history.setState('a', 'drifted');
  history.record(finished('a', '1'));
  history.record({ kind: 'commit', app: 'a', repository: 'r', revision: 'def', author: { name: 'x' }, message: 'm' });
  clock.advance(HOUR);
  history.setState('b', 'degraded');
  const span = { fromMs: START + HOUR / 2, toMs: START + 3 * HOUR };
  const [a, b] = history.waterlines(span);
  assert.deepEqual(a?.runs, [
    { state: 'progressing', fromMs: START + HOUR / 2, toMs: START + HOUR },
    { state: 'level', fromMs: START + HOUR, toMs: START + 2 * HOUR },
    { state: 'drifted', fromMs: START + 2 * HOUR, toMs: START + 3 * HOUR },
  ]);
  assert.deepEqual(a?.ticks, [
    { atMs: START + 2 * HOUR, kind: 'sync', revision: 'abc', outcome: 'succeeded' },
    { atMs: START + 2 * HOUR, kind: 'commit', revision: 'def', outcome: undefined },
  ]);
  assert.deepEqual(b, { app: 'b', runs: [{ state: 'unknown', ...span }], ticks: [] });
  assert.deepEqual(history.waterlines({ ...span, app: 'a' }), [a]);
});

test('history survives a restart; the time nobody watched is unknown, a quick restart is not a gap', async () => {
  await using place = await temporaryFile();
  const clock = handClock();
  {
    await using history = openHistory({ file: place.file, clock });
    history.record(finished('a', '1'));
    history.setState('a', 'level');
    clock.advance(HOUR);
  }
  clock.advance(10_000);
  {
    await using history = openHistory({ file: place.file, clock });
    assert.equal(history.stateOf('a'), 'level');
    assert.equal(history.timeline({ app: 'a' }).entries.length, 1);
  }
  clock.advance(2 * HOUR);
  await using history = openHistory({ file: place.file, clock });
  assert.equal(history.stateOf('a'), 'unknown');
  history.setState('a', 'level');
  clock.advance(HOUR);
  const [line] = history.waterlines({ fromMs: START, toMs: clock.now() });
  assert.deepEqual(
    line?.runs.map(({ state }) => state),
    ['level', 'unknown', 'level'],
  );
});

test('what is older than the retention goes, but the last known state stays', async () => {
  const clock = handClock();
  await using history = openHistory({ file: ':memory:', clock, retentionMs: 24 * HOUR });
  history.record(finished('a', 'old'));
  for (const state of ['level', 'drifted', 'level'] as const) {
    history.setState('a', state);
    clock.advance(HOUR);
  }
  clock.advance(30 * HOUR);
  history.record(finished('a', 'new'));
  history.prune();
  assert.equal(history.timeline({ app: 'a' }).entries.length, 1);
  const [line] = history.waterlines({ fromMs: clock.now() - HOUR, toMs: clock.now() });
  assert.deepEqual(
    line?.runs.map(({ state }) => state),
    ['level'],
  );
});

test('a damaged, locked, or impossible file is one clear sentence, and everything goes on without history', async () => {
  await using place = await temporaryFile();
  const clock = handClock();
  const use = async (file: string, expected: RegExp): Promise<void> => {
    const problems: string[] = [];
    await using history = openHistory({ file, clock, onProblem: (sentence) => problems.push(sentence) });
    assert.match(history.problem ?? '', expected);
    history.record(finished('a', '1'));
    history.setState('a', 'level');
    assert.equal(history.stateOf('a'), 'level');
    assert.deepEqual(history.timeline(), { entries: [], next: undefined });
    assert.deepEqual(history.waterlines({ fromMs: 0, toMs: 1 }), []);
    assert.equal(problems.length, 1);
  };
  await openHistory({ file: place.file, clock })[Symbol.asyncDispose]();
  const damaged = join(place.file, '..', 'damaged.db');
  await writeFile(damaged, 'this is not a database at all, but long enough to be looked at as one'.repeat(100));
  await use(damaged, /is damaged; history is off until it is moved away/);
  await use(join(damaged, 'below'), /cannot be|cannot be opened/);
  const newer = join(place.file, '..', 'newer.db');
  const database = new DatabaseSync(newer);
  database.exec('PRAGMA user_version = 99');
  database.close();
  await use(newer, /newer version/);

  const locker = new DatabaseSync(place.file);
  locker.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  await use(place.file, /locked by another process/);
  await using waiting = openHistory({ file: place.file, clock });
  assert.match(waiting.problem ?? '', /locked/);
  locker.close();
  clock.advance(HOUR);
  assert.equal(waiting.problem, undefined, 'the store is used as soon as the lock is gone');
  waiting.record(finished('a', 'after'));
  assert.equal(waiting.timeline().entries.length, 1);
});

test('a huge sync is bounded', async () => {
  await using history = openHistory({ file: ':memory:', clock: handClock() });
  const changes = Array.from({ length: 5000 }, (_, index) => ({ object: `o${index}`, change: 'created' as const }));
  const message = 'x'.repeat(1e6);
  history.record({
    kind: 'sync-finished',
    app: 'a',
    operation: '1',
    revision: 'abc',
    phase: 'failed',
    changes,
    message,
  });
  const [entry] = history.timeline().entries;
  assert.ok(entry?.kind === 'sync-finished');
  assert.equal(entry.changes.length, 200);
  assert.equal(entry.moreChanges, 4800);
  assert.equal(entry.message?.length, 8192);
});

test('property: runs adjoin, cover the span, never repeat a state, and joining hides no state worse than what is shown', () => {
  const severity: readonly WaterlineState[] = [
    'level',
    'suspended',
    'unknown',
    'progressing',
    'drifted',
    'missing',
    'degraded',
  ];
  const change = fc.record({ atMs: fc.integer({ min: 1, max: 999 }), state: fc.constantFrom(...waterlineStates) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), fc.integer({ min: 0, max: 400 }), (changes, resolutionMs) => {
      const sorted = changes.toSorted((left, right) => left.atMs - right.atMs);
      const exact = toRuns({ fromMs: 0, toMs: 1000 }, 'level', sorted);
      const coarse = resolutionMs === 0 ? exact : toRuns({ fromMs: 0, toMs: 1000, resolutionMs }, 'level', sorted);
      for (const runs of [exact, coarse]) {
        assert.equal(runs[0]?.fromMs, 0);
        assert.equal(runs.at(-1)?.toMs, 1000);
        for (const [index, run] of runs.entries()) {
          assert.ok(run.toMs > run.fromMs);
          const next = runs[index + 1];
          if (next) assert.ok(next.fromMs === run.toMs && next.state !== run.state);
        }
      }
      const worst = (runs: readonly { readonly state: WaterlineState }[]): number =>
        Math.max(...runs.map(({ state }) => severity.indexOf(state)));
      assert.equal(worst(coarse), worst(exact));
    }),
  );
});
