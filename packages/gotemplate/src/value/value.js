// The values templates compute with: Go's semantics on JavaScript data.
//
//   undefined       an invalid reflect.Value (a missing key, the result of a nil pipeline)
//   null            a nil interface{} (a key that is there and holds nothing)
//   boolean         bool
//   string          string. Go strings are bytes; a byte that is not valid UTF-8 is kept as the lone surrogate U+DC80–U+DCFF
//                   (see go-string.ts), so text stays cheap and binary survives.
//   number          float64 – what every number in a values file is
//   GoInt           every integer type, with its type: `int` and `int64` are different to Go and print alike
//   GoScalar        defined strings/bools/floats (json.Number, float32)
//   GoComplex       complex128
//   array           a slice; []interface{} unless `withType` says otherwise
//   Map             a map; map[string]interface{} unless `withType` says otherwise. Keys `__proto__` and `constructor` are ordinary.
//   Uint8Array      []byte
//   GoStruct        a struct or pointer to one, with fields and methods
//   GoFunction      a func value
//
// No property of a JavaScript object is ever looked up by a name that a template supplies.
import {
  anyMapType,
  anySliceType,
  boolType,
  bytesType,
  complexType,
  float64Type,
  int64Type,
  intType,
  stringType,
} from './go-type.js';
const typeTag = Symbol('goType');
const nilTag = Symbol('goNil');
/** An integer of any Go type. Arithmetic on it wraps only where the caller asks for it (`wrapInt64`). */
export class GoInt {
  value;
  type;
  constructor(value, type) {
    this.value = value;
    this.type = type;
  }
}
/** A value of a defined string, bool or float type, or a float32. */
export class GoScalar {
  value;
  type;
  constructor(value, type) {
    this.value = value;
    this.type = type;
  }
}
export class GoComplex {
  re;
  im;
  constructor(re, im) {
    this.re = re;
    this.im = im;
  }
}
/** A struct, or (type.kind 'ptr') a pointer to one. Fields by their Go names. */
export class GoStruct {
  type;
  fields;
  constructor(type, fields) {
    this.type = type;
    this.fields = fields;
  }
}
const smallInts = Array.from({ length: 256 }, (_, index) => new GoInt(BigInt(index), intType));
/** A Go `int`. */
export function goInt(value) {
  if (typeof value === 'number') return smallInts[value] ?? new GoInt(BigInt(value), intType);
  return new GoInt(value, intType);
}
/** A Go `int64`. */
export function goInt64(value) {
  return new GoInt(BigInt(value), int64Type);
}
/** Marks a slice or map as being of a type other than []interface{} / map[string]interface{}. Returns its argument. */
export function withType(container, type) {
  container[typeTag] = type;
  return container;
}
/** A nil slice of a type: empty to everything except JSON, which says null. */
export function nilSlice(type = anySliceType) {
  const slice = [];
  slice[nilTag] = true;
  if (type !== anySliceType) slice[typeTag] = type;
  return slice;
}
/** A nil map of a type: it reads as empty; writing to it is a panic in Go. */
export function nilMap(type = anyMapType) {
  const map = new Map();
  map[nilTag] = true;
  if (type !== anyMapType) map[typeTag] = type;
  return map;
}
/** Whether a slice or map is Go's nil of its type. */
export function isNilContainer(container) {
  return container[nilTag] === true;
}
/** The type of a slice. */
export function sliceType(slice) {
  return slice[typeTag] ?? anySliceType;
}
/** The type of a map. */
export function mapType(map) {
  return map[typeTag] ?? anyMapType;
}
/** The dynamic type of a value; undefined for nil and invalid values, which have none. */
export function typeOf(value) {
  switch (typeof value) {
    case 'string':
      return stringType;
    case 'number':
      return float64Type;
    case 'boolean':
      return boolType;
    case 'undefined':
      return undefined;
    default:
  }
  if (value === null) return undefined;
  if (value instanceof GoInt || value instanceof GoStruct || value instanceof GoScalar) return value.type;
  if (value instanceof Map) return mapType(value);
  if (Array.isArray(value)) return sliceType(value);
  if (value instanceof Uint8Array) return bytesType;
  if (value instanceof GoComplex) return complexType;
  return value.type;
}
