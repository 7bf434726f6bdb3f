// What changed between two values of a type, field by field
// (sigs.k8s.io/structured-merge-diff:typed/compare.go, v6.3.0).

import type { Json } from '../json.ts';
import {
  type Atom,
  type Form,
  type ListAtom,
  type MapAtom,
  type TypeRef,
  formOf,
  handledForm,
  unknownType,
} from './atoms.ts';
import {
  type FieldSet,
  type FieldSetBuilder,
  insertPath,
  isEmptySet,
  newSetBuilder,
  subtractSetRecursively,
} from './field-set.ts';
import { itemStep } from './list-items.ts';
import { printPath } from './path-element.ts';
import { type TypeError, scalarError } from './validate.ts';
import { equalValues, isEmptyMap, isList, isMap } from './values.ts';

/** Fields only in the first, in both but different, only in the second. No field is in two of them. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
  readonly errors: readonly TypeError[];
}

/** Compares two values of one type. Equal parts cost nothing where they are the same objects. */
export function compareValues(before: Json, after: Json, type: TypeRef): Comparison {
  const comparer = new Comparer();
  comparer.visit(before, after, type);
  return comparer;
}

/** The comparison without the given fields and all below them. */
export function excludeFromComparison(comparison: Comparison, fields: FieldSet | undefined): Comparison {
  if (fields === undefined || isEmptySet(fields)) return comparison;
  return {
    removed: subtractSetRecursively(comparison.removed, fields),
    modified: subtractSetRecursively(comparison.modified, fields),
    added: subtractSetRecursively(comparison.added, fields),
    errors: comparison.errors,
  };
}

class Comparer implements Comparison {
  readonly removed: FieldSetBuilder = newSetBuilder();
  readonly modified: FieldSetBuilder = newSetBuilder();
  readonly added: FieldSetBuilder = newSetBuilder();
  readonly errors: TypeError[] = [];
  readonly #path: string[] = [];

  visit(before: Json | undefined, after: Json | undefined, type: TypeRef): void {
    if (before === after) return;
    const atom = type.atom;
    const formBefore = formOf(atom, before);
    const formAfter = formOf(atom, after);
    let leaf: boolean;
    if (after === undefined) {
      leaf = this.#handle(before, after, atom, formBefore);
    } else {
      if (before !== undefined && formBefore !== formAfter) this.#handle(before, after, atom, formBefore);
      leaf = this.#handle(before, after, atom, formAfter);
    }
    if (leaf) return;
    if (before === undefined) insertPath(this.added, this.#path);
    else if (after === undefined) insertPath(this.removed, this.#path);
  }

  // True where the value was compared as a whole.
  #handle(before: Json | undefined, after: Json | undefined, atom: Atom, form: Form): boolean {
    switch (handledForm(atom, form)) {
      case 'map':
        return atom.map !== undefined && this.#map(before, after, atom.map);
      case 'list':
        return atom.list !== undefined && this.#list(before, after, atom.list);
      case 'scalar':
        return this.#scalar(before, after, atom);
      case undefined:
        this.errors.push({ path: printPath(this.#path), message: 'schema error: invalid atom: inlined' });
        return false;
    }
  }

  #leaf(before: Json | undefined, after: Json | undefined): true {
    if (before === undefined) insertPath(this.added, this.#path);
    else if (after === undefined) insertPath(this.removed, this.#path);
    else if (!equalValues(before, after)) insertPath(this.modified, this.#path);
    return true;
  }

  #scalar(before: Json | undefined, after: Json | undefined, atom: Atom): boolean {
    if (atom.scalar === undefined) return false;
    const left = scalarError(atom.scalar, before);
    const right = scalarError(atom.scalar, after);
    if (left !== undefined && right !== undefined) {
      const path = printPath(this.#path);
      this.errors.push({ path, message: `lhs: ${left}` }, { path, message: `rhs: ${right}` });
      return false;
    }
    return this.#leaf(before, after);
  }

  #map(before: Json | undefined, after: Json | undefined, map: MapAtom): boolean {
    const left = isMap(before) ? before : undefined;
    const right = isMap(after) ? after : undefined;
    const empty = (left === undefined || isEmptyMap(left)) && (right === undefined || isEmptyMap(right));
    if (map.atomic || empty) return this.#leaf(before, after);
    for (const name in left) this.#member(name, left[name], right?.[name], map);
    for (const name in right) if (left?.[name] === undefined) this.#member(name, undefined, right[name], map);
    return false;
  }

  #member(name: string, before: Json | undefined, after: Json | undefined, map: MapAtom): void {
    if (before === after) return;
    this.#path.push(`f:${name}`);
    this.visit(before, after, map.fields.get(name)?.type ?? map.element ?? unknownType);
    this.#path.pop();
  }

  #list(before: Json | undefined, after: Json | undefined, list: ListAtom): boolean {
    const left = isList(before) ? before : undefined;
    const right = isList(after) ? after : undefined;
    const empty = (left?.length ?? 0) === 0 && (right?.length ?? 0) === 0;
    if (list.atomic || empty) return this.#leaf(before, after);
    const byStepBefore = this.#byStep(left ?? [], list);
    const byStepAfter = this.#byStep(right ?? [], list);
    for (const [step, items] of byStepBefore) this.#items(step, items, byStepAfter.get(step) ?? [], list);
    for (const [step, items] of byStepAfter) if (!byStepBefore.has(step)) this.#items(step, [], items, list);
    return false;
  }

  #byStep(items: readonly Json[], list: ListAtom): Map<string, Json[]> {
    const byStep = new Map<string, Json[]>();
    for (const [index, item] of items.entries()) {
      const { step, error } = itemStep(list, item);
      if (step === undefined) {
        this.errors.push({ path: printPath(this.#path), message: `element ${index}: ${error}` });
        continue;
      }
      const known = byStep.get(step);
      if (known === undefined) byStep.set(step, [item]);
      else known.push(item);
    }
    return byStep;
  }

  // Items that occur more than once are one thing as a whole; becoming or ceasing to be such is a change of that thing.
  #items(step: string, before: readonly Json[], after: readonly Json[], list: ListAtom): void {
    this.#path.push(step);
    if (before.length < 2 && after.length < 2) {
      this.visit(before[0], after[0], list.element);
    } else if (before.length >= 2 && after.length >= 2) {
      if (!equalValues(before, after)) insertPath(this.modified, this.#path);
    } else if (before.length >= 2) {
      if (after.length > 0) this.visit(undefined, after[0], list.element);
      insertPath(this.removed, this.#path);
    } else {
      if (before.length > 0) this.visit(before[0], undefined, list.element);
      insertPath(this.added, this.#path);
    }
    this.#path.pop();
  }
}
