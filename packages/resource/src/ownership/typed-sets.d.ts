import { type TypeRef } from './atoms.ts';
import type { FieldSet } from './field-set.ts';
/**
 * Ownership as it reads under the current type: where a list or map has become atomic, owning any part of it becomes
 * owning the whole. Returns the set itself where nothing changes.
 */
export declare function reconcileSet(set: FieldSet, type: TypeRef): FieldSet;
/** The set with every declared field that leads to one of its members. */
export declare function withNamedFields(set: FieldSet, type: TypeRef | undefined): FieldSet;
