// Cron schedules of five fields as github.com/robfig/cron (3.0.1) reads them without descriptors, and when one is due next.
// Sync windows are written in them.

import { parseField } from './field.ts';

/** A schedule that was read. Times are in UTC unless the schedule names a zone itself (`CRON_TZ=…`). */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Day of month and day of week: either may fit where both are restricted, both must where one is open. */
  readonly openDay: boolean;
  readonly zone: string | undefined;
}

/** A schedule, or what is wrong with it in the original's words. */
export type ReadCron =
  | { readonly kind: 'cron'; readonly cron: Cron }
  | { readonly kind: 'problem'; readonly text: string };

/** Reads a schedule. */
export function parseCron(text: string): ReadCron {
  if (text === '') return problem('empty spec string');
  const { zone, rest } = splitZone(text);
  if (zone !== undefined && zoneOffsetMs(zone, 0) === undefined) {
    return problem(`provided bad location ${zone}: unknown time zone ${zone}`);
  }
  if (rest.startsWith('@')) return problem(`parser does not accept descriptors: ${rest}`);
  const parts = rest.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== bounds.length) {
    return problem(`expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`);
  }
  const sets: ReadonlySet<number>[] = [];
  const stars: boolean[] = [];
  for (const [index, bound] of bounds.entries()) {
    const read = parseField(parts[index] ?? '', bound);
    if (typeof read === 'string') return problem(read);
    sets.push(read.values);
    stars.push(read.star);
  }
  const [minutes = none, hours = none, days = none, months = none, weekdays = none] = sets;
  const openDay = stars[2] === true || stars[4] === true;
  return { kind: 'cron', cron: { minutes, hours, days, months, weekdays, openDay, zone } };
}

const none: ReadonlySet<number> = new Set();

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const bounds = [
  { min: 0, max: 59, names: new Map<string, number>() },
  { min: 0, max: 23, names: new Map<string, number>() },
  { min: 1, max: 31, names: new Map<string, number>() },
  { min: 1, max: 12, names: new Map(monthNames.map((name, index) => [name, index + 1])) },
  { min: 0, max: 6, names: new Map(dayNames.map((name, index) => [name, index])) },
] as const;

function splitZone(text: string): { readonly zone: string | undefined; readonly rest: string } {
  const match = /^(?:TZ|CRON_TZ)=(\S*)(.*)$/s.exec(text);
  return match ? { zone: match[1], rest: (match[2] ?? '').trim() } : { zone: undefined, rest: text };
}

function problem(text: string): ReadCron {
  return { kind: 'problem', text };
}

const DAY_MS = 86_400_000;

/** As far as the original looks ahead. */
const YEARS_MAX = 5;

/** The first moment after `afterMs` at which the schedule is due; undefined where there is none within five years. */
export function nextCronMs(cron: Cron, afterMs: number): number | undefined {
  if (cron.zone === undefined) return nextLocal(cron, afterMs);
  let from = afterMs + (zoneOffsetMs(cron.zone, afterMs) ?? 0);
  for (;;) {
    const local = nextLocal(cron, from);
    if (local === undefined) return undefined;
    const found = local - (zoneOffsetMs(cron.zone, local - (zoneOffsetMs(cron.zone, local) ?? 0)) ?? 0);
    // What the clocks jump over in spring does not come about on that day.
    if (found + (zoneOffsetMs(cron.zone, found) ?? 0) === local) return found;
    from = local;
  }
}

function nextLocal(cron: Cron, afterMs: number): number | undefined {
  const yearMax = new Date(afterMs).getUTCFullYear() + YEARS_MAX;
  const firstMs = Math.floor(afterMs / 60_000 + 1) * 60_000;
  for (let dayMs = Math.floor(firstMs / DAY_MS) * DAY_MS; ; dayMs += DAY_MS) {
    const day = new Date(dayMs);
    if (day.getUTCFullYear() > yearMax) return undefined;
    if (!fitsDay(cron, day)) continue;
    for (const hour of ascending(cron.hours)) {
      for (const minute of ascending(cron.minutes)) {
        const at = dayMs + hour * 3_600_000 + minute * 60_000;
        if (at >= firstMs) return at;
      }
    }
  }
}

function ascending(values: ReadonlySet<number>): readonly number[] {
  return [...values].toSorted((left, right) => left - right);
}

function fitsDay({ months, days, weekdays, openDay }: Cron, day: Date): boolean {
  if (!months.has(day.getUTCMonth() + 1)) return false;
  const [byDay, byWeekday] = [days.has(day.getUTCDate()), weekdays.has(day.getUTCDay())];
  return openDay ? byDay && byWeekday : byDay || byWeekday;
}

/** How far a zone's clocks are ahead of UTC at a moment; undefined for a zone nobody knows. '' and "UTC" are UTC. */
export function zoneOffsetMs(zone: string, atMs: number): number | undefined {
  if (zone === '' || zone === 'UTC') return 0;
  // Go knows the zones of the tz database by their names only; "+01:00" is none of them.
  if (/^[+-]/.test(zone)) return undefined;
  try {
    const name =
      formatOf(zone)
        .formatToParts(atMs)
        .find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0', seconds = '0'] =
      /^GMT([+-])(\d{2})(?::(\d{2}))?(?::(\d{2}))?$/.exec(name) ?? [];
    const offsetMs = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000;
    return sign === '-' ? -offsetMs : offsetMs;
  } catch {
    return undefined;
  }
}

/** Made once for a zone: making one costs a thousand times more than asking it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, made);
  return made;
}
