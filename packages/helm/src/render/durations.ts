// Helm 4's duration functions. Mirrors helm:pkg/engine/funcs.go (v4.3.0).

import {
  type GoFunction,
  type Value as GoValue,
  GoError,
  GoInt,
  any,
  duration,
  durationType,
  float64,
  fn,
  int64,
  parseDuration,
  quote,
  typeOf,
} from '@evenkeel/gotemplate';

const NANOS = 1_000_000_000n;
const INT64_MAX = 9223372036854775807n;
const INT64_MIN = -9223372036854775808n;
const SECONDS_MAX = INT64_MAX / NANOS;

/** The functions by name. */
export const durationFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['mustToDuration', fn([any], duration, ([value]) => asDuration(value))],
  ['durationSeconds', fn([any], float64, ([value]) => inUnits(value, NANOS))],
  ['durationMilliseconds', fn([any], int64, ([value]) => quietDuration(value) / 1_000_000n)],
  ['durationMicroseconds', fn([any], int64, ([value]) => quietDuration(value) / 1000n)],
  ['durationNanoseconds', fn([any], int64, ([value]) => quietDuration(value))],
  ['durationMinutes', fn([any], float64, ([value]) => inUnits(value, 60n * NANOS))],
  ['durationHours', fn([any], float64, ([value]) => inUnits(value, 3600n * NANOS))],
  ['durationDays', fn([any], float64, ([value]) => inUnits(value, 3600n * NANOS) / 24)],
  ['durationWeeks', fn([any], float64, ([value]) => inUnits(value, 3600n * NANOS) / 24 / 7)],
  ['durationRoundTo', fn([any, any], duration, ([value, unit]) => toMultiple(value, unit, true))],
  ['durationTruncateTo', fn([any, any], duration, ([value, unit]) => toMultiple(value, unit, false))],
]);

/** Whole units and the rest are added as Go does, so that the last digits agree. */
function inUnits(value: GoValue, unit: bigint): number {
  const nanos = quietDuration(value);
  return Number(nanos / unit) + Number(nanos % unit) / Number(unit);
}

function quietDuration(value: GoValue): bigint {
  try {
    return asDuration(value);
  } catch (error) {
    if (error instanceof GoError) return 0n;
    throw error;
  }
}

function toMultiple(value: GoValue, unit: GoValue, round: boolean): bigint {
  let nanos: bigint;
  try {
    nanos = asDuration(value);
  } catch (error) {
    if (error instanceof GoError) return 0n;
    throw error;
  }
  const step = quietDuration(unit);
  if (step <= 0n) return nanos;
  const rest = nanos % step;
  if (!round) return nanos - rest;
  const size = rest < 0n ? -rest : rest;
  const down = nanos - rest;
  if (size + size < step) return down;
  const rounded = nanos < 0n ? down - step : down + step;
  if (rounded > INT64_MAX) return INT64_MAX;
  return rounded < INT64_MIN ? INT64_MIN : rounded;
}

function asDuration(value: GoValue): bigint {
  if (typeof value === 'string') return fromText(value);
  if (typeof value === 'number') return fromSeconds(value);
  if (value === null || value === undefined) throw new GoError('invalid duration');
  if (value instanceof GoInt) {
    if (value.type.text === durationType.text) return value.value;
    if (value.value > SECONDS_MAX || value.value < -SECONDS_MAX) {
      throw new GoError(`duration seconds overflow: ${value.value}`);
    }
    return value.value * NANOS;
  }
  throw new GoError(`unsupported duration type ${typeOf(value)?.text ?? 'nil'}`);
}

function fromText(given: string): bigint {
  const text = given.trim();
  if (text === '') throw new GoError('empty duration');
  try {
    return parseDuration(text);
  } catch {
    // Not Go's own notation; a bare number means seconds.
  }
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) return fromSeconds(Number(text));
  throw new GoError(`could not parse duration ${quote(given)}`);
}

function fromSeconds(seconds: number): bigint {
  if (!Number.isFinite(seconds)) throw new GoError(`invalid duration seconds: ${seconds}`);
  if (Math.abs(seconds) > Number(INT64_MAX) / 1e9) throw new GoError(`duration seconds overflow: ${seconds}`);
  return BigInt(Math.trunc(seconds * 1e9));
}
