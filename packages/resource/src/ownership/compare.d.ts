import type { Json } from '../json.ts';
import { type TypeRef } from './atoms.ts';
import { type FieldSet } from './field-set.ts';
import { type TypeError } from './validate.ts';
/** Fields only in the first, in both but different, only in the second. No field is in two of them. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
  readonly errors: readonly TypeError[];
}
/** Compares two values of one type. Equal parts cost nothing where they are the same objects. */
export declare function compareValues(before: Json, after: Json, type: TypeRef): Comparison;
/** The comparison without the given fields and all below them. */
export declare function excludeFromComparison(comparison: Comparison, fields: FieldSet | undefined): Comparison;
