// The list generator. Mirrors argoproj/argo-cd:applicationset/generators/list.go (3.6).

import { type Value, fromJson } from '@evenkeel/gotemplate';
import { type Json, type JsonObject, YamlError, parseYaml } from '@evenkeel/resource';
import { GenerationError, objectOf } from '../application-set.ts';
import type { Params } from '../template/params.ts';
import type { GeneratorInput } from './input.ts';

/** `elements` as they stand, then `elementsYaml`. */
export async function generateList(spec: JsonObject, { set }: GeneratorInput): Promise<readonly Params[]> {
  const elements = Array.isArray(spec['elements']) ? (spec['elements'] as readonly Json[]) : [];
  const listed = elements.map((element, index) => {
    // Kubernetes' type for any JSON keeps nothing of a null, and nothing is no JSON.
    if (element === null) throw new GenerationError('error unmarshling list element unexpected end of JSON input');
    const object = objectOf(element);
    if (!object) {
      throw new GenerationError(
        `error unmarshling list element json: cannot unmarshal ${kindOf(element)} into Go value of type map[string]interface {}`,
      );
    }
    return set.spec.goTemplate ? (fromJson(object) as Params) : flatElement(object, index);
  });
  const { elementsYaml } = spec;
  return typeof elementsYaml === 'string' && elementsYaml !== '' ? [...listed, ...yamlElements(elementsYaml)] : listed;
}

function flatElement(element: JsonObject, index: number): Params {
  const params: Params = new Map<Value, Value>();
  for (const [key, value] of Object.entries(element)) {
    if (key !== 'values') {
      params.set(key, textOf(value, `elements.${index}.${key}`));
      continue;
    }
    const values = objectOf(value);
    if (!values) throw new GenerationError('error parsing values map');
    for (const [name, item] of Object.entries(values)) {
      params.set(`values.${name}`, textOf(item, `elements.${index}.values.${name}`));
    }
  }
  return params;
}

function textOf(value: Json | undefined, where: string): string {
  if (typeof value === 'string') return value;
  throw new GenerationError(
    `error parsing value as string: ${where} is of type ${kindOf(value ?? null)}; write it in quotes, or set goTemplate: true`,
  );
}

function yamlElements(text: string): readonly Params[] {
  let json: Json;
  try {
    json = parseYaml(text, { dialect: 'sigs' }) ?? null;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new GenerationError(`error unmarshling decoded ElementsYaml ${error.message}`, { cause: error });
  }
  if (json === null) return [];
  const wrong = (value: Json, wanted: string): GenerationError =>
    new GenerationError(
      `error unmarshling decoded ElementsYaml error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kindOf(value)} into Go value of type ${wanted}`,
    );
  if (!Array.isArray(json)) throw wrong(json, '[]map[string]interface {}');
  return (json as readonly Json[]).map((item) => {
    if (item !== null && !objectOf(item)) throw wrong(item, 'map[string]interface {}');
    return fromJson(item ?? {}) as Params;
  });
}

/** The name encoding/json has for a kind of JSON. */
export function kindOf(json: Json): string {
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'array';
  if (typeof json === 'boolean') return 'bool';
  if (typeof json === 'object') return 'object';
  return typeof json === 'string' ? 'string' : 'number';
}
