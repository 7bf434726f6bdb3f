// The Kubernetes client as the rest of the system sees it. A real cluster, the sandbox and an impersonated tenant are
// all this interface.

import type { GroupKind, GroupVersionKind, Json, KubeObject } from '@evenkeel/resource';
import type { KubeTransport } from './transport.ts';

/** One resource type as discovery tells it. */
export interface ResourceType extends GroupVersionKind {
  /** The path segment: "deployments". */
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
}

/** Where an object lives. `namespace` is undefined or '' for cluster-scoped types. */
export interface ObjectLocation {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly signal?: AbortSignal;
}

export interface KubeList {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly items: readonly KubeObject[];
}

export interface WriteOptions {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  readonly subresource?: string;
  readonly signal?: AbortSignal;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take fields over from other managers instead of failing with 409. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export type PatchKind = 'json' | 'merge' | 'strategic';

/** What a cluster serves, kept fresh. */
export interface Discovery {
  /** The type served for exactly this group, version and kind, or undefined; asks the server again on a miss (at most once a second). */
  resolve(gvk: GroupVersionKind): Promise<ResourceType | undefined>;
  /** The type at the server's preferred version. */
  preferred(kind: GroupKind): Promise<ResourceType | undefined>;
  /** Every type at its preferred version. */
  all(): Promise<readonly ResourceType[]>;
  /** Every type at every version served, preferred versions first within a group: what Helm calls API versions. */
  everyVersion(): Promise<readonly ResourceType[]>;
  /** Forgets what it knows; call when a CustomResourceDefinition or APIService changes. */
  invalidate(): void;
  /** The server's version, e.g. "v1.35.4". */
  serverVersion(): Promise<string>;
}

/** Counts of requests sent, by verb, since the client was made. Watches count once when opened. */
export interface RequestCounts {
  readonly get: number;
  readonly list: number;
  readonly watch: number;
  readonly create: number;
  readonly update: number;
  readonly patch: number;
  readonly apply: number;
  readonly delete: number;
}

/** A Kubernetes API client. Every method rejects with KubeError (refused) or KubeUnreachable (no answer). */
export interface KubeClient {
  readonly transport: KubeTransport;
  readonly discovery: Discovery;
  readonly requests: RequestCounts;
  /** Undefined where the object, or its type, does not exist. */
  get(type: ResourceType, at: ObjectLocation, signal?: AbortSignal): Promise<KubeObject | undefined>;
  /** One page, or everything where `limit` is not given (paged inside). */
  list(type: ResourceType, options?: ListOptions): Promise<KubeList>;
  create(type: ResourceType, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  update(type: ResourceType, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  patch(
    type: ResourceType,
    at: ObjectLocation,
    kind: PatchKind,
    patch: Json,
    options?: WriteOptions,
  ): Promise<KubeObject>;
  /** Server-side apply. */
  apply(type: ResourceType, object: KubeObject, options: ApplyOptions): Promise<KubeObject>;
  /** Resolves to false where there was nothing to delete. */
  delete(type: ResourceType, at: ObjectLocation, options?: DeleteOptions): Promise<boolean>;
  /** The same client acting as another user (impersonation headers). */
  impersonate(user: string, groups?: readonly string[]): KubeClient;
}

/** A change seen by an informer. `previous` is undefined for an object seen for the first time. */
export interface ObjectChange {
  readonly kind: 'added' | 'updated' | 'deleted';
  readonly object: KubeObject;
  readonly previous?: KubeObject;
}

/**
 * A watch cache of one resource type: lists once, then watches for ever (bookmarks, resume, re-list on 410, back-off
 * when the server is away). Reading it costs no request.
 */
export interface Informer extends AsyncDisposable {
  readonly type: ResourceType;
  /** Resolves when the first list has arrived; rejects when the signal given at creation aborts. */
  readonly synced: Promise<void>;
  readonly hasSynced: boolean;
  get(namespace: string, name: string): KubeObject | undefined;
  list(namespace?: string): readonly KubeObject[];
  /** Objects whose index `name` (declared at creation) contains `value`. */
  byIndex(name: string, value: string): readonly KubeObject[];
  /** Calls `listener` for every change from now on, after the cache is updated; returns how to stop. */
  onChange(listener: (change: ObjectChange) => void): () => void;
  /** Puts an object we have just written into the cache if it is newer than what is there: no stale read after a write. */
  observe(object: KubeObject): void;
}
