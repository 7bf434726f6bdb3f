// Does a value fit its type, as server-side apply asks before it does anything
// (sigs.k8s.io/structured-merge-diff:typed/validate.go, v6.3.0)? Errors are worded as upstream words them.
import { formOf, handledForm, memberType } from './atoms.js';
import { itemStep } from './list-items.js';
import { printStep } from './path-element.js';
import { goPrint, goSyntax, goType, isList, isMap, isScalar } from './values.js';
/** What keeps the value from being of the type; empty where it fits. */
export function validateValue(value, type, options) {
  const errors = [];
  new Validator(errors, options.allowDuplicates).visit(value, type, '');
  return errors;
}
/** The errors as one message: alone on its line, or a list under "errors:". */
export function typeErrorText(errors) {
  const lines = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return lines.length === 1 ? (lines[0] ?? '') : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n');
}
/** What is wrong with a scalar, or undefined. Null and absent values fit every kind. */
export function scalarError(kind, value) {
  if (value === undefined || value === null) return undefined;
  switch (kind) {
    case 'numeric':
      if (typeof value === 'number' || typeof value === 'bigint') return undefined;
      return `expected numeric (int or float), got ${goType(value)}`;
    case 'string':
      return typeof value === 'string'
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got &{${goPrint(value)}}`;
    case 'untyped':
      return isScalar(value) ? undefined : `expected any scalar, got &{${goPrint(value)}}`;
  }
}
class Validator {
  #errors;
  #allowDuplicates;
  constructor(errors, allowDuplicates) {
    this.#errors = errors;
    this.#allowDuplicates = allowDuplicates;
  }
  visit(value, type, path) {
    const atom = type.atom;
    switch (handledForm(atom, formOf(atom, value))) {
      case 'map':
        this.#map(value, atom, path);
        return;
      case 'list':
        this.#list(value, atom, path);
        return;
      case 'scalar': {
        const message = atom.scalar === undefined ? undefined : scalarError(atom.scalar, value);
        if (message !== undefined) this.#errors.push({ path, message });
        return;
      }
      case undefined:
        this.#errors.push({ path, message: 'schema error: invalid atom: inlined' });
    }
  }
  #map(value, atom, path) {
    if (value === null || atom.map === undefined) return;
    if (!isMap(value)) {
      this.#errors.push({ path, message: `expected map, got &{${goPrint(value)}}` });
      return;
    }
    this.#members(value, atom.map, path);
  }
  #members(value, map, path) {
    for (const name of Object.keys(value)) {
      const member = value[name];
      if (member === undefined) continue;
      const type = memberType(map, name);
      if (type === undefined) {
        this.#errors.push({ path: `${path}.${name}`, message: 'field not declared in schema' });
        return;
      }
      this.visit(member, type, `${path}.${name}`);
    }
  }
  #list(value, atom, path) {
    if (value === null || atom.list === undefined) return;
    if (!isList(value)) {
      this.#errors.push({ path, message: `expected list, got &{${goPrint(value)}}` });
      return;
    }
    const list = atom.list;
    const seen = new Set();
    for (const [index, item] of value.entries()) {
      let step = `i:${index}`;
      if (!list.atomic) {
        const keyed = itemStep(list, item);
        if (keyed.error !== undefined) {
          this.#errors.push({ path, message: `element ${index}: ${keyed.error}` });
          return;
        }
        step = keyed.step;
        if (seen.has(step) && !this.#allowDuplicates) {
          this.#errors.push({ path, message: `duplicate entries for key ${printStep(step)}` });
        }
        seen.add(step);
      }
      const before = this.#errors.length;
      this.visit(item, list.element, '');
      this.#prefix(before, `${path}${this.#errors.length > before ? printStep(step) : ''}`);
    }
  }
  // Steps of lists are costly to print, so they are put before the paths only of items that are wrong.
  #prefix(from, prefix) {
    for (let index = from; index < this.#errors.length; index++) {
      const error = this.#errors[index];
      if (error !== undefined) this.#errors[index] = { path: `${prefix}${error.path}`, message: error.message };
    }
  }
}
