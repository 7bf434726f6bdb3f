// Fields of custom kinds that hold types of Kubernetes itself (`knownTypeFields`): whoever reads and writes them as such
// writes quantities in their shortest form and leaves out what is empty. Both sides of a comparison are brought to that form.
// Mirrors argoproj/argo-cd:util/argo/normalizers/knowntypes_normalizer.go (3.6).

import type { FieldRemoval } from '@evenkeel/engine';
import { type GroupKind, type Json, type JsonObject, canonicalQuantity, isMap } from '@evenkeel/resource';
import { type Customizations, type KnownTypeField, exactCustomization } from './settings/customizations.ts';

/** What upstream knows without being told. */
const rollout: readonly KnownTypeField[] = [{ field: 'spec.template.spec', type: 'core/v1/PodSpec' }];

/** How objects of a kind are brought to the form that is compared. */
export function knownTypeRules(all: Customizations, kind: GroupKind): readonly FieldRemoval[] {
  const told = exactCustomization(all, kind)?.knownTypeFields ?? [];
  const isRollout = kind.group === 'argoproj.io' && kind.kind === 'Rollout';
  const fields = told.length === 0 && isRollout ? rollout : told;
  return fields.filter(({ type }) => isKnownType(type)).map(({ field, type }) => normaliser(field.split('.'), type));
}

/** True for the types that upstream knows: those of the core group, and quantities and durations by themselves. */
export function isKnownType(type: string): boolean {
  return /^core\/v1\/[A-Z]\w*$/.test(type) || type === 'core/Quantity' || type === 'meta/v1/Duration';
}

function normaliser(path: readonly string[], type: string): FieldRemoval {
  const form = (value: Json): Json | undefined =>
    type === 'core/Quantity' ? shortest(value) : type === 'meta/v1/Duration' ? value : essential(value, '');
  const walk = (value: Json, index: number): Json => {
    const name = path[index];
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => walk(item, index));
    if (name === undefined) return form(value) ?? {};
    const inner = isMap(value) ? value[name] : undefined;
    return isMap(value) && inner !== undefined ? { ...value, [name]: walk(inner, index + 1) } : value;
  };
  return (object) => {
    const result = walk(object, 0);
    return isMap(result) ? result : undefined;
  };
}

/** Maps whose values are quantities, wherever they stand in a type of the core group. */
const quantityMaps: ReadonlySet<string> = new Set([
  'limits',
  'requests',
  'capacity',
  'allocatable',
  'hard',
  'overhead',
]);
const quantityFields: ReadonlySet<string> = new Set(['sizeLimit', 'divisor']);

/** Without what an encoder of Go leaves out where it is empty. */
function essential(value: Json, name: string): Json | undefined {
  if (value === null || value === false || value === '' || value === 0) return undefined;
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => essential(item, '') ?? item);
    return items.length === 0 ? undefined : items;
  }
  if (!isMap(value)) return quantityFields.has(name) ? shortest(value) : value;
  const left: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value as JsonObject)) {
    const kept = quantityMaps.has(name) ? shortest(inner ?? null) : essential(inner ?? null, key);
    if (kept !== undefined) left[key] = kept;
  }
  return Object.keys(left).length === 0 ? undefined : left;
}

function shortest(value: Json): Json {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const read = canonicalQuantity(String(value));
  return read.ok ? read.value : value;
}
