// Schedules in time zones: the clock on the wall decides, also on the days it is moved.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCronSchedule } from '../validation/cron-schedule.ts';
import { nextCronTimeIn } from './cron-zone.ts';

const cases: readonly (readonly [schedule: string, zone: string | undefined, after: string, due: string])[] = [
  ['30 2 * * *', undefined, '2026-03-28T12:00:00Z', '2026-03-29T02:30:00Z'],
  ['0 9 * * *', 'Europe/Berlin', '2026-01-10T00:00:00Z', '2026-01-10T08:00:00Z'],
  ['0 9 * * *', 'Europe/Berlin', '2026-07-10T00:00:00Z', '2026-07-10T07:00:00Z'],
  ['0 9 * * *', 'America/New_York', '2026-07-10T14:00:00Z', '2026-07-11T13:00:00Z'],
  ['0 0 1 * *', 'Asia/Kolkata', '2026-01-15T00:00:00Z', '2026-01-31T18:30:00Z'],
  // Berlin goes from 02:00 to 03:00 on this night.
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00Z'],
  // And back from 03:00 to 02:00 on this one.
  ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00Z'],
];

for (const [text, zone, after, due] of cases) {
  test(`${text} in ${zone ?? 'UTC'} after ${after}`, () => {
    const schedule = parseCronSchedule(text);
    assert.notEqual(typeof schedule, 'string');
    if (typeof schedule === 'string') return;
    const next = nextCronTimeIn(schedule, Date.parse(after), zone);
    assert.equal(next === undefined ? '' : new Date(next).toISOString().replace('.000', ''), due);
  });
}
