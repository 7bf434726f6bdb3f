import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@evenkeel/kube/testing';
import { type Priority, createWorkQueue } from './index.ts';
import { createManualClock } from './testing/index.ts';

/** Work that is finished by hand. */
function manualWork(): {
  work: (key: string) => Promise<void>;
  started: string[];
  finish: (key: string) => Promise<void>;
} {
  const started: string[] = [];
  const open = new Map<string, () => void>();
  return {
    started,
    work(key) {
      assert.ok(!open.has(key), `${key} runs twice at once`);
      started.push(key);
      return new Promise((resolve) => {
        open.set(key, resolve);
      });
    },
    async finish(key) {
      const resolve = open.get(key);
      open.delete(key);
      resolve?.();
      await new Promise((turn) => setImmediate(turn));
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a key is queued once, never runs twice at once, and runs again when added while running', async () => {
  const { work, started, finish } = manualWork();
  const queue = createWorkQueue({ work, concurrency: 2 });
  for (const key of ['a', 'a', 'b', 'c', 'a']) queue.add(key);
  await turn();
  assert.deepEqual(started, ['a', 'b']);
  assert.deepEqual([queue.depth, queue.running], [1, 2]);
  queue.add('a');
  queue.add('a');
  await finish('a');
  assert.deepEqual(started, ['a', 'b', 'c']);
  await finish('b');
  assert.deepEqual(started, ['a', 'b', 'c', 'a']);
  await finish('a');
  await finish('c');
  await queue.idle();
  assert.deepEqual(started, ['a', 'b', 'c', 'a']);
});

test('users go first, and raise what already waits', async () => {
  const { work, started, finish } = manualWork();
  const queue = createWorkQueue({ work });
  queue.add('running');
  await turn();
  const added: readonly (readonly [string, Priority])[] = [
    ['slow', 'background'],
    ['x', 'change'],
    ['y', 'change'],
    ['user', 'user'],
    ['y', 'user'],
    ['x', 'background'],
  ];
  for (const [key, priority] of added) queue.add(key, priority);
  for (const key of ['running', 'user', 'y', 'x', 'slow']) await finish(key);
  assert.deepEqual(started, ['running', 'user', 'y', 'x', 'slow']);
});

test('delays: the earliest wins, a run in between replaces the wait, back-off grows until forgotten', async () => {
  const clock = createManualClock();
  const runs: string[] = [];
  const queue = createWorkQueue<string>({
    clock,
    backoff: { baseMs: 10, factor: 2, maxMs: 30 },
    work: async (key) => void runs.push(`${key}@${clock.now()}`),
  });
  queue.addAfter('a', 100);
  queue.addAfter('a', 50);
  queue.addAfter('a', 80);
  await clock.advance(200);
  assert.deepEqual(runs.splice(0), ['a@50']);
  queue.addAfter('b', 100);
  queue.add('b');
  await clock.advance(200);
  assert.deepEqual(runs.splice(0), ['b@200']);
  const waits = [1, 2, 3, 4].map(() => queue.addRateLimited('c'));
  assert.deepEqual(waits, [10, 20, 30, 30]);
  queue.forget('c');
  assert.equal(queue.failures('c'), 0);
  await clock.advance(10);
  assert.deepEqual(runs, ['c@410']);
});

test('drain finishes what runs and drops what waits; work that throws is reported', async () => {
  const { work, started, finish } = manualWork();
  const queue = createWorkQueue({ work });
  queue.add('a');
  queue.add('b');
  queue.addAfter('c', 1_000_000);
  await turn();
  const drained = queue.drain();
  queue.add('d');
  await finish('a');
  await drained;
  assert.deepEqual(started, ['a']);
  const errors: unknown[] = [];
  const failing = createWorkQueue<string>({
    work: () => Promise.reject(new Error('no')),
    onError: (key, error) => errors.push([key, String(error)]),
  });
  failing.add('x');
  await failing.idle();
  assert.deepEqual(errors, [['x', 'Error: no']]);
});

for (let seed = 1; seed <= 20; seed += 1) {
  test(`every key runs after its last add, never twice at once (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const running = new Set<string>();
    let stamp = 0;
    const addedAt = new Map<string, number>();
    const startedAt = new Map<string, number>();
    let most = 0;
    const queue = createWorkQueue<string>({
      concurrency: 3,
      work: async (key) => {
        assert.ok(!running.has(key));
        running.add(key);
        most = Math.max(most, running.size);
        startedAt.set(key, (stamp += 1));
        for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) await turn();
        running.delete(key);
      },
    });
    for (let step = 0; step < 200; step += 1) {
      const key = `k${Math.floor(random() * 8)}`;
      addedAt.set(key, (stamp += 1));
      queue.add(key, (['user', 'change', 'background'] as const)[Math.floor(random() * 3)]);
      if (random() < 0.2) await turn();
    }
    await queue.idle();
    assert.ok(most <= 3);
    for (const [key, at] of addedAt) assert.ok((startedAt.get(key) ?? 0) > at, key);
  });
}
