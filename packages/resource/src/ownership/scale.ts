// Ownership of replicas through /scale: the scale object shows its parent's owners of replicas, and what is written
// through it becomes the parent's (k8s.io/apimachinery:pkg/util/managedfields/scalehandler.go, 1.35).

import { type Result, ok } from '@evenkeel/std';

import type { ManagedFieldsEntry } from '../object.ts';
import { hasPath, isEmptySet, setOfPaths, subtractSet } from './field-set.ts';
import { type ManagerFields, type Managers, decodeManagedFields, encodeManagedFields } from './managed-fields.ts';
import type { FieldPath } from './types.ts';

/** Where each version of the parent keeps its replicas; undefined where it has no scale subresource. */
export type ReplicasPaths = ReadonlyMap<string, FieldPath | undefined>;

const scaleVersion = 'autoscaling/v1';
const scaleReplicas: FieldPath = ['f:spec', 'f:replicas'];

/** managedFields of the scale object, from its parent's. */
export function scaleManagedFields(
  parent: readonly ManagedFieldsEntry[] | undefined,
  paths: ReplicasPaths,
): Result<readonly ManagedFieldsEntry[], string> {
  const managers = decodeManagedFields(parent);
  if (!managers.ok) return managers;
  const shown = new Map<string, ManagerFields>();
  for (const [id, fields] of managers.value) {
    const path = paths.get(fields.apiVersion);
    if (path === undefined || !hasPath(fields.set, path)) continue;
    shown.set(id, { ...fields, set: setOfPaths(scaleReplicas), apiVersion: scaleVersion });
  }
  return ok(encodeManagedFields(shown));
}

/** managedFields of the parent after a write through its scale object left `scale` there. */
export function parentManagedFields(
  parent: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  { paths, apiVersion }: { readonly paths: ReplicasPaths; readonly apiVersion: string },
): Result<readonly ManagedFieldsEntry[], string> {
  const own = decodeManagedFields(parent);
  if (!own.ok) return own;
  const scaled = decodeManagedFields(scale);
  if (!scaled.ok) return scaled;
  const left = new Map(scaled.value);
  const merged = new Map<string, ManagerFields>();
  for (const [id, fields] of own.value) {
    const kept = keptByParent(fields, paths, left.has(id));
    if (kept !== undefined) merged.set(id, kept);
    if (kept === fields && paths.get(fields.apiVersion) !== undefined) left.delete(id);
  }
  addFromScale(merged, left, paths.get(apiVersion) ?? [], apiVersion);
  return ok(encodeManagedFields(merged));
}

// Undefined where nothing is left; entries of versions that are not served go.
function keptByParent(fields: ManagerFields, paths: ReplicasPaths, inScale: boolean): ManagerFields | undefined {
  if (!paths.has(fields.apiVersion)) return undefined;
  const path = paths.get(fields.apiVersion);
  if (path === undefined || !hasPath(fields.set, path) || inScale) return fields;
  const set = subtractSet(fields.set, setOfPaths(path));
  return isEmptySet(set) ? undefined : { ...fields, set };
}

function addFromScale(merged: Map<string, ManagerFields>, scale: Managers, path: FieldPath, apiVersion: string): void {
  for (const [id, fields] of scale) {
    if (hasPath(fields.set, scaleReplicas)) merged.set(id, { ...fields, set: setOfPaths(path), apiVersion });
  }
}
