// Would applying this configuration change that object? Answered from the object alone, without asking a server: the
// question a controller asks of every object it manages, nearly always to hear "no".

import type { Json, JsonObject } from '../json.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import { canonicalQuantity } from '../quantity.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
import { asJson, resetSet, withoutManagedFields } from './apply.ts';
import {
  type Atom,
  type ListAtom,
  type MapAtom,
  type TypeRef,
  formOf,
  handledForm,
  typeOfSchema,
  unknownType,
} from './atoms.ts';
import { compareValues, excludeFromComparison } from './compare.ts';
import { convertWith } from './convert.ts';
import { type FieldSet, emptySet, equalSets, hasPath } from './field-set.ts';
import { itemStep } from './list-items.ts';
import { decodeManagedFields, decodeSet, managerId, stripNeverOwned } from './managed-fields.ts';
import { ownersOf, valueAt } from './owners.ts';
import { printPath } from './path-element.ts';
import { reorderedList } from './reordered.ts';
import type { FieldChange, FieldPath, VersionConverter } from './types.ts';
import { applyConfig } from './updater.ts';
import { typeErrorText, validateValue } from './validate.ts';
import { equalValues, isEmptyMap, isList, isMap } from './values.ts';

/** What would be applied, and to what. */
export interface PreviewRequest {
  readonly live: KubeObject | undefined;
  readonly config: KubeObject;
  readonly manager: string;
  readonly subresource?: string;
  readonly schema: FieldSchema | undefined;
  readonly resetFields?: JsonObject;
  readonly convert?: VersionConverter;
}

/** The answer. */
export interface ApplyPreview {
  /** Some field would get another value, appear or go (conflicts forced). */
  readonly changed: boolean;
  /** The manager would own more or less than it does, even where no value changes. */
  readonly ownershipChanged: boolean;
  readonly fields: readonly FieldChange[];
  /** Why the configuration cannot be applied at all, in kube-apiserver's words; `changed` is true then. */
  readonly problem?: string;
}

/**
 * Compares a configuration with the live object through field ownership. Values the server writes otherwise but means the
 * same (quantities; empty values it drops, where the manager is recorded as owning them) are no change. A manager that
 * owns a field nobody changed since is taken at its word, as field ownership allows.
 */
export function wouldApplyChange(request: PreviewRequest): ApplyPreview {
  const { live, config } = request;
  if (live === undefined) {
    const whole: FieldChange = { path: [], field: '', desired: asJson(config), live: undefined, owners: [] };
    return { changed: true, ownershipChanged: true, fields: [whole] };
  }
  const type = typeOfSchema(request.schema);
  const entry = applyEntry(live, request);
  const decoded = entry === undefined ? undefined : decodeSet(entry.fieldsV1);
  const owned = decoded?.ok === true ? decoded.value : undefined;
  const typed = request.schema !== undefined && request.schema.source === undefined;
  const sync = new SyncCheck(typed);
  if (owned !== undefined && entry?.apiVersion === config.apiVersion && sync.object(config, live, type, owned)) {
    return inSync;
  }
  return fullPreview(request, live, owned, typed);
}

const inSync: ApplyPreview = { changed: false, ownershipChanged: false, fields: [] };

function applyEntry(live: KubeObject, request: PreviewRequest): ManagedFieldsEntry | undefined {
  const subresource = request.subresource ?? '';
  return live.metadata.managedFields?.find(
    (entry) =>
      entry.operation === 'Apply' && entry.manager === request.manager && (entry.subresource ?? '') === subresource,
  );
}

const neverOwnedMeta = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
]);

/** Walks a configuration, the live object and what the manager owns at once; allocates nothing but list keys. */
class SyncCheck {
  readonly #typed: boolean;

  constructor(typed: boolean) {
    this.#typed = typed;
  }

  object(config: KubeObject, live: KubeObject, type: TypeRef, owned: FieldSet): boolean {
    const map = type.atom.map;
    if (map === undefined || config.kind !== live.kind || config.apiVersion !== live.apiVersion) return false;
    return this.#members(asJson(config), asJson(live), map, owned, 'root');
  }

  #members(config: JsonObject, live: JsonObject, map: MapAtom, owned: FieldSet | undefined, place: Place): boolean {
    let seen = 0;
    for (const name in config) {
      const wanted = config[name];
      if (wanted === undefined) continue;
      if (place === 'root' && (name === 'apiVersion' || name === 'kind')) continue;
      if (place === 'metadata' && neverOwnedMeta.has(name)) continue;
      const declared = map.fields.get(name);
      const type = declared?.type ?? map.element;
      if (type === undefined) return false;
      const node = owned?.children?.get(`f:${name}`);
      if (node !== undefined) seen++;
      if (place === 'root' && name === 'metadata') {
        if (!this.#metadata(wanted, live[name], type, node)) return false;
        continue;
      }
      const isLeaf = wanted === null || declared === undefined || (isMap(wanted) && isEmptyMap(wanted));
      if (isLeaf && node?.member !== true) return false;
      if (!this.#value(wanted, live[name], type, node)) return false;
    }
    return seen === (owned?.children?.size ?? 0);
  }

  #metadata(config: Json, live: Json | undefined, type: TypeRef, owned: FieldSet | undefined): boolean {
    const map = type.atom.map;
    return map !== undefined && isMap(config) && isMap(live) && this.#members(config, live, map, owned, 'metadata');
  }

