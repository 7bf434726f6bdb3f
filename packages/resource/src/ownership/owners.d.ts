import type { Json } from '../json.ts';
import type { KubeObject } from '../object.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
import { type TypeRef } from './atoms.ts';
import type { FieldOwner, FieldPath } from './types.ts';
/**
 * Who owns the field at the path: managers that have it, or an atomic list or map it is part of. The path is in fieldsV1
 * notation; fieldPathOf makes one from member names and indexes.
 */
export declare function ownersOf(object: Pick<KubeObject, 'metadata'>, path: FieldPath): readonly FieldOwner[];
/**
 * The ownership path of what is at the given members and indexes of an object: list items by their keys, and no deeper
 * than the atomic list or map that is owned as a whole. Undefined where the object has nothing there.
 */
export declare function fieldPathOf(
  object: KubeObject,
  place: readonly (string | number)[],
  schema: FieldSchema | undefined,
): FieldPath | undefined;
/** What is at an ownership path; undefined where nothing is. */
export declare function valueAtPath(object: Json, path: FieldPath, schema: FieldSchema | undefined): Json | undefined;
/** The same for a resolved type. */
export declare function valueAt(object: Json | undefined, path: FieldPath, type: TypeRef): Json | undefined;
