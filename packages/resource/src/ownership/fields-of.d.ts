import type { Json } from '../json.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
import { type TypeRef } from './atoms.ts';
import { type FieldSet } from './field-set.ts';
/** Every leaf field and list item the object mentions. Undefined schema: maps are granular, lists atomic. */
export declare function fieldSetOf(object: Json, schema: FieldSchema | undefined): FieldSet;
/** The same for a value of a resolved type. */
export declare function fieldsOf(value: Json, type: TypeRef): FieldSet;