  #value(config: Json, live: Json | undefined, type: TypeRef, owned: FieldSet | undefined): boolean {
    const { atom } = type;
    switch (handledForm(atom, formOf(atom, config))) {
      case 'scalar':
        return owned?.member === true && sameLeaf(config, live, atom);
      case 'map':
        return atom.map !== undefined && this.#map(config, live, atom, owned);
      case 'list':
        return atom.list !== undefined && this.#list(config, live, atom, owned);
      case undefined:
        return false;
    }
  }

  #map(config: Json, live: Json | undefined, atom: Atom, owned: FieldSet | undefined): boolean {
    const { map } = atom;
    if (map === undefined) return false;
    if (map.atomic) return owned?.member === true && (sameWhole(config, live, { atom }) || isDropped(config, live));
    if (!isMap(config) || isEmptyMap(config)) {
      // Only being there is asked for.
      return (isMap(live) || isDropped(config, live)) && owned?.children === undefined;
    }
    if (isMap(live)) return this.#members(config, live, map, owned, 'inner');
    return live === undefined && this.#members(config, nothing, map, owned, 'inner');
  }

  #list(config: Json, live: Json | undefined, atom: Atom, owned: FieldSet | undefined): boolean {
    const { list } = atom;
    if (list === undefined) return false;
    if (list.atomic) return owned?.member === true && (sameWhole(config, live, { atom }) || isDropped(config, live));
    if (!isList(config) || config.length === 0) {
      const isThere = isList(live) || (this.#typed && live === undefined);
      return isThere && owned?.children === undefined;
    }
    if (!isList(live) || owned?.children?.size !== config.length) return false;
    // Items the configuration orders must stand in its order; others may stand between them.
    let from = 0;
    for (const item of config) {
      const { step } = itemStep(list, item);
      const node = step === undefined ? undefined : owned.children.get(step);
      if (node?.member !== true) return false;
      while (from < live.length && itemStep(list, live[from]).step !== step) from++;
      if (from === live.length || !this.#item(item, live[from], list, node)) return false;
      from++;
    }
    return true;
  }

  #item(config: Json, live: Json | undefined, list: ListAtom, owned: FieldSet): boolean {
    if (list.keys.length === 0) return owned.children === undefined && equalValues(config, live);
    return this.#value(config, live, list.element, owned);
  }
}

type Place = 'root' | 'metadata' | 'inner';

const nothing: JsonObject = {};

// Inside what is owned as a whole: equal but for quantities written otherwise and members the schema's default fills in.
function sameWhole(config: Json | undefined, live: Json | undefined, type: TypeRef): boolean {
  if (equalValues(config, live)) return true;
  const { atom } = type;
  if (atom.quantity === true) return sameQuantity(config, live);
  if (isList(config) && isList(live)) {
    const element = atom.list?.element ?? unknownType;
    return config.length === live.length && config.every((item, index) => sameWhole(item, live[index], element));
  }
  if (!isMap(config) || !isMap(live)) return false;
  for (const name of new Set([...Object.keys(config), ...Object.keys(live)])) {
    const [wanted, now] = [config[name], live[name]];
    const field = atom.map?.fields.get(name);
    const preset = field?.default;
    const isDefault = wanted === undefined && preset !== undefined && equalValues(preset, now);
    if (!isDefault && !sameWhole(wanted, now, field?.type ?? atom.map?.element ?? unknownType)) return false;
  }
  return true;
}

function sameLeaf(config: Json | undefined, live: Json | undefined, atom: Atom | undefined): boolean {
  if (equalValues(config, live)) return true;
  if (atom?.quantity === true) return sameQuantity(config, live);
  return isDropped(config, live);
}

// Go's encoding leaves zero values out; only ownership tells that they were applied.
function isDropped(config: Json | undefined, live: Json | undefined): boolean {
  if (live !== undefined && live !== null) return config === null && live === '';
  if (config === undefined || config === null || config === '' || config === false || config === 0) return true;
  return isList(config) ? config.length === 0 : isMap(config) && isEmptyMap(config);
}

function sameQuantity(a: Json | undefined, b: Json | undefined): boolean {
  if (!isQuantityText(a) || !isQuantityText(b)) return false;
  const [left, right] = [canonicalQuantity(String(a)), canonicalQuantity(String(b))];
  return left.ok && right.ok && left.value === right.value;
}

