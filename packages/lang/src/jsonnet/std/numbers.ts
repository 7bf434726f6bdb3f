// std: numbers and types.

import { compareValues, finite } from '../operators.ts';
import { ArrayValue, FunctionValue, ObjectValue, type Value, codePoints, runtimeError, typeName } from '../values.ts';
import type { Args, NativeBody, NativeTable } from './native.ts';

function of(compute: (x: number) => number): readonly [string, NativeBody] {
  return ['x', (args) => finite(compute(args.number(0)))];
}

function isType(name: string): readonly [string, NativeBody] {
  return ['v', (args) => typeName(args.value(0)) === name];
}

/** sign · mantissa · 2^exponent, the mantissa in [0.5, 1). */
function parts(value: number): { readonly mantissa: number; readonly exponent: number } {
  if (value === 0) return { mantissa: 0, exponent: 0 };
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(value))) + 1);
  let mantissa = value * 2 ** -exponent;
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2;
    exponent -= 1;
  }
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2;
    exponent += 1;
  }
  return { mantissa, exponent };
}

/** Away from zero at the half, as Go rounds. */
function round(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

function extreme(better: (comparison: number) => boolean): NativeBody {
  return (args) => {
    const items = args.list(0);
    const [first, ...rest] = items;
    if (!first) {
      if (args.has(2)) return args.value(2);
      throw runtimeError('Expected at least one element in array. Got none');
    }
    const key = args.key(1);
    let best = first;
    for (const item of rest) if (better(compareValues(key(item), key(best)))) best = item;
    return best.force();
  };
}

function lengthOf(value: Value): number {
  if (typeof value === 'string') return codePoints(value).length;
  if (value instanceof ArrayValue) return value.items.length;
  if (value instanceof FunctionValue) return value.parameters.length;
  if (value instanceof ObjectValue) return value.names().filter(([, visible]) => visible).length;
  throw runtimeError(`length operates on strings, objects, functions and arrays, got ${typeName(value)}`);
}

function total(args: Args): number {
  let sum = 0;
  for (const item of args.list(0)) {
    const value = item.force();
    if (typeof value !== 'number') throw runtimeError(`Unexpected type ${typeName(value)}, expected number`);
    sum += value;
  }
  return sum;
}

/** Functions of numbers, and questions about types. */
export const numberFunctions: NativeTable = {
  abs: ['n', (args) => Math.abs(args.number(0))],
  sign: ['n', (args) => Math.sign(args.number(0))],
  max: ['a b', (args) => Math.max(args.number(0), args.number(1))],
  min: ['a b', (args) => Math.min(args.number(0), args.number(1))],
  clamp: ['x minVal maxVal', (args) => Math.min(Math.max(args.number(0), args.number(1)), args.number(2))],
  pow: ['x n', (args) => finite(args.number(0) ** args.number(1))],
  exp: of(Math.exp),
  log: of(Math.log),
  log2: of(Math.log2),
  log10: of(Math.log10),
  exponent: ['x', (args) => parts(args.number(0)).exponent],
  mantissa: ['x', (args) => parts(args.number(0)).mantissa],
  floor: of(Math.floor),
  ceil: of(Math.ceil),
  round: of(round),
  sqrt: of(Math.sqrt),
  sin: of(Math.sin),
  cos: of(Math.cos),
  tan: of(Math.tan),
  asin: of(Math.asin),
  acos: of(Math.acos),
  atan: of(Math.atan),
  atan2: ['y x', (args) => Math.atan2(args.number(0), args.number(1))],
  hypot: ['x y', (args) => finite(Math.hypot(args.number(0), args.number(1)))],
  deg2rad: of((x) => (x * Math.PI) / 180),
  rad2deg: of((x) => (x * 180) / Math.PI),
  modulo: [
    'x y',
    (args) => {
      if (args.number(1) === 0) throw runtimeError('Division by zero.');
      return finite(args.number(0) % args.number(1));
    },
  ],
  isEven: ['x', (args) => Math.trunc(args.number(0)) % 2 === 0],
  isOdd: ['x', (args) => Math.trunc(args.number(0)) % 2 !== 0],
  isInteger: ['x', (args) => Number.isInteger(args.number(0))],
  isDecimal: ['x', (args) => !Number.isInteger(args.number(0))],
  xor: ['x y', (args) => args.boolean(0) !== args.boolean(1)],
  xnor: ['x y', (args) => args.boolean(0) === args.boolean(1)],
  sum: ['arr', total],
  avg: [
    'arr',
    (args) => {
      const { length } = args.list(0);
      if (length === 0) throw runtimeError('Cannot calculate average of an empty array.');
      return total(args) / length;
    },
  ],
  minArray: ['arr keyF? onEmpty?', extreme((comparison) => comparison < 0)],
  maxArray: ['arr keyF? onEmpty?', extreme((comparison) => comparison > 0)],
  length: ['x', (args) => lengthOf(args.value(0))],
  type: ['x', (args) => typeName(args.value(0))],
  isString: isType('string'),
  isNumber: isType('number'),
  isBoolean: isType('boolean'),
  isObject: isType('object'),
  isArray: isType('array'),
  isFunction: isType('function'),
  isNull: ['x', (args) => args.value(0) === null],
};
