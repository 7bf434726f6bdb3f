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
} from '../value/go-type.js';
import { GoInt, GoScalar, goInt, nilMap, nilSlice, withType } from '../value/value.js';
/** `string`. */
export const str = {
  type: stringType,
  read: (value) => (typeof value === 'string' ? value : value instanceof GoScalar ? String(value.value) : ''),
  write: (value) => value,
};
/** `bool`. */
export const bool = { type: boolType, read: (value) => value === true, write: (value) => value };
/** `float64`. */
export const float64 = {
  type: float64Type,
  read: (value) => (typeof value === 'number' ? value : 0),
  write: (value) => value,
};
/** `int`, as a number: exact up to 2^53, which is enough for counts and indexes. */
export const int = {
  type: intType,
  read: (value) => (value instanceof GoInt ? Number(value.value) : 0),
  write: (value) => goInt(value),
};
/** `int`, exact. */
export const int64 = {
  type: int64Type,
  read: (value) => (value instanceof GoInt ? value.value : 0n),
  write: (value) => new GoInt(value, int64Type),
};
/** `int` as a bigint, exact. */
export const bigInt64 = {
  type: intType,
  read: (value) => (value instanceof GoInt ? value.value : 0n),
  write: (value) => goInt(value),
};
/** `interface{}`: nil is null. */
export const any = { type: anyType, read: (value) => value ?? null, write: (value) => value };
/** `reflect.Value`: the value as it is, invalid (undefined) apart from nil (null). */
export const reflectValue = { type: reflectValueType, read: (value) => value, write: (value) => value };
/** `[]interface{}`. */
export const anys = {
  type: anySliceType,
  read: (value) => (Array.isArray(value) ? value : nilSlice()),
  write: (value) => value,
};
/** `[]string`. */
export const strings = {
  type: stringSliceType,
  read: (value) => (Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? item : '')) : []),
  write: (value) => withType([...value], stringSliceType),
};
/** `[]int`. */
export const ints = {
  type: intSliceType,
  read: (value) => (Array.isArray(value) ? value.map((item) => int.read(item)) : []),
  write: (value) =>
    withType(
      value.map((item) => goInt(item)),
      intSliceType,
    ),
};
/** `map[string]interface{}`, by identity. */
export const dict = {
  type: anyMapType,
  read: (value) => (value instanceof Map ? value : nilMap()),
  write: (value) => value,
};
/** `map[string]interface{}` where a function lists several; the same codec under the name that reads well. */
export const dicts = dict;
/** `map[string]string`. */
export const stringMap = {
  type: stringMapType,
  read: (value) => {
    const map = new Map();
    if (value instanceof Map) for (const [key, item] of value) map.set(str.read(key), str.read(item));
    return map;
  },
  write: (value) => withType(new Map(value), stringMapType),
};
