// Functions over arrays, objects and values of any type.

import type { Json, JsonObject } from '@evenkeel/resource';
import { JqHalt, JqValueError, fail, failedOn, notApplicable, shown } from './errors.ts';
import {
  compare,
  encode,
  isArray,
  isNumber,
  isObject,
  memberOf,
  preview,
  runeCount,
  runes,
  sortedKeys,
  typeOf,
} from './json.ts';
import { add, checkLength, negate, toFloat, toInteger } from './numbers.ts';
import { deletePaths, indicesIn, setPath } from './paths.ts';

type Native = (value: Json, args: readonly Json[]) => Json;

/** By name and number of arguments. */
export const collectionFunctions: Readonly<Record<string, Native>> = {
  'length/0': length,
  'abs/0': (value) => (isNumber(value) ? absolute(value) : refuse('abs', value)),
  'not/0': (value) => value === null || value === false,
  'type/0': (value) => typeOf(value),
  'keys/0': keys,
  'has/1': has,
  'add/0': (value) => valuesOf('add', value).reduce<Json>(add, null),
  'reverse/0': (value) => list('reverse', value).toReversed(),
  'contains/1': (value, [part = null]) => contains(value, part),
  'inside/1': (value, [whole = null]) => contains(whole, value),
  'indices/1': (value, [part = null]) => occurrences('indices', value, part, (found) => found),
  'index/1': (value, [part = null]) => occurrences('index', value, part, (found) => found[0] ?? null),
  'rindex/1': (value, [part = null]) => occurrences('rindex', value, part, (found) => found.at(-1) ?? null),
  'flatten/0': (value) => flatten(valuesOf('flatten', value), -1),
  'flatten/1': flattenTo,
  'min/0': (value) => extreme(list('min', value), list('min', value), 1),
  'max/0': (value) => extreme(list('max', value), list('max', value), -1),
  '_min_by/1': (value, [by = null]) => extreme(list('min_by', value, by), keysFor('min_by', value, by), 1),
  '_max_by/1': (value, [by = null]) => extreme(list('max_by', value, by), keysFor('max_by', value, by), -1),
  'sort/0': (value) => sorted('sort', value, value).map((item) => item.value),
  '_sort_by/1': (value, [by = null]) => sorted('sort_by', value, by).map((item) => item.value),
  '_group_by/1': (value, [by = null]) => groups('group_by', value, by),
  'unique/0': (value) => groups('unique', value, value).map((group) => group[0] ?? null),
  '_unique_by/1': (value, [by = null]) => groups('unique_by', value, by).map((group) => group[0] ?? null),
  'setpath/2': (value, [path = null, next = null]) => setPath(value, path, next),
  'delpaths/1': (value, [paths = null]) => deletePaths(value, paths),
  'transpose/0': transpose,
  'bsearch/1': (value, [wanted = null]) => search(value, wanted),
  'error/0': (value) => raise(value),
  'error/1': (_value, [message = null]) => raise(message),
  'halt/0': () => halt(null),
  'halt_error/0': halt,
  'halt_error/1': (value, [code = null]) => (toInteger(code) === undefined ? refuse('halt_error', code) : halt(value)),
};

function refuse(name: string, value: Json): never {
  throw notApplicable(name, value);
}

function raise(value: Json): never {
  throw new JqValueError(value, typeof value === 'string' ? value : encode(value));
}

function halt(value: Json): never {
  throw new JqHalt(value, typeof value === 'string' ? value : encode(value));
}

function list(name: string, value: Json, by?: Json): readonly Json[] {
  if (!isArray(value)) throw notApplicable(name, value, by === undefined ? [] : [by]);
  return value;
}

function valuesOf(name: string, value: Json): readonly Json[] {
  if (isArray(value)) return value;
  if (!isObject(value)) throw notApplicable(name, value);
  return sortedKeys(value).map((key) => value[key] ?? null);
}

function absolute(value: number | bigint): Json {
  return value < 0 || Object.is(value, -0) ? negate(value) : value;
}

function length(value: Json): Json {
  if (value === null) return 0;
  if (typeof value === 'boolean') throw notApplicable('length', value);
  if (isNumber(value)) return absolute(value);
  if (typeof value === 'string') return runeCount(value);
  return isArray(value) ? value.length : Object.keys(value as JsonObject).length;
}

function keys(value: Json): Json {
  if (isArray(value)) return value.map((_item, index) => index);
  if (isObject(value)) return sortedKeys(value);
  throw notApplicable('keys', value);
}

function has(value: Json, [key = null]: readonly Json[]): Json {
  const index = toInteger(key);
  if (isArray(value) && index !== undefined) return index >= 0 && index < value.length;
  if (isObject(value) && typeof key === 'string') return memberOf(value, key) !== undefined;
  if (value === null) return false;
  throw notApplicable('has', value, [key]);
}

