// Strategic merge patch: applying one, as kube-apiserver does for built-in types and kubectl does when it combines patches
// (k8s.io/apimachinery:pkg/util/strategicpatch/patch.go, 1.35).

import { type Result, err, ok } from '@evenkeel/std';

import type { Json, JsonObject } from './json.ts';
import { equalValues, goPrint, goType, isList, isMap } from './ownership/values.ts';
import type { FieldSchema } from './schema/field-schema.ts';
import {
  type MutableMap,
  type PatchMeta,
  type SchemaOrigin,
  StrategicMergeError,
  asList,
  asMap,
  bad,
  badArgument,
  deleteFromListPrefix,
  directiveMarker,
  distinctScalars,
  elementType,
  inOrderOf,
  indexIn,
  listMeta,
  mapType,
  mutableCopy,
  noMergeKey,
  retainKeysDirective,
  sameScalar,
  setElementOrderPrefix,
  structMeta,
  withoutDeletions,
} from './strategic-merge-meta.ts';

/**
 * The object with the patch applied: lists merge by the schema's merge keys, `$patch`, `$retainKeys`,
 * `$setElementOrder/…` and `$deleteFromPrimitiveList/…` are obeyed, null removes. Without a schema lists are replaced.
 * Inputs are not written. Errors carry upstream's words.
 */
export function strategicMerge(
  original: JsonObject,
  patch: JsonObject,
  schema: FieldSchema | undefined,
): Result<JsonObject, StrategicMergeError> {
  return merging(() => {
    const merger = new Merger({ parallelLists: true, ignoreUnmatchedNulls: true, origin: 'types' });
    return merger.map(mutableCopy(original), mutableCopy(patch), schema);
  });
}

/** Runs a merge and hands its refusal back as a value. */
export function merging(run: () => JsonObject): Result<JsonObject, StrategicMergeError> {
  try {
    return ok(run());
  } catch (error) {
    if (error instanceof StrategicMergeError) return err(error);
    throw error;
  }
}

/** Combines two patches into one: directives are kept, nulls too. Writes into `first`. */
export function mergePatches(first: MutableMap, second: MutableMap, schema: FieldSchema | undefined): MutableMap {
  return new Merger({ parallelLists: false, ignoreUnmatchedNulls: false, origin: 'openapi' }).map(
    first,
    second,
    schema,
  );
}

interface MergeOptions {
  /** Obey directives on lists, rather than keep them for whoever applies the merged patch. */
  readonly parallelLists: boolean;
  readonly ignoreUnmatchedNulls: boolean;
  readonly origin: SchemaOrigin;
}

class Merger {
  readonly #options: MergeOptions;

  constructor(options: MergeOptions) {
    this.#options = options;
  }

  map(original: MutableMap, patch: MutableMap, schema: FieldSchema | undefined): MutableMap {
    const directive = patch[directiveMarker];
    if (directive !== undefined) return replacement(directive, patch);
    this.#retainKeys(original, patch);
    this.#setElementOrders(original, patch, schema);
    for (const [name, value] of Object.entries(patch)) this.#member(original, name, value, schema);
    return original;
  }

