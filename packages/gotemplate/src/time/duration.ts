// time.Duration: text, parsing and rounding. Durations are nanoseconds in a bigint.

import { GoError } from '../exec/function.ts';
import { quoteTime } from './quote-time.ts';

const second = 1_000_000_000n;

/** Duration.String(). */
export function durationText(nanos: bigint): string {
  if (nanos === 0n) return '0s';
  const size = nanos < 0n ? -nanos : nanos;
  const sign = nanos < 0n ? '-' : '';
  if (size < 1000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${withFraction(size, 3)}µs`;
  if (size < second) return `${sign}${withFraction(size, 6)}ms`;
  const minutes = size / (60n * second);
  const seconds = `${withFraction(size % (60n * second), 9)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

function withFraction(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = (value % scale).toString().padStart(digits, '0').replace(/0+$/, '');
  return fraction === '' ? (value / scale).toString() : `${value / scale}.${fraction}`;
}

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

const limit = 1n << 63n;

/** time.ParseDuration. Throws GoError with Go's text. */
export function parseDuration(text: string): bigint {
  const invalid = (): GoError => new GoError(`time: invalid duration ${quoteTime(text)}`);
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') throw invalid();
  let total = 0n;
  while (rest !== '') {
    const number = /^(\d*)(?:(\.)(\d*))?/.exec(rest);
    const whole = number?.[1] ?? '';
    const fraction = number?.[3] ?? '';
    if (whole === '' && fraction === '') throw invalid();
    if (BigInt(whole === '' ? '0' : whole) > limit) throw invalid();
    rest = rest.slice(number?.[0].length ?? 0);
    const name = /^[^.0-9]*/.exec(rest)?.[0] ?? '';
    if (name === '') throw new GoError(`time: missing unit in duration ${quoteTime(text)}`);
    rest = rest.slice(name.length);
    const unit = Object.hasOwn(units, name) ? units[name] : undefined;
    if (unit === undefined) throw new GoError(`time: unknown unit ${quoteTime(name)} in duration ${quoteTime(text)}`);
    const value = BigInt(whole === '' ? '0' : whole) * unit;
    if (value > limit) throw invalid();
    total += value + fractionOf(fraction, unit);
    if (total > limit) throw invalid();
  }
  if (negative) return -total;
  if (total >= limit) throw invalid();
  return total;
}

/** Go computes the fraction in float64, from as many digits as fit an int64. */
function fractionOf(digits: string, unit: bigint): bigint {
  const kept = digits.slice(0, 18);
  if (kept === '' || BigInt(kept) === 0n) return 0n;
  return BigInt(Math.trunc(Number(BigInt(kept)) * (Number(unit) / 10 ** kept.length)));
}

/** Duration.Round: to the nearest multiple, halves away from zero. */
export function roundDuration(nanos: bigint, to: bigint): bigint {
  if (to <= 0n) return nanos;
  const remainder = nanos % to;
  const size = remainder < 0n ? -remainder : remainder;
  if (size + size < to) return nanos - remainder;
  return nanos < 0n ? nanos - remainder - to : nanos - remainder + to;
}
