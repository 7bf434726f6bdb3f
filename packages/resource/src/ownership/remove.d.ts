import type { Json } from '../json.ts';
import { type TypeRef } from './atoms.ts';
import { type FieldSet } from './field-set.ts';
/** The value without the fields of the set; null where nothing is left of it, the value itself where nothing goes. */
export declare function removeFields(value: Json, fields: FieldSet, type: TypeRef): Json;
