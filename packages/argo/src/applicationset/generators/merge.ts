// The merge generator: sets of the first generator, overridden by those of the others that have the same keys.
// Mirrors argoproj/argo-cd:applicationset/generators/merge.go (3.6), in the first generator's order.

import { type Value, marshalJson } from '@evenkeel/gotemplate';
import type { Json, JsonObject } from '@evenkeel/resource';
import { GenerationError } from '../application-set.ts';
import { type Params, copyParams, overrideParams } from '../template/params.ts';
import { childParams, childrenOf } from './children.ts';
import { type GeneratorInput, explained } from './input.ts';

export async function generateMerge(spec: JsonObject, input: GeneratorInput): Promise<readonly Params[]> {
  const children = childrenOf(spec);
  if (children.length < 2) throw new GenerationError('found less than two generators, Merge requires two or more');
  const keys = Array.isArray(spec['mergeKeys']) ? (spec['mergeKeys'] as readonly Json[]).map(String) : [];
  const lists: (readonly Params[])[] = [];
  for (const [index, child] of children.entries()) {
    const where = `error getting param sets from generators: error getting params from generator ${index + 1} of ${children.length}`;
    lists.push(await explained(where, () => childParams(child, input, undefined)));
  }
  const byKey = (list: readonly Params[]): Promise<Map<string, Params>> =>
    explained('error getting param sets by merge key', async () => indexByKeys(list, keys));
  const base = await byKey((lists[0] ?? []).map(copyParams));
  for (const list of lists.slice(1)) {
    for (const [key, override] of await byKey(list)) {
      const known = base.get(key);
      if (!known) continue;
      if (input.set.spec.goTemplate) overrideParams(known, override);
      else for (const [name, value] of override) known.set(name, value);
    }
  }
  return [...base.values()];
}

function indexByKeys(list: readonly Params[], keys: readonly string[]): Map<string, Params> {
  if (keys.length === 0) throw new GenerationError('no merge keys were specified, Merge requires at least one');
  const found = new Map<string, Params>();
  for (const params of list) {
    const key = marshalJson(new Map<Value, Value>(keys.map((name) => [name, params.get(name) ?? null])));
    if (found.has(key)) {
      throw new GenerationError(
        `the parameters from a generator were not unique by the given mergeKeys, Merge requires all param sets to be unique. Duplicate key was ${key}`,
      );
    }
    found.set(key, params);
  }
  return found;
}
