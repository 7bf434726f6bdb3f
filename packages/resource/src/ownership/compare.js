// What changed between two values of a type, field by field
// (sigs.k8s.io/structured-merge-diff:typed/compare.go, v6.3.0).
import { formOf, handledForm, unknownType } from './atoms.js';
import { insertPath, isEmptySet, newSetBuilder, subtractSetRecursively } from './field-set.js';
import { itemStep } from './list-items.js';
import { printPath } from './path-element.js';
import { scalarError } from './validate.js';
import { equalValues, isEmptyMap, isList, isMap } from './values.js';
/** Compares two values of one type. Equal parts cost nothing where they are the same objects. */
export function compareValues(before, after, type) {
  const comparer = new Comparer();
  comparer.visit(before, after, type);
  return comparer;
}
/** The comparison without the given fields and all below them. */
export function excludeFromComparison(comparison, fields) {
  if (fields === undefined || isEmptySet(fields)) return comparison;
  return {
    removed: subtractSetRecursively(comparison.removed, fields),
    modified: subtractSetRecursively(comparison.modified, fields),
    added: subtractSetRecursively(comparison.added, fields),
    errors: comparison.errors,
  };
}
class Comparer {
  removed = newSetBuilder();
  modified = newSetBuilder();
  added = newSetBuilder();
  errors = [];
  #path = [];
  visit(before, after, type) {
    if (before === after) return;
    const atom = type.atom;
    const formBefore = formOf(atom, before);
    const formAfter = formOf(atom, after);
    let leaf;
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
  #handle(before, after, atom, form) {
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
  #leaf(before, after) {
    if (before === undefined) insertPath(this.added, this.#path);
    else if (after === undefined) insertPath(this.removed, this.#path);
    else if (!equalValues(before, after)) insertPath(this.modified, this.#path);
    return true;
  }
  #scalar(before, after, atom) {
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
  #map(before, after, map) {
    const left = isMap(before) ? before : undefined;
    const right = isMap(after) ? after : undefined;
    const empty = (left === undefined || isEmptyMap(left)) && (right === undefined || isEmptyMap(right));
    if (map.atomic || empty) return this.#leaf(before, after);
    for (const name in left) this.#member(name, left[name], right?.[name], map);
    for (const name in right) if (left?.[name] === undefined) this.#member(name, undefined, right[name], map);
    return false;
  }
  #member(name, before, after, map) {
    if (before === after) return;
    this.#path.push(`f:${name}`);
    this.visit(before, after, map.fields.get(name)?.type ?? map.element ?? unknownType);
    this.#path.pop();
  }
  #list(before, after, list) {
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
  #byStep(items, list) {
    const byStep = new Map();
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
  #items(step, before, after, list) {
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
