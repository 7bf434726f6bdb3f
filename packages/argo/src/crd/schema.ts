// A small vocabulary for structural schemas, so that the definitions of our custom resources read as lists of fields.

import type { JsonObject } from '@evenkeel/resource';

export const text: JsonObject = { type: 'string' };
export const flag: JsonObject = { type: 'boolean' };
export const integer: JsonObject = { type: 'integer', format: 'int64' };
export const time: JsonObject = { type: 'string', format: 'date-time' };
/** Anything at all, kept as it is. */
export const anything: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** A list of `items`. */
export function list(items: JsonObject): JsonObject {
  return { type: 'array', items };
}

/** A map from names to `values`. */
export function map(values: JsonObject): JsonObject {
  return { type: 'object', additionalProperties: values };
}

/** An object with these fields; names ending in '!' are required. */
export function fields(properties: Readonly<Record<string, JsonObject>>): JsonObject {
  const required = Object.keys(properties).filter((name) => name.endsWith('!'));
  const plain = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name.replace(/!$/, ''), schema]),
  );
  return {
    type: 'object',
    properties: plain,
    ...(required.length > 0 ? { required: required.map((name) => name.slice(0, -1)) } : {}),
  };
}
