// Which fields an object mentions: what its applier would own
// (sigs.k8s.io/structured-merge-diff:typed/tofieldset.go, v6.3.0).

import type { Json } from '../json.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
import { type ListAtom, type MapAtom, type TypeRef, formOf, handledForm, typeOfSchema, unknownType } from './atoms.ts';
import { type FieldSet, type FieldSetBuilder, descend, newSetBuilder } from './field-set.ts';
import { itemStep } from './list-items.ts';
import { isEmptyMap, isList, isMap } from './values.ts';

/** Every leaf field and list item the object mentions. Undefined schema: maps are granular, lists atomic. */
export function fieldSetOf(object: Json, schema: FieldSchema | undefined): FieldSet {
  return fieldsOf(object, typeOfSchema(schema));
}

/** The same for a value of a resolved type. */
export function fieldsOf(value: Json, type: TypeRef): FieldSet {
  const set = newSetBuilder();
  visit(value, type, set);
  set.member = false;
  return withoutEmpty(set);
}

function visit(value: Json, type: TypeRef, node: FieldSetBuilder): void {
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

function visitMap(value: Json, map: MapAtom, node: FieldSetBuilder): void {
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

function visitList(value: Json, list: ListAtom, node: FieldSetBuilder): void {
  if (list.atomic) {
    node.member = true;
    return;
  }
  if (!isList(value)) return;
  const steps = value.map((item) => itemStep(list, item).step);
  const counts = new Map<string, number>();
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
function withoutEmpty(node: FieldSetBuilder): FieldSet {
  for (const [step, child] of node.children ?? []) {
    withoutEmpty(child);
    if (!child.member && child.children === undefined) node.children?.delete(step);
  }
  if (node.children?.size === 0) node.children = undefined;
  return node;
}
