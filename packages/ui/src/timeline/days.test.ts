// The timeline in days, and the entry nearest to a moment.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TimelineEntry } from '@evenkeel/api';
import { daysOf, nearestEntry } from './days.ts';

const now = new Date(2026, 10, 21, 0, 30).getTime();

function entry(id: number, atMs: number): TimelineEntry {
  return { id, atMs, kind: 'action', sentence: '', details: [] };
}

const entries = [entry(3, now - 60e3), entry(2, now - 3600e3), entry(1, now - 30 * 3600e3)];

test('midnight parts the days', () => {
  assert.deepEqual(
    daysOf(entries, now).map(({ name, entries: list }) => [name, list.length]),
    [
      ['Today', 1],
      ['Yesterday', 1],
      ['Thursday 19 November 2026', 1],
    ],
  );
});

test('the nearest entry is told once nothing nearer can come', () => {
  assert.equal(nearestEntry(entries, now - 3000e3, true)?.id, 2);
  assert.equal(nearestEntry(entries, now - 99 * 3600e3, true), undefined);
  assert.equal(nearestEntry(entries, now - 99 * 3600e3, false)?.id, 1);
  assert.equal(nearestEntry([], now, false), undefined);
});
