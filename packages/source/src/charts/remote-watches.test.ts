import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '@evenkeel/std';
import { createRemoteWatches } from './remote-watches.ts';

/** A clock whose timers run when they are told to. */
function createTurns(): Clock & { readonly turn: () => Promise<void>; readonly waiting: () => number } {
  const timers = new Set<() => void>();
  return {
    now: () => 0,
    sleep: () => new Promise<void>(() => undefined),
    after(_delayMs, run) {
      timers.add(run);
      return () => timers.delete(run);
    },
    waiting: () => timers.size,
    async turn() {
      for (const run of timers) {
        timers.delete(run);
        run();
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('a question is asked once per interval for everybody, and only another answer is news', async () => {
  const clock = createTurns();
  using watches = createRemoteWatches({ clock, random: () => 0.5 });
  let answer = '1.0.0';
  let asked = 0;
  let told = 0;
  const question = {
    key: 'web',
    ask: () => {
      asked += 1;
      return answer === '' ? Promise.reject(new Error('gone')) : Promise.resolve(answer);
    },
  };
  const stops = [1, 2].map(() => watches.watch(question, () => (told += 1), 60_000));
  await clock.turn();
  assert.deepEqual([asked, told], [1, 2], 'the first answer may be another than what was seen before');
  await clock.turn();
  assert.deepEqual([asked, told], [2, 2]);
  answer = '1.1.0';
  await clock.turn();
  assert.deepEqual([asked, told], [3, 4]);
  answer = '';
  await clock.turn();
  assert.deepEqual([asked, told], [4, 4], 'a failure is no news');
  for (const stop of stops) stop();
  assert.equal(clock.waiting(), 0, 'nobody is left to ask for');
});
