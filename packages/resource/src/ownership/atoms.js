// What a field is to server-side apply: a scalar, a list or a map, merged as a whole or part by part. Read from field
// schemas as kube-apiserver reads them from OpenAPI (k8s.io/kube-openapi:pkg/schemaconv, as of Kubernetes 1.35).
import { isList, isMap, isScalar } from './values.js';
/** The type of a value of this schema; the deduced type where there is none. */
export function typeOfSchema(schema) {
  if (schema === undefined) return deducedType;
  return typeRef(schema, false);
}
/** The type of a member of a map; undefined where the map has no such member. */
export function memberType(map, name) {
  return map.fields.get(name)?.type ?? map.element;
}
/** Which form of the atom a value takes: 'any' where it fits none or there is no value to tell by. */
export function formOf(atom, value) {
  if (atom.scalar !== undefined && isScalar(value)) return 'scalar';
  if (atom.list !== undefined && isList(value)) return 'list';
  if (atom.map !== undefined && isMap(value)) return 'map';
  const onlyMap = atom.scalar === undefined && atom.list === undefined;
  if (atom.map !== undefined) return onlyMap ? 'map' : 'any';
  if (atom.scalar !== undefined) return atom.list === undefined ? 'scalar' : 'any';
  return atom.list === undefined ? 'any' : 'list';
}
/** What a value is handled as: maps before scalars before lists where the form is open. */
export function handledForm(atom, form) {
  if (form !== 'any') return form;
  if (atom.map !== undefined) return 'map';
  if (atom.scalar !== undefined) return 'scalar';
  return atom.list === undefined ? undefined : 'list';
}
const noFields = new Map();
const noKeys = [];
class LazyType {
  #make;
  #atom;
  constructor(make) {
    this.#make = make;
  }
  get atom() {
    this.#atom ??= this.#make();
    return this.#atom;
  }
}
/** Anything, each list and map one atom. */
export const untypedType = new LazyType(() => ({
  scalar: 'untyped',
  list: { atomic: true, keys: noKeys, element: untypedType },
  map: { atomic: true, fields: noFields, element: untypedType, deduced: false },
}));
/** Anything: maps member by member, lists as a whole. */
export const deducedType = new LazyType(() => ({
  scalar: 'untyped',
  list: { atomic: true, keys: noKeys, element: untypedType },
  map: { atomic: false, fields: noFields, element: deducedType, deduced: true },
}));
/** The type of what is not in the schema: no form at all. */
export const unknownType = { atom: { scalar: undefined, list: undefined, map: undefined } };
const plainTypes = new WeakMap();
const preservingTypes = new WeakMap();
// Below a field that preserves unknown fields its descendants do too, up to the next named definition.
function typeRef(schema, preserving) {
  const preserves = schema.name === undefined && (preserving || schema.preserveUnknownFields);
  const cache = preserves ? preservingTypes : plainTypes;
  const known = cache.get(schema);
  if (known !== undefined) return known;
  const made = new LazyType(() => atomOf(schema, preserves));
  cache.set(schema, made);
  return made;
}
const quantityDefinition = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const rawExtensionDefinition = 'io.k8s.apimachinery.pkg.runtime.RawExtension';
function atomOf(schema, preserving) {
  if (schema.reference !== undefined) return referencedAtom(schema, schema.reference);
  if (schema.name === quantityDefinition) return { scalar: 'untyped', list: undefined, map: undefined, quantity: true };
  if (schema.name === rawExtensionDefinition) return untypedType.atom;
  switch (schema.type) {
    case undefined:
      return { scalar: 'untyped', list: listAtom(schema, preserving), map: mapAtom(schema, preserving) };
    case 'object':
      return { scalar: undefined, list: undefined, map: mapAtom(schema, preserving) };
    case 'array':
      return { scalar: undefined, list: listAtom(schema, preserving), map: undefined };
    case 'integer':
    case 'number':
      return { scalar: 'numeric', list: undefined, map: undefined };
    case 'boolean':
      return { scalar: 'boolean', list: undefined, map: undefined };
    case 'string': {
      const plain = schema.format === undefined || schema.format === '' || schema.format === 'byte';
      return { scalar: plain ? 'string' : 'untyped', list: undefined, map: undefined };
    }
  }
}
// Of what a field lays over its reference only the map type counts here.
function referencedAtom(schema, reference) {
  const atom = typeRef(reference, false).atom;
  const overridden = schema.mapType !== undefined && schema.mapType !== reference.mapType;
  if (!overridden || atom.map === undefined) return atom;
  return { ...atom, map: { ...atom.map, atomic: schema.mapType === 'atomic' } };
}
function mapAtom(schema, preserving) {
  const properties = schema.properties;
  const fields = new Map();
  for (const [name, property] of properties ?? []) {
    fields.set(name, { type: typeRef(property, preserving), default: property.default });
  }
  const element = elementOfMap(schema, preserving, fields.size);
  const untypedElement = element !== undefined && (element === deducedType || isInlineUntyped(schema));
  return { atomic: schema.mapType === 'atomic', fields, element, deduced: untypedElement && fields.size === 0 };
}
function isInlineUntyped(schema) {
  const values = schema.additionalProperties;
  return typeof values === 'object' && values.type === undefined && values.name === undefined;
}
function elementOfMap(schema, preserving, fieldCount) {
  const values = schema.additionalProperties;
  if (values === undefined) return preserving || fieldCount === 0 ? deducedType : undefined;
  if (values === true) return deducedType;
  if (values === false) return undefined;
  return typeRef(values, preserving);
}
function listAtom(schema, preserving) {
  const element = schema.items === undefined ? untypedType : typeRef(schema.items, preserving);
  switch (schema.listType) {
    case 'atomic':
      return { atomic: true, keys: noKeys, element };
    case 'set':
      return { atomic: false, keys: noKeys, element };
    case 'map':
      return { atomic: false, keys: schema.listMapKeys, element };
    case undefined: {
      const merges = schema.patchStrategy.includes('merge');
      const keys = schema.patchMergeKey === undefined ? noKeys : [schema.patchMergeKey];
      return { atomic: !merges, keys: merges ? keys : noKeys, element };
    }
  }
}
