// The functions of the language itself: sizes, conversions, texts and times (cel-go:common/stdlib, v0.26.0).

import { checkedTimestamp } from '../arithmetic.ts';
import { type Implementation, type Overload, overload } from '../overload.ts';
import { type ClockParts, clockParts, durationText, parseDuration, parseTimestamp, timestampText } from '../time.ts';
import {
  optionalType,
  dynType,
  durationType,
  timestampType,
  type CelType,
  boolType,
  bytesType,
  doubleType,
  intType,
  listType,
  mapType,
  nullType,
  stringType,
  typeType,
  uintType,
} from '../types.ts';
import {
  CelError,
  Duration,
  type ListValue,
  type MapValue,
  type Timestamp,
  TypeValue,
  Uint,
  type Value,
  plainText,
  textLength,
  typeOf,
} from '../values.ts';
import { doubleText, parseDouble, parseWhole } from './numbers.ts';
import { matchesRegex } from './regex.ts';

const int64 = (value: bigint): bigint => BigInt.asIntN(64, value);
const uint64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const second = 1_000_000_000n;

function conversion(value: Value, to: string): CelError {
  return new CelError(`type conversion error from '${typeOf(value).name}' to '${to}'`);
}

const same: Implementation = (value) => value ?? null;
const textSize: Implementation = (text) => BigInt(textLength(text as string));
const bytesSize: Implementation = (bytes) => BigInt((bytes as Uint8Array).length);
const itemCount: Implementation = (items) => BigInt((items as ListValue | MapValue).size);

const sizes: readonly Overload[] = [
  overload('size_bytes', 'size(bytes) int', bytesSize),
  overload('bytes_size', 'bytes .size() int', bytesSize),
  overload('size_list', 'size(list(A)) int', itemCount),
  overload('list_size', 'list(A) .size() int', itemCount),
  overload('size_map', 'size(map(A, B)) int', itemCount),
  overload('map_size', 'map(A, B) .size() int', itemCount),
  overload('size_string', 'size(string) int', textSize),
  overload('string_size', 'string .size() int', textSize),
];

const matches: Implementation = (text, pattern) => matchesRegex(text as string, pattern as string);

const texts: readonly Overload[] = [
  overload('contains_string', 'string .contains(string) bool', (text, part) =>
    (text as string).includes(part as string),
  ),
  overload('ends_with_string', 'string .endsWith(string) bool', (text, part) =>
    (text as string).endsWith(part as string),
  ),
  overload('starts_with_string', 'string .startsWith(string) bool', (text, part) =>
    (text as string).startsWith(part as string),
  ),
  overload('matches', 'matches(string, string) bool', matches),
  overload('matches_string', 'string .matches(string) bool', matches),
];

const truths = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const falsehoods = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

function boolOf(text: Value): Value {
  if (truths.has(text as string)) return true;
  if (falsehoods.has(text as string)) return false;
  throw conversion(text, 'bool');
}

