// JSON as expressions see it under a structural schema: a number is an int or a double, a text with a format is a time
// (k8s.io/apiserver v0.35:pkg/cel/common/values.go).

import {
  CelError,
  type CelType,
  Duration,
  ListValue,
  StructValue,
  MapValue,
  type Value,
  equalValues,
  parseDuration,
  parseTimestamp,
  structType,
} from '@evenkeel/lang';
import type { JsonObject } from '@evenkeel/resource';
import { type Bag, type Value as Json, isBag, sameValue, scalarText } from '../store/draft.ts';
import { withObjectMeta } from './declared-types.ts';
import { unescapedName } from './property-names.ts';
import { isIntOrString, propertiesOf, schemaAt } from './schema-access.ts';

/** A value under its schema. Throws a CelError for data that does not fit. */
export function valueUnder(schema: JsonObject, json: Json): Value {
  if (json === null) {
    if (schema['nullable'] === true) return null;
    throw new CelError('invalid data, got null for schema with nullable=false');
  }
  if (isIntOrString(schema)) {
    if (typeof json === 'string') return json;
    if (typeof json === 'bigint') return json;
    if (typeof json === 'number' && Number.isInteger(json)) return BigInt(json);
    throw new CelError('invalid data, expected XIntOrString value to be either a string or integer');
  }
  switch (scalarText(schema['type'])) {
    case 'object':
      return objectUnder(schema, json);
    case 'array': {
      if (!Array.isArray(json))
        throw new CelError('invalid data, expected an array for the provided schema with type=array');
      const items = schemaAt(schema, 'items');
      if (items === undefined) throw new CelError('invalid array type, expected Items with a non-empty Schema');
      return new SchemaList(schema, items, json);
    }
    case 'string':
      if (typeof json !== 'string') throw misfit('string', json);
      return textUnder(schema, json);
    case 'number':
      if (typeof json !== 'number' && typeof json !== 'bigint') throw misfit('float', json);
      return Number(json);
    case 'integer':
      if (typeof json === 'bigint') return json;
      if (typeof json !== 'number' || !Number.isInteger(json)) throw misfit('int', json);
      return BigInt(json);
    case 'boolean':
      if (typeof json !== 'boolean') throw misfit('bool', json);
      return json;
    default:
      if (schema['x-kubernetes-preserve-unknown-fields'] === true)
        return isBag(json) ? new SchemaObject(schema, json) : null;
      throw new CelError(
        `invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got ${scalarText(schema['type'])}`,
      );
  }
}

function misfit(wanted: string, json: Json): CelError {
  return new CelError(`invalid data, expected ${wanted}, got ${goType(json)}`);
}

// The type Go's JSON decoder gives a value.
function goType(json: Json): string {
  if (Array.isArray(json)) return '[]interface {}';
  if (isBag(json)) return 'map[string]interface {}';
  if (typeof json === 'number') return Number.isInteger(json) ? 'int64' : 'float64';
  if (typeof json === 'bigint') return 'int64';
  return typeof json === 'boolean' ? 'bool' : typeof json;
}

function objectUnder(schema: JsonObject, json: Json): Value {
  if (!isBag(json)) throw new CelError('invalid data, expected a map for the provided schema with type=object');
  if (schema['x-kubernetes-embedded-resource'] === true) return new SchemaObject(withObjectMeta(schema), json);
  if (propertiesOf(schema) !== undefined) return new SchemaObject(schema, json);
  const values = schemaAt(schema, 'additionalProperties');
  return values === undefined ? new SchemaObject(schema, json) : new SchemaMap(values, json);
}

function textUnder(schema: JsonObject, text: string): Value {
  switch (scalarText(schema['format'])) {
    case 'duration': {
      const duration = parseDuration(text) ?? longDuration(text);
      if (duration === undefined) throw new CelError(`Invalid duration ${text}: unable to parse`);
      return duration;
    }
    case 'date':
    case 'date-time': {
      const moment = parseTimestamp(schema['format'] === 'date' ? `${text}T00:00:00Z` : text.toUpperCase());
      if (moment === undefined) throw new CelError(`Invalid ${scalarText(schema['format'])} formatted string ${text}`);
      return moment;
    }
    case 'byte':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      return text;
  }
}

