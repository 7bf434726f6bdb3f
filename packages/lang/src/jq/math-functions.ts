// Functions over numbers.

import type { Json } from '@evenkeel/resource';
import { notApplicable } from './errors.ts';
import { toFloat } from './numbers.ts';

type Native = (value: Json, args: readonly Json[]) => Json;

const unary: Readonly<Record<string, (x: number) => number>> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  floor: Math.floor,
  round: (x) => (x < 0 ? -Math.round(-x) : Math.round(x)),
  nearbyint: roundToEven,
  rint: roundToEven,
  ceil: Math.ceil,
  trunc: Math.trunc,
  significand: (x) => (x === 0 || !Number.isFinite(x) ? x : split(x)[0] * 2),
  fabs: Math.abs,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  exp: Math.exp,
  exp10: (x) => 10 ** x,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log10: Math.log10,
  log1p: Math.log1p,
  log2: Math.log2,
  logb: (x) => (x === 0 ? -Infinity : Number.isFinite(x) ? split(x)[1] - 1 : Math.abs(x)),
};

const binary: Readonly<Record<string, (x: number, y: number) => number>> = {
  atan2: Math.atan2,
  copysign: (x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x)),
  drem: remainder,
  fdim: (x, y) => (x > y ? x - y : x <= y ? 0 : NaN),
  fmax: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.max(x, y)),
  fmin: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.min(x, y)),
  fmod: (x, y) => x % y,
  hypot: Math.hypot,
  remainder,
  ldexp: scale,
  scalb: scale,
  scalbln: scale,
  pow: (x, y) => (x === 1 || (x === -1 && !Number.isFinite(y) && !Number.isNaN(y)) ? 1 : x ** y),
};

/** By name and number of arguments. */
export const mathFunctions: Readonly<Record<string, Native>> = {
  ...Object.fromEntries(
    Object.entries(unary).map(([name, apply]): [string, Native] => [`${name}/0`, (value) => apply(float(name, value))]),
  ),
  ...Object.fromEntries(
    Object.entries(binary).map(([name, apply]): [string, Native] => [
      `${name}/2`,
      (_value, [x = null, y = null]) => apply(float(name, x), float(name, y)),
    ]),
  ),
  'fma/3': (_value, [x = null, y = null, z = null]) => float('fma', x) * float('fma', y) + float('fma', z),
  'frexp/0': (value) => [...split(float('frexp', value))],
  'modf/0': (value) => {
    const x = float('modf', value);
    return Number.isFinite(x) || Number.isNaN(x) ? [x - Math.trunc(x), Math.trunc(x)] : [0, x];
  },
  'infinite/0': () => Infinity,
  'nan/0': () => NaN,
  'isfinite/0': (value) => toFloat(value) !== undefined && Math.abs(Number(value)) !== Infinity,
  'isinfinite/0': (value) => toFloat(value) !== undefined && Math.abs(Number(value)) === Infinity,
  'isnan/0': (value) => value !== null && Number.isNaN(float('isnan', value)),
  'isnormal/0': (value) => {
    const x = toFloat(value);
    return x !== undefined && Number.isFinite(x) && Math.abs(x) >= 2.2250738585072014e-308;
  },
};

function float(name: string, value: Json): number {
  const x = toFloat(value);
  if (x === undefined) throw notApplicable(name, value);
  return x;
}

function roundToEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

function remainder(x: number, y: number): number {
  if (!Number.isFinite(x) || y === 0 || Number.isNaN(y)) return NaN;
  if (!Number.isFinite(y)) return x;
  return x - y * roundToEven(x / y);
}

function scale(x: number, exponent: number): number {
  return x * 2 ** Math.trunc(exponent);
}

/** x as a fraction in [0.5, 1) and a power of two. */
function split(x: number): readonly [number, number] {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  let exponent = Math.max(-1074, Math.floor(Math.log2(Math.abs(x))) + 1);
  let fraction = x * 2 ** -exponent;
  while (Math.abs(fraction) < 0.5) {
    fraction *= 2;
    exponent -= 1;
  }
  while (Math.abs(fraction) >= 1) {
    fraction /= 2;
    exponent += 1;
  }
  return [fraction, exponent];
}