  #member(original: MutableMap, name: string, value: Json, schema: FieldSchema | undefined): void {
    const isDeletion = name.startsWith(deleteFromListPrefix);
    if (isDeletion && !this.#options.parallelLists) {
      original[name] = value;
      return;
    }
    const key = isDeletion ? keyAfter(name, deleteFromListPrefix, 'primitive list') : name;
    if (value === null) {
      delete original[key];
      if (this.#options.ignoreUnmatchedNulls) return;
    }
    const own = original[key];
    if (own === undefined || goType(own) !== goType(value)) {
      if (!isDeletion) this.#set(original, key, this.#options.ignoreUnmatchedNulls ? withoutNulls(value) : value);
      return;
    }
    if (isMap(value)) {
      const meta = structMeta(schema, key, this.#options.origin);
      original[key] = meta.strategy === 'replace' ? value : this.map(asMap(own), asMap(value), meta.schema);
    } else if (isList(value)) {
      const meta = listMeta(schema, key, this.#options.origin);
      original[key] = this.#list(ownList(own), value, meta, isDeletion);
    } else {
      original[key] = value;
    }
  }

  #set(original: MutableMap, key: string, value: Json): void {
    const kept = withoutDirectives(value);
    if (kept === undefined) delete original[key];
    else original[key] = kept;
  }

  #retainKeys(original: MutableMap, patch: MutableMap): void {
    const asked = patch[retainKeysDirective];
    if (asked === undefined) return;
    delete patch[retainKeysDirective];
    if (!this.#options.parallelLists) {
      const known = original[retainKeysDirective];
      if (known === undefined) original[retainKeysDirective] = asked;
      else if (!equalValues(known, asked)) {
        const both = `${goPrint(known)} and ${goPrint(asked)}`;
        throw bad(`${both} are not deep equal: this may happen when calculating the 3-way diff patch`);
      }
      return;
    }
    if (!isList(asked)) throw bad('invalid patch format of retainKeys');
    const retained = new Set(asked);
    for (const [key, value] of Object.entries(patch)) {
      if (value === null || key.startsWith(deleteFromListPrefix) || key.startsWith(setElementOrderPrefix)) continue;
      if (!retained.has(key)) throw bad('invalid patch format of retainKeys');
    }
    for (const key of Object.keys(original)) if (!retained.has(key)) delete original[key];
  }

  #setElementOrders(original: MutableMap, patch: MutableMap, schema: FieldSchema | undefined): void {
    for (const [name, value] of Object.entries(patch)) {
      if (!name.startsWith(setElementOrderPrefix)) continue;
      if (!this.#options.parallelLists) {
        const known = original[name];
        if (known === undefined) original[name] = value;
        else if (!equalValues(known, value)) throw bad('invalid patch format of setElementOrder list');
      }
      delete patch[name];
      if (!isList(value)) throw badArgument('[]interface {}', value);
      this.#setElementOrder(original, patch, {
        key: keyAfter(name, setElementOrderPrefix, 'setElementOrder list'),
        order: value,
        schema,
      });
    }
  }

  #setElementOrder(
    original: MutableMap,
    patch: MutableMap,
    { key, order, schema }: { key: string; order: readonly Json[]; schema: FieldSchema | undefined },
  ): void {
    const [before, change] = [original[key], patch[key]];
    const own = before === undefined ? [] : ownList(before);
    const given = change === undefined ? [] : asList(change);
    const meta = listMeta(schema, key, this.#options.origin);
    requireOrder(given, order, meta.mergeKey);
    if (before === undefined && change === undefined) return;
    let merged: readonly Json[] = own;
    if (change !== undefined) {
      merged = before === undefined ? asList(withoutDirectives(change)) : this.#list(own, given, meta, false);
    }
    const { inPatch, serverOnly } = partition(merged, order, meta.mergeKey);
    const ofMaps = elementType(own, given) === mapType;
    original[key] = inBothOrders(inPatch, serverOnly, { patch: order, server: own, mergeKey: meta.mergeKey, ofMaps });
    delete patch[key];
  }

  #list(original: Json[], patch: readonly Json[], meta: PatchMeta, isDeletion: boolean): readonly Json[] {
    if (meta.strategy !== 'merge' && !isDeletion) return patch;
    if (original.length === 0 && patch.length === 0) return original;
    const ofMaps = elementType(original, patch) === mapType;
    if (!ofMaps) {
      if (this.#options.parallelLists && isDeletion) {
        return original.filter((item) => !patch.some((gone) => sameScalar(gone, item)));
      }
      const merged = distinctScalars([...original, ...patch]);
      const { inPatch, serverOnly } = partition(merged, patch, meta.mergeKey);
      return inBothOrders(inPatch, serverOnly, { patch, server: original, mergeKey: meta.mergeKey, ofMaps });
    }
    if (meta.mergeKey === '') throw bad('cannot merge lists without merge key for struct');
    const special = specialElements(original, patch, meta.mergeKey);
    const merged = this.#items(special, meta);
    const { inPatch, serverOnly } = partition(merged, special.patch, meta.mergeKey);
    const server = special.items.slice(0, special.length);
    return inBothOrders(inPatch, serverOnly, { patch: special.patch, server, mergeKey: meta.mergeKey, ofMaps });
  }

  // Upstream appends into the array it deleted from, and so changes the order that `$setElementOrder` later reads.
  #items(special: SpecialElements, { mergeKey, schema }: PatchMeta): Json[] {
    let { items, length } = special;
    for (const item of special.patch) {
      const map = asMap(item);
      const value = map[mergeKey];
      if (value === undefined) throw noMergeKey(map, mergeKey);
      const at = findByKey(items.slice(0, length), mergeKey, value);
      if (at >= 0) {
        items[at] = this.map(asMap(items[at]), map, schema);
        continue;
      }
      if (length === items.length) items = [...items, map];
      else items[length] = map;
      length++;
    }
    return items.slice(0, length);
  }
}

