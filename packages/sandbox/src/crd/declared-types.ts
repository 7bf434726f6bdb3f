// The types expressions see of a structural schema, with the greatest sizes its data may have
// (k8s.io/apiserver v0.35:pkg/cel/common/schemas.go).

import {
  type CelType,
  type SizeOf,
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  stringType,
  structType,
  timestampType,
} from '@evenkeel/lang';
import type { JsonObject } from '@evenkeel/resource';
import { scalarText } from '../store/draft.ts';
import { escapedName } from './property-names.ts';
import { isIntOrString, propertiesOf, schemaAt } from './schema-access.ts';

/** A type and what is known of the size of its values. */
export interface DeclaredType {
  readonly type: CelType;
  /** Items, entries, or bytes of a text. */
  readonly sizeMax: number;
  /** The fewest bytes of its JSON. */
  readonly bytesMin: number;
  readonly element?: DeclaredType;
  readonly key?: DeclaredType;
  readonly fields?: ReadonlyMap<string, DeclaredType>;
}

const requestMax = 3 * 1024 * 1024;
const textMax = requestMax - 2;

const simple = (type: CelType, bytesMin: number, sizeMax = 0): DeclaredType => ({ type, sizeMax, bytesMin });
// Keys count as empty in estimates.
const keyType = simple(stringType, 2);

/** The schema of a whole object: of its metadata, expressions see the names only. */
export function withObjectMeta(schema: JsonObject): JsonObject {
  const text = { type: 'string' };
  return {
    ...schema,
    properties: {
      ...propertiesOf(schema),
      kind: text,
      apiVersion: text,
      metadata: { type: 'object', properties: { name: text, generateName: text } },
    },
  };
}

/** The declared type; undefined where expressions do not see the schema's values. `name` tells struct types apart. */
export function declaredType(schema: JsonObject, name: string, root = false): DeclaredType | undefined {
  if (isIntOrString(schema)) return simple(dynType, 1, lengthMax(schema) ?? textMax);
  const whole = root || schema['x-kubernetes-embedded-resource'] === true ? withObjectMeta(schema) : schema;
  switch (scalarText(whole['type'])) {
    case 'array':
      return arrayType(whole, name);
    case 'object':
      return objectType(whole, name);
    case 'string':
      return textType(whole);
    case 'boolean':
      return simple(boolType, 4);
    case 'number':
      return simple(doubleType, 1);
    case 'integer':
      return simple(intType, 1);
    default:
      return undefined;
  }
}

function numberAt(schema: JsonObject, key: string): number | undefined {
  const value = schema[key];
  return typeof value === 'number' ? Math.max(0, value) : undefined;
}

// A code point may take four bytes.
function lengthMax(schema: JsonObject): number | undefined {
  const length = numberAt(schema, 'maxLength');
  return length === undefined ? undefined : length * 4;
}

function arrayType(schema: JsonObject, name: string): DeclaredType | undefined {
  const items = schemaAt(schema, 'items');
  const element = items === undefined ? undefined : declaredType(items, `${name}.@idx`);
  if (element === undefined) return undefined;
  const sizeMax = numberAt(schema, 'maxItems') ?? Math.floor(textMax / (element.bytesMin + 1));
  return { type: listType(element.type), sizeMax, bytesMin: 2, element };
}

function objectType(schema: JsonObject, name: string): DeclaredType | undefined {
  const values = schemaAt(schema, 'additionalProperties');
  if (values !== undefined) {
    const element = declaredType(values, `${name}.@elem`);
    if (element === undefined) return undefined;
    const sizeMax = numberAt(schema, 'maxProperties') ?? Math.floor(textMax / (element.bytesMin + 6));
    return { type: mapType(stringType, element.type), sizeMax, bytesMin: 2, element, key: keyType };
  }
  const fields = new Map<string, DeclaredType>();
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  let bytesMin = 2;
  for (const [property, field] of Object.entries(propertiesOf(schema) ?? {})) {
    const type = declaredType(field, `${name}.${property}`);
    if (type === undefined) continue;
    const escaped = escapedName(property);
    if (escaped !== undefined) fields.set(escaped, type);
    if (required.has(property) && field['default'] === undefined) bytesMin += property.length + type.bytesMin + 4;
  }
  return { type: structType(name, (field) => fields.get(field)?.type), sizeMax: 0, bytesMin, fields };
}

function textType(schema: JsonObject): DeclaredType {
  switch (scalarText(schema['format'])) {
    case 'byte':
      return simple(bytesType, 2, numberAt(schema, 'maxLength') ?? textMax);
    case 'duration':
      return simple(durationType, 3, 32);
    case 'date':
      return simple(timestampType, 12, 12);
    case 'date-time':
      return simple(timestampType, 21, 32);
    default:
      return simple(stringType, 2, lengthMax(schema) ?? enumMax(schema) ?? textMax);
  }
}

function enumMax(schema: JsonObject): number | undefined {
  const values = schema['enum'];
  if (!Array.isArray(values) || values.length === 0) return undefined;
  return Math.max(0, ...values.map((value) => (typeof value === 'string' ? value.length : 0)));
}

/** Sizes of what paths under `self` lead to, for estimates. */
export function sizesOf(root: DeclaredType): SizeOf {
  return (path) => {
    let current: DeclaredType | undefined = root;
    for (const step of path.slice(1)) {
      if (step === '@items' || step === '@values') current = current.element;
      else current = step === '@keys' ? current.key : current.fields?.get(step);
      if (current === undefined) return undefined;
    }
    return { min: 0, max: current.sizeMax };
  };
}

/** How often values of so many bytes fit into one request. */
export function cardinalityMax(type: DeclaredType): number {
  return Math.floor(requestMax / (type.bytesMin + 1));
}
