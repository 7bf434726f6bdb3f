// OpenAPI definitions from the facts we keep of the built-in types and from the schemas of custom types.

import { type FieldSchema, type Json, type JsonObject, builtinDefinition, builtinSchema } from '@evenkeel/resource';
import type { ServedType } from '../api/served-type.ts';

/** A writable JSON object. */
export interface JsonBag {
  [key: string]: Json | undefined;
}

const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

// Which member goes with which value of the discriminator.
const unions: Readonly<Record<string, { readonly by: string; readonly members: JsonObject }>> = {
  'io.k8s.api.core.v1.AppArmorProfile': { by: 'type', members: { localhostProfile: 'LocalhostProfile' } },
  'io.k8s.api.core.v1.SeccompProfile': { by: 'type', members: { localhostProfile: 'LocalhostProfile' } },
  'io.k8s.api.flowcontrol.v1.Subject': {
    by: 'kind',
    members: { group: 'Group', serviceAccount: 'ServiceAccount', user: 'User' },
  },
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec': {
    by: 'type',
    members: { exempt: 'Exempt', limited: 'Limited' },
  },
  'io.k8s.api.flowcontrol.v1.LimitResponse': { by: 'type', members: { queuing: 'Queuing' } },
};

/** Definitions by name; `prefix` is what references to them start with. */
export class Definitions {
  readonly schemas: JsonBag = {};
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Adds a type's definition and everything it refers to; returns its name, or undefined where it has none. */
  addType(type: ServedType): string | undefined {
    return type.custom === undefined ? this.addKind(type, type.group, type.version) : this.#addCustom(type);
  }

  /** Adds a built-in kind. */
  addKind(kind: { readonly kind: string }, group: string, version: string): string | undefined {
    const schema = builtinSchema({ group, version, kind: kind.kind });
    if (schema?.name === undefined) return undefined;
    this.#add(schema.name, schema);
    const definition = this.schemas[schema.name] as JsonBag;
    definition['x-kubernetes-group-version-kind'] = [{ group, version, kind: kind.kind }];
    return schema.name;
  }

  reference(name: string): JsonObject {
    return { $ref: `${this.#prefix}${name}` };
  }

  #add(name: string, schema: FieldSchema): void {
    if (this.schemas[name] !== undefined) return;
    const definition: JsonBag = {};
    this.schemas[name] = definition;
    Object.assign(definition, this.#body(schema));
    const discriminated = unions[name];
    if (discriminated !== undefined)
      definition['x-kubernetes-unions'] = [
        { discriminator: discriminated.by, 'fields-to-discriminateBy': discriminated.members },
      ];
    if (name !== quantity) return;
    if (this.#prefix.includes('components')) definition['oneOf'] = [{ type: 'string' }, { type: 'number' }];
    else definition['type'] = 'string';
  }

  #body(schema: FieldSchema): JsonBag {
    const result: JsonBag = {};
    if (schema.intOrString)
      Object.assign(
        result,
        this.#prefix.includes('components')
          ? { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] }
          : { type: 'string', format: 'int-or-string' },
      );
    else if (schema.type !== undefined) result['type'] = schema.type;
    if (schema.format !== undefined && !schema.intOrString) result['format'] = schema.format;
    if (schema.enum !== undefined) result['enum'] = [...schema.enum];
    if (schema.required.length > 0) result['required'] = [...schema.required];
    if (schema.properties !== undefined) {
      result['properties'] = Object.fromEntries(
        [...schema.properties].map(([name, field]) => [name, this.#field(field)]),
      );
    }
    if (schema.items !== undefined) result['items'] = this.#field(schema.items);
    if (typeof schema.additionalProperties === 'object')
      result['additionalProperties'] = this.#field(schema.additionalProperties);
    else if (schema.additionalProperties === true) result['additionalProperties'] = true;
    Object.assign(result, listFacts(schema));
    return result;
  }

  #field(field: FieldSchema): JsonBag {
    if (field.name === undefined)
      return { ...this.#body(field), ...(field.default === undefined ? {} : { default: field.default }) };
    const definition = builtinDefinition(field.name) ?? field;
    this.#add(field.name, definition);
    const reference = this.reference(field.name);
    const { 'x-kubernetes-map-type': mapType, ...rest } = listFacts(field);
    // How a map merges stands with its definition, unless this field is another case.
    const facts = mapType === definition.mapType ? rest : { ...rest, 'x-kubernetes-map-type': mapType };
    if (field.default === undefined && Object.keys(facts).length === 0) return { ...reference };
    return { allOf: [reference], ...(field.default === undefined ? {} : { default: field.default }), ...facts };
  }

  // Whole objects inside say what every object has; examples are left out.
  #published(schema: JsonObject): JsonBag {
    const { example: _, ...result } = schema as JsonBag;
    const nested = (value: unknown): value is JsonObject =>
      typeof value === 'object' && value !== null && !Array.isArray(value);
    const { properties, items, additionalProperties: values } = schema as Readonly<Record<string, unknown>>;
    if (nested(properties))
      result['properties'] = Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [name, nested(field) ? this.#published(field) : field]),
      );
    if (nested(items)) result['items'] = this.#published(items);
    if (nested(values)) result['additionalProperties'] = this.#published(values);
    if (schema['x-kubernetes-embedded-resource'] !== true) return result;
    const required = Array.isArray(schema['required']) ? (schema['required'] as readonly string[]) : [];
    result['properties'] = { ...(result['properties'] as JsonBag | undefined), ...this.#head() };
    result['required'] = [...required, ...['kind', 'apiVersion'].filter((key) => !required.includes(key))];
    return result;
  }

  #head(): JsonBag {
    const metadata = { allOf: [this.reference('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')] };
    return { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata };
  }

  #addCustom(type: ServedType): string {
    const name = `${type.group.split('.').toReversed().join('.')}.${type.version}.${type.kind}`;
    const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
    const meta = builtinDefinition(objectMeta);
    if (meta !== undefined) this.#add(objectMeta, meta);
    const schema = (type.custom?.schema ?? {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
    }) as JsonObject;
    const properties = (this.#published(schema)['properties'] ?? {}) as JsonObject;
    const gvk = { group: type.group, version: type.version, kind: type.kind };
    const selectable = type.custom?.selectableFields ?? [];
    this.schemas[name] = {
      ...schema,
      ...(type.custom?.schema === undefined
        ? {}
        : {
            properties: {
              ...properties,
              ...this.#head(),
            },
          }),
      'x-kubernetes-group-version-kind': [gvk],
      ...(selectable.length === 0
        ? {}
        : { 'x-kubernetes-selectable-fields': selectable.map((fieldPath) => ({ fieldPath })) }),
    };
    return name;
  }
}

function listFacts(schema: FieldSchema): JsonBag {
  const result: JsonBag = {};
  if (schema.listType !== undefined) result['x-kubernetes-list-type'] = schema.listType;
  if (schema.listMapKeys.length > 0) result['x-kubernetes-list-map-keys'] = [...schema.listMapKeys];
  if (schema.mapType !== undefined) result['x-kubernetes-map-type'] = schema.mapType;
  if (schema.patchStrategy.length > 0) result['x-kubernetes-patch-strategy'] = schema.patchStrategy.join(',');
  if (schema.patchMergeKey !== undefined) result['x-kubernetes-patch-merge-key'] = schema.patchMergeKey;
  return result;
}
