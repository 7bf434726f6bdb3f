// Schemas of custom resources: a CRD's openAPIV3Schema read as kube-apiserver reads it when it applies and publishes,
// that is with apiVersion, kind and ObjectMeta put in at the root and in embedded resources
// (kubernetes/apiextensions-apiserver:pkg/controller/openapi/builder/builder.go, 1.35).

import type { Json, JsonObject } from '../json.ts';
import { builtinDefinition } from './builtin.ts';
import type { FieldSchema, SchemaType } from './field-schema.ts';

/**
 * The schema of a custom resource from `spec.versions[].schema.openAPIV3Schema`. Value validations (pattern, minimum,
 * x-kubernetes-validations, …) stay readable in `source`. Never fails: what is not understood is left out, as structural
 * validation is the API server's own step.
 */
export function schemaFromCrd(openAPIV3Schema: JsonObject): FieldSchema {
  return new CrdField(openAPIV3Schema, true);
}

const objectMetaDefinition = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const none: readonly never[] = [];

class CrdField implements FieldSchema {
  readonly name: undefined;
  readonly reference: undefined;
  readonly type: SchemaType | undefined;
  readonly format: string | undefined;
  readonly enum: readonly Json[] | undefined;
  readonly required: readonly string[];
  readonly default: Json | undefined;
  readonly nullable: boolean;
  readonly intOrString: boolean;
  readonly preserveUnknownFields: boolean;
  readonly embeddedResource: boolean;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: 'atomic' | 'granular' | undefined;
  readonly patchStrategy: readonly string[] = none;
  readonly patchMergeKey: undefined;
  readonly source: JsonObject;
  readonly #resource: boolean;
  #properties: ReadonlyMap<string, FieldSchema> | undefined;
  #items: FieldSchema | undefined;
  #values: FieldSchema | undefined;

  constructor(source: JsonObject, root: boolean) {
    this.source = source;
    this.type = text(source['type']) as SchemaType | undefined;
    this.format = text(source['format']);
    this.enum = Array.isArray(source['enum']) ? (source['enum'] as readonly Json[]) : undefined;
    this.required = texts(source['required']);
    this.default = source['default'];
    this.nullable = source['nullable'] === true;
    this.intOrString = source['x-kubernetes-int-or-string'] === true;
    this.preserveUnknownFields = source['x-kubernetes-preserve-unknown-fields'] === true;
    this.embeddedResource = source['x-kubernetes-embedded-resource'] === true;
    this.listType = oneOf(source['x-kubernetes-list-type'], listTypes);
    this.listMapKeys = texts(source['x-kubernetes-list-map-keys']);
    this.mapType = oneOf(source['x-kubernetes-map-type'], mapTypes);
    this.#resource = root || this.embeddedResource;
  }

  get properties(): ReadonlyMap<string, FieldSchema> | undefined {
    if (this.#properties !== undefined) return this.#properties;
    const own = record(this.source['properties']);
    if (own === undefined && !this.#resource) return undefined;
    const properties = new Map<string, FieldSchema>();
    for (const [name, schema] of Object.entries(own ?? {})) {
      const fields = record(schema);
      if (fields !== undefined) properties.set(name, new CrdField(fields, false));
    }
    if (this.#resource) addResourceFields(properties);
    this.#properties = properties;
    return properties;
  }

  get items(): FieldSchema | undefined {
    const items = record(this.source['items']);
    if (items !== undefined) this.#items ??= new CrdField(items, false);
    return this.#items;
  }

  get additionalProperties(): FieldSchema | boolean | undefined {
    const values = this.source['additionalProperties'];
    if (typeof values === 'boolean') return values;
    const schema = record(values);
    if (schema !== undefined) this.#values ??= new CrdField(schema, false);
    return this.#values;
  }
}

function addResourceFields(properties: Map<string, FieldSchema>): void {
  const meta = builtinDefinition(objectMetaDefinition);
  if (meta !== undefined) properties.set('metadata', meta);
  properties.set('apiVersion', plainString);
  properties.set('kind', plainString);
}

const listTypes = ['atomic', 'set', 'map'] as const;
const mapTypes = ['atomic', 'granular'] as const;
const plainString: FieldSchema = new CrdField({ type: 'string' }, false);

function oneOf<T extends string>(value: Json | undefined, allowed: readonly T[]): T | undefined {
  return allowed.find((one) => one === value);
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : none;
}

function record(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
