// The Go types that functions take and give, and what TypeScript sees of them.

import {
  anyMapType,
  anySliceType,
  anyType,
  boolType,
  float64Type,
  int64Type,
  intSliceType,
  intType,
  reflectValueType,
  stringMapType,
  stringSliceType,
  stringType,
} from '../value/go-type.ts';
import {
  GoInt,
  type GoMap,
  GoScalar,
  type GoSlice,
  type Value,
  goInt,
  nilMap,
  nilSlice,
  withType,
} from '../value/value.ts';
import type { Codec } from './function.ts';

/** `string`. */
export const str: Codec<string> = {
  type: stringType,
  read: (value) => (typeof value === 'string' ? value : value instanceof GoScalar ? String(value.value) : ''),
  write: (value) => value,
};

/** `bool`. */
export const bool: Codec<boolean> = { type: boolType, read: (value) => value === true, write: (value) => value };

/** `float64`. */
export const float64: Codec<number> = {
  type: float64Type,
  read: (value) => (typeof value === 'number' ? value : 0),
  write: (value) => value,
};

/** `int`, as a number: exact up to 2^53, which is enough for counts and indexes. */
export const int: Codec<number> = {
  type: intType,
  read: (value) => (value instanceof GoInt ? Number(value.value) : 0),
  write: (value) => goInt(value),
};

/** `int`, exact. */
export const int64: Codec<bigint> = {
  type: int64Type,
  read: (value) => (value instanceof GoInt ? value.value : 0n),
  write: (value) => new GoInt(value, int64Type),
};

/** `int` as a bigint, exact. */
export const bigInt64: Codec<bigint> = {
  type: intType,
  read: (value) => (value instanceof GoInt ? value.value : 0n),
  write: (value) => goInt(value),
};

/** `interface{}`: nil is null. */
export const any: Codec<Value> = { type: anyType, read: (value) => value ?? null, write: (value) => value };

/** `reflect.Value`: the value as it is, invalid (undefined) apart from nil (null). */
export const reflectValue: Codec<Value> = { type: reflectValueType, read: (value) => value, write: (value) => value };

/** `[]interface{}`. */
export const anys: Codec<GoSlice> = {
  type: anySliceType,
  read: (value) => (Array.isArray(value) ? value : nilSlice()),
  write: (value) => value,
};

/** `[]string`. */
export const strings: Codec<readonly string[]> = {
  type: stringSliceType,
  read: (value) => (Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? item : '')) : []),
  write: (value) => withType([...value], stringSliceType),
};

/** `[]int`. */
export const ints: Codec<readonly number[]> = {
  type: intSliceType,
  read: (value) => (Array.isArray(value) ? value.map((item) => int.read(item)) : []),
  write: (value) =>
    withType(
      value.map((item): Value => goInt(item)),
      intSliceType,
    ),
};

/** `map[string]interface{}`, by identity. */
export const dict: Codec<GoMap> = {
  type: anyMapType,
  read: (value) => (value instanceof Map ? value : nilMap()),
  write: (value) => value,
};

/** `map[string]interface{}` where a function lists several; the same codec under the name that reads well. */
export const dicts: Codec<GoMap> = dict;

/** `map[string]string`. */
export const stringMap: Codec<ReadonlyMap<string, string>> = {
  type: stringMapType,
  read: (value) => {
    const map = new Map<string, string>();
    if (value instanceof Map) for (const [key, item] of value) map.set(str.read(key), str.read(item));
    return map;
  },
  write: (value) => withType(new Map<Value, Value>(value), stringMapType),
};
