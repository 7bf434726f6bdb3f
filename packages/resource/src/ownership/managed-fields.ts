// metadata.managedFields as managers and their field sets, and back
// (k8s.io/apimachinery:pkg/util/managedfields/internal/{managedfields,capmanagers,stripmeta}.go, 1.35).

import { type Result, err, ok } from '@evenkeel/std';

import type { JsonObject } from '../json.ts';
import type { ManagedFieldsEntry } from '../object.ts';
import {
  type FieldSet,
  emptySet,
  isEmptySet,
  setFromFieldsV1,
  setOfPaths,
  setToFieldsV1,
  subtractSet,
  uniteSets,
} from './field-set.ts';
import { compareTexts } from './path-element.ts';
import { isShared, sharedFields } from './shared-fields.ts';
import { goQuote } from './values.ts';

/** What one manager owns, at the version it wrote. */
export interface ManagerFields {
  readonly set: FieldSet;
  readonly apiVersion: string;
  readonly applied: boolean;
  readonly time: string | undefined;
}

/** Who a manager is: an applier is one whatever version it applies, an updater is one per version. */
export interface ManagerName {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** '' for appliers. */
  readonly apiVersion: string;
  readonly subresource: string;
}

/** Managers by identifier (see managerId). Treated as a value: copy before writing. */
export type Managers = ReadonlyMap<string, ManagerFields>;

/** The identifier of a manager, unique per manager, operation, subresource and, for updates, version. */
export function managerId(name: ManagerName): string {
  return JSON.stringify({
    manager: name.manager === '' ? undefined : name.manager,
    operation: name.operation,
    apiVersion: name.operation === 'Apply' || name.apiVersion === '' ? undefined : name.apiVersion,
    subresource: name.subresource === '' ? undefined : name.subresource,
  });
}

/** The manager an identifier names. */
export function managerOfId(id: string): ManagerName {
  const entry = JSON.parse(id) as ManagedFieldsEntry;
  return {
    manager: entry.manager ?? '',
    operation: entry.operation ?? 'Update',
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
  };
}

/** Reads managedFields; the error is upstream's sentence on what is wrong with them. */
export function decodeManagedFields(entries: readonly ManagedFieldsEntry[] | undefined): Result<Managers, string> {
  const managers = new Map<string, ManagerFields>();
  for (const [index, entry] of (entries ?? []).entries()) {
    const { operation, apiVersion = '', fieldsType } = entry;
    if (operation !== 'Apply' && operation !== 'Update') return err('operation must be `Apply` or `Update`');
    if (apiVersion === '') return err('apiVersion must not be empty');
    if (fieldsType === undefined) return err(`missing fieldsType in managed fields entry ${index}`);
    if (fieldsType !== 'FieldsV1') {
      return err(`invalid fieldsType ${goQuote(String(fieldsType))} in managed fields entry ${index}`);
    }
    const set = decodeSet(entry.fieldsV1);
    if (!set.ok) return err(`error decoding versioned set from ${entry.manager ?? ''}: ${set.error}`);
    const id = managerId({ manager: entry.manager ?? '', operation, apiVersion, subresource: entry.subresource ?? '' });
    managers.set(id, { set: set.value, apiVersion, applied: operation === 'Apply', time: entry.time });
  }
  return ok(managers);
}

const decodedSets = new WeakMap<JsonObject, FieldSet>();
/** The same for trees that are like no other, which are asked for again soon or never. */
let recentSets = new WeakMap<JsonObject, FieldSet>();
let recentCount = 0;
const recentMax = 1024;

