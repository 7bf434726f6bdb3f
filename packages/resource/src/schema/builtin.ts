// Schemas and resource types of a stock kube-apiserver, from the generated table. Reading the table costs a few
// milliseconds once; definitions are decoded one by one when first asked for.

import type { Json } from '../json.ts';
import { type GroupVersionKind, formatApiVersion, parseApiVersion } from '../object.ts';
import { builtinTableJson } from './builtin.gen.ts';
import type { FieldSchema, ResourceType, SchemaType, SubresourceType } from './field-schema.ts';
import type { PackedNode, PackedObject, PackedSubresource, PackedTable, PackedType } from './packed.ts';

/** The schema of a built-in kind (also of lists and of request kinds such as DeleteOptions), or undefined. */
export function builtinSchema(gvk: GroupVersionKind): FieldSchema | undefined {
  const index = kindIndex().get(`${formatApiVersion(gvk.group, gvk.version)}/${gvk.kind}`);
  return index === undefined ? undefined : definition(index);
}

/** The schema of a named definition ("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"), or undefined. */
export function builtinDefinition(name: string): FieldSchema | undefined {
  const index = nameIndex().get(name);
  return index === undefined ? undefined : definition(index);
}

/** Every resource type a stock kube-apiserver serves, in discovery order: groups, then preferred version first. */
export function builtinTypes(): readonly ResourceType[] {
  knownTypes ??= builtinTable().types.flatMap(([groupVersion, types]) =>
    types.map((type) => resourceType(groupVersion, type)),
  );
  return knownTypes;
}

/** The Kubernetes version the facts were read from ("v1.35.4"). */
export function builtinVersion(): string {
  return builtinTable().version;
}

/** The parsed table itself; for the modules of this directory. */
export function builtinTable(): PackedTable {
  parsedTable ??= JSON.parse(builtinTableJson) as PackedTable;
  return parsedTable;
}

/** Where a definition is in the table; for the modules of this directory. */
export function nameIndex(): ReadonlyMap<string, number> {
  definitionByName ??= new Map(builtinTable().names.map((name, index) => [name, index]));
  return definitionByName;
}

let parsedTable: PackedTable | undefined;
let knownTypes: readonly ResourceType[] | undefined;
let definitionByName: ReadonlyMap<string, number> | undefined;
let definitionByKind: ReadonlyMap<string, number> | undefined;
const definitions: (FieldSchema | undefined)[] = [];

/** "apps/v1/Deployment" to the index of its definition; for the modules of this directory. */
export function kindIndex(): ReadonlyMap<string, number> {
  if (definitionByKind === undefined) {
    const table = builtinTable();
    const kinds = new Map<string, number>();
    for (const [index, node] of table.definitions.entries()) {
      if (typeof node !== 'object') continue;
      for (const [groupVersion, kind] of node.v ?? [])
        kinds.set(`${table.groupVersions[groupVersion] ?? ''}/${kind}`, index);
    }
    definitionByKind = kinds;
  }
  return definitionByKind;
}

function definition(index: number): FieldSchema {
  const known = definitions[index];
  if (known !== undefined) return known;
  const table = builtinTable();
  const made = new PackedField(table.definitions[index] ?? {}, table.names[index], undefined);
  definitions[index] = made;
  return made;
}

function field(node: PackedNode): FieldSchema {
  if (typeof node === 'number') return definition(node < 0 ? -1 - node : node);
  if (typeof node === 'string') return scalar(node);
  return new PackedField(node, undefined, node.r === undefined ? undefined : definition(node.r));
}

const scalars = new Map<string, FieldSchema>();

function scalar(type: string): FieldSchema {
  const known = scalars.get(type);
  if (known !== undefined) return known;
  const made = new PackedField(type, undefined, undefined);
  scalars.set(type, made);
  return made;
}

const intOrStringDefinition = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';

class PackedField implements FieldSchema {
  readonly name: string | undefined;
  readonly reference: FieldSchema | undefined;
  readonly type: SchemaType | undefined;
  readonly format: string | undefined;
  readonly enum: readonly Json[] | undefined;
  readonly required: readonly string[];
  readonly default: Json | undefined;
  readonly nullable: boolean = false;
  readonly intOrString: boolean;
  readonly preserveUnknownFields: boolean = false;
  readonly embeddedResource: boolean = false;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: 'atomic' | 'granular' | undefined;
  readonly patchStrategy: readonly string[];
  readonly patchMergeKey: string | undefined;
  readonly source: undefined;
  readonly #node: PackedObject;
  #properties: ReadonlyMap<string, FieldSchema> | undefined;
  #items: FieldSchema | undefined;
  #values: FieldSchema | undefined;

  constructor(packed: PackedNode, name: string | undefined, reference: FieldSchema | undefined) {
    const node: PackedObject = typeof packed === 'object' ? packed : { t: String(packed) };
    const [type = '', format] = (node.t ?? '').split(':');
    this.#node = node;
    this.name = name ?? reference?.name;
    this.reference = reference;
    this.type = type === '' ? reference?.type : (type as SchemaType);
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

  get properties(): ReadonlyMap<string, FieldSchema> | undefined {
    if (this.#properties !== undefined) return this.#properties;
    const packed = this.#node.p;
    if (packed === undefined) return this.reference?.properties;
    this.#properties = new Map(Object.entries(packed).map(([name, node]) => [name, field(node)]));
    return this.#properties;
  }

  get items(): FieldSchema | undefined {
    if (this.#node.i === undefined) return this.reference?.items;
    this.#items ??= field(this.#node.i);
    return this.#items;
  }

  get additionalProperties(): FieldSchema | boolean | undefined {
    if (this.#node.a === undefined) return this.reference?.additionalProperties;
    this.#values ??= field(this.#node.a);
    return this.#values;
  }
}

const none: readonly never[] = [];

function resourceType(groupVersion: number, packed: PackedType): ResourceType {
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

function subresourceType([name, groupVersion, kind, verbs]: PackedSubresource): SubresourceType {
  const table = builtinTable();
  return { name, ...parseApiVersion(table.groupVersions[groupVersion] ?? ''), kind, verbs: table.verbs[verbs] ?? none };
}