function contains(whole: Json, part: Json): boolean {
  if (isNumber(whole) && isNumber(part)) return compare(whole, part) === 0;
  if (typeof whole === 'string' && typeof part === 'string') return whole.includes(part);
  if (isArray(whole) && isArray(part)) {
    return part.every((item) => whole.some((other) => tolerant(other, item)));
  }
  if (isObject(whole) && isObject(part)) {
    return Object.entries(part).every(([key, item]) => {
      const other = memberOf(whole, key);
      return other !== undefined && tolerant(other, item ?? null);
    });
  }
  if (whole === part) return true;
  throw notApplicable('contains', whole, [part]);
}

/** Inside of containers, values of different types are just not contained. */
function tolerant(whole: Json, part: Json): boolean {
  if (typeOf(whole) !== typeOf(part)) return false;
  return typeof whole === 'boolean' ? whole === part : contains(whole, part);
}

function occurrences(name: string, value: Json, part: Json, pick: (found: readonly number[]) => Json): Json {
  if (value === null) return null;
  if (isArray(value)) return pick(indicesIn(value, isArray(part) ? part : [part]));
  if (typeof value !== 'string' || typeof part !== 'string') throw notApplicable(name, value, [part]);
  return pick(indicesIn(runes(value), runes(part)));
}

function flattenTo(value: Json, [depth = null]: readonly Json[]): Json {
  const items = valuesOf('flatten', value);
  const levels = toFloat(depth);
  if (levels === undefined) throw notApplicable('flatten', depth);
  if (levels < 0 || Number.isNaN(levels)) throw fail(`flatten depth should not be negative: ${preview(levels)}`);
  return flatten(items, levels);
}

function flatten(items: readonly Json[], depth: number): readonly Json[] {
  const flat: Json[] = [];
  const take = (list: readonly Json[], left: number): void => {
    for (const item of list) {
      if (isArray(item) && left !== 0) take(item, left - 1);
      else flat.push(item);
      checkLength(flat.length);
    }
  };
  take(items, depth);
  return flat;
}

function keysFor(name: string, value: Json, by: Json): readonly Json[] {
  const items = list(name, value, by);
  if (!isArray(by)) throw notApplicable(name, value, [by]);
  if (by.length !== items.length) throw failedOn(name, value, [by], 'length mismatch');
  return by;
}

/** The first of the least, the last of the greatest. */
function extreme(items: readonly Json[], by: readonly Json[], sign: 1 | -1): Json {
  let best = 0;
  for (let index = 1; index < by.length; index += 1) {
    const order = compare(by[best] ?? null, by[index] ?? null);
    if (sign === 1 ? order > 0 : order <= 0) best = index;
  }
  return items[best] ?? null;
}

interface Keyed {
  readonly value: Json;
  readonly key: Json;
}

function sorted(name: string, value: Json, by: Json): readonly Keyed[] {
  const items = name.endsWith('_by') ? list(name, value, by) : list(name, value);
  const keysOfItems = keysFor(name, value, by);
  const keyed = items.map((item, index): Keyed => ({ value: item, key: keysOfItems[index] ?? null }));
  return keyed.toSorted((left, right) => compare(left.key, right.key));
}

function groups(name: string, value: Json, by: Json): readonly (readonly Json[])[] {
  const found: Json[][] = [];
  let last: Json | undefined;
  for (const { value: item, key } of sorted(name, value, by)) {
    if (last !== undefined && compare(last, key) === 0) found.at(-1)?.push(item);
    else found.push([item]);
    last = key;
  }
  return found;
}

function transpose(value: Json): Json {
  const rows = list('transpose', value).map((row) => (isArray(row) ? row : refuse('transpose', value)));
  const width = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: width }, (_column, index) => rows.map((row) => row[index] ?? null));
}

function search(value: Json, wanted: Json): Json {
  const items = list('bsearch', value, wanted);
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(items[middle] ?? null, wanted) >= 0) high = middle;
    else low = middle + 1;
  }
  return low < items.length && compare(items[low] ?? null, wanted) === 0 ? low : -low - 1;
}

/** The objects of `to_entries`. */
export function toEntries(value: Json): readonly JsonObject[] {
  const names = keys(value) as readonly (string | number)[];
  return names.map((key) => ({
    key,
    value: (isArray(value) ? value[Number(key)] : (value as JsonObject)[key]) ?? null,
  }));
}

/** `from_entries`: the first key name that is neither null nor false counts. */
export function fromEntries(value: Json): Json {
  if (!isArray(value) && !isObject(value)) throw fail(`cannot iterate over: ${shown(value)}`);
  const entries = valuesOf('from_entries', value).map((entry): readonly [string, Json] => {
    if (entry !== null && !isObject(entry)) throw fail(`expected an object but got: ${shown(entry)}`);
    const object: JsonObject = entry ?? {};
    const names = ['key', 'Key', 'name', 'Name'].map((name) => memberOf(object, name) ?? null);
    const key = names.find((name) => name !== null && name !== false) ?? names.at(-1) ?? null;
    if (typeof key !== 'string') throw fail(`expected a string for object key but got: ${shown(key)}`);
    return [
      key,
      (memberOf(object, 'value') === undefined ? memberOf(object, 'Value') : memberOf(object, 'value')) ?? null,
    ];
  });
  return Object.fromEntries(entries) as JsonObject;
}
