// The timeline cut into days, and the entry nearest to a moment. Pure.

import type { TimelineEntry } from '@evenkeel/api';
import { dayName, isoDay } from '../format/time.ts';

export interface Day {
  readonly id: string;
  readonly name: string;
  readonly entries: readonly TimelineEntry[];
}

/** Entries, newest first, in days, newest first. */
export function daysOf(entries: readonly TimelineEntry[], nowMs: number): readonly Day[] {
  const days = new Map<string, TimelineEntry[]>();
  for (const entry of entries) {
    const id = isoDay(entry.atMs);
    const day = days.get(id);
    if (day) day.push(entry);
    else days.set(id, [entry]);
  }
  return [...days].map(([id, list]) => ({ id, name: dayName(list[0]?.atMs ?? nowMs, nowMs), entries: list }));
}

/** The entry nearest to a moment. Undefined while older entries, which may be nearer, are still to be read. */
export function nearestEntry(
  entries: readonly TimelineEntry[],
  atMs: number,
  more: boolean,
): TimelineEntry | undefined {
  const oldest = entries.at(-1);
  if (!oldest || (more && oldest.atMs > atMs)) return undefined;
  return entries.reduce(
    (best, entry) => (Math.abs(entry.atMs - atMs) < Math.abs(best.atMs - atMs) ? entry : best),
    oldest,
  );
}
