// Ages as argocd prints them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { humanTime, localTime } from './go-time.ts';

const cases: readonly (readonly [number, string])[] = [
  [0, 'now'],
  [1, '1 second ago'],
  [59, '59 seconds ago'],
  [60, '1 minute ago'],
  [3599, '59 minutes ago'],
  [7200, '2 hours ago'],
  [86_400, '1 day ago'],
  [86_400 * 6, '6 days ago'],
  [86_400 * 15, '2 weeks ago'],
  [86_400 * 45, '1 month ago'],
  [86_400 * 800, '2 years ago'],
  [-3600, '1 hour from now'],
];

test('ages in the words of go-humanize', () => {
  for (const [age, text] of cases) assert.equal(humanTime(1_000_000_000 - age, 1_000_000_000_000), text);
});

test('a time in the zone of this machine is the same moment', () => {
  const text = localTime(1_763_750_000);
  assert.match(text, /^2025-11-2\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/);
  assert.equal(Date.parse(text), 1_763_750_000_000);
});

test('a number that is no moment ends no listing', () => {
  assert.equal(localTime(9_999_999_999_999), '9999999999999 seconds since 1970');
  assert.equal(localTime(Number.NaN), 'NaN seconds since 1970');
});
