// What the scale subresource reads must be of the form it needs (apiextensions-apiserver:pkg/registry/customresource, 1.35).

import { type Bag, type Value, isBag } from '../store/draft.ts';
import { type Causes, formatFloat } from '../validation/causes.ts';
import type { CustomType } from './custom-type.ts';

/** Refuses counts and selectors that are none, where the type has a scale subresource. */
export function checkScale(causes: Causes, { scale }: CustomType, object: Bag): void {
  if (scale === undefined) return;
  for (const path of [scale.specReplicasPath, scale.statusReplicasPath]) checkCount(causes, object, path);
  const { labelSelectorPath: path } = scale;
  if (path === undefined) return;
  const found = nested(object, path, 'string');
  if (!found.ok) causes.invalid(path, '', found.why);
}

function checkCount(causes: Causes, object: Bag, path: string): void {
  const found = nested(object, path, 'int64');
  if (!found.ok) causes.invalid(path, 0, found.why);
  else if (typeof found.value !== 'number') return;
  else if (found.value < 0) causes.invalid(path, found.value, 'should be a non-negative integer');
  else if (found.value > 2_147_483_647) causes.invalid(path, found.value, 'should be less than or equal to 2147483647');
}

type Found = { readonly ok: true; readonly value: Value | undefined } | { readonly ok: false; readonly why: string };

function nested(object: Bag, path: string, type: 'int64' | 'string'): Found {
  const steps = path.replace(/^\./, '').split('.');
  let value: Value | undefined = object;
  for (const [index, step] of steps.entries()) {
    if (value === null || value === undefined) return { ok: true, value: undefined };
    if (!isBag(value)) return misfit(steps.slice(0, index + 1), value, 'map[string]interface{}');
    value = value[step];
  }
  if (value === undefined) return { ok: true, value };
  const fits = type === 'string' ? typeof value === 'string' : Number.isInteger(value);
  return fits ? { ok: true, value } : misfit(steps, value, type);
}

function misfit(steps: readonly string[], value: Value, wanted: string): Found {
  const why = `.${steps.join('.')} accessor error: ${shown(value)} is of the type ${typeName(value)}, expected ${wanted}`;
  return { ok: false, why };
}

function typeName(value: Value): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

// As Go prints values with %v.
function shown(value: Value | undefined): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`;
  if (isBag(value)) {
    const entries = Object.keys(value).sort();
    return `map[${entries.map((key) => `${key}:${shown(value[key])}`).join(' ')}]`;
  }
  if (typeof value === 'number' && !Number.isInteger(value)) return formatFloat(value);
  return String(value as string | number | boolean | bigint);
}
