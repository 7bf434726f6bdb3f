// Trees of fieldsV1 that are equal, kept once. What managers own is the same for thousands of objects, and as trees it
// would take more memory than the objects themselves.

import type { Json, JsonObject } from '../json.ts';
import { isMap } from './values.ts';

/** How many trees are looked up before those that nobody asked for are forgotten. They are shared as long as they live. */
const generationMax = 1024;

const shared = new WeakSet<JsonObject>();
let recent = new Map<string, JsonObject>();
let earlier = new Map<string, JsonObject>();

/**
 * An equal tree that is the same object for all that are equal; of one that tells of a single object by its uid or address,
 * the other parts are. Treat it as a value: it must never be written to.
 */
export function sharedFields(fields: JsonObject): JsonObject {
  if (shared.has(fields)) return fields;
  // The engine's own writer is several times faster than any walk.
  const text = textOf(fields);
  if (text === undefined) return fields;
  return isOnesOwn(text) ? withSharedParts(fields) : lookUp(text, fields);
}

/** True for a tree of which there is only one. */
export function isShared(fields: JsonObject): boolean {
  return shared.has(fields);
}

function withSharedParts(fields: JsonObject): JsonObject {
  let copy: Record<string, Json> | undefined;
  for (const name of Object.keys(fields)) {
    const part = fields[name];
    if (!isMap(part) || name === '__proto__') continue;
    const known = sharedFields(part);
    if (known === part) continue;
    copy ??= { ...fields } as Record<string, Json>;
    copy[name] = known;
  }
  return copy ?? fields;
}

function lookUp(text: string, fields: JsonObject): JsonObject {
  const known = recent.get(text);
  if (known !== undefined) return known;
  const found = earlier.get(text) ?? fields;
  shared.add(found);
  recent.set(text, found);
  if (recent.size >= generationMax) [earlier, recent] = [recent, new Map<string, JsonObject>()];
  return found;
}

/** Items known by a uid or an address: hardly another object has them. */
function isOnesOwn(text: string): boolean {
  return text.includes('"k:{\\"uid\\":') || text.includes('"k:{\\"ip\\":');
}

function textOf(fields: JsonObject): string | undefined {
  try {
    return JSON.stringify(fields);
  } catch {
    // An integer beyond doubles, which no fieldsV1 holds.
    return undefined;
  }
}
