// Which admission policies and bindings a write concerns (apiserver:pkg/admission/plugin/policy/matching, 1.35).

import type { Registry } from '../api/registry.ts';
import type { ServedType } from '../api/served-type.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, listAt } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import { type Attributes, namespaceMatches, objectMatches, ruleMatches } from './webhook-matching.ts';

interface World {
  readonly store: Store;
  readonly registry: Registry;
}

/** The type that expressions see the object as; undefined where MatchResources leave the write out. */
export function resourcesMatch(match: Bag, attributes: Attributes, world: World): ServedType | undefined {
  if (!namespaceMatches(match, attributes, world.store) || !objectMatches(match, attributes)) return undefined;
  const equivalent = match['matchPolicy'] === 'Equivalent';
  const find = (rules: readonly Bag[]): ServedType | undefined =>
    ruledType(rules, attributes, equivalent ? world.registry : undefined);
  if (find(bagsOf(match['excludeResourceRules'])) !== undefined) return undefined;
  const rules = bagsOf(match['resourceRules']);
  return rules.length === 0 ? attributes.type : find(rules);
}

function ruledType(
  rules: readonly Bag[],
  attributes: Attributes,
  registry: Registry | undefined,
): ServedType | undefined {
  const { type, name } = attributes;
  const matches = (rule: Bag, as: ServedType): boolean => {
    const names = listAt(rule, 'resourceNames') ?? [];
    return ruleMatches(rule, attributes, as) && (names.length === 0 || names.includes(name));
  };
  if (rules.some((rule) => matches(rule, type))) return type;
  if (registry === undefined) return undefined;
  const equivalents = registry.all().filter((each) => each !== type && each.collection === type.collection);
  for (const rule of rules) {
    const found = equivalents.find((each) => matches(rule, each));
    if (found !== undefined) return found;
  }
  return undefined;
}
