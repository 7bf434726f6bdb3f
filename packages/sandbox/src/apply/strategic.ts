// Strategic merge patches, by the merge keys of the built-in schemas.

import type { FieldSchema, Json } from '@evenkeel/resource';
import { type Bag, type Value, copyValue, isBag, sameValue, setMember, scalarText } from '../store/draft.ts';
import { ApiError, badRequest } from '../api/status.ts';

/** Applies a strategic merge patch; the target is not changed. Throws 400 for a patch that cannot be read. */
export function strategicMerge(target: Value, patch: Json, schema: FieldSchema | undefined): Value {
  if (!isBag(patch))
    throw badRequest(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  return mergeObject(isBag(target) ? target : {}, patch, schema);
}

function mergeObject(target: Bag, patch: Bag, schema: FieldSchema | undefined): Bag {
  const directive = patch['$patch'];
  if (directive === 'replace') return bare(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge')
    throw badRequest(`Unknown patch type: ${scalarText(directive)}`);
  const result: Bag = { ...target };
  retainKeys(result, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key.startsWith('$')) continue;
    if (value === null) {
      delete result[key];
      continue;
    }
    const field = fieldOf(schema, key);
    if (Array.isArray(value)) setMember(result, key, mergeList(result[key], value, { field, patch, key }));
    else if (isBag(value)) {
      const before = result[key];
      const merged = mergeObject(isBag(before) && !replaces(field) ? before : {}, value, field);
      setMember(result, key, merged);
    } else setMember(result, key, value);
  }
  deleteFromPrimitives(result, patch);
  return result;
}

function replaces(field: FieldSchema | undefined): boolean {
  return field?.patchStrategy.includes('replace') ?? false;
}

function fieldOf(schema: FieldSchema | undefined, key: string): FieldSchema | undefined {
  const property = schema?.properties?.get(key);
  if (property !== undefined) return property;
  const values = schema?.additionalProperties;
  return typeof values === 'object' ? values : undefined;
}

function retainKeys(result: Bag, patch: Bag): void {
  const keep = patch['$retainKeys'];
  if (!Array.isArray(keep)) return;
  for (const key of Object.keys(result)) if (!keep.includes(key)) delete result[key];
}

function deleteFromPrimitives(result: Bag, patch: Bag): void {
  const prefix = '$deleteFromPrimitiveList/';
  for (const [key, values] of Object.entries(patch)) {
    if (!key.startsWith(prefix) || !Array.isArray(values)) continue;
    const name = key.slice(prefix.length);
    const list = result[name];
    if (Array.isArray(list)) result[name] = list.filter((item) => !values.some((value) => sameValue(item, value)));
  }
}

interface ListPlace {
  readonly field: FieldSchema | undefined;
  readonly patch: Bag;
  readonly key: string;
}

function mergeList(target: Value | undefined, patch: readonly Value[], place: ListPlace): Value[] {
  const merges = place.field?.patchStrategy.includes('merge') ?? false;
  const directiveItem = patch.find((item) => isBag(item) && item['$patch'] === 'replace');
  const before = Array.isArray(target) ? target : [];
  if (!merges || directiveItem !== undefined) {
    return patch.filter((item) => item !== directiveItem || Object.keys(item as Bag).length > 1).map(bareValue);
  }
  const mergeKey = place.field?.patchMergeKey;
  const order = place.patch[`$setElementOrder/${place.key}`];
  if (mergeKey === undefined || mergeKey === '') return mergePrimitives(before, patch, order);
  const merged = mergeKeyed(before, patch, mergeKey, place.field?.items);
  return Array.isArray(order)
    ? inOrder(merged, before, order, (item) => (isBag(item) ? item[mergeKey] : undefined))
    : merged;
}

function mergePrimitives(before: readonly Value[], patch: readonly Value[], order: Value | undefined): Value[] {
  const result = [...before];
  for (const value of patch) if (!result.some((each) => sameValue(each, value))) result.push(value);
  return Array.isArray(order) ? inOrder(result, before, order, (item) => item) : result;
}

function mergeKeyed(
  before: readonly Value[],
  patch: readonly Value[],
  mergeKey: string,
  schema: FieldSchema | undefined,
): Value[] {
  const result = [...before];
  for (const item of patch) {
    if (!isBag(item)) throw badRequest('expected the items of a merged list to be objects');
    const id = item[mergeKey];
    if (id === undefined && item['$patch'] === undefined) {
      throw new ApiError(500, '', `map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
    }
    const index = result.findIndex((each) => isBag(each) && sameValue(each[mergeKey], id));
    const existing = index < 0 ? undefined : result[index];
    if (item['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (existing === undefined) result.push(mergeObject({}, { ...item }, schema));
    else result[index] = mergeObject(existing as Bag, item, schema);
  }
  return result;
}

// Items named in the order come in that order; others stay behind the item they followed.
function inOrder(
  merged: readonly Value[],
  before: readonly Value[],
  order: readonly Value[],
  idOf: (item: Value) => Value | undefined,
): Value[] {
  const position = (item: Value, list: readonly (Value | undefined)[]): number => {
    const id = idOf(item);
    return list.findIndex((each) => sameValue(each, id));
  };
  const ids = order.map((each) => (isBag(each) ? idOf(each) : each));
  const listed = merged.filter((item) => position(item, ids) >= 0).sort((a, b) => position(a, ids) - position(b, ids));
  const others = merged.filter((item) => position(item, ids) < 0);
  const live = before.map(idOf);
  const result = [...listed];
  for (const item of others) {
    const own = position(item, live);
    const at = result.findIndex((each) => position(each, live) > own && own >= 0);
    if (at < 0) result.push(item);
    else result.splice(at, 0, item);
  }
  return result;
}

function bare(bag: Bag): Bag {
  const result: Bag = {};
  for (const [key, value] of Object.entries(bag)) {
    if (!key.startsWith('$') && value !== undefined && value !== null) setMember(result, key, bareValue(value));
  }
  return result;
}

function bareValue(value: Value): Value {
  if (Array.isArray(value)) return value.map(bareValue);
  return isBag(value) ? bare(value) : (copyValue(value as Json) ?? null);
}

/** A value as Go prints it with %v: "map[image:x]". */
function goText(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isBag(value)) return scalarText(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([key, member]) => `${key}:${goText(member ?? null)}`).join(' ')}]`;
}
