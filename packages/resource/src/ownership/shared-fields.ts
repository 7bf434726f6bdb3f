// Trees of fieldsV1 that are equal, kept once. What managers own is the same for thousands of objects, and as trees it
// would take more memory than the objects themselves.

import type { Json, JsonObject } from '../json.ts';
import { isMap } from './values.ts';

/** How many trees are looked up before those that nobody asked for are forgotten. They are shared as long as they live. */
const generationMax = 8192;

const nothing: JsonObject = {};

/** A number for each tree that is shared; -1 for one that is as it is because it is like no other. */
const numbers = new WeakMap<JsonObject, number>([[nothing, 0]]);
let known = new Map<string, JsonObject>();
let before = new Map<string, JsonObject>();
let last = 0;

/**
 * An equal tree, of which the equal parts of all trees are one object. Treat it as a value: it must never be written to.
 * What is no fieldsV1 comes back as it is.
 */
export function sharedFields(fields: JsonObject): JsonObject {
  const shared = share(fields);
  if (!numbers.has(shared)) numbers.set(shared, -1);
  return shared;
}

/** True for a tree of which there is only one. */
export function isShared(fields: JsonObject): boolean {
  return (numbers.get(fields) ?? -1) >= 0;
}

function share(fields: JsonObject): JsonObject {
  if (numbers.has(fields)) return fields;
  let text: string | undefined = '';
  let copy: Record<string, Json> | undefined;
  for (const name in fields) {
    const below = fields[name];
    if (!isMap(below) || !isStep(name)) return fields;
    const child = share(below);
    if (child !== below) {
      copy ??= { ...fields } as Record<string, Json>;
      copy[name] = child;
    }
    const number = isOnesOwn(name) ? undefined : numbers.get(child);
    text = text === undefined || number === undefined ? undefined : `${text}${name.length}:${name}${number},`;
  }
  if (text === '') return nothing;
  return text === undefined ? (copy ?? fields) : lookUp(text, copy ?? fields);
}

function lookUp(text: string, fields: JsonObject): JsonObject {
  const found = known.get(text) ?? before.get(text) ?? fields;
  if (!known.has(text)) {
    known.set(text, found);
    if (!numbers.has(found)) numbers.set(found, (last += 1));
    if (known.size > generationMax) [before, known] = [known, new Map<string, JsonObject>()];
  }
  return found;
}

function isStep(name: string): boolean {
  return name === '.' || name.charAt(1) === ':';
}

/** Items known by a uid or an address: hardly another object has them. */
function isOnesOwn(name: string): boolean {
  return name.startsWith('k:{"uid":') || name.startsWith('k:{"ip":');
}
