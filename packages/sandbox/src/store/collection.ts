// The objects of one resource type: keyed by namespace and name, listed in key order, watched, with a window of past
// events. A write happens at once and in order; readers always see whole objects.

import type { KubeObject } from '@evenkeel/resource';
import { type Draft, sealed, sharingWith, withMeta } from './draft.ts';
import type { Store } from './store.ts';

/** A change of one object at one revision. A deletion carries the object's last state, stamped with its own revision. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly revision: number;
  readonly atMs: number;
}

/** Told of each event in order, at once; `end` when the store closes or the type is no longer served. */
export interface Listener {
  event(event: StoreEvent): void;
  end?(): void;
}

// As etcd under kube-apiserver: five minutes of history, and no more than memory should bear.
const windowMs = 5 * 60_000;
const windowEvents = 8_000;

/** One resource type's objects. */
export class Collection {
  readonly name: string;
  readonly #store: Store;
  readonly #namespaces = new Map<string, Map<string, KubeObject>>();
  readonly #sorted = new Map<string, readonly KubeObject[]>();
  readonly #listeners = new Set<Listener>();
  #log: StoreEvent[] = [];
  #forgottenUpTo: number;
  #size = 0;

  /** `revision`: what happened up to it is not remembered. */
  constructor(name: string, store: Store, revision: number) {
    this.name = name;
    this.#store = store;
    this.#forgottenUpTo = revision;
  }

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  /** Objects in key order; of one namespace, or of all when `namespace` is undefined. The array is never changed later. */
  list(namespace?: string): readonly KubeObject[] {
    const cacheKey = namespace ?? '*';
    const cached = this.#sorted.get(cacheKey);
    if (cached !== undefined) return cached;
    const result: KubeObject[] = [];
    if (namespace === undefined) {
      for (const each of [...this.#namespaces.keys()].sort(byCodeUnits)) result.push(...this.list(each));
    } else {
      const names = this.#namespaces.get(namespace);
      if (names === undefined) return [];
      for (const name of [...names.keys()].sort(byCodeUnits)) {
        const object = names.get(name);
        if (object !== undefined) result.push(object);
      }
    }
    this.#sorted.set(cacheKey, result);
    return result;
  }

  /** Stores a new or changed object under the next revision, which is written into its metadata. */
  put(draft: Draft): KubeObject {
    const namespace = draft.metadata.namespace ?? '';
    const name = draft.metadata.name ?? '';
    const previous = this.get(namespace, name);
    // Copied, because what members were deleted from takes twice the memory.
    const fresh = withMeta(sealed(draft), () => undefined);
    let object = sealed(fresh);
    const revision = this.#store.commit(this.name, `${namespace}/${name}`, (next) => {
      fresh.metadata.resourceVersion = String(next);
      if (previous !== undefined) object = sealed(sharingWith(fresh, previous));
      return object;
    });
    this.#set(namespace, name, object);
    this.#announce({
      type: previous === undefined ? 'ADDED' : 'MODIFIED',
      object,
      previous,
      revision,
      atMs: this.#store.now(),
    });
    return object;
  }

  /** Removes an object; returns its last state with the deletion's revision, or undefined where there was none. */
  remove(namespace: string, name: string): KubeObject | undefined {
    const previous = this.get(namespace, name);
    if (previous === undefined) return undefined;
    const revision = this.#store.commit(this.name, `${namespace}/${name}`, () => undefined);
    const object = sealed(withMeta(previous, (meta) => (meta.resourceVersion = String(revision))));
    const names = this.#namespaces.get(namespace);
    names?.delete(name);
    if (names?.size === 0) this.#namespaces.delete(namespace);
    this.#size--;
    this.#forgetOrder(namespace);
    this.#announce({ type: 'DELETED', object, previous, revision, atMs: this.#store.now() });
    return object;
  }

  /** Puts back an object read from the journal: no event, no new revision. */
  restore(key: string, object: KubeObject): void {
    const slash = key.indexOf('/');
    this.#set(key.slice(0, slash), key.slice(slash + 1), object);
  }

  /** Events after `revision`, or 'expired' where the window no longer reaches back so far. */
  since(revision: number): readonly StoreEvent[] | 'expired' {
    this.#trim();
    if (revision < this.#forgottenUpTo) return 'expired';
    let from = this.#log.length;
    while (from > 0 && (this.#log[from - 1]?.revision ?? 0) > revision) from--;
    return this.#log.slice(from);
  }

  /** The objects as they were at `revision`, or 'expired'. */
  asOf(revision: number, namespace?: string): readonly KubeObject[] | 'expired' {
    const later = this.since(revision);
    if (later === 'expired') return 'expired';
    if (later.length === 0) return this.list(namespace);
    const state = new Map(this.list(namespace).map((object) => [keyOf(object), object]));
    for (const event of later.toReversed()) {
      if (namespace !== undefined && (event.object.metadata.namespace ?? '') !== namespace) continue;
      if (event.previous === undefined) state.delete(keyOf(event.object));
      else state.set(keyOf(event.object), event.previous);
    }
    return [...state.entries()].sort(([a], [b]) => byCodeUnits(a, b)).map(([, object]) => object);
  }

  /** Calls the listener for every event from now on; returns how to stop. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets all history up to now, so that older watches get 410. */
  compact(): void {
    this.#log = [];
    this.#forgottenUpTo = this.#store.revision;
  }

  end(): void {
    for (const listener of this.#listeners) listener.end?.();
    this.#listeners.clear();
  }

  #set(namespace: string, name: string, object: KubeObject): void {
    let names = this.#namespaces.get(namespace);
    if (names === undefined) {
      names = new Map();
      this.#namespaces.set(namespace, names);
    }
    if (!names.has(name)) this.#size++;
    names.set(name, object);
    this.#forgetOrder(namespace);
  }

  #forgetOrder(namespace: string): void {
    this.#sorted.delete('*');
    this.#sorted.delete(namespace);
  }

  #announce(event: StoreEvent): void {
    this.#log.push(event);
    if (this.#log.length > windowEvents * 1.25) this.#trim();
    for (const listener of this.#listeners) listener.event(event);
  }

  #trim(): void {
    const oldest = this.#store.now() - windowMs;
    let count = Math.max(0, this.#log.length - windowEvents);
    while (count < this.#log.length && (this.#log[count]?.atMs ?? 0) < oldest) count++;
    if (count === 0) return;
    this.#forgottenUpTo = this.#log[count - 1]?.revision ?? this.#forgottenUpTo;
    this.#log = this.#log.slice(count);
  }
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
