// Strategic merge patch: making one from two or three states, as kubectl apply does
// (k8s.io/apimachinery:pkg/util/strategicpatch/patch.go, 1.35).

import type { Result } from '@evenkeel/std';

import type { Json, JsonObject } from './json.ts';
import { equalValues, goPrint, goType, isList, isMap } from './ownership/values.ts';
import type { FieldSchema } from './schema/field-schema.ts';
import {
  type MutableMap,
  type PatchMeta,
  StrategicMergeError,
  asMap,
  bad,
  deleteFromListPrefix,
  directiveMarker,
  distinctScalars,
  elementType,
  inOrderOf,
  listMeta,
  mapType,
  mutableCopy,
  noMergeKey,
  retainKeysDirective,
  setElementOrderPrefix,
  sortedByKey,
  sortedScalars,
  structMeta,
} from './strategic-merge-meta.ts';
import { mergePatches, merging, sameKey } from './strategic-merge.ts';
import { patchesConflict } from './strategic-merge-conflict.ts';
import { emitSigsYaml } from './yaml/emit.ts';

/** The three states of client-side apply. */
export interface ThreeWayRequest {
  /** What was applied last; empty where nothing was. */
  readonly original: JsonObject;
  /** What is to be applied now. */
  readonly modified: JsonObject;
  /** What is there. */
  readonly current: JsonObject;
  readonly schema: FieldSchema | undefined;
  /** Whether changes made by others to the same fields are overwritten (kubectl's default) or refused. */
  readonly overwrite: boolean;
  /** Refuse a patch that would change apiVersion, kind or metadata.name, as kubectl does. */
  readonly keepIdentity?: boolean;
}

/**
 * The patch that takes `current` to `modified` and removes what was in `original` only. Errors: CONFLICT (without
 * overwrite), PRECONDITION (keepIdentity), UNKNOWN_FIELD where the schema lacks a field, in upstream's words.
 */
export function createThreeWayMergePatch(request: ThreeWayRequest): Result<JsonObject, StrategicMergeError> {
  const { schema } = request;
  return merging(() => {
    const [original, modified] = [mutableCopy(request.original), mutableCopy(request.modified)];
    const current = mutableCopy(request.current);
    const delta = diffMaps(current, modified, schema, { ...plainDiff, order: true, ignoreDeletions: true });
    const deletions = diffMaps(original, modified, schema, { ...plainDiff, order: true, ignoreChanges: true });
    const patch = mergePatches(mutableCopy(deletions), mutableCopy(delta), schema);
    if (request.keepIdentity === true) requireIdentity(patch);
    if (!request.overwrite) {
      const changed = diffMaps(original, current, schema, plainDiff);
      if (patchesConflict(patch, changed, schema)) throw conflict(patch, changed);
    }
    return patch;
  });
}

/** The patch that takes one state to another. */
export function createTwoWayMergePatch(
  original: JsonObject,
  modified: JsonObject,
  schema: FieldSchema | undefined,
): Result<JsonObject, StrategicMergeError> {
  return merging(() => diffMaps(mutableCopy(original), mutableCopy(modified), schema, { ...plainDiff, order: true }));
}

interface DiffOptions {
  /** Write `$setElementOrder` for merging lists. */
  readonly order: boolean;
  readonly ignoreChanges: boolean;
  readonly ignoreDeletions: boolean;
  readonly retainKeys: boolean;
}

const plainDiff: DiffOptions = { order: false, ignoreChanges: false, ignoreDeletions: false, retainKeys: false };

function conflict(patch: MutableMap, changed: MutableMap): StrategicMergeError {
  const message = `patch:\n${emitSigsYaml(patch)}\nconflicts with changes made from original to current:\n${emitSigsYaml(changed)}\n`;
  return new StrategicMergeError('CONFLICT', message);
}

function requireIdentity(patch: MutableMap): void {
  const { metadata } = patch;
  const renamed = isMap(metadata) && metadata['name'] !== undefined;
  if (patch['apiVersion'] === undefined && patch['kind'] === undefined && !renamed) return;
  throw new StrategicMergeError('PRECONDITION', `precondition failed for: ${goPrint(patch)}`);
}

function diffMaps(
  original: MutableMap,
  modified: MutableMap,
  schema: FieldSchema | undefined,
  options: DiffOptions,
): MutableMap {
  const patch: MutableMap = {};
  const retained: Json[] = [];
  for (const [key, value] of Object.entries(modified)) {
    if (options.retainKeys && value !== null) retained.push(key);
    diffMember(patch, { key, before: original[key], after: value, schema, options });
  }
  if (!options.ignoreDeletions) {
    for (const key of Object.keys(original)) if (modified[key] === undefined) patch[key] = null;
  }
  const hasLess = Object.entries(original).some(([key, value]) => value !== null && modified[key] === undefined);
  if (retained.length > 0 && (Object.keys(patch).length > 0 || hasLess)) {
    patch[retainKeysDirective] = sortedScalars(retained);
  }
  return patch;
}

interface Member {
  readonly key: string;
  readonly before: Json | undefined;
  readonly after: Json;
  readonly schema: FieldSchema | undefined;
  readonly options: DiffOptions;
}

function diffMember(patch: MutableMap, { key, before, after, schema, options }: Member): void {
  if (before === undefined) {
    if (!options.ignoreChanges) patch[key] = after;
    return;
  }
  if (key === directiveMarker) {
    if (typeof before !== 'string' || typeof after !== 'string') throw bad(`invalid value for special key: ${key}`);
    if (before !== after) patch[key] = after;
    return;
  }
  if (goType(before) === goType(after)) {
    if (isMap(before)) return diffMapMember(patch, { key, before, after, schema, options });
    if (isList(before)) return diffListMember(patch, { key, before, after, schema, options });
    if (equalValues(before, after)) return;
  }
  if (!options.ignoreChanges) patch[key] = after;
}

