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
import { type GroupKind, type KubeObject, type ObjectRef, refOf } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import type { FrontEnd } from '../model.ts';
import { DeniedKinds, type RbacRespect, kindKey } from './denied-kinds.ts';
import { dependantKinds } from './dependants.ts';
import { joinInformers } from './joined-informer.ts';
import { ReadObjects } from './read-objects.ts';
import { UnansweredKinds } from './unanswered-kinds.ts';

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
   * with KindDenied where we may not see one of them, and that is not to be respected, and with KindUnanswered where the
   * server keeps failing to give one.
   */
  watch(types: readonly ResourceType[]): Promise<void>;
  /**
   * Reads those of these objects that are left out of what is watched, one by one; costs nothing for all others.
   * Rejects with KindDenied where not even that is permitted.
   */
  read(refs: readonly ObjectRef[]): Promise<void>;
  /** True for a kind that may not be watched, where that is respected. */
  leavesOut(kind: GroupKind): boolean;
  /** Calls `listener` when a kind may be seen no more, or again. */
  onSightChange(listener: (kind: GroupKind) => void): () => void;
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
export function createLiveState(options: LiveStateOptions): LiveState {
  return new WatchedState(options);
}

/** What live state is made of. */
export interface LiveStateOptions {
  readonly client: KubeClient;
  readonly frontEnds: () => readonly FrontEnd[];
  readonly clock: Clock;
  readonly scope?: ClusterScope | undefined;
  /** What becomes of kinds that we may not see, now. */
  readonly respectRbac?: (() => RbacRespect) | undefined;
  /** A label selector that narrows down which objects of a kind are watched, now; '' for all of them. */
  readonly selectorOf?: ((kind: GroupKind) => string) | undefined;
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
  readonly #denied: DeniedKinds;
  readonly #unanswered = new UnansweredKinds();
  readonly #read: ReadObjects;
  readonly #selectorOf: (kind: GroupKind) => string;
  /** The selector that each kind is watched with. */
  readonly #selectors = new Map<string, string>();
  /** Kinds whose refusal is being looked into. */
  readonly #doubted = new Set<string>();
  readonly #sightListeners = new Set<(kind: GroupKind) => void>();

