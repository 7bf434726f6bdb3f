// One step of a path in the notation of metadata.managedFields: "f:name", `k:{"name":"web"}`, `v:"a"`, "i:0".
// A step is kept as its canonical text, so that equal steps are equal strings
// (sigs.k8s.io/structured-merge-diff:fieldpath/{element,serialize-pe}.go, v6.3.0).
import { goQuote, goPrint, isList, isMap } from './values.js';
/** The step to a named field. */
export function fieldStep(name) {
  return `f:${name}`;
}
/** The step to a member of a set. */
export function valueStep(value) {
  return `v:${encodeValue(value)}`;
}
/** The step to a list item by its keys, given in order of their names. */
export function keyStep(keys) {
  let text = 'k:{';
  for (const [index, [name, value]] of keys.entries()) {
    text += `${index > 0 ? ',' : ''}${encodeString(name)}:${encodeValue(value)}`;
  }
  return `${text}}`;
}
/** Canonical text of a step read from outside; undefined where its kind is unknown (such steps are dropped upstream). */
export function canonicalStep(text) {
  if (text.length < 2) throw new Error('key must be 2 characters long:');
  if (text[1] !== ':') throw new Error(`missing colon: ${text}`);
  switch (text.charAt(0)) {
    case 'f':
      return text;
    case 'v':
      return valueStep(JSON.parse(text.slice(2)));
    case 'k':
      return keyStep(keysOf(text));
    case 'i':
      return `i:${Number.parseInt(text.slice(2), 10)}`;
    default:
      return undefined;
  }
}
/** The keys of a "k:" step, in order of their names. */
export function keysOf(step) {
  const keys = Object.entries(JSON.parse(step.slice(2)));
  return keys.sort(([a], [b]) => compareTexts(a, b));
}
/** The order in which Kubernetes writes steps: names, keys, values, indexes; each in its own order. */
export function compareSteps(a, b) {
  if (a === b) return 0;
  const kinds = order.indexOf(a.charAt(0)) - order.indexOf(b.charAt(0));
  if (kinds !== 0) return kinds;
  switch (a.charAt(0)) {
    case 'k':
      return compareKeys(keysOf(a), keysOf(b));
    case 'v':
      return compareScalars(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
    case 'i':
      return Number(a.slice(2)) - Number(b.slice(2));
    default:
      return compareTexts(a, b);
  }
}
/** The path as Kubernetes prints it: `.spec.containers[name="web"].image`. */
export function printPath(path) {
  return path.map(printStep).join('');
}
/** One step as Kubernetes prints it. */
export function printStep(step) {
  switch (step.charAt(0)) {
    case 'f':
      return `.${step.slice(2)}`;
    case 'k':
      return `[${keysOf(step)
        .map(([name, value]) => `${name}=${printValue(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${printValue(JSON.parse(step.slice(2)))}]`;
    default:
      return `[${step.slice(2)}]`;
  }
}
const order = 'fkvi';
/** Order of the bytes of the texts in UTF-8, which is what Go compares by; UTF-16 differs beyond the basic plane. */
export function compareTexts(a, b) {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    const bothSurrogates = isSurrogate(left) === isSurrogate(right);
    return bothSurrogates
      ? left - right
      : (isSurrogate(left) ? 0x10000 : left) - (isSurrogate(right) ? 0x10000 : right);
  }
  return a.length - b.length;
}
function isSurrogate(unit) {
  return unit >= 0xd800 && unit <= 0xdfff;
}
function compareKeys(a, b) {
  for (let index = 0; ; index++) {
    const left = a[index];
    const right = b[index];
    if (left === undefined || right === undefined) return (left === undefined ? 0 : 1) - (right === undefined ? 0 : 1);
    const difference = compareTexts(left[0], right[0]) || compareScalars(left[1], right[1]);
    if (difference !== 0) return difference;
  }
}
// Numbers before strings before booleans before the rest, as value.Compare has it.
function compareScalars(a, b) {
  const ranks = scalarRank(a) - scalarRank(b);
  if (ranks !== 0) return ranks;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'object' || typeof b === 'object') return compareTexts(encodeValue(a), encodeValue(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
function scalarRank(value) {
  if (typeof value === 'number' || typeof value === 'bigint') return 0;
  if (typeof value === 'string') return 1;
  return typeof value === 'boolean' ? 2 : 3;
}
function printValue(value) {
  if (value === null) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (isList(value)) return `[${value.map(printValue).join(',')}]`;
  if (isMap(value)) return goPrint(value);
  return String(value);
}
function encodeValue(value) {
  if (typeof value === 'string') return encodeString(value);
  if (typeof value === 'object' && value !== null) {
    if (isList(value)) return `[${value.map(encodeValue).join(',')}]`;
    const object = value;
    const names = Object.keys(object).sort(compareTexts);
    return `{${names.map((name) => `${encodeString(name)}:${encodeValue(object[name] ?? null)}`).join(',')}}`;
  }
  return String(value);
}
const plain = /^[\w\-./: ]*$/;
// Go's JSON writers escape <, > and & for HTML.
function encodeString(text) {
  if (plain.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
