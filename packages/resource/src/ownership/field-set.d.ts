import type { JsonObject } from '../json.ts';
/**
 * A set of paths. `member` says whether the path to this node is itself in the set; `children` leads on. A node never has
 * an empty child; the empty set has neither.
 */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet> | undefined;
}
/** A set under construction. Hand it out as a FieldSet only when done. */
export interface FieldSetBuilder {
  member: boolean;
  children: Map<string, FieldSetBuilder> | undefined;
}
/** The set of nothing. */
export declare const emptySet: FieldSet;
/** Reads fieldsV1. Throws Error with upstream's words on steps that cannot be read; unknown kinds of steps are dropped. */
export declare function setFromFieldsV1(fields: JsonObject): FieldSet;
/** Writes fieldsV1, steps in Kubernetes' order. */
export declare function setToFieldsV1(set: FieldSet): JsonObject;
export declare function newSetBuilder(): FieldSetBuilder;
/** Adds one path (and not its parents). The empty path, the whole object, is never owned and is ignored. */
export declare function insertPath(set: FieldSetBuilder, path: readonly string[]): void;
/** The child of a set under construction, made if need be. */
export declare function descend(set: FieldSetBuilder, step: string): FieldSetBuilder;
/** The set of the given paths. */
export declare function setOfPaths(...paths: readonly (readonly string[])[]): FieldSet;
export declare function isEmptySet(set: FieldSet): boolean;
/** Whether the path itself is in the set. */
export declare function hasPath(set: FieldSet, path: readonly string[]): boolean;
/** The part of the set at and below a path, or undefined where there is none. */
export declare function setAt(set: FieldSet, path: readonly string[]): FieldSet | undefined;
export declare function equalSets(a: FieldSet, b: FieldSet): boolean;
export declare function uniteSets(a: FieldSet, b: FieldSet): FieldSet;
/** Paths in both sets. */
export declare function intersectSets(a: FieldSet, b: FieldSet): FieldSet;
/** Paths of `a` not in `b`; paths below a path in `b` stay (upstream's Set.Difference). */
export declare function subtractSet(a: FieldSet, b: FieldSet): FieldSet;
/** Paths of `a` neither in `b` nor below a path in `b` (upstream's RecursiveDifference). */
export declare function subtractSetRecursively(a: FieldSet, b: FieldSet): FieldSet;
/** Every path of the set: at each level members first, then what lies below them, in Kubernetes' order. */
export declare function pathsOf(set: FieldSet): readonly (readonly string[])[];
