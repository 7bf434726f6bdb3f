// The garbage collector: deletes what has lost all its owners, and carries out foreground and orphaning deletions.

import type { KubeObject, OwnerReference } from '@evenkeel/resource';
import type { StoreEvent } from '../store/collection.ts';
import { Actor, type ControllerDeps } from './actor.ts';
import { replayed } from '../admission/replay.ts';
import { KeyQueue } from './key-queue.ts';
import type { Dependent, OwnerIndex } from './owner-index.ts';

/** Starts collecting over every collection, those of custom types included as they appear; returns how to stop. */
export function startGarbageCollector(
  deps: ControllerDeps,
  index: OwnerIndex,
  onError: (error: unknown) => void,
): { readonly follow: (collection: string) => void; readonly stop: () => void } {
  const collector = new Collector(new Actor(deps, 'kube-controller-manager'), index);
  const handle = replayed(
    deps.replays,
    (key) => collector.handle(key),
    (key) => queue.add(key),
  );
  const queue = new KeyQueue({ clock: deps.clock, onError, handle });
  const onEvent = (collection: string, event: StoreEvent): void => {
    for (const key of keysOf(collection, event, index)) queue.add(key);
  };
  return {
    follow: (collection) => {
      index.follow(deps.store.collection(collection), onEvent);
      for (const object of deps.store.collection(collection).list()) {
        if (needsLook(object))
          queue.add(`${collection}|${object.metadata.namespace ?? ''}|${object.metadata.name ?? ''}`);
      }
    },
    stop: () => queue.stop(),
  };
}

function keysOf(collection: string, event: StoreEvent, index: OwnerIndex): readonly string[] {
  const { object } = event;
  const keys: string[] = [];
  if (event.type === 'DELETED') {
    for (const dependent of index.dependentsOf(object.metadata.uid ?? '')) keys.push(keyOf(dependent));
  } else if (needsLook(object)) {
    keys.push(`${collection}|${object.metadata.namespace ?? ''}|${object.metadata.name ?? ''}`);
  }
  // An owner that waits for its dependents looks again when one changes or goes.
  for (const owner of object.metadata.ownerReferences ?? []) {
    const place = index.find(owner.uid);
    if (place !== undefined && (event.type === 'DELETED' || object.metadata.deletionTimestamp !== undefined))
      keys.push(keyOf(place));
  }
  return keys;
}

function needsLook(object: KubeObject): boolean {
  const { ownerReferences, finalizers, deletionTimestamp } = object.metadata;
  if ((ownerReferences ?? []).length > 0) return true;
  return (
    deletionTimestamp !== undefined &&
    (finalizers ?? []).some((each) => each === 'foregroundDeletion' || each === 'orphan')
  );
}

function keyOf(place: Dependent): string {
  return `${place.collection}|${place.namespace}|${place.name}`;
}

class Collector {
  readonly #actor: Actor;
  readonly #index: OwnerIndex;

  constructor(actor: Actor, index: OwnerIndex) {
    this.#actor = actor;
    this.#index = index;
  }

  handle(key: string): void {
    const [collection = '', namespace = '', name = ''] = key.split('|');
    const object = this.#actor.get(collection, namespace, name);
    if (object === undefined) return;
    if (object.metadata.deletionTimestamp !== undefined) this.#finalize(collection, object);
    else this.#collect(collection, object);
  }

  #finalize(collection: string, object: KubeObject): void {
    const { finalizers = [], uid = '' } = object.metadata;
    if (finalizers.includes('orphan')) {
      for (const place of this.#index.dependentsOf(uid)) this.#disown(place, uid);
      this.#dropFinalizer(collection, object, 'orphan');
    } else if (finalizers.includes('foregroundDeletion')) this.#foreground(collection, object);
  }

  #foreground(collection: string, object: KubeObject): void {
    const { uid = '' } = object.metadata;
    let blocked = false;
    for (const place of this.#index.dependentsOf(uid)) {
      const dependent = this.#read(place);
      const reference = dependent?.metadata.ownerReferences?.find((owner) => owner.uid === uid);
      if (dependent === undefined || reference === undefined) continue;
      if (reference.blockOwnerDeletion === true) blocked = true;
      if (dependent.metadata.deletionTimestamp !== undefined) continue;
      const others = (dependent.metadata.ownerReferences ?? []).some(
        (owner) => owner.uid !== uid && this.#isAlive(owner, dependent),
      );
      if (others) this.#disown(place, uid);
      else this.#actor.delete(place.collection, dependent, { propagation: 'Foreground' });
    }
    if (!blocked || this.#blockersOf(uid) === 0) this.#dropFinalizer(collection, object, 'foregroundDeletion');
  }

  #blockersOf(uid: string): number {
    return this.#index.dependentsOf(uid).filter((place) => {
      const owners = this.#read(place)?.metadata.ownerReferences ?? [];
      return owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true);
    }).length;
  }

  #collect(collection: string, object: KubeObject): void {
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length === 0) return;
    const alive = owners.filter((owner) => this.#isAlive(owner, object));
    const waiting = alive.filter((owner) => this.#waitsForDependents(owner));
    if (alive.length > waiting.length) {
      // Some owner stays: references to those that are gone are taken away.
      if (alive.length < owners.length) {
        const gone = owners.filter((owner) => !alive.includes(owner));
        for (const owner of gone)
          this.#disown(
            { collection, namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' },
            owner.uid,
          );
      }
      return;
    }
    this.#actor.delete(
      collection,
      object,
      waiting.length > 0 ? { propagation: 'Foreground' } : { propagation: keptPropagation(object) },
    );
  }

  #isAlive(owner: OwnerReference, dependent: KubeObject): boolean {
    const place = this.#index.find(owner.uid);
    if (place === undefined) return false;
    // A namespaced owner must be of the same namespace.
    return place.namespace === '' || place.namespace === dependent.metadata.namespace;
  }

  #waitsForDependents(owner: OwnerReference): boolean {
    const place = this.#index.find(owner.uid);
    const object = place === undefined ? undefined : this.#read(place);
    return (
      object?.metadata.deletionTimestamp !== undefined &&
      (object.metadata.finalizers ?? []).includes('foregroundDeletion')
    );
  }

  #read(place: Dependent): KubeObject | undefined {
    return this.#actor.get(place.collection, place.namespace, place.name);
  }

  #disown(place: Dependent, uid: string): void {
    const object = this.#read(place);
    if (object === undefined) return;
    this.#actor.put(place.collection, object, (draft) => {
      const rest = (draft.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
      if (rest.length > 0) draft.metadata.ownerReferences = rest;
      else delete draft.metadata.ownerReferences;
    });
  }

  #dropFinalizer(collection: string, object: KubeObject, finalizer: string): void {
    this.#actor.update(collection, object, (draft) => {
      const rest = (draft.metadata.finalizers ?? []).filter((each) => each !== finalizer);
      if (rest.length > 0) draft.metadata.finalizers = rest;
      else delete draft.metadata.finalizers;
    });
  }
}

// Upstream keeps the policy that a deletion under way asked for.
function keptPropagation(object: KubeObject): 'Background' | 'Foreground' | 'Orphan' {
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes('orphan')) return 'Orphan';
  return finalizers.includes('foregroundDeletion') ? 'Foreground' : 'Background';
}
