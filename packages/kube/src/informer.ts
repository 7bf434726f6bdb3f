// A watch cache of one resource type: one list, then one watch for ever. It survives dropped connections, expired
// versions and servers that go away; it never polls.

import { type KubeObject, parseApiVersion, sharedFields } from '@evenkeel/resource';
import { type Backoff, type Clock, assert, backoffDelayMs } from '@evenkeel/std';
import type { Informer, KubeClient, ObjectChange, ResourceType } from './client.ts';
import { KubeError, KubeUnreachable, isKubeError } from './errors.ts';
import { type IndexFunction, ObjectCache } from './object-cache.ts';
import { labelSelectorPredicate } from './label-selector.ts';
import { resourcePath } from './paths.ts';
import { isOlder } from './resource-version.ts';
import { sharePartsWith } from './shared-parts.ts';
import { errorOfStatus } from './status.ts';
import { abortReason, systemClock } from './system-clock.ts';
import type { WatchLine } from './transport.ts';

/** What an informer watches and how. */
export interface InformerOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Indexes for `byIndex`. The functions must depend on nothing but the object. */
  readonly indexes?: Readonly<Record<string, IndexFunction>>;
  /** Applied to every object before it is kept: drop what nobody reads. Must keep apiVersion, kind and metadata's identity. */
  readonly transform?: (object: KubeObject) => KubeObject;
  /** Ends the informer. */
  readonly signal?: AbortSignal;
  /** Told of every failure; the informer tries again by itself. */
  readonly onError?: (error: Error) => void;
  /**
   * 'stream' asks the server to send the initial state over the watch itself (WatchList, Kubernetes ≥ 1.32): one
   * request and less memory in the server. Falls back to 'list', the default, where the server refuses.
   */
  readonly initial?: 'list' | 'stream';
  readonly clock?: Clock;
  /** Waits between attempts that fail. Default 100 ms doubling to 10 s, each scattered by up to half. */
  readonly backoff?: Backoff;
  /** In [0, 1). Default Math.random. */
  readonly random?: () => number;
}

const DEFAULT_BACKOFF: Backoff = { baseMs: 100, factor: 2, maxMs: 10_000 };

/** Servers are asked to end a watch after 5 to 10 minutes (client-go:tools/cache/reflector.go), so that load moves to new replicas. */
const WATCH_TIMEOUT_MIN_S = 300;

/** A watch that outlives what was asked by this much hangs on a dead connection. */
const WATCH_GRACE_MS = 20_000;

/** A watch that ends sooner than this without a line counts as a failure, or two broken ends would spin. */
const WATCH_SHORT_MS = 1000;

/** So many short watches in a row count as failures even if each of them brought something. */
const SHORT_TURNS_MAX = 5;

/** After this many failed watches in a row without a line, what we resume from is doubted and listed anew. */
const WATCH_FAILURES_BEFORE_LIST = 5;

const WENT_BACK = 'the server has gone back to an older resource version';

/** Starts a watch cache. It runs until its signal aborts or it is disposed. */
export function createInformer(client: KubeClient, type: ResourceType, options: InformerOptions = {}): Informer {
  return new ListWatchInformer(client, type, options);
}

type Listener = (change: ObjectChange) => void;

/** The informer itself; `InformerSet` shares one between several handles and so also adds indexes later. */
export class ListWatchInformer implements Informer {
  readonly type: ResourceType;
  readonly synced: Promise<void>;
  readonly cache: ObjectCache;
  readonly #client: KubeClient;
  readonly #options: InformerOptions;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #hasLabels: ReturnType<typeof labelSelectorPredicate>;
  readonly #ended: Promise<void>;
  readonly #listeners = new Set<Listener>();
  readonly #undelivered: ObjectChange[] = [];
  #delivering = false;
  #resolveSynced: () => void = () => undefined;
  #rejectSynced: (error: Error) => void = () => undefined;
  #hasSynced = false;
  /** The version up to which the cache has seen everything; where the next watch resumes. Undefined asks for a list. */
  #seen: string | undefined;
  /** The newest version ever seen: survives an expired `#seen`, and shows when a server has gone back in time. */
  #newest: string | undefined;
  #streams: boolean;
  /** The server was away: what we resume from must be checked once. */
  #doubtful = false;
  #progress = false;
  /** What came last: hardly anything resembles the next object more, before it is known itself. */
  #last: KubeObject | undefined;