const units: Readonly<Record<string, number>> = { d: 86_400, w: 604_800, h: 3600, m: 60, s: 1 };

// Schemas allow days and weeks too.
function longDuration(text: string): Duration | undefined {
  const match = /^(\d+)\s*(d|w|h|m|s)[a-z]*$/.exec(text);
  if (match === null) return undefined;
  return new Duration(BigInt(match[1] ?? '0') * BigInt(units[match[2] ?? ''] ?? 0) * 1_000_000_000n);
}

class SchemaObject extends StructValue {
  override readonly type: CelType = structType('object');
  readonly #schema: JsonObject;
  readonly #json: Bag;
  constructor(schema: JsonObject, json: Bag) {
    super();
    this.#schema = schema;
    this.#json = json;
  }
  override find(field: string): Value | undefined {
    const name = unescapedName(field);
    const json = Object.hasOwn(this.#json, name) ? this.#json[name] : undefined;
    const properties = propertiesOf(this.#schema);
    const schema = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
    return json === undefined || schema === undefined ? undefined : valueUnder(schema, json);
  }
  override fields(): Iterable<string> {
    const properties = propertiesOf(this.#schema) ?? {};
    return Object.keys(this.#json).filter((name) => Object.hasOwn(properties, name) && this.#json[name] !== undefined);
  }
}

class SchemaMap extends MapValue {
  readonly #schema: JsonObject;
  readonly #json: Bag;
  constructor(schema: JsonObject, json: Bag) {
    super();
    this.#schema = schema;
    this.#json = json;
  }
  override get size(): number {
    return Object.keys(this.#json).length;
  }
  override find(key: Value): Value | undefined {
    const json = typeof key === 'string' && Object.hasOwn(this.#json, key) ? this.#json[key] : undefined;
    return json === undefined ? undefined : valueUnder(this.#schema, json);
  }
  override keys(): Iterable<Value> {
    return Object.keys(this.#json);
  }
}

/** A list; as a set or a map it equals another one in any order, and + merges. */
class SchemaList extends ListValue {
  readonly schema: JsonObject;
  readonly #items: JsonObject;
  readonly #json: readonly Json[];
  constructor(schema: JsonObject, items: JsonObject, json: readonly Json[]) {
    super();
    this.schema = schema;
    this.#items = items;
    this.#json = json;
  }
  override get size(): number {
    return this.#json.length;
  }
  override at(index: number): Value {
    return valueUnder(this.#items, this.#json[index] ?? null);
  }
  override equals(other: ListValue): boolean | undefined {
    const type = this.schema['x-kubernetes-list-type'];
    if (type !== 'set' && type !== 'map') return undefined;
    if (this.size !== other.size) return false;
    const others = [...other];
    return [...this].every((item) => others.some((each) => equalValues(item, each)));
  }
  override plus(other: ListValue): readonly Value[] | undefined {
    const type = this.schema['x-kubernetes-list-type'];
    if (type === 'set') {
      const own = [...this];
      return [...own, ...[...other].filter((item) => !own.some((each) => equalValues(item, each)))];
    }
    if (type !== 'map' || !(other instanceof SchemaList)) return undefined;
    const keys = Array.isArray(this.schema['x-kubernetes-list-map-keys'])
      ? (this.schema['x-kubernetes-list-map-keys'] as string[])
      : [];
    const matches = (a: Json, b: Json): boolean =>
      isBag(a) && isBag(b) && keys.every((key) => sameValue(a[key], b[key]));
    const replaced = this.#json.map((item) => other.#json.find((each) => matches(item, each)) ?? item);
    const added = other.#json.filter((item) => !this.#json.some((each) => matches(item, each)));
    return [...replaced, ...added].map((item) => valueUnder(this.#items, item));
  }
}
