// Keeps a write that only says "again" from looking like one: where nothing but times of managedFields differs, the old
// times stay (k8s.io/apiserver:pkg/endpoints/handlers/fieldmanager/equality.go, 1.35).
import { equalValues } from './values.js';
/** Compares an object about to be stored with the stored one, managedFields aside, and settles the times. */
export function keepTimes(before, after, managedFields) {
  if (before === undefined) return { managedFields, changed: true };
  const old = before.metadata.managedFields ?? [];
  if (!sameEntries(old, managedFields) || !sameObject(before, after)) return { managedFields, changed: true };
  return { managedFields: old, changed: false };
}
function sameEntries(old, next) {
  return old.length === next.length && next.every((entry, index) => sameEntry(old[index], entry));
}
function sameEntry(a, b) {
  return (
    a !== undefined &&
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.apiVersion === b.apiVersion &&
    a.subresource === b.subresource &&
    a.fieldsType === b.fieldsType &&
    equalValues(a.fieldsV1, b.fieldsV1)
  );
}
function sameObject(before, after) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of names) {
    if (name === 'metadata') continue;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every member but metadata is JSON
    if (!equalValues(before[name], after[name])) return false;
  }
  const { managedFields: _before, ...metaBefore } = before.metadata;
  const { managedFields: _after, ...metaAfter } = after.metadata;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- metadata is JSON
  return equalValues(metaBefore, metaAfter);
}
