// When a schedule is due in a time zone: by the clock on the wall there. A time that the clock skips is not run.

import { type CronSchedule, nextCronTime } from '../validation/cron-schedule.ts';

/** The first time after `afterMs` that a schedule is due; by UTC without a zone. */
export function nextCronTimeIn(schedule: CronSchedule, afterMs: number, zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'UTC' || schedule.everyMs !== undefined) return nextCronTime(schedule, afterMs);
  let wall = afterMs + offsetAt(afterMs, zone);
  for (;;) {
    const next = nextCronTime(schedule, wall);
    if (next === undefined) return undefined;
    const instant = instantOf(next, zone);
    if (instant !== undefined && instant > afterMs) return instant;
    wall = next;
  }
}

// The instant at which the wall shows this time: the first of two, none where the clock leaps over it.
function instantOf(wall: number, zone: string): number | undefined {
  const hour = 3_600_000;
  const offsets = new Set([offsetAt(wall - 24 * hour, zone), offsetAt(wall + 24 * hour, zone)]);
  const instants = [...offsets].map((offset) => wall - offset).filter((at) => at + offsetAt(at, zone) === wall);
  return instants.length === 0 ? undefined : Math.min(...instants);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds that the wall is ahead of UTC. */
function offsetAt(atMs: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}
