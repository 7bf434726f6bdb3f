// The objects of one type by namespace and name, with indexes: the memory of an informer. Synchronous; every method
// that changes it returns what changed, so that listeners can be told after the fact.

import type { KubeObject } from '@evenkeel/resource';
import type { ObjectChange } from './client.ts';
import { isOlder } from './resource-version.ts';

/** Index values of an object. Must be a function of the object alone: it is called again to take the object out. */
export type IndexFunction = (object: KubeObject) => readonly string[];

interface Index {
  /** As declared, but never throwing: an object that cannot be indexed is in no index. */
  readonly valuesOf: IndexFunction;
  /** One object as itself: most values have one, and a set is larger than what it would hold. */
  readonly byValue: Map<string, KubeObject | Set<KubeObject>>;
}

/** Named as in client-go: an indexed store. */
export class ObjectCache {
  readonly #namespaces = new Map<string, Map<string, KubeObject>>();
  readonly #indexes = new Map<string, Index>();
  readonly #onError: (error: Error) => void;
  #size = 0;

  /** `onError` is told of index functions that throw. */
  constructor(onError: (error: Error) => void = () => undefined) {
    this.#onError = onError;
  }

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  list(namespace?: string): readonly KubeObject[] {
    if (namespace !== undefined) return [...(this.#namespaces.get(namespace)?.values() ?? [])];
    const all: KubeObject[] = [];
    for (const names of this.#namespaces.values()) for (const object of names.values()) all.push(object);
    return all;
  }

  byIndex(name: string, value: string): readonly KubeObject[] {
    const members = this.#indexes.get(name)?.byValue.get(value);
    if (members === undefined) return [];
    return members instanceof Set ? [...members] : [members];
  }

  hasIndex(name: string): boolean {
    return this.#indexes.has(name);
  }

  addIndex(name: string, valuesOf: IndexFunction): void {
    const safe: IndexFunction = (object) => {
      try {
        return valuesOf(object);
      } catch (error) {
        this.#onError(error instanceof Error ? error : new Error(String(error)));
        return [];
      }
    };
    const index: Index = { valuesOf: safe, byValue: new Map() };
    for (const object of this.list()) enter(index, object);
    this.#indexes.set(name, index);
  }

  removeIndex(name: string): void {
    this.#indexes.delete(name);
  }

  /**
   * Puts an object unless the cache holds the same or a newer version of it. An object with another uid replaces its
   * predecessor in two steps, deleted and added: it is another object.
   */
  put(object: KubeObject): readonly ObjectChange[] {
    const previous = this.get(namespaceOf(object), nameOf(object));
    if (!previous) {
      this.#set(object, undefined);
      return [{ kind: 'added', object }];
    }
    if (!isNews(object, previous)) return [];
    this.#set(object, previous);
    if (previous.metadata.uid !== object.metadata.uid) {
      return [
        { kind: 'deleted', object: previous, previous },
        { kind: 'added', object },
      ];
    }
    return [{ kind: 'updated', object, previous }];
  }

  /** Takes an object out. `last` is its final state; nothing happens where the cache holds a newer version (it was created again). */
  remove(last: KubeObject): readonly ObjectChange[] {
    const previous = this.get(namespaceOf(last), nameOf(last));
    if (!previous || isOlder(last.metadata.resourceVersion, previous.metadata.resourceVersion)) return [];
    this.#unset(previous);
    return [{ kind: 'deleted', object: last, previous }];
  }

  /**
   * Makes the cache equal to a list taken at `listVersion`. Objects that are missing from the list are deleted, except
   * those known at a newer version than the list (written by us while it was under way), unless `force`: the server
   * has gone back in time (restored from a backup, started anew), and only what it says now counts.
   */
  replace(items: readonly KubeObject[], listVersion: string, force: boolean): readonly ObjectChange[] {
    const changes: ObjectChange[] = [];
    const listed = new Map<string, Set<string>>();
    for (const item of items) {
      const names = listed.get(namespaceOf(item)) ?? new Set<string>();
      names.add(nameOf(item));
      listed.set(namespaceOf(item), names);
    }
    for (const object of this.list()) {
      if (listed.get(namespaceOf(object))?.has(nameOf(object)) === true) continue;
      if (!force && isOlder(listVersion, object.metadata.resourceVersion)) continue;
      this.#unset(object);
      changes.push({ kind: 'deleted', object, previous: object });
    }
    for (const item of items) changes.push(...(force ? this.#putAnyway(item) : this.put(item)));
    return changes;
  }

  #putAnyway(object: KubeObject): readonly ObjectChange[] {
    const previous = this.get(namespaceOf(object), nameOf(object));
    if (!previous || !isOlder(object.metadata.resourceVersion, previous.metadata.resourceVersion))
      return this.put(object);
    this.#unset(previous);
    const added = this.put(object);
    const same = previous.metadata.uid === object.metadata.uid;
    return same ? [{ kind: 'updated', object, previous }] : [{ kind: 'deleted', object: previous, previous }, ...added];
  }

  #set(object: KubeObject, previous: KubeObject | undefined): void {
    const namespace = namespaceOf(object);
    let names = this.#namespaces.get(namespace);
    if (!names) {
      names = new Map();
      this.#namespaces.set(namespace, names);
    }
    names.set(nameOf(object), object);
    if (!previous) this.#size += 1;
    for (const index of this.#indexes.values()) {
      if (previous) leave(index, previous);
      enter(index, object);
    }
  }

  #unset(object: KubeObject): void {
    const namespace = namespaceOf(object);
    const names = this.#namespaces.get(namespace);
    names?.delete(nameOf(object));
    if (names?.size === 0) this.#namespaces.delete(namespace);
    this.#size -= 1;
    for (const index of this.#indexes.values()) leave(index, object);
  }
}

/** Another uid or another version, and not an older one. */
function isNews(object: KubeObject, known: KubeObject): boolean {
  if (isOlder(object.metadata.resourceVersion, known.metadata.resourceVersion)) return false;
  const sameVersion = object.metadata.resourceVersion === known.metadata.resourceVersion;
  return !sameVersion || object.metadata.uid !== known.metadata.uid;
}

function enter(index: Index, object: KubeObject): void {
  for (const value of index.valuesOf(object)) {
    const members = index.byValue.get(value);
    if (members instanceof Set) members.add(object);
    else index.byValue.set(value, members === undefined ? object : new Set([members, object]));
  }
}

function leave(index: Index, object: KubeObject): void {
  for (const value of index.valuesOf(object)) {
    const members = index.byValue.get(value);
    if (members instanceof Set) members.delete(object);
    if (members === object || (members instanceof Set && members.size === 0)) index.byValue.delete(value);
  }
}

function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? '';
}

function nameOf(object: KubeObject): string {
  return object.metadata.name ?? '';
}
