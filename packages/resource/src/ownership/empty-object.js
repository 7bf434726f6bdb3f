// What kube-apiserver compares a creation with: the zero value of the Go type. It is not nothing: structs held by value
// are there as empty objects and required fields with their zero, so nobody comes to own those merely by creating.
import { isMap } from './values.js';
/** The zero object of a kind; without a built-in schema only apiVersion and kind. */
export function emptyObject(schema, apiVersion, kind) {
  const isBuiltin = schema !== undefined && schema.source === undefined;
  return { ...(isBuiltin ? zeroObject(schema) : {}), apiVersion, kind };
}
const zeroObjects = new WeakMap();
// OpenAPI shows both facts: a struct by value has the default {}, a field written even when zero is required.
function zeroObject(schema) {
  const known = zeroObjects.get(schema);
  if (known !== undefined) return known;
  const members = {};
  for (const [name, field] of schema.properties ?? []) {
    if (isMap(field.default) && field.properties !== undefined) members[name] = zeroObject(field);
    else if (schema.required.includes(name)) members[name] = zeroValue(field);
  }
  zeroObjects.set(schema, members);
  return members;
}
function zeroValue(field) {
  if (field.type === 'string') return field.reference === undefined ? '' : null;
  if (field.type === 'integer' || field.type === 'number') return 0;
  return field.type === 'boolean' ? false : null;
}
