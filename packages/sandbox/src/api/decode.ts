// Reads a body as a built-in type: unknown fields are dropped and told, nulls mean absent, wrong JSON types are refused as
// Go's decoder refuses them, empty optional lists and maps vanish, amounts are brought to canonical form.

import {
  type FieldSchema,
  type Json,
  type KubeObject,
  builtinSchema,
  canonicalQuantity,
  parseApiVersion,
} from '@evenkeel/resource';
import { messageOfDefinition } from '../protobuf/messages.ts';
import { type Bag, type Draft, type Value, isBag, setMember, scalarText } from '../store/draft.ts';

import { type ServedType, apiVersionOf } from './served-type.ts';
import { badRequest } from './status.ts';

/** A decoded body and the paths of the fields that its type does not have. */
export interface Decoded {
  readonly draft: Draft;
  readonly unknownFields: readonly string[];
}

/** Decodes a body as `type`. Throws 400 where a value has the wrong JSON type. */
export function decodeBuiltin(body: KubeObject, type: ServedType): Decoded {
  const schema = builtinSchema(type);
  const decoder = new Decoder(type);
  const draft = decoder.struct(body as unknown as Bag, schema, '') as unknown as Draft;
  return { draft, unknownFields: decoder.unknown };
}

class Decoder {
  readonly unknown: string[] = [];
  readonly #type: ServedType;

  constructor(type: ServedType) {
    this.#type = type;
  }

  struct(bag: Bag, schema: FieldSchema | undefined, path: string): Bag {
    const result: Bag = {};
    const properties = schema?.properties;
    const message = schema?.name === undefined ? undefined : messageOfDefinition(schema.name);
    for (const key of Object.keys(bag)) {
      const value = bag[key];
      if (value === undefined) continue;
      const field = properties?.get(key);
      const at = path === '' ? key : `${path}.${key}`;
      if (field === undefined) {
        if (properties !== undefined) {
          this.unknown.push(at);
          continue;
        }
        setMember(result, key, copy(value));
        continue;
      }
      if (value === null) continue;
      const decoded = this.#value(value, field, { path: at, owner: schema?.name });
      if ((decoded === '' || decoded === 0 || decoded === false) && message?.byName.get(key)?.dropsZero === true)
        continue;
      if (isEmptyCollection(decoded, field) && schema?.required.includes(key) !== true) continue;
      setMember(result, key, decoded);
    }
    return result;
  }

  #value(value: Value, schema: FieldSchema, place: Place): Value {
    if (schema.intOrString) return this.#intOrString(value, schema, place);
    if (schema.name === quantity) return this.#amount(value, place);
    switch (schema.type) {
      case 'string':
        return typeof value === 'string' ? this.#text(value, schema, place) : this.#refuse(value, schema, place);
      case 'boolean':
        return typeof value === 'boolean' ? value : this.#refuse(value, schema, place);
      case 'integer':
        return isInteger(value) ? value : this.#refuse(value, schema, place);
      case 'number':
        return typeof value === 'number' || typeof value === 'bigint' ? value : this.#refuse(value, schema, place);
      case 'array':
        return Array.isArray(value) ? this.#list(value, schema, place) : this.#refuse(value, schema, place);
      case 'object':
        return isBag(value) ? this.#object(value, schema, place) : this.#refuse(value, schema, place);
      case undefined:
        return copy(value);
    }
  }

  #list(list: readonly Value[], schema: FieldSchema, place: Place): Value[] {
    const { items } = schema;
    return list.map((item, index) => {
      const at = { path: `${place.path}[${index}]`, owner: place.owner };
      if (items === undefined) return copy(item);
      if (item !== null) return this.#value(item, items, at);
      return items.type === 'object' ? {} : '';
    });
  }

  #object(bag: Bag, schema: FieldSchema, place: Place): Bag {
    if (schema.properties !== undefined) return this.struct(bag, schema, place.path);
    const values = schema.additionalProperties;
    const result: Bag = {};
    for (const key of Object.keys(bag)) {
      const value = bag[key];
      if (value === undefined) continue;
      if (values === undefined || typeof values === 'boolean') setMember(result, key, copy(value));
      else if (value === null)
        setMember(result, key, values.type === 'object' ? {} : values.type === 'array' ? [] : '');
      else setMember(result, key, this.#value(value, values, place));
    }
    return result;
  }

  #text(value: string, schema: FieldSchema, place: Place): Value {
    if (schema.format === 'byte' && !isBase64(value)) {
      throw this.#error(`illegal base64 data at input byte ${badBase64At(value)}`);
    }
    if (schema.format === 'date-time' && value !== '' && Number.isNaN(Date.parse(value))) {
      throw this.#error(
        `parsing time ${JSON.stringify(JSON.stringify(value)).slice(1, -1)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
      );
    }
    void place;
    return value;
  }

  #intOrString(value: Value, schema: FieldSchema, place: Place): Value {
    return typeof value === 'string' || isInteger(value) ? value : this.#refuse(value, schema, place);
  }

  #amount(value: Value, place: Place): Value {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint')
      return this.#refuse(value, undefined, place);
    const text = canonicalQuantity(String(value));
    if (text.ok) return text.value;
    throw this.#error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }

  #refuse(value: Value, schema: FieldSchema | undefined, place: Place): never {
    const owner = (place.owner ?? '').split('.').at(-1) ?? '';
    const path = place.path.replaceAll(/\[\d+\]/g, '');
    const target = `Go struct field ${owner}.${path}`;
    throw this.#error(`json: cannot unmarshal ${jsonTypeName(value)} into ${target} of type ${goTypeName(schema)}`);
  }

  #error(detail: string): Error {
    const { kind, version } = this.#type;
    return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${detail}`);
  }
}

