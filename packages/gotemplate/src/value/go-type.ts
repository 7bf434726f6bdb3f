// Go's types as far as templates can see them: `%T`, `kindOf`, assignability of arguments, methods on named types.
// Types are compared by their text, as reflect.Type.String() prints it.

import type { GoFunction } from '../exec/function.ts';
import type { Value } from './value.ts';

/** reflect.Kind by its String(). */
export type GoKind =
  | 'invalid'
  | 'bool'
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'complex128'
  | 'string'
  | 'slice'
  | 'map'
  | 'struct'
  | 'ptr'
  | 'interface'
  | 'func';

/** A Go type. `text` is what `%T` prints and what decides equality. */
export interface GoType {
  readonly kind: GoKind;
  readonly text: string;
  /** Element of a slice, map or pointer. */
  readonly elem?: GoType;
  readonly key?: GoType;
  /** Fields of a struct (or of the struct a pointer points to), in order; needed for `can't evaluate field`. */
  readonly fields?: readonly GoField[];
  /** Methods callable from templates; the receiver is passed as the first argument. */
  readonly methods?: ReadonlyMap<string, GoFunction>;
  /** Present when the type is a fmt.Stringer or an error: what printing shows. */
  readonly stringer?: (self: Value) => string;
  /** Present when the type is a fmt.GoStringer: what %#v shows. */
  readonly goStringer?: (self: Value) => string;
  /** Present when the type implements json.Marshaler: the JSON text. */
  readonly json?: (self: Value) => string;
  /** A named (defined) type: assignable only to itself and to its unnamed underlying type. */
  readonly underlying?: GoType;
}

export interface GoField {
  readonly name: string;
  readonly type: GoType;
  /** The name in JSON where it differs; '' leaves the field out. */
  readonly json?: string;
}

function basic(kind: GoKind): GoType {
  return { kind, text: kind };
}

export const boolType: GoType = basic('bool');
export const stringType: GoType = basic('string');
export const intType: GoType = basic('int');
export const int32Type: GoType = basic('int32');
export const int64Type: GoType = basic('int64');
export const uintType: GoType = basic('uint');
export const uint8Type: GoType = basic('uint8');
export const uint32Type: GoType = basic('uint32');
export const uint64Type: GoType = basic('uint64');
export const float32Type: GoType = basic('float32');
export const float64Type: GoType = basic('float64');
export const complexType: GoType = basic('complex128');
export const anyType: GoType = { kind: 'interface', text: 'interface {}' };
/** The parameter type of text/template's own builtins, which see values before they are unwrapped. */
export const reflectValueType: GoType = { kind: 'struct', text: 'reflect.Value' };

/** `[]elem`. */
export function sliceOf(elem: GoType): GoType {
  return { kind: 'slice', text: `[]${elem.text}`, elem };
}

/** `map[key]elem`. */
export function mapOf(key: GoType, elem: GoType): GoType {
  return { kind: 'map', text: `map[${key.text}]${elem.text}`, key, elem };
}

export const anySliceType: GoType = sliceOf(anyType);
export const stringSliceType: GoType = sliceOf(stringType);
export const intSliceType: GoType = sliceOf(intType);
export const bytesType: GoType = sliceOf(uint8Type);
export const anyMapType: GoType = mapOf(stringType, anyType);
export const stringMapType: GoType = mapOf(stringType, stringType);

/** A defined type such as `common.Values`; behaves as its underlying type and prints its own name. */
export function namedType(
  text: string,
  underlying: GoType,
  extra: Omit<Partial<GoType>, 'kind' | 'text'> = {},
): GoType {
  return { ...underlying, ...extra, text, underlying };
}

/** Go's assignability as far as it can arise here. */
export function assignable(from: GoType, to: GoType): boolean {
  if (from === to || from.text === to.text) return true;
  if (to.kind === 'interface') return true;
  // A defined map or slice type is assignable to its unnamed underlying type and back; defined basic types are not.
  if (from.kind !== to.kind || (from.kind !== 'map' && from.kind !== 'slice')) return false;
  if (from.underlying !== undefined && to.underlying !== undefined) return false;
  return (from.underlying ?? from).text === (to.underlying ?? to).text;
}

/** Whether an untyped nil can stand for the type (text/template canBeNil). */
export function canBeNil(type: GoType): boolean {
  return (
    type.kind === 'interface' ||
    type.kind === 'map' ||
    type.kind === 'slice' ||
    type.kind === 'ptr' ||
    type.kind === 'func' ||
    type === reflectValueType
  );
}
