// Set operations that need the type: reconciling recorded ownership with a schema that has changed since, and adding the
// named fields on the way to what is owned (sigs.k8s.io/structured-merge-diff:typed/reconcile_schema.go and
// fieldpath/set.go, v6.3.0).
import { handledForm, memberType } from './atoms.js';
/**
 * Ownership as it reads under the current type: where a list or map has become atomic, owning any part of it becomes
 * owning the whole. Returns the set itself where nothing changes.
 */
export function reconcileSet(set, type) {
  // The whole object is never owned, so an atomic root has nothing to become.
  return type.atom.map?.atomic === true ? set : reconcile(set, type);
}
function reconcile(set, type) {
  if (set.children === undefined) return set;
  const atom = type.atom;
  const form = handledForm(atom, 'any');
  if (form === 'list' && atom.list !== undefined) {
    if (atom.list.atomic) return whole;
    const element = atom.list.element;
    return mapChildren(set, (_, child) => reconcile(child, element));
  }
  if (form === 'map' && atom.map !== undefined) {
    const map = atom.map;
    if (map.deduced) return set;
    if (map.atomic) return whole;
    return mapChildren(set, (step, child) => {
      const below = step.startsWith('f:') ? memberType(map, step.slice(2)) : map.element;
      return below === undefined ? child : reconcile(child, below);
    });
  }
  return set;
}
const whole = { member: true, children: undefined };
/** The set with every declared field that leads to one of its members. */
export function withNamedFields(set, type) {
  const atom = type?.atom;
  let children;
  for (const [step, child] of set.children ?? []) {
    const next = child.children === undefined ? child : withNamedFields(child, typeBelow(atom, step));
    const named =
      child.children !== undefined && step.startsWith('f:') && (atom?.map?.fields.has(step.slice(2)) ?? false);
    const changed = named && !next.member ? { member: true, children: next.children } : next;
    if (changed === child) continue;
    children ??= new Map(set.children);
    children.set(step, changed);
  }
  return children === undefined ? set : { member: set.member, children };
}
function typeBelow(atom, step) {
  if (step.startsWith('f:')) return atom?.map === undefined ? undefined : memberType(atom.map, step.slice(2));
  return step.startsWith('k:') ? atom?.list?.element : undefined;
}
function mapChildren(set, change) {
  let children;
  for (const [step, child] of set.children ?? []) {
    const changed = change(step, child);
    if (changed === child) continue;
    children ??= new Map(set.children);
    children.set(step, changed);
  }
  return children === undefined ? set : { member: set.member, children };
}
