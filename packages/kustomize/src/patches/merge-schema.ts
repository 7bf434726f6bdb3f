// What strategic merge must know about a field: whether its list is merged, by which keys, and what its items are.
// Facts come from the table of kyaml's bundled OpenAPI document, or from a schema that a kustomization names.

import type { Json, JsonObject } from '@evenkeel/resource';

import { type SchemaFact, definitions, kinds } from './builtin-schema.gen.ts';

/** The schema of one value; absent fields are unknown. */
export interface MergeSchema {
  field(name: string): MergeSchema | undefined;
  elements(): MergeSchema | undefined;
  /** "merge", "replace", "merge,retainKeys", … or ''. */
  readonly strategy: string;
  readonly mergeKeys: readonly string[];
}

/** Finds the schema of a kind. */
export interface SchemaBook {
  schemaFor(apiVersion: string, kind: string): MergeSchema | undefined;
}

/** True where the list is merged item by item. */
export function mergesItems(schema: MergeSchema | undefined): boolean {
  return schema !== undefined && schema.strategy.split(',').includes('merge');
}

const NO_KEYS: readonly string[] = [];

class BuiltinObject implements MergeSchema {
  readonly strategy = '';
  readonly mergeKeys = NO_KEYS;
  readonly #facts: Readonly<Record<string, SchemaFact>>;
  readonly #fields = new Map<string, MergeSchema | undefined>();

  constructor(facts: Readonly<Record<string, SchemaFact>>) {
    this.#facts = facts;
  }

  field(name: string): MergeSchema | undefined {
    if (this.#fields.has(name)) return this.#fields.get(name);
    const fact = Object.hasOwn(this.#facts, name) ? this.#facts[name] : undefined;
    const schema = fact === undefined ? undefined : schemaOfFact(fact);
    this.#fields.set(name, schema);
    return schema;
  }

  elements(): undefined {
    return undefined;
  }
}

class BuiltinCollection implements MergeSchema {
  readonly strategy: string;
  readonly mergeKeys: readonly string[];
  readonly #isList: boolean;
  readonly #items: MergeSchema | undefined;

  constructor([shape, definition, strategy = '', keys = NO_KEYS]: SchemaFact) {
    this.strategy = strategy;
    this.mergeKeys = keys;
    this.#isList = shape === 'l';
    this.#items = definitionSchema(definition);
  }

  field(): MergeSchema | undefined {
    return this.#isList ? undefined : this.#items;
  }

  elements(): MergeSchema | undefined {
    return this.#isList ? this.#items : undefined;
  }
}

function schemaOfFact(fact: SchemaFact): MergeSchema | undefined {
  return fact[0] === 'o' ? definitionSchema(fact[1]) : new BuiltinCollection(fact);
}

const objects = new Map<string, MergeSchema>();

function definitionSchema(name: string): MergeSchema | undefined {
  const known = objects.get(name);
  if (known !== undefined) return known;
  const facts = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (facts === undefined) return undefined;
  const made = new BuiltinObject(facts);
  objects.set(name, made);
  return made;
}

/** The schemas bundled with kyaml. */
export const builtinSchemas: SchemaBook = {
  schemaFor(apiVersion, kind) {
    const key = `${apiVersion}/${kind}`;
    const name = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
    return name === undefined ? undefined : definitionSchema(name);
  },
};

/** Schemas of an OpenAPI document, for `openapi: {path: …}`. They replace the bundled ones. */
export function schemasFromOpenApi(document: Json): SchemaBook {
  const defined = objectAt(document, 'definitions') ?? {};
  const byKind = new Map<string, JsonObject>();
  for (const definition of Object.values(defined)) {
    const schema = asObject(definition);
    for (const gvk of listAt(schema, 'x-kubernetes-group-version-kind')) {
      const entry = asObject(gvk);
      const group = textAt(entry, 'group');
      const version = textAt(entry, 'version');
      const key = `${group === '' ? version : `${group}/${version}`}/${textAt(entry, 'kind')}`;
      if (schema !== undefined) byKind.set(key, schema);
    }
  }
  return {
    schemaFor(apiVersion, kind) {
      const schema = byKind.get(`${apiVersion}/${kind}`);
      return schema === undefined ? undefined : new OpenApiSchema(schema, defined);
    },
  };
}

class OpenApiSchema implements MergeSchema {
  readonly #schema: JsonObject;
  readonly #definitions: JsonObject;

  constructor(schema: JsonObject, definitions: JsonObject) {
    this.#schema = schema;
    this.#definitions = definitions;
  }

  get strategy(): string {
    return textAt(this.#schema, 'x-kubernetes-patch-strategy');
  }

  get mergeKeys(): readonly string[] {
    if (this.strategy === '') return NO_KEYS;
    const keys = listAt(this.#schema, 'x-kubernetes-list-map-keys');
    if (keys.length > 0) return keys.filter((key) => typeof key === 'string');
    const key = textAt(this.#schema, 'x-kubernetes-patch-merge-key');
    return key === '' ? NO_KEYS : [key];
  }

  field(name: string): MergeSchema | undefined {
    const properties = objectAt(this.#schema, 'properties');
    const own = properties !== undefined && Object.hasOwn(properties, name) ? asObject(properties[name]) : undefined;
    return this.#resolve(own ?? objectAt(this.#schema, 'additionalProperties'));
  }

  elements(): MergeSchema | undefined {
    return textAt(this.#schema, 'type') === 'array' ? this.#resolve(objectAt(this.#schema, 'items')) : undefined;
  }

  #resolve(schema: JsonObject | undefined): MergeSchema | undefined {
    let at = schema;
    const seen = new Set<string>();
    while (at !== undefined) {
      const ref = textAt(at, '$ref');
      if (ref === '') return new OpenApiSchema(at, this.#definitions);
      if (seen.has(ref)) return undefined;
      seen.add(ref);
      at = asObject(this.#definitions[ref.replace('#/definitions/', '')]);
    }
    return undefined;
  }
}

function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function objectAt(value: Json | undefined, name: string): JsonObject | undefined {
  return asObject(asObject(value)?.[name]);
}

function listAt(value: JsonObject | undefined, name: string): readonly Json[] {
  const list = value?.[name];
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}

function textAt(value: JsonObject | undefined, name: string): string {
  const text = value?.[name];
  return typeof text === 'string' ? text : '';
}
