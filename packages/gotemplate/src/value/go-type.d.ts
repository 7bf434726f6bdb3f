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
export declare const boolType: GoType;
export declare const stringType: GoType;
export declare const intType: GoType;
export declare const int8Type: GoType;
export declare const int16Type: GoType;
export declare const int32Type: GoType;
export declare const int64Type: GoType;
export declare const uintType: GoType;
export declare const uint8Type: GoType;
export declare const uint16Type: GoType;
export declare const uint32Type: GoType;
export declare const uint64Type: GoType;
export declare const float32Type: GoType;
export declare const float64Type: GoType;
export declare const complexType: GoType;
export declare const anyType: GoType;
/** The parameter type of text/template's own builtins, which see values before they are unwrapped. */
export declare const reflectValueType: GoType;
export declare const funcType: GoType;
/** `[]elem`. */
export declare function sliceOf(elem: GoType): GoType;
/** `map[key]elem`. */
export declare function mapOf(key: GoType, elem: GoType): GoType;
export declare const anySliceType: GoType;
export declare const stringSliceType: GoType;
export declare const intSliceType: GoType;
export declare const bytesType: GoType;
export declare const anyMapType: GoType;
export declare const stringMapType: GoType;
/** A defined type such as `common.Values`; behaves as its underlying type and prints its own name. */
export declare function namedType(
  text: string,
  underlying: GoType,
  extra?: Omit<Partial<GoType>, 'kind' | 'text'>,
): GoType;
/** Go's assignability as far as it can arise here. */
export declare function assignable(from: GoType, to: GoType): boolean;
/** Whether an untyped nil can stand for the type (text/template canBeNil). */
export declare function canBeNil(type: GoType): boolean;
