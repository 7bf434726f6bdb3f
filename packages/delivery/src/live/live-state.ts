// What is live in one cluster, as far as deliveries are concerned: watch caches of the types they use, indexed by the
// delivery that owns an object and by owner references. Reading it costs no request.

import {
  type Informer,
  type InformerSet,
  type KubeClient,
  type ObjectChange,
  type ResourceType,
  createInformerSet,
} from '@evenkeel/kube';
import { type GroupKind, type KubeObject, type ObjectRef } from '@evenkeel/resource';
import type { FrontEnd } from '../model.ts';
import { dependantKinds } from './dependants.ts';

/** A change of an object that belongs, or belonged, to a delivery. */
export type OwnedListener = (deliveryKey: string, change: ObjectChange) => void;

export interface LiveState extends AsyncDisposable {
  /** Starts watching these types and those of their dependants; resolves when the first state of all is there. */
  watch(types: readonly ResourceType[]): Promise<void>;
  /** The object as last seen; undefined where it is not there or its type is not watched. */
  get(ref: ObjectRef): KubeObject | undefined;
  /** True where objects of this kind are watched. */
  watches(kind: GroupKind): boolean;
  /** Every watched object of a kind, of one namespace or of all. */
  list(kind: GroupKind, namespace?: string): readonly KubeObject[];
  /** Every object that carries a delivery's mark. */
  owned(deliveryKey: string): readonly KubeObject[];
  /** Objects that name `uid` among their owner references. */
  dependants(uid: string): readonly KubeObject[];
  /** The delivery an object belongs to by its mark, whichever front end wrote it. */
  ownerOf(object: KubeObject): string | undefined;
  /** Calls `listener` for changes of owned objects, after the cache is updated. */
  onOwnedChange(listener: OwnedListener): () => void;
  /** Calls `listener` for every change of any watched object. */
  onChange(listener: (change: ObjectChange) => void): () => void;
  /** Shows an object just written, so that the next reading sees it. */
  observe(type: ResourceType, object: KubeObject): void;
}

/** Makes the live state of the cluster behind `client`. Nothing is watched until asked for. */
export function createLiveState(client: KubeClient, frontEnds: () => readonly FrontEnd[]): LiveState {
  return new WatchedState(client, frontEnds);
}

class WatchedState implements LiveState {
  readonly #client: KubeClient;
  readonly #frontEnds: () => readonly FrontEnd[];
  readonly #set: InformerSet;
  /** By group and kind: one version of a kind is enough, the server converts. */
  readonly #informers = new Map<string, Informer>();
  readonly #ownedListeners = new Set<OwnedListener>();
  readonly #listeners = new Set<(change: ObjectChange) => void>();

  constructor(client: KubeClient, frontEnds: () => readonly FrontEnd[]) {
    this.#client = client;
    this.#frontEnds = frontEnds;
    this.#set = createInformerSet(client);
  }

  async watch(types: readonly ResourceType[]): Promise<void> {
    const fresh = types.filter((type) => !this.#informers.has(kindKey(type)));
    if (fresh.length > 0) {
      for (const type of fresh) this.#start(type);
      const kinds = fresh.flatMap((type) => dependantKinds(type));
      const more = await Promise.all(kinds.map((kind) => this.#client.discovery.preferred(kind)));
      for (const type of more) if (type && !this.#informers.has(kindKey(type))) this.#start(type);
    }
    for (const type of types) {
      const informer = this.#informers.get(kindKey(type));
      if (informer?.hasSynced === false) await informer.synced;
    }
  }

  get(ref: ObjectRef): KubeObject | undefined {
    return this.#informers.get(kindKey(ref))?.get(ref.namespace, ref.name);
  }

  watches(kind: GroupKind): boolean {
    return this.#informers.get(kindKey(kind))?.hasSynced === true;
  }

  list(kind: GroupKind, namespace?: string): readonly KubeObject[] {
    return this.#informers.get(kindKey(kind))?.list(namespace === '' ? undefined : namespace) ?? [];
  }

  owned(deliveryKey: string): readonly KubeObject[] {
    return this.#collect('owner', deliveryKey);
  }

  dependants(uid: string): readonly KubeObject[] {
    return this.#collect('ownerUid', uid);
  }

  ownerOf(object: KubeObject): string | undefined {
    for (const frontEnd of this.#frontEnds()) {
      const key = frontEnd.ownerOf(object);
      if (key !== undefined) return key;
    }
    return undefined;
  }

  onOwnedChange(listener: OwnedListener): () => void {
    this.#ownedListeners.add(listener);
    return () => this.#ownedListeners.delete(listener);
  }

  onChange(listener: (change: ObjectChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  observe(type: ResourceType, object: KubeObject): void {
    this.#set.observe(type, object);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ownedListeners.clear();
    this.#listeners.clear();
    await this.#set[Symbol.asyncDispose]();
  }

  #start(type: ResourceType): void {
    const informer = this.#set.for(type, {
      indexes: {
        owner: (object) => {
          const key = this.ownerOf(object);
          return key === undefined ? [] : [key];
        },
        ownerUid: (object) => (object.metadata.ownerReferences ?? []).map((owner) => owner.uid),
      },
    });
    this.#informers.set(kindKey(type), informer);
    // The rejection on shutdown belongs to whoever awaits `watch`.
    informer.synced.catch(() => undefined);
    informer.onChange((change) => this.#announce(change));
  }

  #announce(change: ObjectChange): void {
    for (const listener of this.#listeners) listener(change);
    const now = this.ownerOf(change.object);
    const before = change.previous ? this.ownerOf(change.previous) : undefined;
    for (const listener of this.#ownedListeners) {
      if (now !== undefined) listener(now, change);
      if (before !== undefined && before !== now) listener(before, change);
    }
  }

  #collect(index: string, value: string): readonly KubeObject[] {
    const found: KubeObject[] = [];
    for (const informer of this.#informers.values()) found.push(...informer.byIndex(index, value));
    return found;
  }
}

function kindKey(type: GroupKind): string {
  return `${type.group}/${type.kind}`;
}
