// Indexing, and changing what is at a path. Mirrors github.com/itchyny/gojq:func.go (0.12.19).

import type { Json, JsonObject } from '@evenkeel/resource';
import { JqError, fail, failedOn, notApplicable, shown } from './errors.ts';
import { compare, isArray, isNumber, isObject, isPlain, memberOf, preview, runes } from './json.ts';
import { toInteger } from './numbers.ts';

/** `value[key]` for keys of every type. */
export function indexValue(value: Json, key: Json): Json {
  if (typeof key === 'string') {
    if (value === null) return null;
    if (isObject(value)) return memberOf(value, key) ?? null;
    throw fail(`expected an object but got: ${shown(value)}`);
  }
  if (isNumber(key)) return itemOf(value, toInteger(key) ?? 0);
  if (isArray(key)) {
    if (value === null) return null;
    if (isArray(value)) return indicesIn(value, key);
    throw fail(`expected an array but got: ${shown(value)}`);
  }
  if (isObject(key)) {
    if (value === null) return null;
    const { start, end } = bounds(key);
    return sliceValue(value, start, end);
  }
  if (isArray(value)) throw fail(`expected a number for indexing an array but got: ${shown(key)}`);
  if (typeof value === 'string') throw fail(`expected a number for indexing a string but got: ${shown(key)}`);
  throw fail(`expected a string for object key but got: ${shown(key)}`);
}

function itemOf(value: Json, index: number): Json {
  if (value === null) return null;
  if (isArray(value)) return value[clamp(index, -1, value.length)] ?? null;
  if (typeof value === 'string') {
    const chars = runes(value);
    return chars[clamp(index, -1, chars.length)] ?? null;
  }
  throw fail(`expected an array but got: ${shown(value)}`);
}

/** Where a list occurs in another. */
export function indicesIn(list: readonly Json[], wanted: readonly Json[]): readonly number[] {
  if (wanted.length === 0) return [];
  const found: number[] = [];
  for (let start = 0; start + wanted.length <= list.length; start += 1) {
    if (wanted.every((item, offset) => compare(list[start + offset] ?? null, item) === 0)) found.push(start);
  }
  return found;
}

function clamp(index: number, minimum: number, maximum: number): number {
  const at = index < 0 ? index + maximum : index;
  return at < minimum ? minimum : Math.min(at, maximum);
}

function bounds(key: JsonObject): { readonly start: Json; readonly end: Json } {
  const [start, end] = [memberOf(key, 'start'), memberOf(key, 'end')];
  if (start === undefined || end === undefined) {
    throw fail(`expected "start" and "end" for slicing but got: ${shown(key)}`);
  }
  return { start, end };
}

function range(length: number, start: Json, end: Json, what: string): readonly [number, number] {
  const wrong = (value: Json): Error => fail(`expected a number for indexing ${what} but got: ${shown(value)}`);
  let from = 0;
  let to = length;
  if (start !== null) {
    const index = toInteger(start);
    if (index === undefined) throw wrong(start);
    from = clamp(index, 0, length);
  }
  if (end !== null) {
    const index = toInteger(typeof end === 'number' ? Math.ceil(end) : end);
    if (index === undefined) throw wrong(end);
    to = clamp(index, from, length);
  }
  return [from, to];
}

/** `value[start:end]`. */
export function sliceValue(value: Json, start: Json, end: Json): Json {
  if (value === null) return null;
  if (isArray(value)) return value.slice(...range(value.length, start, end, 'an array'));
  if (typeof value !== 'string') throw fail(`expected an array but got: ${shown(value)}`);
  if (isPlain(value)) return value.slice(...range(value.length, start, end, 'a string'));
  const chars = runes(value);
  return chars.slice(...range(chars.length, start, end, 'a string')).join('');
}

/** `getpath(path)`. */
export function getPath(value: Json, path: Json): Json {
  if (!isArray(path)) throw notApplicable('getpath', value, [path]);
  let at = value;
  for (const key of path) {
    if (at !== null && typeof at !== 'object') throw notApplicable('getpath', value, [path]);
    try {
      at = indexValue(at, key);
    } catch (error) {
      throw failedOn('getpath', value, [path], (error as Error).message);
    }
  }
  return at;
}

/** Stands for what is to be deleted until all paths have been found. */
const gone: unique symbol = Symbol('gone');
type Draft = Json | typeof gone;
/** The most places a path may add to a list at once; Go would go on until memory ends. */
const ITEMS_MAX = 10_000_000;

