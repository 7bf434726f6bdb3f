// Arithmetic. Whole numbers beyond 2^53 are bigints, as gojq's are big integers.
// Mirrors github.com/itchyny/gojq:operator.go (0.12.19).

import type { Json, JsonObject } from '@evenkeel/resource';
import { JqError, fail, shown } from './errors.ts';
import { compare, isArray, isNumber, isObject, preview } from './json.ts';

const MAX_INT = 9_223_372_036_854_775_807n;
const MIN_INT = -9_223_372_036_854_775_808n;

/** A whole number in the form it is kept in. */
export function whole(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Reads a number that the lexer has accepted. */
export function numberOf(text: string): number | bigint {
  if (/[.eE]/.test(text)) return Number(text);
  const value = Number(text);
  return Number.isSafeInteger(value) ? value + 0 : whole(BigInt(text.replace(/^\+/, '')));
}

/** As an index: fractions are cut, what is too large is the largest there is. Undefined for what is no number. */
export function toInteger(value: Json): number | undefined {
  if (typeof value === 'bigint') return Number(value < MIN_INT ? MIN_INT : value > MAX_INT ? MAX_INT : value);
  if (typeof value !== 'number') return undefined;
  if (Number.isNaN(value)) return Number(MIN_INT);
  return Math.min(Math.max(Math.trunc(value), Number(MIN_INT)), Number(MAX_INT)) + 0;
}

export function toFloat(value: Json): number | undefined {
  return isNumber(value) ? Number(value) : undefined;
}

type Numeric = number | bigint;

function exactly(left: Numeric, right: Numeric, float: number, exact: (l: bigint, r: bigint) => bigint): Numeric {
  const isWhole = (value: Numeric): boolean => typeof value === 'bigint' || Number.isSafeInteger(value);
  if (Number.isSafeInteger(float) && typeof left === 'number' && typeof right === 'number') {
    return float + 0;
  }
  return isWhole(left) && isWhole(right) ? whole(exact(BigInt(left), BigInt(right))) : float;
}

/** So many items may be put together in one go: whatever is doubled again and again soon takes all memory. */
const ITEMS_MAX = 1_000_000;

export function checkLength(length: number): void {
  if (length > ITEMS_MAX) throw new JqError('LIMIT', `a list of more than ${ITEMS_MAX} items is too long`);
}

export function add(left: Json, right: Json): Json {
  if (typeof left === 'number' && typeof right === 'number') {
    return exactly(left, right, left + right, (l, r) => l + r);
  }
  if (isNumber(left) && isNumber(right)) return exactly(left, right, Number(left) + Number(right), (l, r) => l + r);
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (isArray(left) && isArray(right)) {
    checkLength(left.length + right.length);
    return left.length === 0 ? right : right.length === 0 ? left : [...left, ...right];
  }
  if (isObject(left) && isObject(right)) return merged(left, right);
  if (left === null) return right;
  if (right === null) return left;
  throw fail(`cannot add: ${shown(left)} and ${shown(right)}`);
}

function merged(left: JsonObject, right: JsonObject): JsonObject {
  return Object.fromEntries([...Object.entries(left), ...Object.entries(right)]) as JsonObject;
}

export function subtract(left: Json, right: Json): Json {
  if (isNumber(left) && isNumber(right)) return exactly(left, right, Number(left) - Number(right), (l, r) => l - r);
  if (isArray(left) && isArray(right)) {
    return left.filter((item) => !right.some((other) => compare(item, other) === 0));
  }
  throw fail(`cannot subtract: ${shown(left)} and ${shown(right)}`);
}

export function multiply(left: Json, right: Json): Json {
  if (isNumber(left) && isNumber(right)) return exactly(left, right, Number(left) * Number(right), (l, r) => l * r);
  if (isObject(left) && isObject(right)) return deepMerge(left, right);
  if (typeof left === 'string' && isNumber(right)) return repeat(left, Number(right));
  if (typeof right === 'string' && isNumber(left)) return repeat(right, Number(left));
  throw fail(`cannot multiply: ${shown(left)} and ${shown(right)}`);
}

function deepMerge(left: JsonObject, right: JsonObject): JsonObject {
  const result = new Map<string, Json>(Object.entries(left) as [string, Json][]);
  for (const [key, value] of Object.entries(right) as [string, Json][]) {
    const before = result.get(key);
    result.set(key, isObject(before) && isObject(value) ? deepMerge(before, value) : value);
  }
  return Object.fromEntries(result) as JsonObject;
}

const REPEAT_MAX = 2_147_483_647;

function repeat(text: string, times: number): Json {
  if (times < 0 || Number.isNaN(times)) return null;
  const count = Math.trunc(Math.min(times, REPEAT_MAX));
  if (new TextEncoder().encode(text).length * count >= REPEAT_MAX) {
    throw fail(`repeat string result too large: ${preview(text)} * ${preview(times)}`);
  }
  return text.repeat(count);
}

export function divide(left: Json, right: Json): Json {
  if (isNumber(left) && isNumber(right)) {
    if (Number(right) === 0) throw fail(`cannot divide ${shown(left)} by: ${shown(right)}`);
    if (typeof left === 'bigint' || typeof right === 'bigint') {
      const areWhole = [left, right].every((value) => typeof value === 'bigint' || Number.isSafeInteger(value));
      if (areWhole && BigInt(left) % BigInt(right) === 0n) return whole(BigInt(left) / BigInt(right));
    }
    return Number(left) / Number(right) || (Number(left) === 0 ? 0 : Number(left) / Number(right));
  }
  if (typeof left === 'string' && typeof right === 'string') return left === '' ? [] : splitText(left, right);
  throw fail(`cannot divide: ${shown(left)} and ${shown(right)}`);
}

/** Splits at a separator; at an empty one, into characters. */
export function splitText(text: string, separator: string): readonly string[] {
  return separator === '' ? Array.from(text) : text.split(separator);
}

export function modulo(left: Json, right: Json): Json {
  if (isNumber(left) && isNumber(right)) {
    if (Number.isNaN(left) || Number.isNaN(right)) return NaN;
    const [l, r] = [bigInteger(left), bigInteger(right)];
    if (r === 0n) throw fail(`cannot modulo ${shown(left)} by: ${shown(right)}`);
    return whole(l % r);
  }
  throw fail(`cannot modulo: ${shown(left)} and ${shown(right)}`);
}

function bigInteger(value: Numeric): bigint {
  if (typeof value === 'bigint') return value;
  if (value >= 9.223372036854776e18) return MAX_INT;
  if (value < -9.223372036854776e18) return MIN_INT;
  return BigInt(Math.trunc(value));
}

export function negate(value: Json): Json {
  if (typeof value === 'bigint') return whole(-value);
  // A literal 0 is an integer in Go, whose negative is 0.
  if (typeof value === 'number') return value === 0 ? 0 : -value;
  throw fail(`cannot negate: ${shown(value)}`);
}

export function plus(value: Json): Json {
  if (isNumber(value)) return value;
  throw fail(`cannot plus: ${shown(value)}`);
}
