// sprig's arithmetic (sprig v3.3.0 numeric.go): int64 that wraps, float64 by way of shopspring/decimal v1.4.0.

import { any, bigInt64, float64, int, int64, ints, str } from '../exec/codecs.ts';
import type { Call } from '../exec/call.ts';
import { GoError, type GoFunction, fn, rest } from '../exec/function.ts';
import { formatValue } from '../fmt/printer.ts';
import { NumberError, parseInt64, wrapInt64 } from '../value/go-number.ts';
import type { Value } from '../value/value.ts';
import { toFloat64, toInt64 } from './cast.ts';
import {
  type Decimal,
  addDecimal,
  decimalFromFloat,
  decimalToFloat,
  divideDecimal,
  multiplyDecimal,
  subtractDecimal,
} from './decimal.ts';

type Operation = (a: Decimal, b: Decimal) => Decimal;

function decimalOp(first: Value, others: readonly Value[], operation: Operation): number {
  let result = decimalFromFloat(toFloat64(first));
  for (const other of others) result = operation(result, decimalFromFloat(toFloat64(other)));
  return decimalToFloat(result);
}

function divided(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new GoError('runtime error: integer divide by zero');
  return wrapInt64(a / b);
}

function remainder(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new GoError('runtime error: integer divide by zero');
  return a % b;
}

const reduced = (start: (first: Value) => bigint, step: (total: bigint, next: bigint) => bigint): GoFunction =>
  fn([any, rest(any)], int64, ([first, ...others]) =>
    others.reduce((total: bigint, next) => step(total, toInt64(next)), start(first)),
  );

const extreme = (pick: (a: number, b: number) => number): GoFunction =>
  fn([any, rest(any)], float64, ([first, ...others]) =>
    others.reduce((best: number, next) => pick(best, toFloat64(next)), toFloat64(first)),
  );

/** sprig's untilStep, counted against the step limit before it is made. */
function steps(range: { readonly start: number; readonly stop: number; readonly step: number }, call: Call): number[] {
  const { start, stop, step } = range;
  const forward = stop >= start;
  if (forward ? step <= 0 : step >= 0) return [];
  const count = Math.ceil(Math.abs(stop - start) / Math.abs(step));
  call.step(count);
  return Array.from({ length: count }, (_, index) => start + index * step);
}

function sequence(params: readonly number[], call: Call): string {
  const [first = 0, second = 0, third = 0] = params;
  const text = (start: number, stop: number, step: number): string => steps({ start, stop, step }, call).join(' ');
  switch (params.length) {
    case 1: {
      const by = first < 1 ? -1 : 1;
      return text(1, first + by, by);
    }
    case 2: {
      const by = second < first ? -1 : 1;
      return text(first, second + by, by);
    }
    case 3: {
      const by = third < first ? -1 : 1;
      return third < first && second > 0 ? '' : text(first, third + by, second);
    }
    default:
      return '';
  }
}

function rounded(value: number, places: number, roundOn: number): number {
  const power = 10 ** places;
  const digit = power * value;
  const fraction = digit - Math.trunc(digit);
  return (fraction >= roundOn ? Math.ceil(digit) : Math.floor(digit)) / power;
}

function octal(value: Value): bigint {
  try {
    return parseInt64(formatValue(value), 8);
  } catch (error) {
    if (error instanceof NumberError) return 0n;
    throw error;
  }
}

function atoi(text: string): bigint {
  try {
    return parseInt64(text, 10);
  } catch (error) {
    // strconv.Atoi returns the nearest limit along with a range error, and sprig ignores the error.
    if (error instanceof NumberError && error.message.endsWith('value out of range')) {
      return text.startsWith('-') ? -(1n << 63n) : (1n << 63n) - 1n;
    }
    if (error instanceof NumberError) return 0n;
    throw error;
  }
}

function randomInt(min: number, max: number, call: Call): number {
  if (max <= min) throw new GoError('invalid argument to Intn');
  const size = BigInt(max) - BigInt(min);
  let value = 0n;
  for (const byte of call.host.randomBytes(16)) value = (value << 8n) | BigInt(byte);
  return Number(BigInt(min) + (value % size));
}

export const numberFunctions: readonly (readonly [string, GoFunction])[] = [
  ['atoi', fn([str], bigInt64, ([text]) => atoi(text))],
  ['int64', fn([any], int64, ([value]) => toInt64(value))],
  ['int', fn([any], bigInt64, ([value]) => toInt64(value))],
  ['float64', fn([any], float64, ([value]) => toFloat64(value))],
  ['toDecimal', fn([any], int64, ([value]) => octal(value))],
  ['seq', fn([rest(int)], str, (params, call) => sequence(params, call))],
  ['until', fn([int], ints, ([count], call) => steps({ start: 0, stop: count, step: count < 0 ? -1 : 1 }, call))],
  ['untilStep', fn([int, int, int], ints, ([start, stop, step], call) => steps({ start, stop, step }, call))],
  ['add1', fn([any], int64, ([value]) => wrapInt64(toInt64(value) + 1n))],
  [
    'add',
    fn([rest(any)], int64, (values) => values.reduce((total: bigint, next) => wrapInt64(total + toInt64(next)), 0n)),
  ],
  ['sub', fn([any, any], int64, ([a, b]) => wrapInt64(toInt64(a) - toInt64(b)))],
  ['div', fn([any, any], int64, ([a, b]) => divided(toInt64(a), toInt64(b)))],
  ['mod', fn([any, any], int64, ([a, b]) => remainder(toInt64(a), toInt64(b)))],
  ['mul', reduced(toInt64, (total, next) => wrapInt64(total * next))],
  ['max', reduced(toInt64, (best, next) => (next > best ? next : best))],
  ['biggest', reduced(toInt64, (best, next) => (next > best ? next : best))],
  ['min', reduced(toInt64, (best, next) => (next < best ? next : best))],
  ['maxf', extreme(Math.max)],
  ['minf', extreme(Math.min)],
  ['randInt', fn([int, int], int, ([min, max], call) => randomInt(min, max, call))],
  ['add1f', fn([any], float64, ([value]) => decimalOp(value, [1], addDecimal))],
  ['addf', fn([rest(any)], float64, (values) => decimalOp(0, values, addDecimal))],
  ['subf', fn([any, rest(any)], float64, ([first, ...others]) => decimalOp(first, others, subtractDecimal))],
  ['divf', fn([any, rest(any)], float64, ([first, ...others]) => decimalOp(first, others, divideDecimal))],
  ['mulf', fn([any, rest(any)], float64, ([first, ...others]) => decimalOp(first, others, multiplyDecimal))],
  ['ceil', fn([any], float64, ([value]) => Math.ceil(toFloat64(value)))],
  ['floor', fn([any], float64, ([value]) => Math.floor(toFloat64(value)))],
  [
    'round',
    fn([any, int, rest(float64)], float64, ([value, places, ...on]) => rounded(toFloat64(value), places, on[0] ?? 0.5)),
  ],
];
