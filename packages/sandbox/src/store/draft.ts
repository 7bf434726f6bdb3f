// Objects under construction. What comes in is copied once into a draft, everything that defaults, stamps or repairs it
// writes into that draft, and from the moment it is stored it is immutable and shared by readers, watchers and the log.

import type { Json, KubeObject, ManagedFieldsEntry, OwnerReference } from '@evenkeel/resource';

/** A JSON value that may be written to. */
export type Value = null | boolean | number | bigint | string | Value[] | Bag;

/** A JSON object that may be written to. */
export interface Bag {
  [key: string]: Value | undefined;
}

/** metadata of a draft. */
export interface DraftMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: readonly ManagedFieldsEntry[];
}

/** An object that may be written to. */
export interface Draft {
  apiVersion: string;
  kind: string;
  metadata: DraftMeta;
  [field: string]: Value | DraftMeta | undefined;
}

/**
 * A deep copy to write into. Members that are undefined are left out; nulls are kept. What managers own is replaced as a
 * whole and never written to, so those trees are not copied.
 */
export function draftOf(object: KubeObject | Draft): Draft {
  const { metadata } = object;
  const entries = metadata?.managedFields;
  if (!Array.isArray(entries)) return copy(object as unknown as Value) as unknown as Draft;
  const bare = { ...object, metadata: { ...metadata, managedFields: undefined } };
  const draft = copy(bare as unknown as Value) as unknown as Draft;
  draft.metadata.managedFields = entries.map((entry: ManagedFieldsEntry) => ({ ...entry }));
  return draft;
}

/**
 * The draft of the next version of an object, in which every part that has not changed is that of the version before:
 * versions that watches may still ask for cost no more than what changed. The caller gives up writing to it.
 */
export function sharingWith(draft: Draft, before: KubeObject): Draft {
  return share(draft as unknown as Value, before as unknown as Value) as unknown as Draft;
}

function share(next: Value | undefined, before: Value | undefined): Value | undefined {
  if (next === before) return before;
  if (typeof next !== 'object' || typeof before !== 'object' || next === null || before === null) return next;
  const [ours, theirs] = [next, before] as unknown as readonly [Bag, Bag];
  if (Array.isArray(next) !== Array.isArray(before)) return next;
  const names = Object.keys(ours);
  const others = Object.keys(theirs);
  let same = names.length === others.length;
  for (let index = 0; index < names.length; index++) {
    const name = names[index] ?? '';
    const member = ours[name];
    const other = Object.hasOwn(theirs, name) ? theirs[name] : undefined;
    const shared = share(member, other);
    // Also where they are equal texts: one of the two is enough.
    if (shared !== undefined && shared === other && name !== '__proto__') ours[name] = shared;
    if (shared !== other || others[index] !== name) same = false;
  }
  return same ? before : next;
}

/** A deep copy of any JSON value. */
export function copyValue(value: Json | undefined): Value | undefined {
  return value === undefined ? undefined : copy(value as Value);
}

/** The draft as an object to store or send. The caller gives up writing to it. */
export function sealed(draft: Draft): KubeObject {
  return draft as unknown as KubeObject;
}

/** A shallow copy of an object with its own metadata: enough to change metadata fields without touching the original. */
export function withMeta(object: KubeObject, change: (meta: DraftMeta) => void): Draft {
  const metadata = { ...object.metadata } as DraftMeta;
  change(metadata);
  return { ...(object as unknown as Draft), metadata };
}

/** The member as an object, or undefined where it is something else. */
export function bagAt(bag: Bag | Draft | undefined, key: string): Bag | undefined {
  const value = bag?.[key];
  return isBag(value) ? value : undefined;
}

/** The member as an array, or undefined where it is something else. */
export function listAt(bag: Bag | Draft | undefined, key: string): Value[] | undefined {
  const value = bag?.[key];
  return Array.isArray(value) ? (value as Value[]) : undefined;
}

/** True for a JSON object: not null, not an array. */
export function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON values; absent and undefined members are the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index++) if (!sameValue(a[index], b[index])) return false;
    return true;
  }
  return !Array.isArray(b) && sameMembers(a as Bag, b as Bag);
}

function sameMembers(a: Bag, b: Bag): boolean {
  let count = 0;
  for (const key in a) {
    if (a[key] === undefined) continue;
    count++;
    if (!sameValue(a[key], b[key])) return false;
  }
  for (const key in b) if (b[key] !== undefined) count--;
  return count === 0;
}

function copy(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const result: Value[] = Array.from({ length: value.length });
    for (let index = 0; index < value.length; index++) result[index] = copy(value[index] ?? null);
    return result;
  }
  const result: Bag = {};
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member !== undefined) setMember(result, key, copy(member));
  }
  return result;
}

/** Sets a member even where its name is "__proto__", which plain assignment would take for the prototype. */
export function setMember(bag: Bag, key: string, value: Value): void {
  if (key === '__proto__')
    Object.defineProperty(bag, key, { value, enumerable: true, configurable: true, writable: true });
  else bag[key] = value;
}

/** A scalar as text; '' for everything else. */
export function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : '';
}
