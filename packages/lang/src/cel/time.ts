// Timestamps and durations as texts and as parts, at nanoseconds (Go's time package, as cel-go uses it).

import { checkedDuration, checkedTimestamp } from './arithmetic.ts';
import { CelError, type Duration, type Timestamp } from './values.ts';

const second = 1_000_000_000n;
const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3600n * second,
};

/** Reads "1h30m", "-0.5s"; undefined for what is no duration. */
export function parseDuration(text: string): Duration | undefined {
  const sign = text.startsWith('-') ? -1n : 1n;
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return checkedDuration(0n);
  const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;
  let total = 0n;
  while (part.lastIndex < body.length) {
    const match = part.exec(body);
    const [, whole = '', fraction = '', unit = ''] = match ?? [];
    if (match === null || (whole === '' && fraction === '')) return undefined;
    const scale = units[unit] ?? 0n;
    total += BigInt(whole === '' ? '0' : whole) * scale;
    if (fraction !== '') total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  const nanos = sign * total;
  if (body === '' || BigInt.asIntN(64, nanos) !== nanos) return undefined;
  return checkedDuration(nanos);
}

/** Seconds with their fraction: "5400s", "0.5s". */
export function durationText({ nanos }: Duration): string {
  const absolute = nanos < 0n ? -nanos : nanos;
  const fraction = fractionText(absolute % second);
  return `${nanos < 0n ? '-' : ''}${absolute / second}${fraction}s`;
}

function fractionText(nanos: bigint): string {
  return nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|([+-])(\d\d):(\d\d))$/;

/** Reads RFC 3339; undefined for what is none. Throws where the moment cannot be a timestamp. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, sec = 0] = match.slice(1, 7).map(Number);
  const seconds = utcSeconds([year, month, day, hour, minute, sec]);
  const lastDay = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > lastDay || hour > 23 || minute > 59 || sec > 59) return undefined;
  const [, , , , , , , fraction = '', , sign, hours, minutes] = match;
  if (Number(hours ?? 0) > 24 || Number(minutes ?? 0) > 60) return undefined;
  const offset = (sign === '-' ? -1n : 1n) * (BigInt(hours ?? 0) * 3600n + BigInt(minutes ?? 0) * 60n);
  const nanos = BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return checkedTimestamp((seconds - offset) * second + nanos);
}

// Date.UTC takes years below 100 for those of the last century.
function utcSeconds([year, month, day, hour, minute, sec]: readonly [
  number,
  number,
  number,
  number,
  number,
  number,
]): bigint {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, sec);
  return BigInt(Math.floor(date.getTime() / 1000));
}

/** RFC 3339 in UTC, with the fraction it has. */
export function timestampText({ nanos }: Timestamp): string {
  const seconds = floorDivide(nanos, second);
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${text}${fractionText(nanos - seconds * second)}Z`;
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

/** What clocks and calendars of a time zone show at a moment. */
export interface ClockParts {
  readonly year: number;
  /** 0-based. */
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  /** 0-based. */
  readonly yearDay: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly milli: number;
}

/** The parts of a moment, in UTC or a zone: "America/New_York", "+05:30", "-00:30". */
export function clockParts({ nanos }: Timestamp, zone?: string): ClockParts {
  const milli = Number(floorDivide(nanos, 1_000_000n));
  const date = new Date(milli + offsetMinutes(zone, milli) * 60_000);
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    yearDay: Math.floor((date.getTime() - start.getTime()) / 86_400_000),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    milli: date.getUTCMilliseconds(),
  };
}

function offsetMinutes(zone: string | undefined, milli: number): number {
  if (zone === undefined || zone === 'UTC' || zone === '') return 0;
  const fixed = /^([+-]?)(\d{1,2}):(\d\d)$/.exec(zone);
  if (fixed !== null) {
    const [, sign, hours, minutes] = fixed;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  }
  if (zone.includes(':')) throw new CelError(`strconv.Atoi: parsing "${zone.split(':')[0] ?? ''}": invalid syntax`);
  return zoneOffset(zone, milli);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function zoneOffset(zone: string, milli: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    } catch {
      throw new CelError(`unknown time zone ${zone}`);
    }
    formats.set(zone, format);
  }
  const text = format.formatToParts(milli).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const match = /^GMT([+-])(\d\d):(\d\d)/.exec(text);
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}
