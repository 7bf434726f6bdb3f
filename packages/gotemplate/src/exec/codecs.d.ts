import { type GoMap, type GoSlice, type Value } from '../value/value.ts';
import type { Codec } from './function.ts';
/** `string`. */
export declare const str: Codec<string>;
/** `bool`. */
export declare const bool: Codec<boolean>;
/** `float64`. */
export declare const float64: Codec<number>;
/** `int`, as a number: exact up to 2^53, which is enough for counts and indexes. */
export declare const int: Codec<number>;
/** `int`, exact. */
export declare const int64: Codec<bigint>;
/** `int` as a bigint, exact. */
export declare const bigInt64: Codec<bigint>;
/** `interface{}`: nil is null. */
export declare const any: Codec<Value>;
/** `reflect.Value`: the value as it is, invalid (undefined) apart from nil (null). */
export declare const reflectValue: Codec<Value>;
/** `[]interface{}`. */
export declare const anys: Codec<GoSlice>;
/** `[]string`. */
export declare const strings: Codec<readonly string[]>;
/** `[]int`. */
export declare const ints: Codec<readonly number[]>;
/** `map[string]interface{}`, by identity. */
export declare const dict: Codec<GoMap>;
/** `map[string]interface{}` where a function lists several; the same codec under the name that reads well. */
export declare const dicts: Codec<GoMap>;
/** `map[string]string`. */
export declare const stringMap: Codec<ReadonlyMap<string, string>>;
