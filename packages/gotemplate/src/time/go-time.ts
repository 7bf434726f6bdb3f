// time.Time as a template value, with the methods templates call on it.

import { bool, int, int64, str } from '../exec/codecs.ts';
import { type Codec, type GoFunction, fn } from '../exec/function.ts';
import { type GoType, intType, namedType } from '../value/go-type.ts';
import { GoInt, GoStruct, type Value } from '../value/value.ts';
import { duration } from './go-duration.ts';
import { type TimeParts, dayNames, formatLayout, monthNames } from './layout.ts';
import { type Zone, loadZone, utc } from './zone.ts';

const second = 1_000_000_000n;

/** A time.Time: nanoseconds since 1970 and the zone it is shown in. */
export class GoTime extends GoStruct {
  readonly nanos: bigint;
  readonly zone: Zone;

  constructor(nanos: bigint, zone: Zone) {
    super(timeType, noFields);
    this.nanos = nanos;
    this.zone = zone;
  }

  unixSeconds(): number {
    return Number(floorDivide(this.nanos, second));
  }

  in(zone: Zone): GoTime {
    return new GoTime(this.nanos, zone);
  }

  parts(): TimeParts {
    const { offset, abbreviation } = this.zone.at(this.unixSeconds());
    const wall = this.nanos + BigInt(offset) * second;
    const seconds = floorDivide(wall, second);
    const date = new Date(Number(seconds) * 1000);
    const start = new Date(0);
    start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      nanosecond: Number(wall - seconds * second),
      weekday: date.getUTCDay(),
      yearDay: Math.floor((date.getTime() - start.getTime()) / 86_400_000) + 1,
      offset,
      abbreviation,
    };
  }

  format(layout: string): string {
    return formatLayout(layout, this.parts());
  }
}

const noFields: ReadonlyMap<string, Value> = new Map();

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** The zero time: January 1, year 1. */
export const zeroTime = (): GoTime => new GoTime(-62_135_596_800n * second, utc);

/** time.Date. */
export function goDate(
  date: Pick<TimeParts, 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'nanosecond'>,
  zone: Zone,
): GoTime {
  const utcDate = new Date(0);
  utcDate.setUTCFullYear(date.year, date.month - 1, date.day);
  utcDate.setUTCHours(date.hour, date.minute, date.second);
  const wall = Math.floor(utcDate.getTime() / 1000);
  // As time.Date: guess with the offset in force at the wall time read as UTC, then correct once at a transition.
  let unix = wall - zone.at(wall).offset;
  const corrected = wall - zone.at(unix).offset;
  if (corrected !== unix) unix = corrected;
  return new GoTime(BigInt(unix) * second + BigInt(date.nanosecond), zone);
}

const methods = new Map<string, GoFunction>();

/** `time.Time`. */
const timeType: GoType = {
  kind: 'struct',
  text: 'time.Time',
  methods,
  stringer: (self) => (self instanceof GoTime ? self.format('2006-01-02 15:04:05.999999999 -0700 MST') : ''),
  goStringer: (self) => (self instanceof GoTime ? goSyntax(self) : ''),
  json: (self) => (self instanceof GoTime ? `"${self.format('2006-01-02T15:04:05.999999999Z07:00')}"` : 'null'),
};

function goSyntax(self: GoTime): string {
  const parts = self.parts();
  const { year, day, hour, minute, second: seconds, nanosecond } = parts;
  const zone = self.zone.name === 'UTC' ? 'time.UTC' : 'time.Local';
  const month = monthNames[parts.month - 1] ?? '';
  return `time.Date(${year}, time.${month}, ${day}, ${hour}, ${minute}, ${seconds}, ${nanosecond}, ${zone})`;
}

const named = (text: string, texts: readonly string[], base: number): GoType =>
  namedType(text, intType, {
    stringer: (self) => (self instanceof GoInt ? (texts[Number(self.value) - base] ?? self.value.toString()) : ''),
  });
const monthType = named('time.Month', monthNames, 1);
const weekdayType = named('time.Weekday', dayNames, 0);

function numbered(type: GoType): Codec<number> {
  return {
    type,
    read: (value) => (value instanceof GoInt ? Number(value.value) : 0),
    write: (value) => new GoInt(BigInt(value), type),
  };
}

/** Codec of time.Time. */
export const time: Codec<GoTime> = {
  type: timeType,
  read: (value) => (value instanceof GoTime ? value : zeroTime()),
  write: (value) => value,
};

const month = numbered(monthType);
const weekday = numbered(weekdayType);
const part = (pick: (parts: TimeParts) => number): GoFunction => fn([time], int, ([self]) => pick(self.parts()));
const nanos = (pick: (value: bigint) => bigint): GoFunction => fn([time], int64, ([self]) => pick(self.nanos));
const compare = (test: (a: bigint, b: bigint) => boolean): GoFunction =>
  fn([time, time], bool, ([a, b]) => test(a.nanos, b.nanos));

const entries: readonly (readonly [string, GoFunction])[] = [
  ['Format', fn([time, str], str, ([self, layout]) => self.format(layout))],
  ['String', fn([time], str, ([self]) => timeType.stringer?.(self) ?? '')],
  ['Unix', nanos((value) => floorDivide(value, second))],
  ['UnixMilli', nanos((value) => floorDivide(value, 1_000_000n))],
  ['UnixMicro', nanos((value) => floorDivide(value, 1000n))],
  ['UnixNano', nanos((value) => BigInt.asIntN(64, value))],
  ['Year', part((parts) => parts.year)],
  ['Month', fn([time], month, ([self]) => self.parts().month)],
  ['Weekday', fn([time], weekday, ([self]) => self.parts().weekday)],
  ['Day', part((parts) => parts.day)],
  ['YearDay', part((parts) => parts.yearDay)],
  ['Hour', part((parts) => parts.hour)],
  ['Minute', part((parts) => parts.minute)],
  ['Second', part((parts) => parts.second)],
  ['Nanosecond', part((parts) => parts.nanosecond)],
  ['UTC', fn([time], time, ([self]) => self.in(utc))],
  ['Local', fn([time], time, ([self], call) => self.in(loadZone(call.host.localZone) ?? utc))],
  ['IsZero', fn([time], bool, ([self]) => self.nanos === zeroTime().nanos)],
  ['Add', fn([time, duration], time, ([self, by]) => new GoTime(self.nanos + by, self.zone))],
  ['Sub', fn([time, time], duration, ([self, other]) => saturated(self.nanos - other.nanos))],
  ['AddDate', fn([time, int, int, int], time, ([self, years, months, days]) => addDate(self, { years, months, days }))],
  ['Before', compare((a, b) => a < b)],
  ['After', compare((a, b) => a > b)],
  ['Equal', compare((a, b) => a === b)],
  ['Truncate', fn([time, duration], time, ([self, to]) => new GoTime(self.nanos - sinceZero(self, to), self.zone))],
];
for (const [name, method] of entries) methods.set(name, method);

/** Time.Sub stops at the ends of what a Duration can hold. */
function saturated(value: bigint): bigint {
  const most = (1n << 63n) - 1n;
  return value > most ? most : value < -most - 1n ? -most - 1n : value;
}

function sinceZero(self: GoTime, to: bigint): bigint {
  return to <= 0n ? 0n : (self.nanos - zeroTime().nanos) % to;
}

function addDate(self: GoTime, by: { readonly years: number; readonly months: number; readonly days: number }): GoTime {
  const parts = self.parts();
  return goDate(
    { ...parts, year: parts.year + by.years, month: parts.month + by.months, day: parts.day + by.days },
    self.zone,
  );
}
