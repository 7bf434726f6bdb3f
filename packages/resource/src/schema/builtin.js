// Schemas and resource types of a stock kube-apiserver, from the generated table. Reading the table costs a few
// milliseconds once; definitions are decoded one by one when first asked for.
import { formatApiVersion, parseApiVersion } from '../object.js';
import { builtinTableJson } from './builtin.gen.js';
/** The schema of a built-in kind (also of lists and of request kinds such as DeleteOptions), or undefined. */
export function builtinSchema(gvk) {
  const index = kindIndex().get(`${formatApiVersion(gvk.group, gvk.version)}/${gvk.kind}`);
  return index === undefined ? undefined : definition(index);
}
/** The schema of a named definition ("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"), or undefined. */
export function builtinDefinition(name) {
  const index = nameIndex().get(name);
  return index === undefined ? undefined : definition(index);
}
/** Every resource type a stock kube-apiserver serves, in discovery order: groups, then preferred version first. */
export function builtinTypes() {
  knownTypes ??= builtinTable().types.flatMap(([groupVersion, types]) =>
    types.map((type) => resourceType(groupVersion, type)),
  );
  return knownTypes;
}
/** The Kubernetes version the facts were read from ("v1.35.4"). */
export function builtinVersion() {
  return builtinTable().version;
}
/** The parsed table itself; for the modules of this directory. */
export function builtinTable() {
  parsedTable ??= JSON.parse(builtinTableJson);
  return parsedTable;
}
/** Where a definition is in the table; for the modules of this directory. */
export function nameIndex() {
  definitionByName ??= new Map(builtinTable().names.map((name, index) => [name, index]));
  return definitionByName;
}
let parsedTable;
let knownTypes;
let definitionByName;
let definitionByKind;
const definitions = [];
/** "apps/v1/Deployment" to the index of its definition; for the modules of this directory. */
export function kindIndex() {
  if (definitionByKind === undefined) {
    const table = builtinTable();
    const kinds = new Map();
    for (const [index, node] of table.definitions.entries()) {
      if (typeof node !== 'object') continue;
      for (const [groupVersion, kind] of node.v ?? [])
        kinds.set(`${table.groupVersions[groupVersion] ?? ''}/${kind}`, index);
    }
    definitionByKind = kinds;
  }
  return definitionByKind;
}
function definition(index) {
  const known = definitions[index];
  if (known !== undefined) return known;
  const table = builtinTable();
  const made = new PackedField(table.definitions[index] ?? {}, table.names[index], undefined);
  definitions[index] = made;
  return made;
}
function field(node) {
  if (typeof node === 'number') return definition(node < 0 ? -1 - node : node);
  if (typeof node === 'string') return scalar(node);
  return new PackedField(node, undefined, node.r === undefined ? undefined : definition(node.r));
}
const scalars = new Map();
function scalar(type) {
  const known = scalars.get(type);
  if (known !== undefined) return known;
  const made = new PackedField(type, undefined, undefined);
  scalars.set(type, made);
  return made;
}
const intOrStringDefinition = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
class PackedField {
  name;
  reference;
  type;
  format;
  enum;
  required;
  default;
  nullable = false;
  intOrString;
  preserveUnknownFields = false;
  embeddedResource = false;
  listType;
  listMapKeys;
  mapType;
  patchStrategy;
  patchMergeKey;
  source;
  #node;
  #properties;
  #items;
  #values;
  constructor(packed, name, reference) {
    const node = typeof packed === 'object' ? packed : { t: String(packed) };
    const [type = '', format] = (node.t ?? '').split(':');
    this.#node = node;
    this.name = name ?? reference?.name;
    this.reference = reference;
    this.type = type === '' ? reference?.type : type;
    this.format = format ?? reference?.format;
    this.enum = node.e ?? reference?.enum;
    this.required = node.q ?? reference?.required ?? none;
    this.default = node.d ?? reference?.default;
    this.intOrString = this.name === intOrStringDefinition;
    this.listType = node.l ?? reference?.listType;
    this.listMapKeys = node.k ?? reference?.listMapKeys ?? none;
    this.mapType = node.m ?? reference?.mapType;
    this.patchStrategy = node.s?.split(',') ?? reference?.patchStrategy ?? none;
    this.patchMergeKey = node.g ?? reference?.patchMergeKey;
  }
  get properties() {
    if (this.#properties !== undefined) return this.#properties;
    const packed = this.#node.p;
    if (packed === undefined) return this.reference?.properties;
    this.#properties = new Map(Object.entries(packed).map(([name, node]) => [name, field(node)]));
    return this.#properties;
  }
  get items() {
    if (this.#node.i === undefined) return this.reference?.items;
    this.#items ??= field(this.#node.i);
    return this.#items;
  }
  get additionalProperties() {
    if (this.#node.a === undefined) return this.reference?.additionalProperties;
    this.#values ??= field(this.#node.a);
    return this.#values;
  }
}
const none = [];
function resourceType(groupVersion, packed) {
  const table = builtinTable();
  const [kind, plural, singular, namespaced, verbs, shortNames, categories, subresources] = packed;
  return {
    ...parseApiVersion(table.groupVersions[groupVersion] ?? ''),
    kind,
    plural,
    singular,
    shortNames,
    categories,
    namespaced: namespaced === 1,
    verbs: table.verbs[verbs] ?? none,
    subresources: subresources.map((sub) => subresourceType(sub)),
  };
}
function subresourceType([name, groupVersion, kind, verbs]) {
  const table = builtinTable();
  return { name, ...parseApiVersion(table.groupVersions[groupVersion] ?? ''), kind, verbs: table.verbs[verbs] ?? none };
}