/** Reads one fieldsV1; the same object is read once. */
export function decodeSet(fields: JsonObject | undefined): Result<FieldSet, string> {
  if (fields === undefined) return ok(emptySet);
  const known = decodedSets.get(fields) ?? recentSets.get(fields);
  if (known !== undefined) return ok(known);
  try {
    const set = setFromFieldsV1(fields);
    rememberSet(fields, set);
    return ok(set);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

function rememberSet(fields: JsonObject, set: FieldSet): void {
  if (isShared(fields)) {
    if (!decodedSets.has(fields)) decodedSets.set(fields, set);
    return;
  }
  if (recentCount >= recentMax) [recentSets, recentCount] = [new WeakMap(), 0];
  recentCount += 1;
  recentSets.set(fields, set);
}

/** Writes managedFields in Kubernetes' order: by operation, time, manager, version, subresource. */
export function encodeManagedFields(managers: Managers): readonly ManagedFieldsEntry[] {
  const entries = [...managers].map(([id, fields]) => encodeEntry(id, fields));
  return entries.sort(
    (a, b) =>
      compareTexts(a.operation ?? '', b.operation ?? '') ||
      seconds(a.time) - seconds(b.time) ||
      compareTexts(a.manager ?? '', b.manager ?? '') ||
      compareTexts(a.apiVersion ?? '', b.apiVersion ?? '') ||
      compareTexts(a.subresource ?? '', b.subresource ?? ''),
  );
}

const encodedSets = new WeakMap<FieldSet, JsonObject>();

function encodeEntry(id: string, fields: ManagerFields): ManagedFieldsEntry {
  const name = managerOfId(id);
  let fieldsV1 = encodedSets.get(fields.set);
  if (fieldsV1 === undefined) {
    fieldsV1 = sharedFields(setToFieldsV1(fields.set));
    encodedSets.set(fields.set, fieldsV1);
    // What is written now is what the next write reads.
    rememberSet(fieldsV1, fields.set);
  }
  return {
    ...(name.manager === '' ? {} : { manager: name.manager }),
    operation: fields.applied ? 'Apply' : name.operation,
    apiVersion: fields.apiVersion,
    ...(fields.time === undefined ? {} : { time: fields.time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(name.subresource === '' ? {} : { subresource: name.subresource }),
  };
}

function seconds(time: string | undefined): number {
  if (time === undefined) return 0;
  const parsed = Date.parse(time);
  return Number.isNaN(parsed) ? 0 : Math.floor(parsed / 1000);
}

const neverOwned = setOfPaths(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ['f:metadata', 'f:name'],
  ['f:metadata', 'f:namespace'],
  ['f:metadata', 'f:creationTimestamp'],
  ['f:metadata', 'f:selfLink'],
  ['f:metadata', 'f:uid'],
  ['f:metadata', 'f:clusterName'],
  ['f:metadata', 'f:generation'],
  ['f:metadata', 'f:managedFields'],
  ['f:metadata', 'f:resourceVersion'],
);

/** The managers with what nobody ever owns (apiVersion, kind, most of metadata) taken from one of them. */
export function stripNeverOwned(managers: Managers, id: string): Managers {
  const fields = managers.get(id);
  if (fields === undefined) return managers;
  const set = subtractSet(fields.set, neverOwned);
  if (set === fields.set) return managers;
  const stripped = new Map(managers);
  if (isEmptySet(set)) stripped.delete(id);
  else stripped.set(id, { ...fields, set });
  return stripped;
}

const updateManagersMax = 10;

/** Merges the oldest updaters of a version into one "ancient-changes" entry until no more than ten are left. */
export function capUpdateManagers(managers: Managers): Managers {
  const updaters = [...managers].filter(([, fields]) => !fields.applied);
  if (updaters.length <= updateManagersMax) return managers;
  updaters.sort(([aId, a], [bId, b]) => seconds(a.time) - seconds(b.time) || compareTexts(aId, bId));
  const capped = new Map(managers);
  const firstOfVersion = new Map<string, string>();
  let count = updaters.length;
  for (const [id, fields] of updaters) {
    if (count <= updateManagersMax) break;
    const first = firstOfVersion.get(fields.apiVersion);
    if (first === undefined) {
      firstOfVersion.set(fields.apiVersion, id);
      continue;
    }
    const bucket = managerId({
      manager: 'ancient-changes',
      operation: 'Update',
      apiVersion: fields.apiVersion,
      subresource: '',
    });
    const isBucket = id === bucket;
    const oldest = isBucket ? capped.get(first) : (capped.get(bucket) ?? capped.get(first));
    if (isBucket || !capped.has(bucket)) capped.delete(first);
    // The time is that of the youngest entry that went in.
    capped.set(bucket, { ...fields, set: uniteSets(fields.set, oldest?.set ?? emptySet) });
    if (!isBucket) capped.delete(id);
    count--;
  }
  return capped;
}
