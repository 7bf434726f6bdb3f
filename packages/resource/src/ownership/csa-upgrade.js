// Hands what client-side apply (or any updater) owned over to a server-side applier, so that the next apply can remove
// fields again (k8s.io/client-go:util/csaupgrade/upgrade.go, 0.35).
import { err, ok } from '@evenkeel/std';
import { setToFieldsV1, subtractSet, isEmptySet, uniteSets } from './field-set.js';
import { decodeSet } from './managed-fields.js';
/**
 * managedFields with the updaters' entries merged into the applier's Apply entry, made from the first of theirs where
 * there is none. Entries of other versions of the same updater are dropped, as upstream. The error is the reason why an
 * entry cannot be read.
 */
export function upgradeManagedFields(entries, options) {
  let upgraded = entries;
  for (const csaManager of options.csaManagers) {
    const result = upgradeOne(upgraded, csaManager, options);
    if (!result.ok) return result;
    upgraded = result.value;
  }
  return ok(upgraded);
}
/** Entries of an operation that own all of the given fields. Entries that cannot be read own nothing. */
export function findFieldsOwners(entries, operation, fields) {
  return entries.filter((entry) => {
    if (entry.operation !== operation) return false;
    const set = decodeSet(entry.fieldsV1);
    return set.ok && isEmptySet(subtractSet(fields, set.value));
  });
}
function upgradeOne(entries, csaManager, { ssaManager, subresource = '' }) {
  const isHere = (entry) => (entry.subresource ?? '') === subresource;
  const isCsa = (entry) => entry.manager === csaManager && entry.operation === 'Update' && isHere(entry);
  const ssaIndex = entries.findIndex(
    (entry) => entry.manager === ssaManager && entry.operation === 'Apply' && isHere(entry),
  );
  const index = ssaIndex >= 0 ? ssaIndex : entries.findIndex(isCsa);
  const found = entries[index];
  if (found === undefined) return ok(entries);
  const target = { ...found, manager: ssaManager, operation: 'Apply' };
  const own = decodeSet(target.fieldsV1);
  if (!own.ok) return err(`failed to convert fields to set: ${own.error}`);
  let set = own.value;
  // The converted entry is no longer an updater's, so a second one of its version is what joins it.
  const csa = entries.find((entry, at) => at !== index && isCsa(entry) && entry.apiVersion === target.apiVersion);
  if (csa !== undefined) {
    const theirs = decodeSet(csa.fieldsV1);
    if (!theirs.ok) return err(`failed to convert fields to set: ${theirs.error}`);
    set = uniteSets(set, theirs.value);
  }
  const merged = { ...target, fieldsV1: setToFieldsV1(set) };
  return ok(entries.map((entry, at) => (at === index ? merged : entry)).filter((entry) => !isCsa(entry)));
}
