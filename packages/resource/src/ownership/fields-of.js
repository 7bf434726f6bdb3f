// Which fields an object mentions: what its applier would own
// (sigs.k8s.io/structured-merge-diff:typed/tofieldset.go, v6.3.0).
import { formOf, handledForm, typeOfSchema, unknownType } from './atoms.js';
import { descend, newSetBuilder } from './field-set.js';
import { itemStep } from './list-items.js';
import { isEmptyMap, isList, isMap } from './values.js';
/** Every leaf field and list item the object mentions. Undefined schema: maps are granular, lists atomic. */
export function fieldSetOf(object, schema) {
  return fieldsOf(object, typeOfSchema(schema));
}
/** The same for a value of a resolved type. */
export function fieldsOf(value, type) {
  const set = newSetBuilder();
  visit(value, type, set);
  set.member = false;
  return withoutEmpty(set);
}
function visit(value, type, node) {
  const atom = type.atom;
  switch (handledForm(atom, formOf(atom, value))) {
    case 'scalar':
      node.member = true;
      return;
    case 'map':
      if (atom.map !== undefined) visitMap(value, atom.map, node);
      return;
    case 'list':
      if (atom.list !== undefined) visitList(value, atom.list, node);
      return;
    case undefined:
  }
}
function visitMap(value, map, node) {
  if (map.atomic) {
    node.member = true;
    return;
  }
  if (!isMap(value)) return;
  for (const name in value) {
    const member = value[name];
    if (member === undefined) continue;
    const declared = map.fields.get(name);
    const child = descend(node, `f:${name}`);
    visit(member, declared?.type ?? map.element ?? unknownType, child);
    if (member === null || declared === undefined || (isMap(member) && isEmptyMap(member))) child.member = true;
  }
}
function visitList(value, list, node) {
  if (list.atomic) {
    node.member = true;
    return;
  }
  if (!isList(value)) return;
  const steps = value.map((item) => itemStep(list, item).step);
  const counts = new Map();
  for (const step of steps) if (step !== undefined) counts.set(step, (counts.get(step) ?? 0) + 1);
  for (const [index, item] of value.entries()) {
    const step = steps[index];
    if (step === undefined) continue;
    const child = descend(node, step);
    // Items that occur twice are owned as one thing: nobody can say which is whose.
    if (counts.get(step) === 1) visit(item, list.element, child);
    child.member = true;
  }
}
// Visiting makes nodes before it knows whether they hold anything (an empty associative list holds nothing).
function withoutEmpty(node) {
  for (const [step, child] of node.children ?? []) {
    withoutEmpty(child);
    if (!child.member && child.children === undefined) node.children?.delete(step);
  }
  if (node.children?.size === 0) node.children = undefined;
  return node;
}
