import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDurationMs, parseDurationMs } from './index.ts';

const cases: readonly (readonly [string, number | undefined, string])[] = [
  ['0', 0, '0s'],
  ['5s', 5000, '5s'],
  ['1h15m30.918s', 4530918, '1h15m30.918s'],
  ['3m', 180000, '3m0s'],
  ['250ms', 250, '250ms'],
  ['1.5h', 5400000, '1h30m0s'],
  ['-10s', -10000, '-10s'],
  ['10us', 0.01, '10µs'],
  ['', undefined, ''],
  ['5', undefined, ''],
  ['5 s', undefined, ''],
  ['s', undefined, ''],
];

test('durations read and print as in Go', () => {
  for (const [text, ms, printed] of cases) {
    assert.equal(parseDurationMs(text), ms, text);
    if (ms !== undefined) assert.equal(formatDurationMs(ms), printed, text);
  }
});
