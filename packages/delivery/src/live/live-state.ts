// What is live in one cluster, as far as deliveries are concerned: watch caches of the types they use, indexed by the
// delivery that owns an object and by owner references. Reading it costs no request.

import {
  type Informer,
  type InformerSet,
  type KubeClient,
  KubeError,
  type ObjectChange,
  type ResourceType,
  createInformerSet,
} from '@evenkeel/kube';
import { type GroupKind, type KubeObject, type ObjectRef } from '@evenkeel/resource';
import type { FrontEnd } from '../model.ts';
import { dependantKinds } from './dependants.ts';
import { joinInformers } from './joined-informer.ts';

/** A change of an object that belongs, or belonged, to a delivery. */
export type OwnedListener = (deliveryKey: string, change: ObjectChange) => void;

/** The part of a cluster that may be used. */
export interface ClusterScope {
  /** Empty for all of them. */
  readonly namespaces: readonly string[];
  /** Whether cluster-scoped objects may be, where `namespaces` limits the rest. */
  readonly clusterResources: boolean;
}

export interface LiveState extends AsyncDisposable {
  /**
   * Starts watching these types and those of their dependants; resolves when the first state of all is there, rejects
   * with KubeError where we may not see one of them.
   */
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
  /** Why an object cannot be managed in the part of the cluster that may be used; undefined where it can. */
  outside(ref: ObjectRef, namespaced: boolean): string | undefined;
  /** Kinds of namespaced objects that are watched. */
  namespacedKinds(): readonly GroupKind[];
  /** How much is watched. */
  size(): { readonly kinds: number; readonly objects: number };
  /** Calls `listener` for changes of owned objects, after the cache is updated. */
  onOwnedChange(listener: OwnedListener): () => void;
  /** Calls `listener` for every change of any watched object. */
  onChange(listener: (change: ObjectChange) => void): () => void;
  /** Shows an object just written, so that the next reading sees it. */
  observe(type: ResourceType, object: KubeObject): void;
}

/** Makes the live state of the cluster behind `client`. Nothing is watched until asked for. */
export function createLiveState(
  client: KubeClient,
  frontEnds: () => readonly FrontEnd[],
  scope: ClusterScope = everything,
): LiveState {
  return new WatchedState(client, frontEnds, scope);
}

const everything: ClusterScope = { namespaces: [], clusterResources: true };

class WatchedState implements LiveState {
  readonly #client: KubeClient;
  readonly #frontEnds: () => readonly FrontEnd[];
  readonly #set: InformerSet;
  /** By group and kind: one version of a kind is enough, the server converts. */
  readonly #informers = new Map<string, Informer>();
  readonly #ownedListeners = new Set<OwnedListener>();
  readonly #listeners = new Set<(change: ObjectChange) => void>();
  readonly #scope: ClusterScope;
  /** Kinds that we may not list, by group and kind. */
  readonly #denied = new Map<string, KubeError>();
  readonly #denials = new Set<(kind: string, error: KubeError) => void>();

  constructor(client: KubeClient, frontEnds: () => readonly FrontEnd[], scope: ClusterScope) {
    this.#client = client;
    this.#frontEnds = frontEnds;
    this.#scope = scope;
    this.#set = createInformerSet(client, {
      onError: (error, type) => {
        if (error instanceof KubeError && error.code === 403) this.#deny(kindKey(type), error);
      },
    });
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
      if (informer?.hasSynced === false) await this.#untilSynced(informer, kindKey(type));
    }
  }

  outside({ kind, namespace, name }: ObjectRef, namespaced: boolean): string | undefined {
    const { namespaces, clusterResources } = this.#scope;
    if (namespaces.length === 0) return undefined;
    if (!namespaced) {
      return clusterResources
        ? undefined
        : `cluster level ${kind} "${name}" can not be managed when in namespaced mode`;
    }
    return namespaces.includes(namespace) ? undefined : `namespace "${namespace}" for ${kind} "${name}" is not managed`;
  }

  namespacedKinds(): readonly GroupKind[] {
    return [...this.#informers.values()].map(({ type }) => type).filter(({ namespaced }) => namespaced);
  }

  size(): { readonly kinds: number; readonly objects: number } {
    let objects = 0;
    for (const informer of this.#informers.values()) objects += informer.list().length;
    return { kinds: this.#informers.size, objects };
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

  async #untilSynced(informer: Informer, kind: string): Promise<void> {
    const known = this.#denied.get(kind);
    if (known) throw known;
    const { promise, reject } = Promise.withResolvers<never>();
    const listener = (denied: string, error: KubeError): void => {
      if (denied === kind) reject(error);
    };
    this.#denials.add(listener);
    try {
      await Promise.race([informer.synced, promise]);
    } finally {
      this.#denials.delete(listener);
    }
  }

  #deny(kind: string, error: KubeError): void {
    if (this.#informers.get(kind)?.hasSynced === true) return;
    this.#denied.set(kind, error);
    for (const listener of this.#denials) listener(kind, error);
  }

  #start(type: ResourceType): void {
    const { namespaces, clusterResources } = this.#scope;
    if (namespaces.length > 0 && !type.namespaced && !clusterResources) return;
    const indexes = {
      owner: (object: KubeObject): readonly string[] => {
        const key = this.ownerOf(object);
        return key === undefined ? [] : [key];
      },
      ownerUid: (object: KubeObject): readonly string[] =>
        (object.metadata.ownerReferences ?? []).map((owner) => owner.uid),
    };
    const informer =
      namespaces.length > 0 && type.namespaced
        ? joinInformers(
            namespaces.map((namespace) => ({ namespace, informer: this.#set.for(type, { namespace, indexes }) })),
          )
        : this.#set.for(type, { indexes });
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
