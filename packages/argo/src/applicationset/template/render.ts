// Parameters into texts: every text leaf of a template or of a generator, and every name of a map.
// Mirrors Render.RenderTemplateParams and RenderGeneratorParams (argoproj/argo-cd:applicationset/utils/utils.go, 3.6).

import { type GoMap, type Value, mapOf, stringType, withType } from '@evenkeel/gotemplate';
import type { Json, JsonObject } from '@evenkeel/resource';
import { type ApplicationSetSpec, type GeneratorSpec, objectOf } from '../application-set.ts';
import { replaceTags } from './fast-template.ts';
import { isMissingKey, runGoTemplate } from './go-template.ts';
import type { Params } from './params.ts';

/** How a set substitutes. */
export type Language = Pick<ApplicationSetSpec, 'goTemplate' | 'goTemplateOptions'>;

/** Substitutes in one text. @throws GenerationError */
export function replaceIn(text: string, params: Params, language: Language): string {
  return language.goTemplate ? runGoTemplate(text, params, language.goTemplateOptions) : replaceTags(text, params);
}

/** Substitutes in every text leaf and every name; what is no text stays as it is. */
export function renderDeep(json: Json, params: Params, language: Language): Json {
  if (typeof json === 'string') return replaceIn(json, params, language);
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((item: Json) => renderDeep(item, params, language));
  const result: Record<string, Json> = {};
  for (const [name, value] of Object.entries(json)) {
    // Go's walk passes over members that are null.
    if (value !== undefined && value !== null)
      result[replaceIn(name, params, language)] = renderDeep(value, params, language);
  }
  return result;
}

/** The generators whose `values` wait: what they name may only be known once the generator itself has run. */
const withValues = new Set([
  'clusters',
  'git',
  'scmProvider',
  'clusterDecisionResource',
  'pullRequest',
  'plugin',
  'oci',
]);

/** A generator with the parameters of an earlier one put in. Values that name what is not known yet stay as they are. */
export function renderGenerator(generator: GeneratorSpec, params: Params, language: Language): GeneratorSpec {
  if (params.size === 0) return generator;
  const result: Record<string, Json> = {};
  for (const [kind, spec] of Object.entries(generator) as [string, Json][]) {
    const values = withValues.has(kind) ? objectOf(objectOf(spec)?.['values']) : undefined;
    if (values === undefined) result[kind] = renderDeep(spec, params, language);
    else {
      const { values: _apart, ...others } = spec as JsonObject;
      const rendered = renderDeep(others as JsonObject, params, language) as JsonObject;
      result[kind] = { ...rendered, values: renderValues(values, params, language) };
    }
  }
  return result as GeneratorSpec;
}

function renderValues(values: JsonObject, params: Params, language: Language): JsonObject {
  const strict = {
    goTemplate: language.goTemplate,
    goTemplateOptions: [
      ...language.goTemplateOptions.filter((option) => !option.startsWith('missingkey=')),
      'missingkey=error',
    ],
  };
  const result: Record<string, Json> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string') continue;
    try {
      result[name] = replaceIn(value, params, strict);
    } catch (error) {
      if (!isMissingKey(error)) throw error;
      result[name] = value;
    }
  }
  return result;
}

/** Adds a generator's `values`, each substituted with the parameters so far, to the parameters. */
export function appendValues(values: Json | undefined, params: Params, language: Language): void {
  const found: (readonly [string, string])[] = [];
  for (const [name, value] of Object.entries(objectOf(values) ?? {})) {
    if (typeof value === 'string') found.push([name, replaceIn(value, params, language)]);
  }
  addValues(found, params, language);
}

/** Puts finished values where templates look for them. */
export function addValues(found: readonly (readonly [string, string])[], params: Params, language: Language): void {
  if (found.length === 0) return;
  if (language.goTemplate) params.set('values', textMap(found));
  else for (const [name, value] of found) params.set(`values.${name}`, value);
}

/** A map[string]string. */
export function textMap(entries: Iterable<readonly [string, string]>): GoMap {
  return withType(new Map<Value, Value>(entries), mapOf(stringType, stringType));
}