function diffMapMember(patch: MutableMap, { key, before, after, schema, options }: Member): void {
  const meta = knownMeta(before, after, () => structMeta(schema, key, 'openapi'));
  if (meta === undefined) return;
  if (meta.strategy === 'replace') {
    if (!options.ignoreChanges) patch[key] = after;
    return;
  }
  const below = diffMaps(asMap(before), asMap(after), meta.schema, { ...options, retainKeys: meta.retainKeys });
  if (Object.keys(below).length > 0) patch[key] = below;
}

// A field the schema does not know can stay as it is; only a change of it needs the schema.
function knownMeta(before: Json | undefined, after: Json, look: () => PatchMeta): PatchMeta | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof StrategicMergeError && error.code === 'UNKNOWN_FIELD' && equalValues(before, after)) {
      return undefined;
    }
    throw error;
  }
}

function diffListMember(patch: MutableMap, { key, before, after, schema, options }: Member): void {
  const meta = knownMeta(before, after, () => listMeta(schema, key, 'openapi'));
  if (meta === undefined || !isList(before) || !isList(after)) return;
  if (meta.strategy !== 'merge') {
    if (!options.ignoreChanges && !equalValues(before, after)) patch[key] = after;
    return;
  }
  const lists = diffLists(before, after, meta, { ...options, retainKeys: meta.retainKeys });
  if (lists.changes.length > 0) patch[key] = lists.changes;
  if (lists.deletions.length > 0) patch[`${deleteFromListPrefix}/${key}`] = lists.deletions;
  if (lists.order.length > 0) patch[`${setElementOrderPrefix}/${key}`] = lists.order;
}

interface ListDiff {
  readonly changes: readonly Json[];
  readonly deletions: readonly Json[];
  readonly order: readonly Json[];
}

function diffLists(before: readonly Json[], after: readonly Json[], meta: PatchMeta, options: DiffOptions): ListDiff {
  if (before.length === 0) {
    return { changes: options.ignoreChanges ? [] : after, deletions: [], order: [] };
  }
  const { mergeKey } = meta;
  if (elementType(before, after) !== mapType) return diffScalars(before, after, mergeKey, options);
  const items = diffItems(before, after, meta, options);
  const changes = [...inOrderOf(items.changes, after, mergeKey, true), ...items.deletions];
  const sameOrder =
    before.length === after.length && after.every((item, index) => sameKey(before[index], item, mergeKey));
  const reordered = !options.ignoreChanges && (changes.length > 0 || !sameOrder);
  const needsOrder = options.order && (reordered || (!options.ignoreDeletions && changes.length > 0));
  const order = needsOrder ? after.map((item) => ({ [mergeKey]: asMap(item)[mergeKey] })) : [];
  return { changes, deletions: [], order };
}

function diffScalars(
  before: readonly Json[],
  after: readonly Json[],
  mergeKey: string,
  options: DiffOptions,
): ListDiff {
  const [left, right] = [sortedScalars(before), sortedScalars(after)];
  const added: Json[] = [];
  const removed: Json[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [own, given] = [left[i], right[j]];
    const [ownText, givenText] = [goPrint(own), goPrint(given)];
    if (own !== undefined && given !== undefined && ownText === givenText) {
      i++;
      j++;
    } else if (own === undefined || (given !== undefined && ownText > givenText)) {
      added.push(given ?? null);
      j++;
    } else {
      removed.push(own);
      i++;
    }
  }
  const deletions = options.ignoreDeletions ? [] : distinctScalars(removed);
  const changes = options.ignoreChanges ? [] : inOrderOf(added, after, mergeKey, false);
  // Upstream sorts the first list in place before it asks whether the two differ.
  const changed = !options.ignoreChanges && !equalValues(left, after);
  const needsOrder = options.order && ((!options.ignoreDeletions && deletions.length > 0) || changed);
  return { changes, deletions, order: needsOrder ? after : [] };
}

function diffItems(
  before: readonly Json[],
  after: readonly Json[],
  { mergeKey, schema }: PatchMeta,
  options: DiffOptions,
): { readonly changes: Json[]; readonly deletions: Json[] } {
  const [left, right] = [sortedByKey(before, mergeKey), sortedByKey(after, mergeKey)];
  const changes: Json[] = [];
  const deletions: Json[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const own = i < left.length ? keyed(left[i], mergeKey) : undefined;
    const given = j < right.length ? keyed(right[j], mergeKey) : undefined;
    if (own !== undefined && given !== undefined && own.text === given.text) {
      const change = diffMaps(own.map, given.map, schema, options);
      if (Object.keys(change).length > 0) changes.push({ ...change, [mergeKey]: given.value });
      i++;
      j++;
    } else if (given !== undefined && (own === undefined || own.text > given.text)) {
      if (!options.ignoreChanges) changes.push(given.map);
      j++;
    } else if (own !== undefined) {
      if (!options.ignoreDeletions) deletions.push({ [mergeKey]: own.value, [directiveMarker]: 'delete' });
      i++;
    }
  }
  return { changes, deletions };
}

function keyed(
  item: Json | undefined,
  mergeKey: string,
): { readonly map: MutableMap; readonly value: Json; readonly text: string } {
  const map = asMap(item);
  const value = map[mergeKey];
  if (value === undefined) throw noMergeKey(map, mergeKey);
  return { map, value, text: goPrint(value) };
}
