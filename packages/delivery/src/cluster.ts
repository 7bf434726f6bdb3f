// One cluster that deliveries go to: its client, what is live in it, the schemas of the types it serves, and whether it
// answers. One that does not answer harms nobody else: it is asked again by itself, and says so when it is back.

import {
  type Informer,
  type KubeClient,
  KubeError,
  KubeUnreachable,
  createInformer,
  systemClock,
} from '@evenkeel/kube';
import {
  type FieldSchema,
  type GroupKind,
  type GroupVersionKind,
  type KubeObject,
  builtinSchema,
  schemaFromCrd,
} from '@evenkeel/resource';
import { type Backoff, type Clock, backoffDelayMs } from '@evenkeel/std';
import type { RbacRespect } from './live/denied-kinds.ts';
import { type ClusterScope, type LiveState, createLiveState } from './live/live-state.ts';
import type { FrontEnd } from './model.ts';

export interface Cluster extends AsyncDisposable {
  readonly name: string;
  readonly client: KubeClient;
  readonly live: LiveState;
  /** One sentence while the cluster gives no answer; undefined while it does, or is not known not to. */
  readonly unreachable: string | undefined;
  /** Resolves when the first answer is there, or the cluster has been found to give none. */
  readonly settled: Promise<void>;
  /** Tells of a failure that somebody else met. Resolves when it is known whether the cluster still answers. */
  doubt(error: unknown): Promise<void>;
  /** Calls the listener when the cluster is lost, and when it is back. */
  onReachChange(listener: () => void): () => void;
  /** Calls the listener when kinds were defined, changed or taken away. */
  onKindsChange(listener: () => void): () => void;
  /** The schema of a kind: built in, or from the cluster's own definitions; undefined where neither is known. */
  schemaOf(gvk: GroupVersionKind): FieldSchema | undefined;
  /** What is known of the cluster itself. */
  figures(): ClusterFigures;
}

/** A cluster in figures. */
export interface ClusterFigures {
  readonly reach: 'unknown' | 'reachable' | 'lost';
  /** One sentence where it is lost. */
  readonly message: string | undefined;
  /** When `reach` became what it is. */
  readonly sinceMs: number;
  /** "v1.35.4"; undefined before the first answer. */
  readonly serverVersion: string | undefined;
  /** Kinds that are watched, and objects of them. */
  readonly kinds: number;
  readonly objects: number;
}

export interface ClusterOptions {
  readonly name: string;
  readonly client: KubeClient;
  readonly frontEnds: () => readonly FrontEnd[];
  /** Where only some namespaces may be used. */
  readonly scope?: ClusterScope;
  readonly clock?: Clock;
  /** What becomes of kinds that we may not list or watch; whoever needs one fails, where nothing is said. */
  readonly respectRbac?: () => RbacRespect;
  /** A label selector that narrows down which objects of a kind are watched; '' for all of them. */
  readonly selectorOf?: (kind: GroupKind) => string;
}

/** Connects to a cluster and waits until it answers. */
export async function connectCluster(
  name: string,
  client: KubeClient,
  frontEnds: () => readonly FrontEnd[],
  how: Pick<ClusterOptions, 'respectRbac' | 'selectorOf'> = {},
): Promise<Cluster> {
  const cluster = new WatchedCluster({ name, client, frontEnds, ...how });
  await cluster.ready;
  return cluster;
}

/** A cluster that is connected to from now on; it need not answer yet, or ever. */
export function openCluster(options: ClusterOptions): Cluster {
  return new WatchedCluster(options);
}

const actors = new WeakMap<Cluster, Map<string, Cluster>>();

/** The same cluster, with every request sent as another user; what is live is still seen with our own eyes. */
export function clusterAs(cluster: Cluster, user: string | undefined): Cluster {
  if (user === undefined) return cluster;
  const known = actors.get(cluster) ?? new Map<string, Cluster>();
  actors.set(cluster, known);
  const found = known.get(user) ?? delegate(cluster, cluster.client.impersonate(user));
  known.set(user, found);
  return found;
}

