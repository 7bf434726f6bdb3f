// One set of parameters: Go values by name, because templates see Go's types (a label map is a map[string]string, a number
// from JSON a float64). Mirrors what argoproj/argo-cd:applicationset/{generators,utils} (3.6) do to map[string]any.

import { type GoMap, type Value, isNilContainer, mapType, sliceType, sprintf, withType } from '@evenkeel/gotemplate';
import { GenerationError } from '../application-set.ts';

/** Parameters of one Application. */
export type Params = GoMap;

/** Go's `%v`. */
export function goText(value: Value): string {
  return sprintf('%v', [value]);
}

/** A copy that shares nothing. */
export function copyParams(params: Params): Params {
  return copyOf(params) as Params;
}

function copyOf(value: Value): Value {
  if (value instanceof Map) {
    if (isNilContainer(value as GoMap)) return value;
    const copy: GoMap = new Map();
    for (const [key, item] of value as GoMap) copy.set(key, copyOf(item));
    return withType(copy, mapType(value as GoMap));
  }
  if (Array.isArray(value)) return isNilContainer(value) ? value : withType(value.map(copyOf), sliceType(value));
  return value;
}

/** The parameters as a selector sees them: dotted names, texts. Mirrors jeremywohl/flatten with dot style. */
export function flattenParams(params: Params): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  flattenInto(flat, params, '', true);
  return flat;
}

/** Like `flattenParams`, but typed maps of texts stay opaque, as when the flattener itself is asked. */
export function flattenPlain(params: Params): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  flattenInto(flat, params, '', false);
  return flat;
}

function flattenInto(
  flat: Map<string, string>,
  value: GoMap | readonly Value[],
  prefix: string,
  typedMaps: boolean,
): void {
  const entries: Iterable<readonly [Value, Value]> =
    value instanceof Map ? value : value.map((item, index) => [String(index), item] as const);
  for (const [key, item] of entries) {
    const name = prefix === '' ? goText(key) : `${prefix}.${goText(key)}`;
    if (item instanceof Map && (typedMaps || mapType(item as GoMap).text === 'map[string]interface {}')) {
      flattenInto(flat, item as GoMap, name, typedMaps);
    } else if (Array.isArray(item) && sliceType(item).text === '[]interface {}') {
      flattenInto(flat, item, name, typedMaps);
    } else flat.set(name, goText(item ?? null));
  }
}

/** Joins two flat sets; a name in both must have one value. Mirrors utils.CombineStringMaps. */
export function combineFlat(first: Params, second: Params): Params {
  const result: Params = new Map();
  for (const [key, value] of first) result.set(key, goText(value));
  for (const [key, value] of second) {
    const text = goText(value);
    const known = result.get(key);
    if (known !== undefined && known !== text) {
      throw new GenerationError(
        `found duplicate key ${goText(key)} with different value, a: ${goText(known)} ,b: ${text}`,
      );
    }
    result.set(key, text);
  }
  return result;
}

/** Writes `source` over `target`, maps merged, everything else replaced: mergo.Merge WithOverride (v1.0.2) on maps. */
export function overrideParams(target: Params, source: Params): void {
  for (const [key, value] of source) {
    const known = target.get(key);
    if (value instanceof Map && known instanceof Map && known.size > 0) overrideParams(known as GoMap, value as GoMap);
    else target.set(key, copyOf(value));
  }
}
