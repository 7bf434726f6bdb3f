// RFC 7386 JSON merge patches, with the reading of nulls that Kubernetes has.

import { isJsonArray, isJsonObject } from './json-pointer.ts';
import type { Json, JsonObject } from './json.ts';

/**
 * The document after a merge patch; neither argument is changed, and unchanged parts are shared.
 * Mirrors evanphx/json-patch v4.13.0 `MergePatch`, which goes beyond the RFC in one point: where the document has no
 * object, nulls are also removed from objects inside the patch's arrays. Throws a `RangeError` beyond 2000 levels.
 */
export function applyJsonMergePatch(document: Json, patch: Json): Json {
  return merge(document, patch, 0);
}

/** Far beyond any manifest, and far from the end of the call stack. */
const DEPTH_MAX = 2000;

function checkDepth(depth: number): void {
  if (depth > DEPTH_MAX) throw new RangeError(`JSON is nested deeper than ${DEPTH_MAX} levels`);
}

function merge(document: Json, patch: Json, depth: number): Json {
  checkDepth(depth);
  if (!isJsonObject(document)) return pruneNulls(patch, depth);
  if (!isJsonObject(patch)) return patch;
  const result = new Map<string, Json>();
  for (const [key, value] of Object.entries(document)) if (value !== undefined) result.set(key, value);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) result.delete(key);
    else result.set(key, merge(result.get(key) ?? null, value, depth + 1));
  }
  return Object.fromEntries(result);
}

/**
 * The smallest merge patch that turns `original` into `modified`; an empty object when they are equal. Nulls in
 * `modified` cannot be expressed and come out as removals.
 */
export function createJsonMergePatch(original: Json, modified: Json): Json {
  return create(original, modified, 0);
}

function create(original: Json, modified: Json, depth: number): Json {
  checkDepth(depth);
  if (!isJsonObject(original) || !isJsonObject(modified)) return modified;
  const patch = new Map<string, Json>();
  for (const [key, value] of Object.entries(modified)) {
    if (value === undefined) continue;
    const before = Object.hasOwn(original, key) ? original[key] : undefined;
    if (before === undefined) patch.set(key, value);
    else if (isJsonObject(before) && isJsonObject(value)) {
      const inner = create(before, value, depth + 1);
      if (isJsonObject(inner) && Object.keys(inner).length > 0) patch.set(key, inner);
    } else if (!jsonEquals(before, value)) patch.set(key, value);
  }
  for (const [key, value] of Object.entries(original)) {
    if (value !== undefined && (!Object.hasOwn(modified, key) || modified[key] === undefined)) patch.set(key, null);
  }
  return Object.fromEntries(patch);
}

/**
 * Whether two values are the same JSON: members in any order, undefined ones not counted, 1 and 1n equal.
 * Throws a `RangeError` beyond 2000 levels.
 */
export function jsonEquals(a: Json | undefined, b: Json | undefined): boolean {
  return equals(a, b, 0);
}

function equals(a: Json | undefined, b: Json | undefined, depth: number): boolean {
  if (a === b) return true;
  checkDepth(depth);
  if (isJsonArray(a)) {
    return isJsonArray(b) && a.length === b.length && a.every((item, i) => equals(item, b[i], depth + 1));
  }
  if (isJsonObject(a)) return isJsonObject(b) && objectsEqual(a, b, depth);
  // eslint-disable-next-line eqeqeq
  return isNumeric(a) && isNumeric(b) && a == b;
}

function objectsEqual(a: JsonObject, b: JsonObject, depth: number): boolean {
  const members = (object: JsonObject): string[] => Object.keys(object).filter((key) => object[key] !== undefined);
  const keys = members(a);
  return (
    keys.length === members(b).length && keys.every((key) => Object.hasOwn(b, key) && equals(a[key], b[key], depth + 1))
  );
}

function isNumeric(value: Json | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function pruneNulls(value: Json, depth: number): Json {
  checkDepth(depth);
  if (isJsonArray(value)) return value.map((item) => pruneNulls(item, depth + 1));
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(kept.map(([key, member]) => [key, pruneNulls(member ?? null, depth + 1)]));
}
