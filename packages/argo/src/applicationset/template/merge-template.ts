// A generator's own template laid over the set's: what it leaves empty comes from the set.
// Mirrors mergeGeneratorTemplate with dario.cat/mergo (argoproj/argo-cd:applicationset/generators, 3.6).

import type { Json, JsonObject } from '@evenkeel/resource';
import { type ApplicationTemplate, objectOf } from '../application-set.ts';

/** The template of a generator, filled up from the template of the set. */
export function mergeTemplate(own: Json | undefined, base: ApplicationTemplate): ApplicationTemplate {
  const template = objectOf(own);
  return template === undefined ? base : (fill(template, base as JsonObject, '') as ApplicationTemplate);
}

/** Kept or replaced whole, because nobody knows what is in them. */
const opaque = new Set(['valuesObject']);

function fill(own: Json | undefined, base: Json | undefined, name: string): Json | undefined {
  if (isEmpty(own)) return isEmpty(base) && own !== undefined ? own : base;
  const [ownObject, baseObject] = [objectOf(own), objectOf(base)];
  if (!ownObject || !baseObject || opaque.has(name)) return own;
  const result: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(baseObject), ...Object.keys(ownObject)])) {
    const value = fill(ownObject[key], baseObject[key], key);
    if (value !== undefined) result[key] = value;
  }
  return result;
}

/** What Go calls a zero value: an empty text, list or map, 0, false. */
function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
