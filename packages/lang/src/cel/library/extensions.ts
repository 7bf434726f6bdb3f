// math and base64, which Kubernetes does not have (cel-go:ext/math.go and encoders.go, v0.26.0).

import { checkedInt } from '../arithmetic.ts';
import { compareValues } from '../compare.ts';
import { type Implementation, type Overload, overload } from '../overload.ts';
import { CelError, ListValue, Uint, type Value, plainText } from '../values.ts';

const number = ['double', 'int', 'uint'] as const;

function extreme(name: 'min' | 'max'): readonly Overload[] {
  const better = (a: Value, b: Value): Value => {
    const order = compareValues(b, a);
    return (name === 'min' ? order < 0 : order > 0) ? b : a;
  };
  const pick: Implementation = (first, second) => {
    if (second !== undefined) return better(first ?? null, second);
    if (!(first instanceof ListValue)) return first ?? null;
    if (first.size === 0) throw new CelError(`math.@${name}(list) argument must not be empty`);
    return [...first].reduce(better);
  };
  const fn = `math.@${name}`;
  return [
    ...number.map((type) => overload(`math_@${name}_${type}`, `${fn}(${type}) ${type}`, pick)),
    ...number.flatMap((a) =>
      number.map((b) => overload(`math_@${name}_${a}_${b}`, `${fn}(${a}, ${b}) ${a === b ? a : 'dyn'}`, pick)),
    ),
    ...number.map((type) => overload(`math_@${name}_list_${type}`, `${fn}(list(${type})) ${type}`, pick)),
  ];
}

function real(name: string, result: string, run: (value: number) => Value): Overload {
  return overload(`math_${name}_double`, `math.${name}(double) ${result}`, (value) => run(value as number));
}

// Halves are rounded away from zero.
function round(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

function bits(name: string, run: (a: bigint, b: bigint) => bigint): readonly Overload[] {
  return [
    overload(`math_${name}_int_int`, `math.${name}(int, int) int`, (a, b) =>
      BigInt.asIntN(64, run(a as bigint, b as bigint)),
    ),
    overload(
      `math_${name}_uint_uint`,
      `math.${name}(uint, uint) uint`,
      (a, b) => new Uint(BigInt.asUintN(64, run((a as Uint).value, (b as Uint).value))),
    ),
  ];
}

function shift(name: string, run: (a: bigint, by: bigint) => bigint): readonly Overload[] {
  const by = (value: Value | undefined): bigint => {
    if ((value as bigint) < 0n) throw new CelError(`math.${name}() negative offset: ${plainText(value)}`);
    return value as bigint;
  };
  // A shift to the right fills with zeroes, whatever the sign.
  return [
    overload(`math_${name}_int_int`, `math.${name}(int, int) int`, (a, b) => {
      const offset = by(b);
      return offset >= 64n ? 0n : BigInt.asIntN(64, run(BigInt.asUintN(64, a as bigint), offset));
    }),
    overload(`math_${name}_uint_int`, `math.${name}(uint, int) uint`, (a, b) => {
      const offset = by(b);
      return new Uint(offset >= 64n ? 0n : BigInt.asUintN(64, run((a as Uint).value, offset)));
    }),
  ];
}

export const mathFunctions: readonly Overload[] = [
  ...extreme('min'),
  ...extreme('max'),
  real('ceil', 'double', Math.ceil),
  real('floor', 'double', Math.floor),
  real('round', 'double', round),
  real('trunc', 'double', Math.trunc),
  real('isInf', 'bool', (value) => Math.abs(value) === Infinity),
  real('isNaN', 'bool', Number.isNaN),
  real('isFinite', 'bool', Number.isFinite),
  real('abs', 'double', Math.abs),
  overload('math_abs_int', 'math.abs(int) int', (value) =>
    checkedInt((value as bigint) < 0n ? -(value as bigint) : (value as bigint)),
  ),
  overload('math_abs_uint', 'math.abs(uint) uint', (value) => value ?? null),
  real('sign', 'double', Math.sign),
  overload('math_sign_int', 'math.sign(int) int', (value) =>
    (value as bigint) > 0n ? 1n : (value as bigint) < 0n ? -1n : 0n,
  ),
  overload('math_sign_uint', 'math.sign(uint) uint', (value) => new Uint((value as Uint).value > 0n ? 1n : 0n)),
  real('sqrt', 'double', Math.sqrt),
  overload('math_sqrt_int', 'math.sqrt(int) double', (value) => Math.sqrt(Number(value))),
  overload('math_sqrt_uint', 'math.sqrt(uint) double', (value) => Math.sqrt(Number((value as Uint).value))),
  ...bits('bitAnd', (a, b) => a & b),
  ...bits('bitOr', (a, b) => a | b),
  ...bits('bitXor', (a, b) => a ^ b),
  overload('math_bitNot_int_int', 'math.bitNot(int) int', (value) => BigInt.asIntN(64, ~(value as bigint))),
  overload(
    'math_bitNot_uint_uint',
    'math.bitNot(uint) uint',
    (value) => new Uint(BigInt.asUintN(64, ~(value as Uint).value)),
  ),
  ...shift('bitShiftLeft', (a, by) => a << by),
  ...shift('bitShiftRight', (a, by) => a >> by),
];

export const encoderFunctions: readonly Overload[] = [
  overload('base64_decode_string', 'base64.decode(string) bytes', (text) => decode(text as string)),
  overload('base64_encode_bytes', 'base64.encode(bytes) string', (bytes) =>
    btoa(Array.from(bytes as Uint8Array, (byte) => String.fromCharCode(byte)).join('')),
  ),
];

function decode(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    throw new CelError('illegal base64 data at input byte 0');
  }
}
