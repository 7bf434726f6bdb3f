// Questions about ownership: who owns a field, which path leads to it, what is there.
import { asJson } from './apply.js';
import { formOf, handledForm, typeOfSchema, unknownType } from './atoms.js';
import { itemStep } from './list-items.js';
import { decodeSet } from './managed-fields.js';
import { fieldStep } from './path-element.js';
import { isList, isMap } from './values.js';
/**
 * Who owns the field at the path: managers that have it, or an atomic list or map it is part of. The path is in fieldsV1
 * notation; fieldPathOf makes one from member names and indexes.
 */
export function ownersOf(object, path) {
  const owners = [];
  for (const entry of object.metadata.managedFields ?? []) {
    const set = decodeSet(entry.fieldsV1);
    if (set.ok && owns(set.value, path)) owners.push(ownerOf(entry));
  }
  return owners;
}
/**
 * The ownership path of what is at the given members and indexes of an object: list items by their keys, and no deeper
 * than the atomic list or map that is owned as a whole. Undefined where the object has nothing there.
 */
export function fieldPathOf(object, place, schema) {
  const path = [];
  let value = asJson(object);
  let type = typeOfSchema(schema);
  for (const name of place) {
    const next = child(value, name, type);
    if (next === undefined) return undefined;
    if (next.step === undefined) return path;
    path.push(next.step);
    ({ value, type } = next);
  }
  return path;
}
/** What is at an ownership path; undefined where nothing is. */
export function valueAtPath(object, path, schema) {
  return valueAt(object, path, typeOfSchema(schema));
}
/** The same for a resolved type. */
export function valueAt(object, path, type) {
  let value = object;
  let at = type;
  for (const step of path) {
    if (step.startsWith('f:')) {
      const next = child(value, step.slice(2), at);
      if (next === undefined) return undefined;
      ({ value, type: at } = next);
    } else {
      if (!isList(value)) return undefined;
      const { list } = at.atom;
      const index = step.startsWith('i:')
        ? Number(step.slice(2))
        : value.findIndex((item) => list !== undefined && itemStep(list, item).step === step);
      value = value[index];
      at = list?.element ?? unknownType;
    }
  }
  return value;
}
function child(value, name, type) {
  const { atom } = type;
  const form = handledForm(atom, formOf(atom, value));
  if (isMap(value)) {
    const member = value[String(name)];
    if (member === undefined) return undefined;
    const map = form === 'map' ? atom.map : undefined;
    const below = map?.fields.get(String(name))?.type ?? map?.element ?? unknownType;
    return { value: member, type: below, step: map?.atomic === true ? undefined : fieldStep(String(name)) };
  }
  if (!isList(value)) return undefined;
  const item = value[Number(name)];
  if (item === undefined) return undefined;
  const list = form === 'list' ? atom.list : undefined;
  const step = list === undefined || list.atomic ? undefined : itemStep(list, item).step;
  return { value: item, type: list?.element ?? unknownType, step };
}
function owns(set, path) {
  let node = set;
  for (const step of path) {
    node = node.children?.get(step);
    if (node === undefined) return false;
    // A member with nothing below it is owned as a whole.
    if (node.member && node.children === undefined) return true;
  }
  return node.member;
}
function ownerOf(entry) {
  return {
    manager: entry.manager ?? '',
    operation: entry.operation ?? 'Update',
    subresource: entry.subresource,
    time: entry.time,
  };
}
