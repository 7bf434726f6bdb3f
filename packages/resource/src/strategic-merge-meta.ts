// What strategic merge asks of a schema, and the list handling its two halves share
// (k8s.io/apimachinery:pkg/util/strategicpatch/{meta,patch}.go, 1.35).

import type { Json, JsonObject } from './json.ts';
import { equalValues, goPrint, goType, isList, isMap } from './ownership/values.ts';
import type { FieldSchema } from './schema/field-schema.ts';

/** A value under way. Patches are built in place, on copies. */
export type MutableMap = Record<string, Json>;

/** Why a patch cannot be made or applied, in upstream's words. */
export type StrategicMergeErrorCode = 'BAD_PATCH' | 'UNKNOWN_FIELD' | 'CONFLICT' | 'PRECONDITION';

export class StrategicMergeError extends Error {
  override readonly name = 'StrategicMergeError';
  readonly code: StrategicMergeErrorCode;
  constructor(code: StrategicMergeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const directiveMarker = '$patch';
export const retainKeysDirective = '$retainKeys';
export const deleteFromListPrefix = '$deleteFromPrimitiveList';
export const setElementOrderPrefix = '$setElementOrder';

/** How a field merges, and the schema of what is in it (of its items, for lists). */
export interface PatchMeta {
  readonly schema: FieldSchema | undefined;
  readonly strategy: string;
  readonly retainKeys: boolean;
  readonly mergeKey: string;
}

/** Where schemas come from decides how an unknown field is refused: by the server's Go types or by published OpenAPI. */
export type SchemaOrigin = 'types' | 'openapi';

/** Looks up a field that holds an object. Throws StrategicMergeError where the schema has no such field. */
export function structMeta(schema: FieldSchema | undefined, key: string, origin: SchemaOrigin): PatchMeta {
  if (schema === undefined) return { schema: undefined, strategy: '', retainKeys: false, mergeKey: '' };
  const field = schema.properties?.get(key);
  if (field === undefined) throw unknownField(schema, key, origin);
  return { schema: field, ...strategyOf(field.patchStrategy), mergeKey: field.patchMergeKey ?? '' };
}

/** Looks up a field that holds a list; the schema is that of its items. */
export function listMeta(schema: FieldSchema | undefined, key: string, origin: SchemaOrigin): PatchMeta {
  const meta = structMeta(schema, key, origin);
  return { ...meta, schema: meta.schema?.items ?? meta.schema };
}

function unknownField(schema: FieldSchema, key: string, origin: SchemaOrigin): StrategicMergeError {
  if (origin === 'openapi') return new StrategicMergeError('UNKNOWN_FIELD', `unable to find api field "${key}"`);
  if (schema.properties === undefined) {
    const kind = schema.type === 'object' || schema.type === undefined ? 'map' : 'string';
    const message = `merging an object in json but data type is not struct, instead is: ${kind}`;
    return new StrategicMergeError('UNKNOWN_FIELD', message);
  }
  const name = schema.name?.slice(schema.name.lastIndexOf('.') + 1) ?? '';
  const message = `unable to find api field in struct ${name} for the json field "${key}"`;
  return new StrategicMergeError('UNKNOWN_FIELD', message);
}

function strategyOf(strategies: readonly string[]): { readonly strategy: string; readonly retainKeys: boolean } {
  const others = strategies.filter((strategy) => strategy !== 'retainKeys');
  const retainKeys = others.length < strategies.length;
  if (others.length > 1) {
    throw new StrategicMergeError('BAD_PATCH', `unexpected patch strategy: [${strategies.join(' ')}]`);
  }
  return { strategy: others[0] ?? '', retainKeys };
}

/** A deep copy that may be written to. `undefined` members are left out. */
export function mutableCopy(value: JsonObject): MutableMap {
  const copy: MutableMap = {};
  for (const [key, member] of Object.entries(value)) if (member !== undefined) copy[key] = copyOf(member);
  return copy;
}

function copyOf(value: Json): Json {
  if (isList(value)) return value.map(copyOf);
  return isMap(value) ? mutableCopy(value) : value;
}

/** The type all items of the lists share. Throws where they differ or there are none. */
export function elementType(...lists: readonly (readonly Json[])[]): string {
  let found: string | undefined;
  for (const list of lists) {
    for (const item of list) {
      const type = goType(item);
      if (found === undefined && isList(item)) throw bad('lists of lists are not supported');
      if (found !== undefined && found !== type) {
        throw bad(`list element types are not identical: ${goPrint(lists)}`);
      }
      found = type;
    }
  }
  if (found === undefined) throw bad('no elements in any of the given slices');
  return found;
}

export const mapType = 'map[string]interface {}';

export function bad(message: string): StrategicMergeError {
  return new StrategicMergeError('BAD_PATCH', message);
}

export function noMergeKey(map: JsonObject, key: string): StrategicMergeError {
  return bad(`map: ${goPrint(map)} does not contain declared merge key: ${key}`);
}

export function badArgument(expected: string, actual: Json | undefined): StrategicMergeError {
  return bad(`expected a ${expected}, but received a ${actual === null ? '%!s(<nil>)' : goType(actual)}`);
}

export function asMap(value: Json | undefined): MutableMap {
  if (!isMap(value)) throw badArgument(mapType, value);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- values under way are copies this module owns
  return value as MutableMap;
}

export function asList(value: Json | undefined): readonly Json[] {
  if (!isList(value)) throw badArgument('[]interface {}', value);
  return value;
}

/** Go's interface equality for scalars. */
export function sameScalar(a: Json | undefined, b: Json | undefined): boolean {
  return typeof a === 'object' ? a === b : equalValues(a, b);
}

/** Where the item stands in the list: by its merge key for maps, by value otherwise; -1 where it does not. */
export function indexIn(list: readonly Json[], item: Json | undefined, mergeKey: string, ofMaps: boolean): number {
  const valueOf = (one: Json | undefined): Json | undefined => {
    if (!ofMaps) return one;
    return isMap(one) ? one[mergeKey] : undefined;
  };
  const wanted = valueOf(item);
  return list.findIndex((one) => sameScalar(valueOf(one), wanted));
}

/** Items in the order they have in another list; deletions last. Throws where maps lack their merge key. */
export function inOrderOf(items: readonly Json[], order: readonly Json[], mergeKey: string, ofMaps: boolean): Json[] {
  let sorted: Json[] = [...items];
  let deletions: Json[] = [];
  if (ofMaps) {
    requireMergeKey(mergeKey, items, order);
    ({ kept: sorted, deletions } = withoutDeletions(items));
  }
  goInsertionSort(sorted, (a, b) => {
    const left = indexIn(order, a, mergeKey, ofMaps);
    const right = indexIn(order, b, mergeKey, ofMaps);
    return left < 0 || right < 0 || left < right;
  });
  return [...sorted, ...deletions];
}

/** Splits off items that say `$patch: delete`. */
export function withoutDeletions(items: readonly Json[]): { readonly kept: Json[]; readonly deletions: Json[] } {
  const kept: Json[] = [];
  const deletions: Json[] = [];
  for (const item of items) (asMap(item)[directiveMarker] === 'delete' ? deletions : kept).push(item);
  return { kept, deletions };
}

function requireMergeKey(mergeKey: string, ...lists: readonly (readonly Json[])[]): void {
  for (const list of lists) {
    for (const item of list) if (asMap(item)[mergeKey] === undefined) throw noMergeKey(asMap(item), mergeKey);
  }
}

/** Go's insertion sort, move by move: upstream's orderings are not strict, so the way of sorting shows. */
export function goInsertionSort(items: Json[], less: (a: Json, b: Json) => boolean): void {
  for (let end = 1; end < items.length; end++) {
    for (let at = end; at > 0; at--) {
      const left = items[at - 1] ?? null;
      const right = items[at] ?? null;
      if (!less(right, left)) break;
      items[at - 1] = right;
      items[at] = left;
    }
  }
}

/** Scalars sorted as text. */
export function sortedScalars(items: readonly Json[]): Json[] {
  const texts = (a: Json, b: Json): number => compare(goPrint(a), goPrint(b));
  return [...items].sort(texts);
}

/** Maps sorted by the text of their merge key; as upstream, few with one key come out the other way round. */
export function sortedByKey(items: readonly Json[], mergeKey: string): Json[] {
  const keyOf = (item: Json): string => goPrint(asMap(item)[mergeKey]);
  const sorted = [...items];
  if (sorted.length <= 12) goInsertionSort(sorted, (a, b) => compare(keyOf(a), keyOf(b)) <= 0);
  else sorted.sort((a, b) => compare(keyOf(a), keyOf(b)));
  return sorted;
}

/** Each scalar once; as upstream, the last item takes the place of one that goes. */
export function distinctScalars(items: readonly Json[]): Json[] {
  const kept = [...items];
  for (let at = 0; at < kept.length - 1; at++) {
    for (let other = at + 1; other < kept.length; other++) {
      if (!sameScalar(kept[at], kept[other])) continue;
      const last = kept.pop() ?? null;
      if (other < kept.length) kept[other] = last;
      other--;
    }
  }
  return kept;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
