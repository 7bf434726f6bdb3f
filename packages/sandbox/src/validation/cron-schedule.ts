// Cron schedules: five fields or a macro, as robfig/cron's standard parser reads them, and when one is due next.

import type { Causes } from './causes.ts';

interface Field {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const fields: readonly Field[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** A schedule that was read. */
export interface CronSchedule {
  readonly sets: readonly ReadonlySet<number>[];
  /** Day of month and day of week: either may match when both are restricted. */
  readonly starDay: boolean;
  readonly starWeekday: boolean;
  /** Set for "@every": milliseconds between runs. */
  readonly everyMs: number | undefined;
}

/** Reads a schedule; a string is what is wrong with it. */
export function parseCronSchedule(text: string): CronSchedule | string {
  const bare = text.replace(/^(CRON_TZ|TZ)=\S+\s+/, '').trim();
  const every = /^@every\s+(\d+)(s|m|h)$/.exec(bare);
  if (every !== null) {
    const unit = every[2] === 's' ? 1000 : every[2] === 'm' ? 60_000 : 3_600_000;
    return { sets: [], starDay: true, starWeekday: true, everyMs: Number(every[1]) * unit };
  }
  const parts = (macros[bare] ?? bare).split(/\s+/);
  if (bare.startsWith('@') && macros[bare] === undefined) return `unrecognized descriptor: ${bare}`;
  if (parts.length !== 5) return `expected exactly 5 fields, found ${parts.length}: [${bare}]`;
  const sets: ReadonlySet<number>[] = [];
  for (const [index, part] of parts.entries()) {
    const field = fields[index];
    if (field === undefined) continue;
    const set = parseField(part, field);
    if (typeof set === 'string') return set;
    sets.push(set);
  }
  const isStar = (part: string | undefined): boolean =>
    part === '*' || part === '?' || (part?.startsWith('*/') ?? false);
  return { sets, starDay: isStar(parts[2]), starWeekday: isStar(parts[4]), everyMs: undefined };
}

/** Adds a cause where a schedule cannot be read. */
export function checkCronSchedule(causes: Causes, text: string, field: string): void {
  const schedule = parseCronSchedule(text);
  if (typeof schedule === 'string') causes.invalid(field, text, schedule);
}

/** The first time after `afterMs` that the schedule is due (UTC), or undefined where it never is within five years. */
export function nextCronTime(schedule: CronSchedule, afterMs: number): number | undefined {
  if (schedule.everyMs !== undefined)
    return Math.floor(afterMs / schedule.everyMs) * schedule.everyMs + schedule.everyMs;
  const [minutes, hours, days, months, weekdays] = schedule.sets;
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  const time = new Date(Math.floor(afterMs / 60_000) * 60_000 + 60_000);
  const limit = time.getUTCFullYear() + 5;
  while (time.getUTCFullYear() <= limit) {
    if (!months.has(time.getUTCMonth() + 1)) {
      time.setUTCMonth(time.getUTCMonth() + 1, 1);
      time.setUTCHours(0, 0, 0, 0);
    } else if (!dayMatches(schedule, time, days, weekdays)) {
      time.setUTCDate(time.getUTCDate() + 1);
      time.setUTCHours(0, 0, 0, 0);
    } else if (!hours.has(time.getUTCHours())) time.setUTCHours(time.getUTCHours() + 1, 0, 0, 0);
    else if (!minutes.has(time.getUTCMinutes())) time.setUTCMinutes(time.getUTCMinutes() + 1, 0, 0);
    else return time.getTime();
  }
  return undefined;
}

function dayMatches(
  schedule: CronSchedule,
  time: Date,
  days: ReadonlySet<number>,
  weekdays: ReadonlySet<number>,
): boolean {
  const day = days.has(time.getUTCDate());
  const weekday = weekdays.has(time.getUTCDay());
  return schedule.starDay || schedule.starWeekday ? day && weekday : day || weekday;
}

function parseField(text: string, field: Field): ReadonlySet<number> | string {
  const result = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', stepText] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    if (!Number.isInteger(step) || step <= 0) return `step of range should be a positive number: ${part}`;
    const bounds = parseRange(range, field, stepText !== undefined);
    if (typeof bounds === 'string') return bounds;
    for (let value = bounds[0]; value <= bounds[1]; value += step) result.add(value);
  }
  return result;
}

function parseRange(text: string, field: Field, stepped: boolean): readonly [number, number] | string {
  if (text === '*' || text === '?') return [field.min, field.max];
  const [lowText = '', highText] = text.split('-');
  const low = parseNumber(lowText, field);
  const high = highText === undefined ? (stepped ? field.max : low) : parseNumber(highText, field);
  if (low === undefined)
    return `failed to parse int from ${lowText}: strconv.Atoi: parsing "${lowText}": invalid syntax`;
  if (high === undefined)
    return `failed to parse int from ${highText}: strconv.Atoi: parsing "${highText}": invalid syntax`;
  if (low < field.min) return `beginning of range (${low}) below minimum (${field.min}): ${text}`;
  if (high > field.max) return `end of range (${high}) above maximum (${field.max}): ${text}`;
  if (low > high) return `beginning of range (${low}) beyond end of range (${high}): ${text}`;
  return [low, high];
}

function parseNumber(text: string, field: Field): number | undefined {
  const named = field.names.indexOf(text.toLowerCase());
  if (named >= 0) return named + field.min;
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
