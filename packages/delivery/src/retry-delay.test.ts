import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelayMs } from './retry-delay.ts';

const delays = (retry: Parameters<typeof retryDelayMs>[0], ...attempts: readonly number[]): readonly number[] =>
  attempts.map((attempt) => retryDelayMs(retry, attempt));

test('a policy that waits is followed to the letter', () => {
  assert.deepEqual(delays({ baseMs: 5000, factor: 2, maxMs: 180_000 }, 0, 1, 2, 9), [5000, 10_000, 20_000, 180_000]);
  assert.deepEqual(delays({ baseMs: 1000, factor: 1, maxMs: 1000 }, 0, 50), [1000, 1000]);
});

test('a policy without a wait, or without sense, is no storm', () => {
  const most = 24 * 3600e3;
  assert.deepEqual(delays({ baseMs: 0, factor: 2, maxMs: 0 }, 0, 4, 5, 7, 99), [100, 100, 200, 800, 1000]);
  assert.deepEqual(delays({ baseMs: 1000, factor: -7, maxMs: 60_000 }, 0, 1, 2), [1000, 100, 49_000]);
  assert.deepEqual(delays({ baseMs: 0, factor: 1e300, maxMs: Infinity }, 2, 9), [100, 1000]);
  assert.deepEqual(delays({ baseMs: 1000, factor: 1e300, maxMs: Infinity }, 2), [most]);
});
