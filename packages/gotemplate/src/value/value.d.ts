import type { GoFunction } from '../exec/function.ts';
import { type GoType } from './go-type.ts';
declare const typeTag: unique symbol;
declare const nilTag: unique symbol;
/** A Go slice; an ordinary array, whose type is kept beside its elements. */
export interface GoSlice extends Array<Value> {
  [typeTag]?: GoType;
  [nilTag]?: true;
}
/** A Go map. Iteration by templates is in sorted key order, as text/template does. */
export interface GoMap extends Map<Value, Value> {
  [typeTag]?: GoType;
  [nilTag]?: true;
}
export type Value =
  | undefined
  | null
  | boolean
  | string
  | number
  | GoInt
  | GoScalar
  | GoComplex
  | GoSlice
  | GoMap
  | Uint8Array
  | GoStruct
  | GoFunction;
/** An integer of any Go type. Arithmetic on it wraps only where the caller asks for it (`wrapInt64`). */
export declare class GoInt {
  readonly value: bigint;
  readonly type: GoType;
  constructor(value: bigint, type: GoType);
}
/** A value of a defined string, bool or float type, or a float32. */
export declare class GoScalar {
  readonly value: string | number | boolean;
  readonly type: GoType;
  constructor(value: string | number | boolean, type: GoType);
}
export declare class GoComplex {
  readonly re: number;
  readonly im: number;
  constructor(re: number, im: number);
}
/** A struct, or (type.kind 'ptr') a pointer to one. Fields by their Go names. */
export declare class GoStruct {
  readonly type: GoType;
  readonly fields: ReadonlyMap<string, Value>;
  constructor(type: GoType, fields: ReadonlyMap<string, Value>);
}
/** A Go `int`. */
export declare function goInt(value: number | bigint): GoInt;
/** A Go `int64`. */
export declare function goInt64(value: number | bigint): GoInt;
/** Marks a slice or map as being of a type other than []interface{} / map[string]interface{}. Returns its argument. */
export declare function withType<T extends GoSlice | GoMap>(container: T, type: GoType): T;
/** A nil slice of a type: empty to everything except JSON, which says null. */
export declare function nilSlice(type?: GoType): GoSlice;
/** A nil map of a type: it reads as empty; writing to it is a panic in Go. */
export declare function nilMap(type?: GoType): GoMap;
/** Whether a slice or map is Go's nil of its type. */
export declare function isNilContainer(container: GoSlice | GoMap): boolean;
/** The type of a slice. */
export declare function sliceType(slice: GoSlice): GoType;
/** The type of a map. */
export declare function mapType(map: GoMap): GoType;
/** The dynamic type of a value; undefined for nil and invalid values, which have none. */
export declare function typeOf(value: Value): GoType | undefined;
export {};
