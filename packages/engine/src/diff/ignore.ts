// What a comparison leaves out: fields by pointer, by expression, and by who owns them. Both sides lose the same fields
// before they are compared, so that leaving something out can never bring a difference forth.
// Mirrors argoproj/argo-cd:util/argo/normalizers/diff_normalizer.go, util/argo/managedfields and controller/sync.go (3.6).

import {
  type FieldChange,
  type FieldSchema,
  type Json,
  type JsonObject,
  type KubeObject,
  applyJsonMergePatch,
  applyJsonPatch,
  createJsonMergePatch,
  createTwoWayMergePatch,
  isMap,
  jsonEquals,
  strategicMerge,
  valueAtPath,
} from '@evenkeel/resource';

/** Takes fields out of an object; undefined where it cannot, and the object is left as it is. */
export type FieldRemoval = (object: JsonObject) => JsonObject | undefined;

/** What is left out when one object is compared. */
export interface DiffRules {
  /** JSON pointers (RFC 6901). One that names nothing takes nothing out. */
  readonly pointers: readonly string[];
  readonly removals: readonly FieldRemoval[];
  /** Managers whose fields are theirs: where they own a field whose value differs, their value stands. */
  readonly managers: readonly string[];
}

/** True where the rules leave nothing out. */
export function isEmptyRules(rules: DiffRules | undefined): boolean {
  return !rules || (rules.pointers.length === 0 && rules.removals.length === 0 && rules.managers.length === 0);
}

/** The object without what pointers and expressions leave out. */
export function withoutIgnored(object: KubeObject, rules: DiffRules): KubeObject {
  let left = object as unknown as JsonObject;
  for (const pointer of rules.pointers) left = withoutPointer(left, pointer);
  for (const remove of rules.removals) left = remove(left) ?? left;
  return left as unknown as KubeObject;
}

function withoutPointer(object: JsonObject, path: string): JsonObject {
  try {
    const result = applyJsonPatch(object, [{ op: 'remove', path }]);
    return isMap(result) ? result : object;
  } catch {
    // Nothing is there, or the pointer is none.
    return object;
  }
}

/** The live object beside what applying would make of it. */
export interface Outcome {
  readonly live: KubeObject;
  readonly predicted: KubeObject;
  readonly schema: FieldSchema | undefined;
}

/** The changes that the rules do not leave out. */
export function remainingChanges(
  changes: readonly FieldChange[],
  { live, predicted, schema }: Outcome,
  rules: DiffRules,
): readonly FieldChange[] {
  const foreign = changes.filter((change) => !isTheirs(change, rules));
  if (foreign.length === 0 || (rules.pointers.length === 0 && rules.removals.length === 0)) return foreign;
  return confirmedChanges(foreign, { live, predicted, schema }, rules);
}

/**
 * The changes that are left once the server has said what an apply would make of the object: fields of trusted managers
 * stay as they are, and a field that would come out as it is live is no difference.
 */
export function confirmedChanges(
  changes: readonly FieldChange[],
  { live, predicted, schema }: Outcome,
  rules: DiffRules,
): readonly FieldChange[] {
  const [before, after] = [asJson(withoutIgnored(live, rules)), asJson(withoutIgnored(predicted, rules))];
  return changes.filter((change) => {
    if (isTheirs(change, rules)) return false;
    const known = knownPath(change.path, [asJson(live), before], schema);
    const path = known === change.path ? knownPath(change.path, [asJson(predicted), after], schema) : known;
    const [now, then] = [valueAtPath(before, path, schema), valueAtPath(after, path, schema)];
    if (now === undefined || then === undefined) return now !== then;
    return !jsonEquals(now, then);
  });
}

/** The object with the live values of fields that trusted managers own. */
export function leftToManagers(object: KubeObject, changes: readonly FieldChange[], rules: DiffRules): KubeObject {
  return asTheyAreLive(
    object,
    changes.filter((change) => isTheirs(change, rules)),
  );
}

/** The path, or that of the list on it where an item has lost what it is known by (`/spec/ports/0/port` is left out). */
function knownPath(
  path: FieldChange['path'],
  [whole, left]: readonly [JsonObject, JsonObject],
  schema: FieldSchema | undefined,
): FieldChange['path'] {
  for (const [index, step] of path.entries()) {
    if (!step.startsWith('k:')) continue;
    const [list, item] = [path.slice(0, index), path.slice(0, index + 1)];
    const [all, kept] = [valueAtPath(whole, list, schema), valueAtPath(left, list, schema)];
    const isSameLength = Array.isArray(all) && Array.isArray(kept) && all.length === kept.length;
    if (!isSameLength || valueAtPath(left, item, schema) !== undefined) continue;
    if (valueAtPath(whole, item, schema) !== undefined) return list;
  }
  return path;
}