function delegate(cluster: Cluster, client: KubeClient): Cluster {
  return {
    name: cluster.name,
    client,
    live: cluster.live,
    get unreachable() {
      return cluster.unreachable;
    },
    settled: cluster.settled,
    doubt: (error) => cluster.doubt(error),
    onReachChange: (listener) => cluster.onReachChange(listener),
    onKindsChange: (listener) => cluster.onKindsChange(listener),
    schemaOf: (gvk) => cluster.schemaOf(gvk),
    figures: () => cluster.figures(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** How long a cluster that does not answer is left alone between two questions. */
const PROBE_BACKOFF: Backoff = { baseMs: 500, factor: 2, maxMs: 10_000 };

class WatchedCluster implements Cluster {
  readonly name: string;
  readonly client: KubeClient;
  readonly live: LiveState;
  readonly settled: Promise<void>;
  /** Resolves at the first answer; never, where none comes. */
  readonly ready: Promise<void>;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #kindListeners = new Set<() => void>();
  readonly #reachListeners = new Set<() => void>();
  readonly #schemas = new WeakMap<KubeObject, Map<string, FieldSchema>>();
  #settle: () => void = () => undefined;
  #definitions: Informer | undefined;
  #running: Promise<void>;
  #reach: ClusterFigures['reach'] = 'unknown';
  #message: string | undefined;
  #sinceMs: number;
  #version: string | undefined;
  #doubted: Promise<void> | undefined;

  constructor({ name, client, frontEnds, scope, clock = systemClock, ...sight }: ClusterOptions) {
    this.name = name;
    this.client = client;
    this.#clock = clock;
    this.#sinceMs = clock.now();
    this.live = createLiveState({ client, frontEnds, clock, scope, ...sight });
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.ready = this.#connect();
    this.#running = this.ready;
  }

  get unreachable(): string | undefined {
    return this.#message;
  }

  async doubt(error: unknown): Promise<void> {
    if (this.#reach !== 'reachable' || !isAway(error)) return;
    // A connection that broke is no lost cluster: it is asked once before it counts as one.
    this.#doubted ??= this.#ask()
      .catch((failure: unknown) => {
        this.#lose(failure);
        this.#running = this.#untilBack();
      })
      .finally(() => {
        this.#doubted = undefined;
      });
    await this.#doubted;
  }

  onReachChange(listener: () => void): () => void {
    this.#reachListeners.add(listener);
    return () => this.#reachListeners.delete(listener);
  }

  onKindsChange(listener: () => void): () => void {
    this.#kindListeners.add(listener);
    return () => this.#kindListeners.delete(listener);
  }

  schemaOf(gvk: GroupVersionKind): FieldSchema | undefined {
    return builtinSchema(gvk) ?? customSchema(gvk, this.#definitions?.list() ?? [], this.#schemas);
  }

  figures(): ClusterFigures {
    return {
      reach: this.#reach,
      message: this.#message,
      sinceMs: this.#sinceMs,
      serverVersion: this.#version,
      ...this.live.size(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('the cluster was closed', 'AbortError'));
    this.#settle();
    await this.live[Symbol.asyncDispose]();
    await this.#definitions?.[Symbol.asyncDispose]();
    await this.#running.catch(() => undefined);
  }

  /** Asks until there is an answer, then watches the custom definitions, so that new kinds are known as soon as they are served. */
  async #connect(): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      try {
        await this.#ask();
        await this.#watchDefinitions();
        this.#answered();
        return;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#lose(error);
        await this.#pause(attempt);
      }
    }
  }

  async #watchDefinitions(): Promise<void> {
    const type = await this.client.discovery.preferred(definitionKind);
    if (!type) throw new Error(`cluster "${this.name}" serves no CustomResourceDefinitions`);
    const { promise: denied, resolve: deny } = Promise.withResolvers<void>();
    const definitions = createInformer(this.client, type, {
      signal: this.#stop.signal,
      onError: (error) => {
        // A server that goes away between its first answer and the first list is lost as well; the watch goes on asking.
        if (this.#reach !== 'reachable' && isAway(error)) this.#lose(error);
        void this.doubt(error);
        // Who may see some namespaces only may see no definitions: kinds are known by discovery alone, then.
        if (error instanceof KubeError && error.code === 403) deny();
      },
    });
    await this.#definitions?.[Symbol.asyncDispose]();
    this.#definitions = definitions;
    await Promise.race([definitions.synced, denied]);
    definitions.onChange(() => {
      this.client.discovery.invalidate();
      for (const listener of this.#kindListeners) listener();
    });
  }

  /** One small question. Rejects where no answer came, or where we may not even ask. */
  async #ask(): Promise<void> {
    const { status, body } = await this.client.transport.send({
      method: 'GET',
      path: '/version',
      signal: this.#stop.signal,
    });
    if (status !== 200) {
      throw new KubeUnreachable(`${this.client.transport.endpoint} answers ${status} to who we are`, {
        reason: 'credentials',
      });
    }
    const told = (body as { readonly gitVersion?: unknown } | undefined)?.gitVersion;
    this.#version = typeof told === 'string' ? told : undefined;
  }

  #lose(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#message = error instanceof Error ? error.message : String(error);
    const known = this.#reach === 'lost';
    if (!known) this.#sinceMs = this.#clock.now();
    this.#reach = 'lost';
    this.#settle();
    if (!known) for (const listener of this.#reachListeners) listener();
  }

  async #untilBack(): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      await this.#pause(attempt);
      try {
        await this.#ask();
        this.#answered();
        return;
      } catch (error) {
        this.#lose(error);
      }
    }
  }

  #answered(): void {
    if (this.#stop.signal.aborted) return;
    const lost = this.#reach === 'lost';
    if (this.#reach !== 'reachable') this.#sinceMs = this.#clock.now();
    this.#reach = 'reachable';
    this.#message = undefined;
    this.#settle();
    if (!lost) return;
    this.client.discovery.invalidate();
    for (const listener of this.#reachListeners) listener();
  }

  async #pause(attempt: number): Promise<void> {
    await this.#clock.sleep(backoffDelayMs(PROBE_BACKOFF, attempt), this.#stop.signal).catch(() => undefined);
  }
}

const definitionKind = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' };

/** There is no answer, or the server does not know us any more. */
function isAway(error: unknown): boolean {
  return error instanceof KubeUnreachable || (error instanceof KubeError && error.code === 401);
}

interface DefinitionSpec {
  readonly group?: string;
  readonly names?: { readonly kind?: string };
  readonly versions?: readonly {
    readonly name?: string;
    readonly schema?: { readonly openAPIV3Schema?: Readonly<Record<string, never>> };
  }[];
}

function customSchema(
  gvk: GroupVersionKind,
  definitions: readonly KubeObject[],
  schemas: WeakMap<KubeObject, Map<string, FieldSchema>>,
): FieldSchema | undefined {
  for (const definition of definitions) {
    const spec = definition['spec'] as DefinitionSpec | undefined;
    if (spec?.group !== gvk.group || spec.names?.kind !== gvk.kind) continue;
    const known = schemas.get(definition) ?? new Map<string, FieldSchema>();
    schemas.set(definition, known);
    const cached = known.get(gvk.version);
    if (cached) return cached;
    const schema = spec.versions?.find((version) => version.name === gvk.version)?.schema?.openAPIV3Schema;
    if (!schema) return undefined;
    const read = schemaFromCrd(schema);
    known.set(gvk.version, read);
    return read;
  }
  return undefined;
}