interface Place {
  readonly path: string;
  /** Definition that holds the field. */
  readonly owner: string | undefined;
}

const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

/** Refuses a body that is no object of the type at this path. Throws 400. */
export function checkTypeMeta(body: Json | KubeObject | undefined, type: ServedType): KubeObject {
  if (!isBag(body)) throw badRequest('the request body must be an object');
  const apiVersion = apiVersionOf(type);
  const given = { apiVersion: body['apiVersion'] ?? '', kind: body['kind'] ?? '' };
  if (given.kind === '' && given.apiVersion === '')
    return { ...body, apiVersion, kind: type.kind } as unknown as KubeObject;
  if (given.kind === '') return { ...body, apiVersion, kind: type.kind } as unknown as KubeObject;
  if (given.apiVersion !== '' && given.apiVersion !== apiVersion) {
    const { group, version } = parseApiVersion(scalarText(given.apiVersion));
    const kind = scalarText(given.kind);
    if (type.custom === undefined && builtinSchema({ group, version, kind }) === undefined) {
      throw badRequest(
        `${kind} in version "${version}" cannot be handled as a ${type.kind}: no kind "${kind}" is registered for version "${scalarText(given.apiVersion)}" in scheme "pkg/runtime/scheme.go:111"`,
      );
    }
    throw badRequest(
      `the API version in the data (${scalarText(given.apiVersion)}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (given.kind !== type.kind) {
    throw badRequest(
      `${scalarText(given.kind)} in version "${type.version}" cannot be handled as a ${type.kind}: converting (${type.version}.${scalarText(given.kind)}) to (${goPackage(type.group)}.${type.kind}): unknown conversion`,
    );
  }
  return body as unknown as KubeObject;
}

// The package of a group's internal types: "networking.k8s.io" is networking.
function goPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? group);
}

function isEmptyCollection(value: Value, schema: FieldSchema): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return (
    schema.type === 'object' &&
    schema.properties === undefined &&
    isBag(value) &&
    typeof schema.additionalProperties === 'object' &&
    Object.keys(value).length === 0
  );
}

function isInteger(value: Value): boolean {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

function isBase64(text: string): boolean {
  const bare = text.replaceAll(/[\r\n]/g, '');
  return bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare);
}

function badBase64At(text: string): number {
  const bad = text.search(/[^A-Za-z0-9+/=\r\n]/);
  return bad < 0 ? Math.floor(text.length / 4) * 4 : bad;
}

function jsonTypeName(value: Value): string {
  if (Array.isArray(value)) return 'array';
  if (isBag(value)) return 'object';
  if (typeof value === 'number' && !Number.isInteger(value)) return `number ${value}`;
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

function goTypeName(schema: FieldSchema | undefined): string {
  if (schema === undefined) return 'resource.Quantity';
  switch (schema.type) {
    case 'integer':
      return schema.format === 'int64' ? 'int64' : 'int32';
    case 'boolean':
      return 'bool';
    case 'array':
      return `[]${goTypeName(schema.items)}`;
    case 'object':
      return schema.name === undefined ? mapTypeName(schema) : goDefinitionName(schema.name);
    case 'number':
      return 'float64';
    case 'string':
    case undefined:
      return 'string';
  }
}

function mapTypeName(schema: FieldSchema): string {
  const values = schema.additionalProperties;
  return typeof values === 'object' ? `map[string]${goTypeName(values)}` : 'map[string]interface {}';
}

// "io.k8s.api.core.v1.PodSpec" is Go's v1.PodSpec.
function goDefinitionName(name: string): string {
  return name.split('.').slice(-2).join('.');
}

function copy(value: Value): Value {
  return structuredClone(value);
}