  constructor({ client, frontEnds, clock, scope = everything, ...how }: LiveStateOptions) {
    const { respectRbac = (): RbacRespect => 'off', selectorOf = (): string => '' } = how;
    this.#client = client;
    this.#selectorOf = selectorOf;
    this.#frontEnds = frontEnds;
    this.#scope = scope;
    this.#set = createInformerSet(client, {
      onError: (error, type) => {
        if (error instanceof KubeError && error.code === 403) void this.#deny(type, error);
        else this.#noteFailure(type, error);
      },
    });
    const onPermitted = (type: ResourceType): void => {
      if (!this.#informers.has(kindKey(type))) this.#start(type);
      this.#tellSight(type);
    };
    this.#denied = new DeniedKinds({ client, scope, clock, respect: respectRbac, onPermitted });
    this.#read = new ReadObjects({ client, clock, onChange: (change) => this.#announce(change) });
  }

  async watch(types: readonly ResourceType[]): Promise<void> {
    await this.#denied.lookAgain(types);
    this.#followSelectors();
    const fresh = types.filter((type) => !this.#isKnown(type));
    if (fresh.length > 0) {
      for (const type of fresh) this.#start(type);
      const kinds = fresh.flatMap((type) => dependantKinds(type));
      const more = await Promise.all(kinds.map((kind) => this.#client.discovery.preferred(kind)));
      for (const type of more) if (type && !this.#isKnown(type)) this.#start(type);
    }
    for (const type of types) {
      const informer = this.#informers.get(kindKey(type));
      if (informer?.hasSynced === false) await this.#untilSynced(informer, type);
      const missing = this.#denied.why(type) ?? this.#unanswered.why(type);
      if (missing) throw missing;
    }
  }

  async read(refs: readonly ObjectRef[]): Promise<void> {
    const byType = new Map<ResourceType, ObjectRef[]>();
    for (const ref of refs) {
      const type = this.#denied.leftOut(ref) ?? this.#unselected(ref);
      if (type) byType.set(type, [...(byType.get(type) ?? []), ref]);
    }
    await Promise.all(Array.from(byType, ([type, wanted]) => this.#read.read(type, wanted)));
  }

  leavesOut(kind: GroupKind): boolean {
    return this.#denied.leftOut(kind) !== undefined;
  }

  onSightChange(listener: (kind: GroupKind) => void): () => void {
    this.#sightListeners.add(listener);
    return () => this.#sightListeners.delete(listener);
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
    return this.#informers.get(kindKey(ref))?.get(ref.namespace, ref.name) ?? this.#read.get(ref);
  }

  watches(kind: GroupKind): boolean {
    return this.#informers.get(kindKey(kind))?.hasSynced === true;
  }

  list(kind: GroupKind, namespace?: string): readonly KubeObject[] {
    return this.#informers.get(kindKey(kind))?.list(namespace === '' ? undefined : namespace) ?? [];
  }

  owned(deliveryKey: string): readonly KubeObject[] {
    const read = this.#read.all().filter((object) => this.ownerOf(object) === deliveryKey);
    return [...this.#collect('owner', deliveryKey), ...read];
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
    if (this.leavesOut(type)) {
      this.#read.observe(type, object);
      return;
    }
    this.#set.observe(type, object);
    if (this.#unselected(refOf(object))) this.#read.observe(type, object);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ownedListeners.clear();
    this.#listeners.clear();
    this.#sightListeners.clear();
    this.#denied[Symbol.dispose]();
    this.#read[Symbol.dispose]();
    await this.#set[Symbol.asyncDispose]();
  }

  #isKnown(type: ResourceType): boolean {
    return this.#informers.has(kindKey(type)) || this.#denied.has(type);
  }

  /** The type of an object that may be there although it is not among those that are watched. */
  #unselected(ref: ObjectRef): ResourceType | undefined {
    const key = kindKey(ref);
    const informer = this.#informers.get(key);
    const isNarrowed = (this.#selectors.get(key) ?? '') !== '';
    return isNarrowed && informer?.get(ref.namespace, ref.name) === undefined ? informer?.type : undefined;
  }

  /** Kinds that are to be watched with another selector than they are begin anew. */
  #followSelectors(): void {
    for (const [key, informer] of this.#informers) {
      if (this.#selectorOf(informer.type) === this.#selectors.get(key)) continue;
      this.#informers.delete(key);
      this.#start(informer.type);
      void informer[Symbol.asyncDispose]();
    }
  }

  /** Resolves when the first state is there, or it is known that we may not see it, or that the server cannot give it. */
  async #untilSynced(informer: Informer, type: ResourceType): Promise<void> {
    if (this.#unanswered.why(type)) return;
    const { promise: denied, resolve } = Promise.withResolvers<void>();
    const stop = this.onSightChange((kind) => {
      if (kindKey(kind) === kindKey(type)) resolve();
    });
    try {
      await Promise.race([informer.synced, denied]);
    } finally {
      stop();
    }
  }

  /** Whoever waits for a kind that does not come is told; the watch goes on asking for it. */
  #noteFailure(type: ResourceType, error: Error): void {
    if (this.#informers.get(kindKey(type))?.hasSynced !== false) return;
    if (this.#unanswered.note(type, error)) this.#tellSight(type);
  }

  /** The watch of a kind is given up, and taken up again when the server permits it. */
  async #deny(type: ResourceType, error: KubeError): Promise<void> {
    const key = kindKey(type);
    const informer = this.#informers.get(key);
    if (!informer || this.#doubted.has(key)) return;
    this.#doubted.add(key);
    await this.#denied.note(type, error);
    this.#doubted.delete(key);
    this.#informers.delete(key);
    this.#tellSight(type);
    await informer[Symbol.asyncDispose]();
  }

  #tellSight(kind: GroupKind): void {
    for (const listener of this.#sightListeners) listener(kind);
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
    const labelSelector = this.#selectorOf(type);
    this.#selectors.set(kindKey(type), labelSelector);
    const how = { indexes, ...(labelSelector === '' ? {} : { labelSelector }) };
    const informer =
      namespaces.length > 0 && type.namespaced
        ? joinInformers(
            namespaces.map((namespace) => ({ namespace, informer: this.#set.for(type, { namespace, ...how }) })),
          )
        : this.#set.for(type, how);
    this.#informers.set(kindKey(type), informer);
    // The rejection on shutdown belongs to whoever awaits `watch`.
    informer.synced.then(
      () => {
        this.#read.drop(type);
        if (this.#unanswered.answered(type)) this.#tellSight(type);
      },
      () => undefined,
    );
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