// A list of the copy this merge works on.
function ownList(value: Json | undefined): Json[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the copy's lists are made writable by mutableCopy
  return asList(value) as Json[];
}

function replacement(directive: Json, patch: MutableMap): MutableMap {
  if (directive === 'replace') {
    const { [directiveMarker]: _, ...rest } = patch;
    return rest;
  }
  if (directive === 'delete') return {};
  throw bad(`unknown patch type: ${goPrint(directive)} in map: ${goPrint(patch)}`);
}

function keyAfter(name: string, prefix: string, what: string): string {
  const slash = name.indexOf('/');
  if (slash < 0 || name.slice(0, slash) !== prefix) throw bad(`invalid patch format of ${what}`);
  return name.slice(slash + 1);
}

// Undefined where the value is a directive and nothing of it stays.
function withoutDirectives(value: Json): Json | undefined {
  if (isMap(value)) {
    if (value[directiveMarker] !== undefined) return undefined;
    const kept: MutableMap = {};
    for (const [key, member] of Object.entries(value)) {
      const rest = member === undefined ? undefined : withoutDirectives(member);
      if (rest !== undefined) kept[key] = rest;
    }
    return kept;
  }
  if (!isList(value)) return value;
  return value.map(withoutDirectives).filter((item) => item !== undefined);
}

function withoutNulls(value: Json): Json {
  if (isList(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  const kept: MutableMap = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== null && member !== undefined) kept[key] = withoutNulls(member);
  }
  return kept;
}

// A patch that orders its list must give the items it changes in that order.
function requireOrder(patch: readonly Json[], order: readonly Json[], mergeKey: string): void {
  if (order.length === 0 || patch.length === 0) return;
  const kept = mergeKey === '' ? patch : withoutDeletions(patch).kept;
  let at = 0;
  let ordered = 0;
  while (at < kept.length && ordered < order.length) {
    const item = kept[at];
    if (isMap(item) && item[directiveMarker] !== undefined) {
      at++;
      continue;
    }
    if (sameKey(item, order[ordered], mergeKey)) at++;
    ordered++;
  }
  if (at < kept.length && ordered >= order.length) {
    const lists = `${goPrint(patch)}\n doesn't match ${setElementOrderPrefix} list:\n${goPrint(order)}\n`;
    throw bad(`The order in patch list:\n${lists}`);
  }
}

/** Whether two items are one by merge key, or by value without one. Throws where a map lacks the key. */
export function sameKey(a: Json | undefined, b: Json | undefined, mergeKey: string): boolean {
  if (mergeKey === '') return sameScalar(a, b);
  const [left, right] = [asMap(a), asMap(b)];
  if (left[mergeKey] === undefined) throw noMergeKey(left, mergeKey);
  if (right[mergeKey] === undefined) throw noMergeKey(right, mergeKey);
  return sameScalar(left[mergeKey], right[mergeKey]);
}

