// The heart of server-side apply: who owns what after an update or an apply, what conflicts, and what an applier that no
// longer mentions a field takes with it (sigs.k8s.io/structured-merge-diff:merge/update.go, v6.3.0).
import { err, ok } from '@evenkeel/std';
import { compareValues, excludeFromComparison } from './compare.js';
import {
  emptySet,
  intersectSets,
  isEmptySet,
  pathsOf,
  subtractSet,
  subtractSetRecursively,
  uniteSets,
} from './field-set.js';
import { fieldsOf } from './fields-of.js';
import { mergeValues } from './merge.js';
import { compareTexts } from './path-element.js';
import { removeFields } from './remove.js';
import { reconcileSet, withNamedFields } from './typed-sets.js';
import { typeErrorText } from './validate.js';
import { equalValues } from './values.js';
/** Ownership after `next` replaces `live`: the manager owns what it added or changed, others lose that and what is gone. */
export function updateManagers(change, next) {
  const managers = reconcileManagers(change);
  const outcome = takeOver({ ...change, managers }, next, true);
  if (!outcome.ok) return outcome;
  const { comparison } = outcome.value;
  const updated = new Map(outcome.value.managers);
  const own = updated.get(change.managerId);
  let set = subtractSet(own?.set ?? emptySet, comparison.removed);
  set = uniteSets(uniteSets(set, comparison.modified), comparison.added);
  if (change.reset !== undefined) set = subtractSetRecursively(set, change.reset);
  if (isEmptySet(set)) {
    updated.delete(change.managerId);
  } else {
    updated.set(change.managerId, { set, apiVersion: next.apiVersion, applied: false, time: own?.time });
  }
  return ok(updated);
}
/** Merges the configuration, prunes what its applier dropped, and settles ownership. */
export function applyConfig(change, config, force) {
  const managers = new Map(reconcileManagers(change));
  const last = managers.get(change.managerId);
  let set = fieldsOf(config.value, config.type);
  if (change.reset !== undefined) set = subtractSetRecursively(set, change.reset);
  managers.set(change.managerId, { set, apiVersion: config.apiVersion, applied: true, time: last?.time });
  const merged = { ...change.live, value: mergeValues(change.live.value, config.value, config.type) };
  const next = last === undefined || isEmptySet(last.set) ? merged : prune(merged, { ...change, managers }, last);
  const outcome = takeOver({ ...change, managers }, next, force);
  if (!outcome.ok) return outcome;
  const same = equalValues(change.live.value, next.value);
  return ok({ value: same ? undefined : next.value, managers: outcome.value.managers });
}
// Takes from every other manager what the change modifies or adds (a conflict unless forced) and what it removes.
function takeOver(change, next, force) {
  const comparisons = new Map();
  const own = compareValues(change.live.value, next.value, next.type);
  if (own.errors.length > 0) return err(compareError(own));
  const comparison = excludeFromComparison(own, change.reset);
  comparisons.set(next.apiVersion, comparison);
  const managers = new Map(change.managers);
  const conflicts = [];
  for (const [id, fields] of sortedManagers(change.managers)) {
    if (id === change.managerId) continue;
    const at = comparisonAt(change, next, fields.apiVersion, comparisons);
    if (at === undefined) {
      managers.delete(id);
      continue;
    }
    if (at.errors.length > 0) return err(compareError(at));
    const taken = intersectSets(fields.set, uniteSets(at.modified, at.added));
    for (const path of pathsOf(taken)) conflicts.push({ managerId: id, path });
    managers.set(id, { ...fields, set: subtractSet(subtractSet(fields.set, taken), at.removed) });
  }
  if (!force && conflicts.length > 0) return err({ code: 'CONFLICT', conflicts });
  for (const [id, fields] of managers) if (isEmptySet(fields.set)) managers.delete(id);
  return ok({ managers, comparison });
}
function comparisonAt(change, next, apiVersion, known) {
  if (known.has(apiVersion)) return known.get(apiVersion);
  const before = change.convert(change.live, apiVersion);
  const after = change.convert(next, apiVersion);
  const comparison =
    before === undefined || after === undefined
      ? undefined
      : excludeFromComparison(compareValues(before.value, after.value, after.type), change.reset);
  known.set(apiVersion, comparison);
  return comparison;
}
function compareError(comparison) {
  return { code: 'INVALID', message: `failed to compare objects: ${typeErrorText(comparison.errors)}` };
}
function sortedManagers(managers) {
  return [...managers].sort(([a], [b]) => compareTexts(a, b));
}
// Recorded ownership read under today's schema; managers of versions no longer served go.
function reconcileManagers(change) {
  let reconciled;
  for (const [id, fields] of change.managers) {
    const live = change.convert(change.live, fields.apiVersion);
    const set = live === undefined ? undefined : reconcileSet(fields.set, live.type);
    if (set === fields.set) continue;
    reconciled ??= new Map(change.managers);
    if (set === undefined) reconciled.delete(id);
    else reconciled.set(id, { ...fields, set });
  }
  return reconciled ?? change.managers;
}
// Takes out what the manager applied last time and not this time, unless anybody else owns it, or it owned it itself
// only as part of something that stays.
function prune(merged, change, last) {
  const at = change.convert(merged, last.apiVersion);
  if (at === undefined) return merged;
  const lastNamed = withNamedFields(last.set, at.type);
  let pruned = { ...at, value: removeFields(at.value, lastNamed, at.type) };
  pruned = restoreOwned(at, pruned, change);
  pruned = restoreDangling(at, pruned, last, change.convert);
  return change.convert(pruned, change.managers.get(change.managerId)?.apiVersion ?? merged.apiVersion) ?? pruned;
}
function restoreOwned(merged, pruned, change) {
  const byVersion = new Map([[pruned.apiVersion, emptySet]]);
  for (const [, fields] of sortedManagers(change.managers)) {
    byVersion.set(fields.apiVersion, uniteSets(byVersion.get(fields.apiVersion) ?? emptySet, fields.set));
  }
  let [whole, rest] = [merged, pruned];
  for (const [apiVersion, managed] of byVersion) {
    const mergedAt = change.convert(whole, apiVersion);
    const prunedAt = change.convert(rest, apiVersion);
    if (mergedAt === undefined || prunedAt === undefined) continue;
    const { type } = mergedAt;
    const all = withNamedFields(fieldsOf(mergedAt.value, type), type);
    const kept = uniteSets(withNamedFields(fieldsOf(prunedAt.value, type), type), withNamedFields(managed, type));
    whole = mergedAt;
    rest = { ...mergedAt, value: removeFields(mergedAt.value, subtractSet(all, kept), type) };
  }
  return rest;
}
function restoreDangling(merged, pruned, last, convert) {
  const prunedAt = convert(pruned, last.apiVersion);
  if (prunedAt === undefined) return merged;
  const { type } = merged;
  const kept = withNamedFields(fieldsOf(prunedAt.value, type), type);
  const all = withNamedFields(fieldsOf(merged.value, type), type);
  const gone = intersectSets(subtractSet(all, kept), withNamedFields(last.set, type));
  return { ...merged, value: removeFields(merged.value, gone, type) };
}
