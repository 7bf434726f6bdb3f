// sprig's dictionaries (sprig v3.3.0 dict.go), with dario.cat/mergo v1.0.1's idea of merging.

import { any, anys, bool, dict, str, strings } from '../exec/codecs.ts';
import { isTrue } from '../exec/compare.ts';
import type { Call } from '../exec/call.ts';
import { GoError, type GoFunction, fn, rest } from '../exec/function.ts';
import { sortedKeys } from '../fmt/print-value.ts';
import {
  GoStruct,
  type GoMap,
  type Value,
  isNilContainer,
  mapType,
  nilMap,
  sliceType,
  typeOf,
  withType,
} from '../value/value.ts';
import { strval } from './cast.ts';

function made(values: readonly Value[]): GoMap {
  const map: GoMap = new Map();
  for (let index = 0; index < values.length; index += 2) {
    map.set(strval(values[index]), index + 1 < values.length ? (values[index + 1] ?? null) : '');
  }
  return map;
}

function written(map: GoMap): GoMap {
  if (isNilContainer(map)) throw new GoError('assignment to entry in nil map');
  return map;
}

function picked(map: GoMap, keys: readonly string[]): GoMap {
  const result: GoMap = new Map();
  for (const key of keys) if (map.has(key)) result.set(key, map.get(key));
  return result;
}

function omitted(map: GoMap, keys: readonly string[]): GoMap {
  const omit = new Set<Value>(keys);
  return new Map([...map].filter(([key]) => !omit.has(key)));
}

function asText(key: Value): string {
  return typeof key === 'string' ? key : strval(key);
}

/** mergo's merge of one map into another, in place. */
function mergeInto(target: GoMap, source: GoMap, overwrite: boolean, call: Call): void {
  for (const [key, value] of source) {
    call.step(1);
    const present = target.has(key);
    const old = target.get(key);
    if (value === null || value === undefined) {
      if (overwrite) target.set(key, null);
      else if (!present) continue;
      continue;
    }
    if (value instanceof Map) {
      if (old instanceof Map) {
        if (isNilContainer(old) && !isNilContainer(value)) {
          target.set(key, value);
          continue;
        }
        mergeInto(old, value, overwrite, call);
        if (old.size > 0) continue;
      }
    } else if (Array.isArray(value) || value instanceof Uint8Array) {
      if (present && isTrue(old) && !overwrite) continue;
      target.set(key, value);
      continue;
    }
    if (overwrite || !present || !isTrue(old)) target.set(key, value);
  }
}

function merged(maps: readonly [GoMap, ...GoMap[]], overwrite: boolean, call: Call): GoMap {
  let [target] = maps;
  for (const source of maps.slice(1)) {
    if (isNilContainer(target) && !isNilContainer(source)) target = new Map();
    mergeInto(target, source, overwrite, call);
  }
  return target;
}

const merge = fn([dict, rest(dict)], any, (maps, call) => merged(maps, false, call));
const mergeOverwrite = fn([dict, rest(dict)], any, (maps, call) => merged(maps, true, call));

/** copystructure.Copy: containers are copied, everything else is a value anyway. */
function copied(value: Value, call: Call): Value {
  // A copy is kept.
  call.step(4);
  if (Array.isArray(value)) {
    if (isNilContainer(value)) return value;
    return withType(
      value.map((item) => copied(item, call)),
      sliceType(value),
    );
  }
  if (value instanceof Map) {
    if (isNilContainer(value)) return nilMap(mapType(value));
    const copy: GoMap = new Map();
    for (const [key, item] of value) copy.set(key, copied(item, call));
    return withType(copy, mapType(value));
  }
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof GoStruct && value.constructor === GoStruct) {
    return new GoStruct(value.type, new Map([...value.fields].map(([name, item]) => [name, copied(item, call)])));
  }
  return value;
}

const deepCopy = fn([any], any, ([value], call) => {
  if (value === null || value === undefined) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  return copied(value, call);
});

function conversionPanic(value: Value, wanted: string): GoError {
  const type = typeOf(value);
  if (type === undefined) return new GoError(`interface conversion: interface {} is nil, not ${wanted}`);
  return new GoError(`interface conversion: interface {} is ${type.text}, not ${wanted}`);
}

function asDict(value: Value): GoMap {
  if (value instanceof Map && mapType(value).text === 'map[string]interface {}') return value;
  throw conversionPanic(value, 'map[string]interface {}');
}

function dug(params: readonly Value[]): Value {
  if (params.length < 3) throw new GoError('dig needs at least three arguments');
  let current = asDict(params.at(-1));
  const fallback = params.at(-2);
  const keys = params.slice(0, -2).map((key) => {
    if (typeof key !== 'string') throw conversionPanic(key, 'string');
    return key;
  });
  for (const [index, key] of keys.entries()) {
    if (!current.has(key)) return fallback;
    const step = current.get(key);
    if (index === keys.length - 1) return step;
    current = asDict(step);
  }
  return fallback;
}

export const dictFunctions: readonly (readonly [string, GoFunction])[] = [
  ['dict', fn([rest(any)], dict, (values) => made(values))],
  ['get', fn([dict, str], any, ([map, key]) => (map.has(key) ? map.get(key) : ''))],
  ['set', fn([dict, str, any], dict, ([map, key, value]) => written(map).set(key, value))],
  [
    'unset',
    fn([dict, str], dict, ([map, key]) => {
      map.delete(key);
      return map;
    }),
  ],
  ['hasKey', fn([dict, str], bool, ([map, key]) => map.has(key))],
  [
    'pluck',
    fn([str, rest(dict)], anys, ([key, ...maps]) => maps.filter((map) => map.has(key)).map((map) => map.get(key))),
  ],
  // Go's order is random; sorted is one of its possible answers and the one people expect.
  ['keys', fn([rest(dict)], strings, (maps) => maps.flatMap((map) => sortedKeys(map).map(asText)))],
  ['values', fn([dict], anys, ([map]) => sortedKeys(map).map((key) => map.get(key)))],
  ['pick', fn([dict, rest(str)], dict, ([map, ...keys]) => picked(map, keys))],
  ['omit', fn([dict, rest(str)], dict, ([map, ...keys]) => omitted(map, keys))],
  ['merge', merge],
  ['mustMerge', merge],
  ['mergeOverwrite', mergeOverwrite],
  ['mustMergeOverwrite', mergeOverwrite],
  ['deepCopy', deepCopy],
  ['mustDeepCopy', deepCopy],
  ['dig', fn([rest(any)], any, (params) => dug(params))],
];
