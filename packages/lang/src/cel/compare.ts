// Equality and order of values, across the number types (cel-go:common/types, v0.26.0).

import {
  Duration,
  ListValue,
  MapValue,
  OpaqueValue,
  OptionalValue,
  StructValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
  noSuchOverload,
} from './values.ts';

/** True for equal values; values of different types are not equal, except numbers. */
export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  const order = compareNumbers(a, b);
  if (order !== undefined) return order === 0;
  if (typeof a !== 'object') return false;
  if (a instanceof OpaqueValue) return a.equals(b);
  if (typeof b !== 'object') return false;
  return equalObjects(a, b);
}

function equalObjects(a: Exclude<Value, null>, b: Exclude<Value, null>): boolean {
  if (a instanceof ListValue) return b instanceof ListValue && equalLists(a, b);
  if (a instanceof MapValue) return b instanceof MapValue && equalMaps(a, b);
  if (a instanceof StructValue) return b instanceof StructValue && equalStructs(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.type.name === b.type.name;
  if (a instanceof OptionalValue && b instanceof OptionalValue) {
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equalValues(a.value, b.value);
  }
  return false;
}

function equalLists(a: ListValue, b: ListValue): boolean {
  const own = a.equals(b);
  if (own !== undefined) return own;
  if (a.size !== b.size) return false;
  for (let index = 0; index < a.size; index++) if (!equalValues(a.at(index), b.at(index))) return false;
  return true;
}

function equalMaps(a: MapValue, b: MapValue): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const [left, right] = [a.find(key), b.find(key)];
    if (left === undefined || right === undefined || !equalValues(left, right)) return false;
  }
  return true;
}

function equalStructs(a: StructValue, b: StructValue): boolean {
  if (a.type.name !== b.type.name) return false;
  const names = new Set([...a.fields(), ...b.fields()]);
  for (const name of names) {
    const [left, right] = [a.find(name), b.find(name)];
    if (left === undefined || right === undefined) {
      if (left !== right) return false;
    } else if (!equalValues(left, right)) return false;
  }
  return true;
}

/** -1, 0 or 1; NaN where a number is none; undefined where one of them is no number. */
function compareNumbers(a: Value, b: Value): number | undefined {
  const left = a instanceof Uint ? a.value : a;
  const right = b instanceof Uint ? b.value : b;
  if (typeof left !== 'bigint' && typeof left !== 'number') return undefined;
  if (typeof right !== 'bigint' && typeof right !== 'number') return undefined;
  if (typeof left === typeof right) return left < right ? -1 : left > right ? 1 : left === right ? 0 : Number.NaN;
  // Beside a double, a whole number counts as the nearest double.
  const [x, y] = [Number(left), Number(right)];
  return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
}

/** -1, 0 or 1 for values that have an order; NaN where one of them is NaN; throws for all others. */
export function compareValues(a: Value, b: Value): number {
  const order = compareNumbers(a, b);
  if (order !== undefined) return order;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  if (a instanceof Timestamp && b instanceof Timestamp) return sign(a.nanos - b.nanos);
  if (a instanceof Duration && b instanceof Duration) return sign(a.nanos - b.nanos);
  throw noSuchOverload();
}

function sign(value: bigint): number {
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

// Texts are ordered by their bytes in UTF-8, which is the order of code points.
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    let [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left === right) continue;
    // Halves of a pair stand for points above every single unit.
    if (left >= 0xd800 && right >= 0xd800) {
      left = left >= 0xe000 ? left - 0x800 : left + 0x2000;
      right = right >= 0xe000 ? right - 0x800 : right + 0x2000;
    }
    return left < right ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(a.length - b.length);
}