function findByKey(items: readonly Json[], mergeKey: string, value: Json): number {
  return items.findIndex((item, index) => {
    if (!isMap(item)) throw bad(`value for key ${index} is not a map`);
    return sameScalar(item[mergeKey], value);
  });
}

function partition(
  items: readonly Json[],
  by: readonly Json[],
  mergeKey: string,
): { readonly inPatch: Json[]; readonly serverOnly: Json[] } {
  const inPatch: Json[] = [];
  const serverOnly: Json[] = [];
  for (const item of items) {
    let found: boolean;
    if (mergeKey === '') {
      found = by.some((other) => sameScalar(other, item));
    } else {
      const value = asMap(item)[mergeKey];
      if (value === undefined) throw noMergeKey(asMap(item), mergeKey);
      found = findByKey(by, mergeKey, value) >= 0;
    }
    (found ? inPatch : serverOnly).push(item);
  }
  return { inPatch, serverOnly };
}

interface Orders {
  readonly patch: readonly Json[];
  readonly server: readonly Json[];
  readonly mergeKey: string;
  readonly ofMaps: boolean;
}

// The patch's items in the patch's order, the server's in the server's, zipped by the server's order where both are in it.
function inBothOrders(patch: readonly Json[], serverOnly: readonly Json[], orders: Orders): Json[] {
  const { mergeKey, ofMaps } = orders;
  const right = inOrderOf(patch, orders.patch, mergeKey, ofMaps);
  const left = inOrderOf(serverOnly, orders.server, mergeKey, ofMaps);
  const merged: Json[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [own, given] = [left[i], right[j]];
    let takeLeft = j >= right.length;
    if (i < left.length && j < right.length) {
      const ownAt = indexIn(orders.server, own, mergeKey, ofMaps);
      const givenAt = indexIn(orders.server, given, mergeKey, ofMaps);
      takeLeft = ownAt >= 0 && givenAt >= 0 && ownAt < givenAt;
    }
    if (takeLeft) {
      merged.push(own ?? null);
      i++;
    } else {
      merged.push(given ?? null);
      j++;
    }
  }
  return merged;
}

/** A list with `$patch` items obeyed: the first `length` of `items` are in it, what follows is left over from deletions. */
interface SpecialElements {
  readonly items: Json[];
  readonly length: number;
  readonly patch: readonly Json[];
}

function specialElements(original: Json[], patch: readonly Json[], mergeKey: string): SpecialElements {
  let { length } = original;
  const plain: Json[] = [];
  let replace = false;
  for (const item of patch) {
    const map = asMap(item);
    const directive = map[directiveMarker];
    if (directive === undefined) {
      plain.push(item);
    } else if (directive === 'delete') {
      const value = map[mergeKey];
      if (value === undefined) throw noMergeKey(map, mergeKey);
      length = deleteByKey(original, length, { mergeKey, value });
    } else if (directive === 'replace') {
      replace = true;
    } else if (directive === 'merge') {
      throw bad('merging lists cannot yet be specified in the patch');
    } else {
      throw bad(`unknown patch type: ${goPrint(directive)} in map: ${goPrint(map)}`);
    }
  }
  return replace ? { items: plain, length: plain.length, patch: [] } : { items: original, length, patch: plain };
}

// Moves later items up, as Go's append of two parts of one slice does.
function deleteByKey(
  items: Json[],
  from: number,
  { mergeKey, value }: { readonly mergeKey: string; readonly value: Json },
): number {
  let length = from;
  for (;;) {
    const at = findByKey(items.slice(0, length), mergeKey, value);
    if (at < 0) return length;
    items.copyWithin(at, at + 1, length);
    length--;
  }
}