/** The object with the live values of fields, and without those that are not live, as far as it has the way there. */
export function asTheyAreLive(object: KubeObject, changes: readonly FieldChange[]): KubeObject {
  let left = asJson(object);
  for (const { path, live } of changes) left = placed(left, path, live) ?? left;
  return left as unknown as KubeObject;
}

/** A field that both sides have, and that a trusted manager owns. */
function isTheirs({ owners, desired, live }: FieldChange, { managers }: DiffRules): boolean {
  if (managers.length === 0 || desired === undefined || live === undefined) return false;
  return owners.some(({ manager }) => managers.includes(manager));
}

/**
 * The desired object with live values where the rules leave fields out: what is written when ignored differences are to be
 * respected. Status is never copied. `changes` are those an apply of `desired` would make.
 */
export function withLiveValues(
  desired: KubeObject,
  { live, schema }: Pick<Outcome, 'live' | 'schema'>,
  rules: DiffRules,
  changes: readonly FieldChange[],
): KubeObject {
  let target = asJson(desired);
  if (rules.pointers.length > 0 || rules.removals.length > 0) {
    const whole = withoutStatus(live);
    target = patched(
      withoutStatus(withoutIgnored(desired, rules)),
      withoutStatus(withoutIgnored(live, rules)),
      whole,
      schema,
    );
    const { status } = desired as unknown as JsonObject;
    if (status !== undefined && !rules.pointers.includes('/status')) target = { ...target, status };
  }
  return leftToManagers(target as unknown as KubeObject, changes, rules);
}

/** `target` with everything that `from` lacks and `to` has. */
function patched(target: JsonObject, from: JsonObject, to: JsonObject, schema: FieldSchema | undefined): JsonObject {
  if (schema?.source === undefined && schema !== undefined) {
    const patch = createTwoWayMergePatch(from, to, schema);
    const merged = patch.ok ? strategicMerge(target, patch.value, schema) : undefined;
    if (merged?.ok === true && isMap(merged.value)) return merged.value;
  }
  const result = applyJsonMergePatch(target, createJsonMergePatch(from, to));
  return isMap(result) ? result : target;
}

function withoutStatus(object: KubeObject): JsonObject {
  const { status: _status, ...rest } = object as unknown as JsonObject;
  return rest;
}

/** Puts a value where an ownership path leads, or takes away what is there; undefined where nothing is to be done. */
function placed(value: JsonObject, path: readonly string[], next: Json | undefined): JsonObject | undefined {
  const [step = '', ...rest] = path;
  if (!step.startsWith('f:')) return undefined;
  const name = step.slice(2);
  const { [name]: there, ...others } = value;
  if (rest.length === 0) return next === undefined ? others : { ...value, [name]: next };
  const inner = placedWithin(there, rest, next);
  return inner === undefined ? undefined : { ...value, [name]: inner };
}

function placedWithin(value: Json | undefined, path: readonly string[], next: Json | undefined): Json | undefined {
  if (isMap(value)) return placed(value, path, next);
  const [step = '', ...rest] = path;
  if (!step.startsWith('k:') || !Array.isArray(value)) return undefined;
  const items = value as readonly Json[];
  const found = indexOfItem(items, JSON.parse(step.slice(2)) as JsonObject);
  if (found < 0) return undefined;
  if (rest.length === 0) return next === undefined ? items.toSpliced(found, 1) : items.with(found, next);
  const inner = placedWithin(items[found], rest, next);
  return inner === undefined ? undefined : items.with(found, inner);
}

/** The item of these keys. One that leaves keys to their defaults (`protocol` of a port) is it where no other has them all. */
function indexOfItem(items: readonly Json[], keys: JsonObject): number {
  const fits = (item: Json, otherwise: (key: Json | undefined) => Json | undefined): boolean =>
    isMap(item) &&
    Object.entries(keys).every(([name, key]) => jsonEquals(item[name] ?? otherwise(key) ?? null, key ?? null));
  const exact = items.findIndex((item) => fits(item, () => undefined));
  return exact < 0 ? items.findIndex((item) => fits(item, (key) => key)) : exact;
}

function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject;
}