function bytesText(bytes: Value): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes as Uint8Array);
  } catch {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

function intOfDouble(value: Value): bigint {
  const number = value as number;
  if (!(number > -(2 ** 63) && number < 2 ** 63)) throw new CelError('integer overflow');
  return BigInt(Math.trunc(number));
}

function uintOfDouble(value: Value): Uint {
  const number = value as number;
  if (!(number >= 0 && number < 2 ** 64)) throw new CelError('unsigned integer overflow');
  return new Uint(BigInt(Math.trunc(number)));
}

function wholeOf(text: Value, to: 'int' | 'uint'): bigint {
  const value = parseWhole(text as string, to === 'int' ? int64 : uint64);
  if (value === undefined || (to === 'uint' && /^[+-]/.test(text as string))) throw conversion(text, to);
  return value;
}

const conversions: readonly Overload[] = [
  overload('bool_to_bool', 'bool(bool) bool', same),
  overload('string_to_bool', 'bool(string) bool', (text) => boolOf(text ?? null)),
  overload('bytes_to_bytes', 'bytes(bytes) bytes', same),
  overload('string_to_bytes', 'bytes(string) bytes', (text) => new TextEncoder().encode(text as string)),
  overload('double_to_double', 'double(double) double', same),
  overload('int64_to_double', 'double(int) double', (value) => Number(value)),
  overload('string_to_double', 'double(string) double', (text) => {
    const value = parseDouble(text as string);
    if (value === undefined) throw conversion(text ?? null, 'double');
    return value;
  }),
  overload('uint64_to_double', 'double(uint) double', (value) => Number((value as Uint).value)),
  overload('to_dyn', 'dyn(A) dyn', same),
  overload('int64_to_int64', 'int(int) int', same),
  overload('double_to_int64', 'int(double) int', (value) => intOfDouble(value ?? null)),
  overload('duration_to_int64', 'int(duration) int', (value) => (value as Duration).nanos),
  overload('string_to_int64', 'int(string) int', (text) => wholeOf(text ?? null, 'int')),
  overload('timestamp_to_int64', 'int(timestamp) int', (value) => floorSeconds((value as Timestamp).nanos)),
  overload('uint64_to_int64', 'int(uint) int', (value) => {
    const whole = (value as Uint).value;
    if (int64(whole) !== whole) throw new CelError('integer overflow');
    return whole;
  }),
  overload('string_to_string', 'string(string) string', same),
  overload('bool_to_string', 'string(bool) string', (value) => plainText(value)),
  overload('bytes_to_string', 'string(bytes) string', (bytes) => bytesText(bytes ?? null)),
  overload('double_to_string', 'string(double) string', (value) => doubleText(value as number)),
  overload('duration_to_string', 'string(duration) string', (value) => durationText(value as Duration)),
  overload('int64_to_string', 'string(int) string', (value) => plainText(value)),
  overload('timestamp_to_string', 'string(timestamp) string', (value) => timestampText(value as Timestamp)),
  overload('uint64_to_string', 'string(uint) string', (value) => String((value as Uint).value)),
  overload('uint64_to_uint64', 'uint(uint) uint', same),
  overload('double_to_uint64', 'uint(double) uint', (value) => uintOfDouble(value ?? null)),
  overload('int64_to_uint64', 'uint(int) uint', (value) => {
    if ((value as bigint) < 0n) throw new CelError('unsigned integer overflow');
    return new Uint(value as bigint);
  }),
  overload('string_to_uint64', 'uint(string) uint', (text) => new Uint(wholeOf(text ?? null, 'uint'))),
  overload('type', 'type(A) type(A)', (value) => new TypeValue(typeOf(value ?? null))),
];

function floorSeconds(nanos: bigint): bigint {
  return nanos % second < 0n ? nanos / second - 1n : nanos / second;
}

const times: readonly Overload[] = [
  overload('duration_to_duration', 'duration(duration) duration', same),
  overload('int64_to_duration', 'duration(int) duration', (value) => new Duration(value as bigint)),
  overload('string_to_duration', 'duration(string) duration', (text) => {
    const value = parseDuration(text as string);
    if (value === undefined) throw conversion(text ?? null, durationType.name);
    return value;
  }),
  overload('timestamp_to_timestamp', 'timestamp(timestamp) timestamp', same),
  overload('int64_to_timestamp', 'timestamp(int) timestamp', (value) => checkedTimestamp((value as bigint) * second)),
  overload('string_to_timestamp', 'timestamp(string) timestamp', (text) => {
    const value = parseTimestamp(text as string);
    if (value === undefined) throw conversion(text ?? null, timestampType.name);
    return value;
  }),
  ...clock('getDate', 'day_of_month_1_based', (parts) => parts.day),
  ...clock('getDayOfMonth', 'day_of_month', (parts) => parts.day - 1),
  ...clock('getDayOfWeek', 'day_of_week', (parts) => parts.weekday),
  ...clock('getDayOfYear', 'day_of_year', (parts) => parts.yearDay),
  ...clock('getFullYear', 'year', (parts) => parts.year),
  ...clock('getHours', 'hours', (parts) => parts.hour, 3600n * second),
  ...clock('getMilliseconds', 'milliseconds', (parts) => parts.milli, 1_000_000n),
  ...clock('getMinutes', 'minutes', (parts) => parts.minute, 60n * second),
  ...clock('getMonth', 'month', (parts) => parts.month),
  ...clock('getSeconds', 'seconds', (parts) => parts.second, second),
];

// A part of a moment, in UTC or in a zone, and for some the count of such units in a duration.
function clock(fn: string, id: string, part: (parts: ClockParts) => number, unit?: bigint): readonly Overload[] {
  const list = [
    overload(`timestamp_to_${id}`, `timestamp .${fn}() int`, (moment) => BigInt(part(clockParts(moment as Timestamp)))),
    overload(`timestamp_to_${id}_with_tz`, `timestamp .${fn}(string) int`, (moment, zone) =>
      BigInt(part(clockParts(moment as Timestamp, zone as string))),
    ),
  ];
  if (unit === undefined) return list;
  const count: Implementation = (span) => (span as Duration).nanos / unit;
  return [...list, overload(`duration_to_${id}`, `duration .${fn}() int`, count)];
}

// Their order decides what a type nobody knows yet is taken for.
function numeric(fn: string, id: string): readonly Overload[] {
  const mixed = [
    ['int', ['int', 'double', 'uint']],
    ['uint', ['uint', 'double', 'int']],
    ['double', ['double', 'int', 'uint']],
  ] as const;
  const idOf = (kind: string): string => (kind === 'double' ? kind : `${kind}64`);
  const same = (kind: string): Overload => overload(`${id}_${kind}`, `${fn}(${kind}, ${kind}) bool`);
  return [
    same('bool'),
    ...mixed.flatMap(([a, others]) =>
      others.map((b) =>
        overload(a === b ? `${id}_${idOf(a)}` : `${id}_${idOf(a)}_${idOf(b)}`, `${fn}(${a}, ${b}) bool`),
      ),
    ),
    ...['string', 'bytes', 'timestamp', 'duration'].map(same),
  ];
}

/** Operators: what they take; the compiler knows what they do. */
const operators: readonly Overload[] = [
  ...['bytes', 'double', 'duration'].map((type) => overload(`add_${type}`, `_+_(${type}, ${type}) ${type}`)),
  overload('add_duration_timestamp', '_+_(duration, timestamp) timestamp'),
  overload('add_timestamp_duration', '_+_(timestamp, duration) timestamp'),
  overload('add_int64', '_+_(int, int) int'),
  overload('add_list', '_+_(list(A), list(A)) list(A)'),
  ...['string', 'uint'].map((type) => overload(`add_${type}`, `_+_(${type}, ${type}) ${type}`)),
  ...['double', 'duration', 'int'].map((type) => overload(`subtract_${type}`, `_-_(${type}, ${type}) ${type}`)),
  overload('subtract_timestamp_duration', '_-_(timestamp, duration) timestamp'),
  overload('subtract_timestamp_timestamp', '_-_(timestamp, timestamp) duration'),
  overload('subtract_uint', '_-_(uint, uint) uint'),
  ...['double', 'int', 'uint'].flatMap((type) => [
    overload(`multiply_${type}`, `_*_(${type}, ${type}) ${type}`),
    overload(`divide_${type}`, `_/_(${type}, ${type}) ${type}`),
  ]),
  ...['int', 'uint'].map((type) => overload(`modulo_${type}`, `_%_(${type}, ${type}) ${type}`)),
  ...['double', 'int'].map((type) => overload(`negate_${type}`, `-_(${type}) ${type}`)),
  overload('equals', '_==_(A, A) bool'),
  overload('not_equals', '_!=_(A, A) bool'),
  ...numeric('_<_', 'less'),
  ...numeric('_<=_', 'less_equals'),
  ...numeric('_>_', 'greater'),
  ...numeric('_>=_', 'greater_equals'),
  overload('logical_and', '_&&_(bool, bool) bool'),
  overload('logical_or', '_||_(bool, bool) bool'),
  overload('logical_not', '!_(bool) bool'),
  overload('conditional', '_?_:_(bool, A, A) A'),
  overload('not_strictly_false', '@not_strictly_false(bool) bool'),
  overload('in_list', '@in(A, list(A)) bool'),
  overload('in_map', '@in(A, map(A, B)) bool'),
  overload('index_list', '_[_](list(A), int) A'),
  overload('index_map', '_[_](map(A, B), A) B'),
];

/** Functions and operators of the language. */
export const standardFunctions: readonly Overload[] = [...operators, ...sizes, ...texts, ...conversions, ...times];

/** Types that are values by their names. */
export const standardTypes: readonly CelType[] = [
  boolType,
  bytesType,
  doubleType,
  durationType,
  intType,
  listType(dynType),
  mapType(dynType, dynType),
  nullType,
  stringType,
  timestampType,
  typeType,
  uintType,
  optionalType(dynType),
];
