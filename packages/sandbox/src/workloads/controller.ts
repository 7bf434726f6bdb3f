// The frame of a built-in controller: which collections it watches, which keys an event concerns, what it does with a key.

import type { KubeObject } from '@evenkeel/resource';
import type { StoreEvent } from '../store/collection.ts';
import { Actor, type ControllerDeps } from './actor.ts';
import { replayed } from '../admission/replay.ts';
import { KeyQueue } from './key-queue.ts';

export interface ControllerSpec {
  /** The field manager it writes as. */
  readonly manager: string;
  /** Collection → keys ("namespace/name") that an event of it concerns. */
  readonly watches: Readonly<Record<string, (event: StoreEvent) => readonly string[]>>;
  /** Handles one key; returns when it wants to look again, in milliseconds. */
  readonly reconcile: (actor: Actor, namespace: string, name: string) => number | undefined | void;
}

/** Starts a controller over what exists and what comes; returns how to stop it. */
export function startController(
  deps: ControllerDeps,
  spec: ControllerSpec,
  onError: (error: unknown) => void,
): () => void {
  const actor = new Actor(deps, spec.manager);
  const reconcile = (key: string): number | undefined | void => {
    const slash = key.indexOf('/');
    return spec.reconcile(actor, key.slice(0, slash), key.slice(slash + 1));
  };
  const handle = replayed(deps.replays, reconcile, (key) => queue.add(key));
  const queue = new KeyQueue({ clock: deps.clock, onError, handle });
  const stops = Object.entries(spec.watches).map(([collection, keysOf]) => {
    const watched = deps.store.collection(collection);
    for (const object of watched.list()) {
      for (const key of keysOf({ type: 'ADDED', object, previous: undefined, revision: 0, atMs: 0 })) queue.add(key);
    }
    return watched.subscribe({
      event: (event) => {
        for (const key of keysOf(event)) queue.add(key);
      },
    });
  });
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}

/** The key of the object itself. */
export function ownKey(event: StoreEvent): readonly string[] {
  return [keyOf(event.object)];
}

/** The key of the controller of the object, where that is of this kind. */
export function controllerKey(kind: string): (event: StoreEvent) => readonly string[] {
  return ({ object }) => {
    const owner = controllerOf(object);
    return owner?.kind === kind ? [`${object.metadata.namespace ?? ''}/${owner.name}`] : [];
  };
}

/** "namespace/name". */
export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

/** The owner reference that says controller. */
export function controllerOf(
  object: KubeObject,
): { readonly kind: string; readonly name: string; readonly uid: string } | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}
