// Who belongs to whom: for each owner's uid the objects that name it, kept current over all collections. The garbage
// collector and the workload controllers find dependents by it.

import type { KubeObject } from '@evenkeel/resource';
import type { Collection, StoreEvent } from '../store/collection.ts';

/** A dependent and where it is kept. */
export interface Dependent {
  readonly collection: string;
  readonly namespace: string;
  readonly name: string;
}

/** Dependents by owner uid, and live uids. */
export class OwnerIndex {
  readonly #dependents = new Map<string, Map<string, Dependent>>();
  readonly #alive = new Map<string, Dependent>();
  readonly #watched = new Set<string>();
  readonly #stops: (() => void)[] = [];

  /** Includes a collection from now on; a second time does nothing. */
  follow(collection: Collection, onEvent: (collection: string, event: StoreEvent) => void): void {
    if (this.#watched.has(collection.name)) return;
    this.#watched.add(collection.name);
    for (const object of collection.list()) this.#note(collection.name, object);
    const stop = collection.subscribe({
      event: (event) => {
        this.#event(collection.name, event);
        onEvent(collection.name, event);
      },
      end: () => this.#watched.delete(collection.name),
    });
    this.#stops.push(stop);
  }

  dependentsOf(uid: string): readonly Dependent[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  /** Dependents kept in one collection. */
  inCollection(uid: string, collection: string): readonly Dependent[] {
    return this.dependentsOf(uid).filter((each) => each.collection === collection);
  }

  /** Where the object with this uid is; undefined where there is none. */
  find(uid: string): Dependent | undefined {
    return this.#alive.get(uid);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #event(collection: string, event: StoreEvent): void {
    if (event.type === 'DELETED') {
      this.#forget(collection, event.object);
      this.#alive.delete(event.object.metadata.uid ?? '');
      return;
    }
    if (
      event.previous !== undefined &&
      event.previous.metadata.ownerReferences !== event.object.metadata.ownerReferences
    ) {
      this.#forget(collection, event.previous);
    }
    this.#note(collection, event.object);
  }

  #note(collection: string, object: KubeObject): void {
    const { namespace = '', name = '', uid = '', ownerReferences = [] } = object.metadata;
    const place = { collection, namespace, name };
    if (!this.#alive.has(uid)) this.#alive.set(uid, place);
    for (const owner of ownerReferences) {
      let siblings = this.#dependents.get(owner.uid);
      if (siblings === undefined) {
        siblings = new Map();
        this.#dependents.set(owner.uid, siblings);
      }
      if (!siblings.has(uid)) siblings.set(uid, place);
    }
  }

  #forget(_collection: string, object: KubeObject): void {
    for (const owner of object.metadata.ownerReferences ?? []) {
      const siblings = this.#dependents.get(owner.uid);
      siblings?.delete(object.metadata.uid ?? '');
      if (siblings?.size === 0) this.#dependents.delete(owner.uid);
    }
  }
}
