// The heart of server-side apply: who owns what after an update or an apply, what conflicts, and what an applier that no
// longer mentions a field takes with it (sigs.k8s.io/structured-merge-diff:merge/update.go, v6.3.0).

import { type Result, err, ok } from '@evenkeel/std';

import type { Json } from '../json.ts';
import type { TypeRef } from './atoms.ts';
import { type Comparison, compareValues, excludeFromComparison } from './compare.ts';
import {
  type FieldSet,
  emptySet,
  intersectSets,
  isEmptySet,
  pathsOf,
  subtractSet,
  subtractSetRecursively,
  uniteSets,
} from './field-set.ts';
import { fieldsOf } from './fields-of.ts';
import type { ManagerFields, Managers } from './managed-fields.ts';
import { mergeValues } from './merge.ts';
import { compareTexts } from './path-element.ts';
import { removeFields } from './remove.ts';
import { reconcileSet, withNamedFields } from './typed-sets.ts';
import { typeErrorText } from './validate.ts';
import { equalValues } from './values.ts';

/** A value with its type at one version. */
export interface TypedValue {
  readonly value: Json;
  readonly type: TypeRef;
  readonly apiVersion: string;
}

/** Reads a value at another version; undefined where that version is not served any more. */
export type Convert = (value: TypedValue, apiVersion: string) => TypedValue | undefined;

/** A field an apply would take from a manager that owns it. */
export interface OwnedPath {
  readonly managerId: string;
  readonly path: readonly string[];
}

export type UpdaterError =
  | { readonly code: 'CONFLICT'; readonly conflicts: readonly OwnedPath[] }
  | { readonly code: 'INVALID'; readonly message: string };

/** What is common to an update and an apply by one manager. */
export interface Change {
  readonly live: TypedValue;
  readonly managers: Managers;
  readonly managerId: string;
  /** Fields this endpoint resets, which cannot be owned through it. */
  readonly reset: FieldSet | undefined;
  readonly convert: Convert;
}

/** Ownership after `next` replaces `live`: the manager owns what it added or changed, others lose that and what is gone. */
export function updateManagers(change: Change, next: TypedValue): Result<Managers, UpdaterError> {
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

/** An apply's outcome; `value` is undefined where the object stays as it is. */
export interface AppliedValue {
  readonly value: Json | undefined;
  readonly managers: Managers;
}

/** Merges the configuration, prunes what its applier dropped, and settles ownership. */
export function applyConfig(change: Change, config: TypedValue, force: boolean): Result<AppliedValue, UpdaterError> {
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

interface TakenOver {
  readonly managers: Managers;
  readonly comparison: Comparison;
}

// Takes from every other manager what the change modifies or adds (a conflict unless forced) and what it removes.
function takeOver(change: Change, next: TypedValue, force: boolean): Result<TakenOver, UpdaterError> {
  const comparisons = new Map<string, Comparison | undefined>();
  const own = compareValues(change.live.value, next.value, next.type);
  if (own.errors.length > 0) return err(compareError(own));
  const comparison = excludeFromComparison(own, change.reset);
  comparisons.set(next.apiVersion, comparison);
  const managers = new Map(change.managers);
  const conflicts: OwnedPath[] = [];
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

function comparisonAt(
  change: Change,
  next: TypedValue,
  apiVersion: string,
  known: Map<string, Comparison | undefined>,
): Comparison | undefined {
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

function compareError(comparison: Comparison): UpdaterError {
  return { code: 'INVALID', message: `failed to compare objects: ${typeErrorText(comparison.errors)}` };
}

function sortedManagers(managers: Managers): (readonly [string, ManagerFields])[] {
  return [...managers].sort(([a], [b]) => compareTexts(a, b));
}

// Recorded ownership read under today's schema; managers of versions no longer served go.
function reconcileManagers(change: Change): Managers {
  let reconciled: Map<string, ManagerFields> | undefined;
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
function prune(merged: TypedValue, change: Change, last: ManagerFields): TypedValue {
  const at = change.convert(merged, last.apiVersion);
  if (at === undefined) return merged;
  const lastNamed = withNamedFields(last.set, at.type);
  let pruned: TypedValue = { ...at, value: removeFields(at.value, lastNamed, at.type) };
  pruned = restoreOwned(at, pruned, change);
  pruned = restoreDangling(at, pruned, last, change.convert);
  return change.convert(pruned, change.managers.get(change.managerId)?.apiVersion ?? merged.apiVersion) ?? pruned;
}

function restoreOwned(merged: TypedValue, pruned: TypedValue, change: Change): TypedValue {
  const byVersion = new Map<string, FieldSet>([[pruned.apiVersion, emptySet]]);
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

function restoreDangling(merged: TypedValue, pruned: TypedValue, last: ManagerFields, convert: Convert): TypedValue {
  const prunedAt = convert(pruned, last.apiVersion);
  if (prunedAt === undefined) return merged;
  const { type } = merged;
  const kept = withNamedFields(fieldsOf(prunedAt.value, type), type);
  const all = withNamedFields(fieldsOf(merged.value, type), type);
  const gone = intersectSets(subtractSet(all, kept), withNamedFields(last.set, type));
  return { ...merged, value: removeFields(merged.value, gone, type) };
}