  constructor(client: KubeClient, type: ResourceType, options: InformerOptions) {
    this.type = type;
    this.#client = client;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.cache = new ObjectCache((error) => this.#report(error));
    this.#hasLabels = labelSelectorPredicate(options.labelSelector ?? '');
    this.#streams = options.initial === 'stream';
    for (const [name, valuesOf] of Object.entries(options.indexes ?? {})) this.cache.addIndex(name, valuesOf);
    this.synced = new Promise((resolve, reject) => {
      this.#resolveSynced = resolve;
      this.#rejectSynced = reject;
    });
    this.synced.catch(() => undefined);
    this.#ended = this.#run();
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.cache.get(namespace, name);
  }

  list(namespace?: string): readonly KubeObject[] {
    return this.cache.list(namespace);
  }

  byIndex(name: string, value: string): readonly KubeObject[] {
    assert(this.cache.hasIndex(name), `informer of ${this.type.plural} has no index "${name}"`);
    return this.cache.byIndex(name, value);
  }

  onChange(listener: Listener): () => void {
    // Wrapped, so that a listener registered twice is two registrations.
    const own: Listener = (change) => listener(change);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  observe(object: KubeObject): void {
    const { group, version } = parseApiVersion(object.apiVersion);
    const sameKind = object.kind === this.type.kind && group === this.type.group;
    assert(sameKind, `informer of ${this.type.kind} was shown a ${object.kind}`);
    if (version !== this.type.version) return;
    const ahead = this.#newest === undefined || isOlder(this.#newest, object.metadata.resourceVersion);
    // The watch has passed this version already, so the cache tells the newer story, be it a deletion.
    const selected = this.#selects(object);
    if (!ahead || selected === undefined) return;
    const kept = this.#transformed(object);
    // What was changed so that the selection no longer holds it leaves, as the watch will tell.
    if (!selected) {
      this.#deliver(this.cache.remove(kept));
      return;
    }
    const gone = object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0;
    // What has a deletion timestamp and no finalizer may be the last sight of an object that is gone: do not create it.
    if (gone && !this.cache.get(object.metadata.namespace ?? '', object.metadata.name ?? '')) return;
    this.#deliver(this.cache.put(kept));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('the informer was closed', 'AbortError'));
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#options;
    const forward = (): void => this.#stop.abort(abortReason(signal));
    signal?.addEventListener('abort', forward, { once: true });
    if (signal?.aborted === true) forward();
    await this.#loop();
    signal?.removeEventListener('abort', forward);
    this.#rejectSynced(abortReason(this.#stop.signal));
    this.#listeners.clear();
  }

  async #loop(): Promise<void> {
    const stopped = this.#stop.signal;
    const backoff = this.#options.backoff ?? DEFAULT_BACKOFF;
    const random = this.#options.random ?? Math.random;
    let failures = 0;
    let shortTurns = 0;
    while (!stopped.aborted) {
      this.#progress = false;
      const startedAtMs = this.#clock.now();
      const failure = await this.#turn();
      if (stopped.aborted) return;
      const short = this.#clock.now() - startedAtMs < WATCH_SHORT_MS;
      shortTurns = short ? shortTurns + 1 : 0;
      failures = (this.#progress || !short) && shortTurns <= SHORT_TURNS_MAX ? 0 : failures + 1;
      if (failure) this.#onFailure(failure, failures);
      // An end in good order and an expiry are everyday life: the first is followed up at once.
      const attempt = failure && !isExpired(failure) ? failures : failures - 1;
      if (attempt <= 0) continue;
      const delayMs = backoffDelayMs(backoff, attempt - 1) * (0.5 + random() / 2);
      await this.#clock.sleep(delayMs, stopped).catch(() => undefined);
    }
  }

  /** One list where needed and one watch. Returns the failure that ended it, if one did. */
  async #turn(): Promise<Error | undefined> {
    try {
      if (this.#doubtful) await this.#checkVersion();
      if (this.#seen === undefined && !(await this.#mayStream())) await this.#list();
      await this.#watch();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /**
   * A server that was down may have come back from a backup, and answers a watch from beyond its own version with
   * silence (seen with v1.35). One page of one object tells where it stands.
   */
  async #checkVersion(): Promise<void> {
    const { namespace } = this.#options;
    const scope = namespace === undefined ? {} : { namespace };
    const { resourceVersion } = await this.#client.list(this.type, { ...scope, limit: 1, signal: this.#stop.signal });
    if (isOlder(resourceVersion, this.#seen)) this.#seen = undefined;
    this.#doubtful = false;
  }

  /** Servers before 1.32 may ignore the request for initial events and would leave us waiting for their end. */
  async #mayStream(): Promise<boolean> {
    if (!this.#streams) return false;
    const [, major, minor] = /^v(\d+)\.(\d+)/.exec(await this.#client.discovery.serverVersion()) ?? [];
    this.#streams = Number(major) > 1 || Number(minor) >= 32;
    return this.#streams;
  }

  #onFailure(error: Error, failures: number): void {
    if (isExpired(error)) {
      this.#seen = undefined;
      return;
    }
    if (this.#seen !== undefined && error instanceof KubeUnreachable && error.reason === 'refused')
      this.#doubtful = true;
    const refusesStreams = isKubeError(error, 400) || isKubeError(error, 422) || isKubeError(error, 501);
    if (this.#seen === undefined && refusesStreams) this.#streams = false;
    // The type itself is gone (its definition was deleted), and all its objects with it.
    if (isKubeError(error, 404)) {
      this.#seen = undefined;
      if (this.#hasSynced) this.#deliver(this.cache.replace([], '', true));
    }
    if (failures >= WATCH_FAILURES_BEFORE_LIST) this.#seen = undefined;
    this.#report(error);
  }

  async #list(): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const list = await this.#client.list(this.type, {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      signal: this.#stop.signal,
    });
    this.#reset(
      list.items.map((item) => this.#transformed(item)),
      list.resourceVersion,
    );
  }

  /** Takes over a complete state as of `version`. */
  #reset(items: readonly KubeObject[], version: string): void {
    const wentBack = isOlder(version, this.#newest);
    const changes = this.cache.replace(items, version, wentBack);
    this.#seen = version;
    this.#newest = version;
    if (!this.#hasSynced) {
      this.#hasSynced = true;
      this.#resolveSynced();
    }
    this.#deliver(changes);
  }

  async #watch(): Promise<void> {
    // A signal that has fired already would never reach the listener added below.
    this.#stop.signal.throwIfAborted();
    const random = this.#options.random ?? Math.random;
    const timeoutSeconds = Math.floor(WATCH_TIMEOUT_MIN_S * (1 + random()));
    const connection = new AbortController();
    const forward = (): void => connection.abort(abortReason(this.#stop.signal));
    this.#stop.signal.addEventListener('abort', forward, { once: true });
    let overdue = false;
    const cancelDeadline = this.#clock.after(timeoutSeconds * 1000 + WATCH_GRACE_MS, () => {
      overdue = true;
      connection.abort(new DOMException('the watch outlived its time', 'TimeoutError'));
    });
    try {
      await this.#follow(timeoutSeconds, connection.signal);
    } catch (error) {
      if (!overdue) throw error;
    } finally {
      cancelDeadline();
      this.#stop.signal.removeEventListener('abort', forward);
    }
  }

  async #follow(timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    let collecting: KubeObject[] | undefined = this.#seen === undefined ? [] : undefined;
    const lines = this.#client.transport.watch({
      method: 'GET',
      path: resourcePath(this.type, { namespace }),
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(timeoutSeconds),
        ...(this.#seen === undefined
          ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
          : { resourceVersion: this.#seen }),
        ...(labelSelector === undefined ? {} : { labelSelector }),
        ...(fieldSelector === undefined ? {} : { fieldSelector }),
      },
      signal,
    });
    for await (const line of lines) {
      if (signal.aborted) return;
      if (line.type === 'ERROR') throw errorOfStatus(line.object);
      this.#progress = true;
      if (!collecting) {
        this.#take(line);
      } else if (line.type !== 'BOOKMARK') {
        collecting.push(this.#transformed(line.object));
      } else if (line.object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true') {
        this.#reset(collecting, line.object.metadata.resourceVersion ?? '');
        collecting = undefined;
      }
    }
  }

  #take(line: WatchLine): void {
    const version = line.object.metadata.resourceVersion;
    if (version !== undefined) {
      // Versions only grow within a watch: a smaller one is a server restored from an older state.
      if (isOlder(version, this.#seen)) throw new KubeError({ code: 410, reason: 'Expired', message: WENT_BACK });
      this.#seen = version;
      this.#newest = version;
    }
    if (line.type === 'BOOKMARK') return;
    const object = this.#transformed(line.object);
    this.#deliver(line.type === 'DELETED' ? this.cache.remove(object) : this.cache.put(object));
  }

  /** Whether the selection of this informer includes the object; undefined where only the server can tell. */
  #selects(object: KubeObject): boolean | undefined {
    const { namespace, fieldSelector } = this.#options;
    if (namespace !== undefined && namespace !== '' && object.metadata.namespace !== namespace) return false;
    if (this.#hasLabels?.(object.metadata.labels) === false) return false;
    return fieldSelector === undefined && this.#hasLabels ? true : undefined;
  }

  #transformed(object: KubeObject): KubeObject {
    const kept = this.#options.transform?.(object) ?? object;
    shareOwnership(kept);
    const { namespace = '', name = '' } = kept.metadata;
    const similar = this.cache.get(namespace, name) ?? this.#last;
    if (similar) sharePartsWith(kept, similar);
    this.#last = kept;
    return kept;
  }

  /** Tells listeners, in order, also when a listener causes further changes while it is being told. */
  #deliver(changes: readonly ObjectChange[]): void {
    for (const change of changes) this.#undelivered.push(change);
    if (this.#delivering) return;
    this.#delivering = true;
    for (let change = this.#undelivered.shift(); change; change = this.#undelivered.shift()) {
      for (const listener of this.#listeners) this.#tell(listener, change);
    }
    this.#delivering = false;
  }

  #tell(listener: Listener, change: ObjectChange): void {
    try {
      listener(change);
    } catch (error) {
      this.#report(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #report(error: Error): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // A reporter that fails has nobody left to report to, and must not stop the watch.
    }
  }
}

/** Trees of owned fields are alike for thousands of objects, and larger than most of them. */
function shareOwnership({ metadata }: KubeObject): void {
  for (const entry of metadata.managedFields ?? []) {
    const { fieldsV1 } = entry;
    if (fieldsV1 === undefined) continue;
    const shared = sharedFields(fieldsV1);
    // What was received is ours, and what takes its place is equal.
    if (shared !== fieldsV1) Object.assign(entry, { fieldsV1: shared });
  }
}

/**
 * What we resume from is not there: compacted away (410), or ahead of a server that was restored from an older state
 * (504 with that wording, kubernetes:apiserver/pkg/storage/errors.go NewTooLargeResourceVersionError, v1.35).
 */
function isExpired(error: Error): boolean {
  if (isKubeError(error, 410)) return true;
  return isKubeError(error, 504) && error.message.includes('Too large resource version');
}