/** `setpath(path; next)`. */
export function setPath(value: Json, path: Json, next: Json): Json {
  if (!isArray(path)) throw notApplicable('setpath', value, [path]);
  try {
    return update(value, path, 0, next) as Json;
  } catch (error) {
    if (error instanceof JqError) throw error;
    throw failedOn('setpath', value, [path, next], (error as Error).message);
  }
}

/** `delpaths(paths)`: all paths are found before anything is taken away, so that indexes hold. */
export function deletePaths(value: Json, paths: Json): Json {
  if (!isArray(paths)) throw notApplicable('delpaths', value, [paths]);
  if (paths.length === 0) return value;
  let draft: Draft = value;
  for (const path of paths) {
    try {
      if (!isArray(path)) throw fail(`expected an array but got: ${shown(path)}`);
      draft = update(draft, path, 0, gone);
    } catch (error) {
      if (error instanceof JqError) throw error;
      throw failedOn('delpaths', value, [paths], (error as Error).message);
    }
  }
  return swept(draft);
}

function update(value: Draft, path: readonly Json[], depth: number, next: Draft): Draft {
  const key = path[depth];
  if (key === undefined) return next;
  if (value === gone) return gone;
  if (typeof key === 'string') {
    if (value !== null && !isObject(value)) throw fail(`expected an object but got: ${shown(value)}`);
    return updateMember(value, key, { path, depth, next });
  }
  if (isNumber(key) || isObject(key)) {
    if (value !== null && !isArray(value)) throw fail(`expected an array but got: ${shown(value)}`);
    return isNumber(key)
      ? updateItem(value, toInteger(key) ?? 0, { path, depth, next })
      : updateSlice(value, key, { path, depth, next });
  }
  if (isArray(value)) throw fail(`expected a number for indexing an array but got: ${shown(key)}`);
  throw fail(`expected a string for object key but got: ${shown(key)}`);
}

interface Change {
  readonly path: readonly Json[];
  readonly depth: number;
  readonly next: Draft;
}

function updateMember(value: JsonObject | null, key: string, { path, depth, next }: Change): Draft {
  const before = value === null ? undefined : memberOf(value, key);
  if (before === undefined && next === gone) return value;
  const after = update(before ?? null, path, depth + 1, next);
  const entries = value === null ? [] : Object.entries(value).filter(([name]) => name !== key);
  return Object.fromEntries([...entries, [key, after]]) as JsonObject;
}

function updateItem(value: readonly Json[] | null, index: number, { path, depth, next }: Change): Draft {
  const list = value ?? [];
  const at = clamp(index, -1, list.length);
  if ((at < 0 || at >= list.length) && next === gone) return value;
  if (at < 0) throw fail(`array index should not be negative: ${preview(index)}`);
  const place = at < list.length ? at : index;
  if (place >= 0x20000000) throw fail(`array index too large: ${preview(index)}`);
  if (place - list.length > ITEMS_MAX) throw new JqError('LIMIT', `array index too large: ${index}`);
  const result: Draft[] = [...list];
  while (result.length < place) result.push(null);
  result[place] = update(list[place] ?? null, path, depth + 1, next);
  return result as readonly Json[];
}

function updateSlice(value: readonly Json[] | null, key: JsonObject, { path, depth, next }: Change): Draft {
  const list = value ?? [];
  const { start, end } = bounds(key);
  const [from, to] = range(list.length, start, end, 'an array');
  if (from === to && next === gone) return value;
  const after = update(list.slice(from, to), path, depth + 1, next);
  if (after === gone) {
    return list.map((item, index): Draft => (index >= from && index < to ? gone : item)) as unknown as Json;
  }
  if (!isArray(after)) throw fail(`expected an array but got: ${shown(after)}`);
  return [...list.slice(0, from), ...after, ...list.slice(to)];
}

function swept(draft: Draft): Json {
  if (draft === gone) return null;
  if (isArray(draft)) return (draft as readonly Draft[]).filter((item) => item !== gone).map(swept);
  if (!isObject(draft)) return draft;
  const kept = (Object.entries(draft) as [string, Draft][]).filter(([, member]) => member !== gone);
  return Object.fromEntries(kept.map(([name, member]) => [name, swept(member)])) as JsonObject;
}
