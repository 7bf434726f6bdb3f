// OpenAPI documents as an API server publishes them, from the schema table and from CRDs: what kubectl reads to validate,
// explain and apply. Facts only, no prose: descriptions are not in the table.
import { formatApiVersion } from '../object.js';
import { builtinTable, builtinTypes, builtinVersion, kindIndex, nameIndex } from './builtin.js';
import { apiPaths } from './openapi-paths.js';
/** Group versions with built-in resources, in discovery order ("v1", "apps/v1", …). */
export function builtinGroupVersions() {
  return [...new Set(builtinTypes().map(({ group, version }) => formatApiVersion(group, version)))];
}
/** The document /openapi/v3/apis/GROUP/VERSION serves for a built-in group version; undefined for others. */
export function builtinOpenApiV3(groupVersion) {
  const types = builtinTypes().filter(({ group, version }) => formatApiVersion(group, version) === groupVersion);
  return types.length === 0 ? undefined : openApiV3(types, {});
}
/** The document /openapi/v2 serves: all built-in types, and `custom` definitions (see crdDefinitions) of `customTypes`. */
export function openApiV2(customTypes, custom) {
  const types = [...builtinTypes(), ...customTypes];
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: builtinVersion() },
    paths: apiPaths(types, 'v2', definitionNameOf),
    definitions: definitionsFor(types, custom, 'v2'),
  };
}
/** An OpenAPI v3 document for resource types, with definitions that are not built in (see crdDefinitions). */
export function openApiV3(types, custom) {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: builtinVersion() },
    paths: apiPaths(types, 'v3', definitionNameOf),
    components: { schemas: definitionsFor(types, custom, 'v3') },
  };
}
/**
 * Definitions of a custom resource and its list by their published names. The schema is the CRD's openAPIV3Schema;
 * undefined where it has none. For v2, schemas that keep unknown fields are published without properties, as upstream, so
 * that clients do not refuse those fields.
 */
export function crdDefinitions(type, schema, target) {
  const name = definitionNameOf(type);
  const { group, version, kind } = type;
  const listKind = type.listKind ?? `${kind}List`;
  const text = { type: 'string' };
  const open = schema === undefined || (target === 'v2' && schema['x-kubernetes-preserve-unknown-fields'] === true);
  const metadata = { $ref: refTo(objectMetaDefinition, target) };
  const properties = open ? {} : { ...schema['properties'], metadata, apiVersion: text, kind: text };
  return {
    [name]: {
      ...(open ? { type: 'object' } : { ...schema, properties }),
      'x-kubernetes-group-version-kind': [{ group, version, kind }],
    },
    [definitionNameOf({ group, version, kind: listKind })]: {
      type: 'object',
      required: ['items'],
      properties: {
        apiVersion: text,
        kind: text,
        metadata: { $ref: refTo(listMetaDefinition, target) },
        items: { type: 'array', items: { $ref: refTo(name, target) } },
      },
      'x-kubernetes-group-version-kind': [{ group, version, kind: listKind }],
    },
  };
}
/** The published name of a kind's definition: the built-in's own, else the reversed group, version and kind. */
export function definitionNameOf({ group, version, kind }) {
  const index = kindIndex().get(`${formatApiVersion(group, version)}/${kind}`);
  const builtin = index === undefined ? undefined : builtinTable().names[index];
  return builtin ?? `${group.split('.').reverse().join('.')}.${version}.${kind}`;
}
/** A built-in definition as published; undefined where there is none of that name. */
export function builtinDefinitionJson(name, target) {
  const index = nameIndex().get(name);
  if (index === undefined) return undefined;
  return published(builtinTable().definitions[index] ?? {}, 'definition', target);
}
const objectMetaDefinition = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const listMetaDefinition = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';
const alwaysPublished = [
  objectMetaDefinition,
  listMetaDefinition,
  'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Status',
  'io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent',
];
function refTo(name, target) {
  return `${target === 'v3' ? '#/components/schemas/' : '#/definitions/'}${name}`;
}
// The kinds, their lists, their subresources' kinds, and all they refer to.
function definitionsFor(types, custom, target) {
  const table = builtinTable();
  const wanted = new Set();
  const want = (name) => {
    const index = nameIndex().get(name);
    if (index !== undefined) collect(index, wanted);
  };
  alwaysPublished.forEach(want);
  for (const type of types) {
    want(definitionNameOf(type));
    want(definitionNameOf({ ...type, kind: `${type.kind}List` }));
    for (const subresource of type.subresources) want(definitionNameOf(subresource));
  }
  const all = { ...custom };
  for (const index of wanted) {
    all[table.names[index] ?? ''] = published(table.definitions[index] ?? {}, 'definition', target);
  }
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}
function collect(index, into) {
  if (into.has(index)) return;
  into.add(index);
  const visit = (node) => {
    if (typeof node === 'number') collect(node < 0 ? -1 - node : node, into);
    if (typeof node !== 'object') return;
    if (node.r !== undefined) collect(node.r, into);
    visit(node.i);
    visit(node.a);
    Object.values(node.p ?? {}).forEach(visit);
  };
  visit(builtinTable().definitions[index]);
}
function published(node, place, target) {
  if (typeof node === 'string') return published({ t: node }, place, target);
  if (typeof node === 'object') return publishedObject(node, target);
  const ref = { $ref: refTo(builtinTable().names[node < 0 ? -1 - node : node] ?? '', target) };
  return place === 'property' && node >= 0 && target === 'v3' ? { allOf: [ref] } : ref;
}
function publishedObject(node, target) {
  const out = {};
  const [type = '', format] = (node.t ?? '').split(':');
  if (type !== '') out['type'] = type;
  if (format !== undefined) out['format'] = format;
  if (node.o !== undefined) {
    if (target === 'v3') out['oneOf'] = node.o.map((one) => ({ type: one }));
    else out['type'] = 'string';
  }
  if (node.r !== undefined) {
    const ref = { $ref: refTo(builtinTable().names[node.r] ?? '', target) };
    if (target === 'v3') out['allOf'] = [ref];
    else Object.assign(out, ref);
  }
  if (node.p !== undefined) {
    const members = Object.entries(node.p).map(([name, property]) => [name, published(property, 'property', target)]);
    out['properties'] = Object.fromEntries(members);
  }
  if (node.i !== undefined) out['items'] = published(node.i, 'item', target);
  if (node.a !== undefined) out['additionalProperties'] = published(node.a, 'item', target);
  if (node.d !== undefined && target === 'v3') out['default'] = node.d;
  if (node.v !== undefined)
    out['x-kubernetes-group-version-kind'] = node.v.map(([index, kind]) => gvkJson(index, kind));
  for (const [long, short] of plainKeys) {
    const value = node[short];
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- these members are JSON as written
    if (value !== undefined) out[long] = value;
  }
  return out;
}
const plainKeys = [
  ['required', 'q'],
  ['enum', 'e'],
  ['x-kubernetes-list-type', 'l'],
  ['x-kubernetes-list-map-keys', 'k'],
  ['x-kubernetes-map-type', 'm'],
  ['x-kubernetes-patch-strategy', 's'],
  ['x-kubernetes-patch-merge-key', 'g'],
  ['x-kubernetes-unions', 'u'],
];
function gvkJson(index, kind) {
  const [first = '', second] = (builtinTable().groupVersions[index] ?? '').split('/');
  return second === undefined ? { group: '', kind, version: first } : { group: first, kind, version: second };
}
