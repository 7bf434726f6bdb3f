// How items of associative lists are told apart: by their keys (with the schema's defaults), or by their value in sets
// (sigs.k8s.io/structured-merge-diff:typed/helpers.go, v6.3.0).
import { keyStep, valueStep } from './path-element.js';
import { goQuote, isMap } from './values.js';
/** The step to an item of an associative list. */
export function itemStep(list, item) {
  if (list.keys.length > 0) return keyedStep(list, item);
  if (item === undefined || item === null) {
    return { error: "associative list without keys has an element that's an explicit null" };
  }
  if (typeof item !== 'object') return { step: valueStep(item) };
  return {
    error: isMap(item)
      ? "associative list without keys has an element that's a map type"
      : 'not supported: associative list with lists as elements',
  };
}
function keyedStep(list, item) {
  if (item === undefined || item === null) return { error: 'associative list with keys may not have a null element' };
  if (!isMap(item)) return { error: 'associative list with keys may not have non-map elements' };
  const keys = [];
  for (const name of sortedKeys(list.keys)) {
    const value = item[name] ?? keyDefault(list, item, name);
    if (value !== undefined) keys.push([name, value]);
  }
  if (keys.length > 0) return { step: keyStep(keys) };
  const named = `[${list.keys.map(goQuote).join(' ')}]`;
  return {
    error:
      `associative list with keys has an element that omits all key fields ${named} ` +
      "(and doesn't have default values for any key fields)",
  };
}
// An explicit null is a key of its own; only an absent key takes the default.
function keyDefault(list, item, name) {
  if (item[name] === null) return null;
  return list.element.atom.map?.fields.get(name)?.default ?? undefined;
}
const sorted = new WeakMap();
function sortedKeys(keys) {
  if (keys.length < 2) return keys;
  let known = sorted.get(keys);
  if (known === undefined) {
    known = [...keys].sort();
    sorted.set(keys, known);
  }
  return known;
}
