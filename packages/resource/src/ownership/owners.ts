// Questions about ownership: who owns a field, which path leads to it, what is there.

import type { Json } from '../json.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
import { asJson } from './apply.ts';
import { type TypeRef, formOf, handledForm, typeOfSchema, unknownType } from './atoms.ts';
import type { FieldSet } from './field-set.ts';
import { itemStep } from './list-items.ts';
import { decodeSet } from './managed-fields.ts';
import { fieldStep } from './path-element.ts';
import type { FieldOwner, FieldPath } from './types.ts';
import { isList, isMap } from './values.ts';

/**
 * Who owns the field at the path: managers that have it, or an atomic list or map it is part of. The path is in fieldsV1
 * notation; fieldPathOf makes one from member names and indexes.
 */
export function ownersOf(object: Pick<KubeObject, 'metadata'>, path: FieldPath): readonly FieldOwner[] {
  const owners: FieldOwner[] = [];
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
export function fieldPathOf(
  object: KubeObject,
  place: readonly (string | number)[],
  schema: FieldSchema | undefined,
): FieldPath | undefined {
  const path: string[] = [];
  let value: Json | undefined = asJson(object);
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
export function valueAtPath(object: Json, path: FieldPath, schema: FieldSchema | undefined): Json | undefined {
  return valueAt(object, path, typeOfSchema(schema));
}

/** The same for a resolved type. */
export function valueAt(object: Json | undefined, path: FieldPath, type: TypeRef): Json | undefined {
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

interface Child {
  readonly value: Json;
  readonly type: TypeRef;
  /** Undefined where the child is part of something owned as a whole. */
  readonly step: string | undefined;
}

function child(value: Json | undefined, name: string | number, type: TypeRef): Child | undefined {
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

function owns(set: FieldSet, path: FieldPath): boolean {
  let node: FieldSet | undefined = set;
  for (const step of path) {
    node = node.children?.get(step);
    if (node === undefined) return false;
    // A member with nothing below it is owned as a whole.
    if (node.member && node.children === undefined) return true;
  }
  return node.member;
}

function ownerOf(entry: ManagedFieldsEntry): FieldOwner {
  return {
    manager: entry.manager ?? '',
    operation: entry.operation ?? 'Update',
    subresource: entry.subresource,
    time: entry.time,
  };
}
