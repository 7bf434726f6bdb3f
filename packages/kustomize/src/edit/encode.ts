// Writes fields of a kustomization the way Go's encoder and sigs.k8s.io/yaml do: empty values left out, keys sorted.

import type { Json, JsonObject } from '@evenkeel/resource';

import type { Shape, Struct } from '../kustomization/decode.ts';

/** Fields that are written even when they say nothing, by struct. */
const ALWAYS: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  Replica: { count: 0 },
  Var: { name: '', objref: { name: '' }, fieldref: {} },
  Target: { name: '' },
  TargetSelector: { select: null },
  LegacySortOptions: { orderFirst: null, orderLast: null },
};

/** A value as JSON with empty members left out; undefined where nothing is left. */
export function encodeValue(value: unknown, shape: Shape): Json | undefined {
  if (value === undefined || value === null) return undefined;
  switch (shape.is) {
    case 'list': {
      const items = value as readonly unknown[];
      return items.length === 0 ? undefined : items.map((item) => encodeItem(item, shape.of));
    }
    case 'map': {
      const entries = Object.entries(value as object);
      if (entries.length === 0) return undefined;
      return Object.fromEntries(entries.map(([key, item]): [string, Json] => [key, encodeItem(item, shape.of)]));
    }
    case 'struct':
      return encodeStruct(value as JsonObject, shape);
    case 'string':
    case 'bool':
    case 'int':
      return value === '' || value === false || value === 0 ? undefined : (value as Json);
    case 'any':
      return value as Json;
  }
}

/** A member of a list or map is written even where it is empty. */
function encodeItem(value: unknown, shape: Shape): Json {
  return encodeValue(value, shape) ?? ((value ?? null) as Json);
}

function encodeStruct(value: JsonObject, shape: Struct): JsonObject {
  const result: Record<string, Json> = {};
  const always = Object.hasOwn(ALWAYS, shape.name) ? ALWAYS[shape.name] : undefined;
  for (const [name, field] of Object.entries(shape.fields)) {
    const encoded = encodeValue(value[name], field);
    if (encoded !== undefined) result[name] = encoded;
    else if (always !== undefined && Object.hasOwn(always, name)) result[name] = value[name] ?? always[name] ?? null;
  }
  return result;
}