function isQuantityText(value: Json | undefined): value is string | number | bigint {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
}

function fullPreview(
  request: PreviewRequest,
  live: KubeObject,
  owned: FieldSet | undefined,
  typed: boolean,
): ApplyPreview {
  const { config } = request;
  const type = typeOfSchema(request.schema);
  const errors = validateValue(asJson(config), type, { allowDuplicates: false });
  const managers = decodeManagedFields(live.metadata.managedFields);
  if (errors.length > 0 || !managers.ok) {
    const problem = managers.ok ? typeErrorText(errors) : managers.error;
    return { changed: true, ownershipChanged: true, fields: [], problem };
  }
  const { apiVersion } = config;
  const id = managerId({
    manager: request.manager,
    operation: 'Apply',
    apiVersion,
    subresource: request.subresource ?? '',
  });
  const before = { value: { ...asJson(withoutManagedFields(live)), apiVersion }, type, apiVersion };
  const change = {
    live: before,
    managers: managers.value,
    managerId: id,
    reset: resetSet(request.resetFields),
    convert: convertWith(request),
  };
  const applied = applyConfig(change, { value: asJson(config), type, apiVersion }, true);
  if (!applied.ok) {
    const problem = applied.error.code === 'INVALID' ? applied.error.message : undefined;
    return { changed: true, ownershipChanged: true, fields: [], ...(problem === undefined ? {} : { problem }) };
  }
  const next = applied.value.value;
  const difference = { live, before: before.value, type, owned, typed, reset: change.reset };
  const found = next === undefined ? [] : changesBetween({ ...difference, next });
  const nextOwned = stripNeverOwned(applied.value.managers, id).get(id)?.set ?? emptySet;
  const ownershipChanged = !equalSets(owned ?? emptySet, nextOwned);
  return { changed: found.length > 0, ownershipChanged, fields: found };
}

interface Difference {
  readonly live: KubeObject;
  readonly before: Json;
  readonly next: Json;
  readonly type: TypeRef;
  readonly owned: FieldSet | undefined;
  readonly typed: boolean;
  readonly reset: FieldSet | undefined;
}

function changesBetween(difference: Difference): readonly FieldChange[] {
  const { live, before, next, type } = difference;
  const { removed, modified, added } = excludeFromComparison(compareValues(before, next, type), difference.reset);
  const changes: FieldChange[] = [];
  for (const path of [...topmostPaths(modified), ...topmostPaths(added), ...topmostPaths(removed)]) {
    const desired = valueAt(next, path, type);
    const now = valueAt(before, path, type);
    if (isUndone(difference, path, desired, now)) continue;
    changes.push({ path, field: printPath(path), desired, live: now, owners: ownersOf(live, path) });
  }
  // Order alone is a change too: lists keep the configuration's order among its items.
  const list = changes.length > 0 ? undefined : reorderedList(before, next, type);
  if (!list) return changes;
  const { path } = list;
  return [{ path, field: printPath(path), desired: list.next, live: list.before, owners: ownersOf(live, path) }];
}

// Differences the server takes back when it stores the object: other texts for one quantity, zero values it leaves out,
// defaults it puts in again.
function isUndone(
  { type, owned, typed }: Difference,
  path: FieldPath,
  desired: Json | undefined,
  now: Json | undefined,
): boolean {
  const parent = typeAt(path.slice(0, -1), type).atom;
  const last = path.at(-1) ?? '';
  const atom = stepInto(parent, last).atom;
  if (desired !== undefined && now !== undefined && sameWhole(desired, now, { atom })) return true;
  if (desired === undefined) {
    const preset = last.startsWith('f:') ? parent.map?.fields.get(last.slice(2))?.default : undefined;
    return preset !== undefined && equalValues(preset, now);
  }
  if (now !== undefined || !isDropped(desired, now)) return false;
  const isPlainMap = isMap(desired) && atom.map?.fields.size === 0;
  return (
    (typed && (isList(desired) || desired === null || isPlainMap)) || (owned !== undefined && hasPath(owned, path))
  );
}

function typeAt(path: FieldPath, type: TypeRef): TypeRef {
  let at = type;
  for (const step of path) at = stepInto(at.atom, step);
  return at;
}

function stepInto({ map, list }: Atom, step: string): TypeRef {
  if (step.startsWith('f:')) return map?.fields.get(step.slice(2))?.type ?? map?.element ?? unknownType;
  return list?.element ?? unknownType;
}

// What is below an added or removed field goes with it.
function topmostPaths(set: FieldSet): readonly FieldPath[] {
  const paths: FieldPath[] = [];
  const visit = (node: FieldSet, prefix: FieldPath): void => {
    for (const [step, below] of node.children ?? []) {
      const path = [...prefix, step];
      if (below.member) paths.push(path);
      else visit(below, path);
    }
  };
  visit(set, []);
  return paths;
}
