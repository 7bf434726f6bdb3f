// Sets of fields: the trie that metadata.managedFields holds as fieldsV1, and the algebra server-side apply does with it
// (sigs.k8s.io/structured-merge-diff:fieldpath/{set,serialize}.go, v6.3.0). Sets are values: operations share and never write.
import { canonicalStep, compareSteps } from './path-element.js';
import { isMap } from './values.js';
/** The set of nothing. */
export const emptySet = { member: false, children: undefined };
/** Reads fieldsV1. Throws Error with upstream's words on steps that cannot be read; unknown kinds of steps are dropped. */
export function setFromFieldsV1(fields) {
  const set = readNode(fields);
  return { member: false, children: set.children };
}
/** Writes fieldsV1, steps in Kubernetes' order. */
export function setToFieldsV1(set) {
  return writeNode(set, false);
}
export function newSetBuilder() {
  return { member: false, children: undefined };
}
/** Adds one path (and not its parents). The empty path, the whole object, is never owned and is ignored. */
export function insertPath(set, path) {
  if (path.length === 0) return;
  let node = set;
  for (const step of path) node = descend(node, step);
  node.member = true;
}
/** The child of a set under construction, made if need be. */
export function descend(set, step) {
  set.children ??= new Map();
  let next = set.children.get(step);
  if (next === undefined) {
    next = { member: false, children: undefined };
    set.children.set(step, next);
  }
  return next;
}
/** The set of the given paths. */
export function setOfPaths(...paths) {
  const set = newSetBuilder();
  for (const path of paths) insertPath(set, path);
  return set;
}
export function isEmptySet(set) {
  return !set.member && (set.children === undefined || set.children.size === 0);
}
/** Whether the path itself is in the set. */
export function hasPath(set, path) {
  return path.length > 0 && (setAt(set, path)?.member ?? false);
}
/** The part of the set at and below a path, or undefined where there is none. */
export function setAt(set, path) {
  let node = set;
  for (const step of path) {
    node = node.children?.get(step);
    if (node === undefined) return undefined;
  }
  return node;
}
export function equalSets(a, b) {
  if (a === b) return true;
  if (a.member !== b.member || (a.children?.size ?? 0) !== (b.children?.size ?? 0)) return false;
  for (const [step, child] of a.children ?? []) {
    const other = b.children?.get(step);
    if (other === undefined || !equalSets(child, other)) return false;
  }
  return true;
}
export function uniteSets(a, b) {
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
export function intersectSets(a, b) {
  if (a === b) return a;
  return rebuilt(a, a.member && b.member, (step, child) => {
    const other = b.children?.get(step);
    return other === undefined ? emptySet : intersectSets(child, other);
  });
}
/** Paths of `a` not in `b`; paths below a path in `b` stay (upstream's Set.Difference). */
export function subtractSet(a, b) {
  if (isEmptySet(b)) return a;
  return rebuilt(a, a.member && !b.member, (step, child) => {
    const other = b.children?.get(step);
    return other === undefined ? child : subtractSet(child, other);
  });
}
/** Paths of `a` neither in `b` nor below a path in `b` (upstream's RecursiveDifference). */
export function subtractSetRecursively(a, b) {
  if (isEmptySet(b)) return a;
  return rebuilt(a, a.member, (step, child) => {
    const other = b.children?.get(step);
    if (other === undefined) return child;
    return other.member ? emptySet : subtractSetRecursively(child, other);
  });
}
/** Every path of the set: at each level members first, then what lies below them, in Kubernetes' order. */
export function pathsOf(set) {
  const paths = [];
  const visit = (node, prefix) => {
    const steps = sortedChildren(node);
    for (const [step, child] of steps) if (child.member) paths.push([...prefix, step]);
    for (const [step, child] of steps) if (child.children !== undefined) visit(child, [...prefix, step]);
  };
  visit(set, []);
  return paths;
}
function rebuilt(set, member, change) {
  let children;
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
function sortedChildren(set) {
  return [...(set.children ?? [])].sort(([a], [b]) => compareSteps(a, b));
}
function readNode(fields) {
  let member = false;
  let children;
  for (const name in fields) {
    if (name === '.') {
      member = true;
      continue;
    }
    const step = name.startsWith('f:') ? name : canonicalStep(name);
    if (step === undefined) continue;
    const below = fields[name];
    children ??= new Map();
    const child = isMap(below) ? readNode(below) : memberOnly;
    const known = children.get(step);
    children.set(step, known === undefined ? child : uniteSets(known, child));
  }
  return children === undefined ? memberOnly : { member, children };
}
const memberOnly = { member: true, children: undefined };
function writeNode(set, includeSelf) {
  const fields = {};
  if (includeSelf && set.member && set.children !== undefined) fields['.'] = {};
  for (const [step, child] of sortedChildren(set)) fields[step] = writeNode(child, true);
  return fields;
}
