// Ownership of replicas through /scale: the scale object shows its parent's owners of replicas, and what is written
// through it becomes the parent's (k8s.io/apimachinery:pkg/util/managedfields/scalehandler.go, 1.35).
import { ok } from '@evenkeel/std';
import { hasPath, isEmptySet, setOfPaths, subtractSet } from './field-set.js';
import { decodeManagedFields, encodeManagedFields } from './managed-fields.js';
const scaleVersion = 'autoscaling/v1';
const scaleReplicas = ['f:spec', 'f:replicas'];
/** managedFields of the scale object, from its parent's. */
export function scaleManagedFields(parent, paths) {
  const managers = decodeManagedFields(parent);
  if (!managers.ok) return managers;
  const shown = new Map();
  for (const [id, fields] of managers.value) {
    const path = paths.get(fields.apiVersion);
    if (path === undefined || !hasPath(fields.set, path)) continue;
    shown.set(id, { ...fields, set: setOfPaths(scaleReplicas), apiVersion: scaleVersion });
  }
  return ok(encodeManagedFields(shown));
}
/** managedFields of the parent after a write through its scale object left `scale` there. */
export function parentManagedFields(parent, scale, { paths, apiVersion }) {
  const own = decodeManagedFields(parent);
  if (!own.ok) return own;
  const scaled = decodeManagedFields(scale);
  if (!scaled.ok) return scaled;
  const left = new Map(scaled.value);
  const merged = new Map();
  for (const [id, fields] of own.value) {
    const kept = keptByParent(fields, paths, left.has(id));
    if (kept !== undefined) merged.set(id, kept);
    if (kept === fields && paths.get(fields.apiVersion) !== undefined) left.delete(id);
  }
  addFromScale(merged, left, paths.get(apiVersion) ?? [], apiVersion);
  return ok(encodeManagedFields(merged));
}
// Undefined where nothing is left; entries of versions that are not served go.
function keptByParent(fields, paths, inScale) {
  if (!paths.has(fields.apiVersion)) return undefined;
  const path = paths.get(fields.apiVersion);
  if (path === undefined || !hasPath(fields.set, path) || inScale) return fields;
  const set = subtractSet(fields.set, setOfPaths(path));
  return isEmptySet(set) ? undefined : { ...fields, set };
}
function addFromScale(merged, scale, path, apiVersion) {
  for (const [id, fields] of scale) {
    if (hasPath(fields.set, scaleReplicas)) merged.set(id, { ...fields, set: setOfPaths(path), apiVersion });
  }
}
