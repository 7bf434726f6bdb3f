// Sets of fields: the trie that metadata.managedFields holds as fieldsV1, and the algebra server-side apply does with it
// (sigs.k8s.io/structured-merge-diff:fieldpath/{set,serialize}.go, v6.3.0). Sets are values: operations share and never write.

import type { JsonObject, Json } from '../json.ts';
import { canonicalStep, compareSteps } from './path-element.ts';
import { isShared } from './shared-fields.ts';
import { isMap } from './values.ts';

/**
 * A set of paths. `member` says whether the path to this node is itself in the set; `children` leads on. A node never has
 * an empty child; the empty set has neither.
 */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet> | undefined;
}

/** A set under construction. Hand it out as a FieldSet only when done. */
export interface FieldSetBuilder {
  member: boolean;
  children: Map<string, FieldSetBuilder> | undefined;
}

/** The set of nothing. */
export const emptySet: FieldSet = { member: false, children: undefined };

/** Reads fieldsV1. Throws Error with upstream's words on steps that cannot be read; unknown kinds of steps are dropped. */
export function setFromFieldsV1(fields: JsonObject): FieldSet {
  const set = readNode(fields);
  return { member: false, children: set.children };
}

/** Writes fieldsV1, steps in Kubernetes' order. */
export function setToFieldsV1(set: FieldSet): JsonObject {
  return writeNode(set, false);
}

export function newSetBuilder(): FieldSetBuilder {
  return { member: false, children: undefined };
}

/** Adds one path (and not its parents). The empty path, the whole object, is never owned and is ignored. */
export function insertPath(set: FieldSetBuilder, path: readonly string[]): void {
  if (path.length === 0) return;
  let node = set;
  for (const step of path) node = descend(node, step);
  node.member = true;
}

/** The child of a set under construction, made if need be. */
export function descend(set: FieldSetBuilder, step: string): FieldSetBuilder {
  set.children ??= new Map();
  let next = set.children.get(step);
  if (next === undefined) {
    next = { member: false, children: undefined };
    set.children.set(step, next);
  }
  return next;
}

/** The set of the given paths. */
export function setOfPaths(...paths: readonly (readonly string[])[]): FieldSet {
  const set = newSetBuilder();
  for (const path of paths) insertPath(set, path);
  return set;
}

export function isEmptySet(set: FieldSet): boolean {
  return !set.member && (set.children === undefined || set.children.size === 0);
}

/** Whether the path itself is in the set. */
export function hasPath(set: FieldSet, path: readonly string[]): boolean {
  return path.length > 0 && (setAt(set, path)?.member ?? false);
}

/** The part of the set at and below a path, or undefined where there is none. */
export function setAt(set: FieldSet, path: readonly string[]): FieldSet | undefined {
  let node: FieldSet | undefined = set;
  for (const step of path) {
    node = node.children?.get(step);
    if (node === undefined) return undefined;
  }
  return node;
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.member !== b.member || (a.children?.size ?? 0) !== (b.children?.size ?? 0)) return false;
  for (const [step, child] of a.children ?? []) {
    const other = b.children?.get(step);
    if (other === undefined || !equalSets(child, other)) return false;
  }
  return true;
}

export function uniteSets(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  if (a.children === undefined || b.children === undefined) {
    return { member: a.member || b.member, children: a.children ?? b.children };
  }
  const children = new Map(a.children);
  for (const [step, child] of b.children) {
    const own = children.get(step);
    children.set(step, own === undefined ? child : uniteSets(own, child));
  }
  return { member: a.member || b.member, children };
}

/** Paths in both sets. */
export function intersectSets(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  return rebuilt(a, a.member && b.member, (step, child) => {
    const other = b.children?.get(step);
    return other === undefined ? emptySet : intersectSets(child, other);
  });
}

/** Paths of `a` not in `b`; paths below a path in `b` stay (upstream's Set.Difference). */
export function subtractSet(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  return rebuilt(a, a.member && !b.member, (step, child) => {
    const other = b.children?.get(step);
    return other === undefined ? child : subtractSet(child, other);
  });
}

/** Paths of `a` neither in `b` nor below a path in `b` (upstream's RecursiveDifference). */
export function subtractSetRecursively(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  return rebuilt(a, a.member, (step, child) => {
    const other = b.children?.get(step);
    if (other === undefined) return child;
    return other.member ? emptySet : subtractSetRecursively(child, other);
  });
}

/** Every path of the set: at each level members first, then what lies below them, in Kubernetes' order. */
export function pathsOf(set: FieldSet): readonly (readonly string[])[] {
  const paths: (readonly string[])[] = [];
  const visit = (node: FieldSet, prefix: readonly string[]): void => {
    const steps = sortedChildren(node);
    for (const [step, child] of steps) if (child.member) paths.push([...prefix, step]);
    for (const [step, child] of steps) if (child.children !== undefined) visit(child, [...prefix, step]);
  };
  visit(set, []);
  return paths;
}

function rebuilt(set: FieldSet, member: boolean, change: (step: string, child: FieldSet) => FieldSet): FieldSet {
  let children: Map<string, FieldSet> | undefined;
  let same = set.member === member;
  for (const [step, child] of set.children ?? []) {
    const changed = change(step, child);
    if (changed !== child) same = false;
    if (isEmptySet(changed)) continue;
    children ??= new Map();
    children.set(step, changed);
  }
  return same ? set : { member, children };
}

function sortedChildren(set: FieldSet): (readonly [string, FieldSet])[] {
  return [...(set.children ?? [])].sort(([a], [b]) => compareSteps(a, b));
}

/** What was read of the shared parts of trees that are not shared as a whole. */
const sharedParts = new WeakMap<JsonObject, FieldSet>();

function readPart(fields: JsonObject): FieldSet {
  const known = sharedParts.get(fields);
  if (known !== undefined) return known;
  const set = readNode(fields);
  sharedParts.set(fields, set);
  return set;
}

function readNode(fields: JsonObject): FieldSet {
  const within = isShared(fields);
  let member = false;
  let children: Map<string, FieldSet> | undefined;
  for (const name in fields) {
    if (name === '.') {
      member = true;
      continue;
    }
    const step = name.startsWith('f:') ? name : canonicalStep(name);
    if (step === undefined) continue;
    const below = fields[name];
    children ??= new Map();
    const child = !isMap(below) ? memberOnly : !within && isShared(below) ? readPart(below) : readNode(below);
    const known = children.get(step);
    children.set(step, known === undefined ? child : uniteSets(known, child));
  }
  return children === undefined ? memberOnly : { member, children };
}

const memberOnly: FieldSet = { member: true, children: undefined };

function writeNode(set: FieldSet, includeSelf: boolean): JsonObject {
  const fields: Record<string, Json> = {};
  if (includeSelf && set.member && set.children !== undefined) fields['.'] = {};
  for (const [step, child] of sortedChildren(set)) fields[step] = writeNode(child, true);
  return fields;
}
