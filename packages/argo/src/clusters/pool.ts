// The connections to all clusters: each is opened when the first Application asks for it, kept while its Secret says the
// same, and closed when the Secret goes. One that cannot be reached concerns nobody but its own Applications.

import { type Cluster, type FrontEnd, type RbacRespect, openCluster } from '@evenkeel/delivery';
import {
  type ClusterConfig,
  type Environment,
  type KubeClient,
  type KubeTransport,
  KubeUnreachable,
  createHttpTransport,
  createKubeClient,
} from '@evenkeel/kube';
import type { GroupKind } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import { resolveAccess } from './access.ts';
import type { ClusterDirectory } from './directory.ts';
import { type KnownCluster, clusterKey, inClusterAddress } from './known-cluster.ts';

export interface ClusterPool extends AsyncDisposable {
  /** The cluster with this key, opened where it is not yet; undefined where no Secret names it. */
  get(key: string): Cluster | undefined;
  /** The cluster with this key if it is open. */
  opened(key: string): Cluster | undefined;
  /** Calls the listener for every open cluster, now and later; what it answers is called when that cluster is closed. */
  follow(listener: ClusterListener): () => void;
}

/** Told of a cluster; answers what to do when it is closed. */
export type ClusterListener = (cluster: Cluster) => () => void;

export interface PoolOptions {
  readonly directory: ClusterDirectory;
  /** The cluster of this process, which somebody else opened and will close. */
  readonly own: Cluster;
  readonly frontEnds: () => readonly FrontEnd[];
  readonly clock: Clock;
  /** What commands that grant credentials may see of the outside. */
  readonly environment?: Environment;
  /** How a cluster is reached; HTTPS where not given. */
  readonly connect?: (config: ClusterConfig) => KubeTransport;
  /** What becomes of kinds that we may not list or watch, by the settings as they stand. */
  readonly respectRbac?: () => RbacRespect;
  /** A label selector that narrows down which objects of a kind are watched in a cluster; '' for all of them. */
  readonly selectorOf?: (kind: GroupKind, server: string) => string;
}

/** Makes an empty pool. */
export function createClusterPool(options: PoolOptions): ClusterPool {
  return new SecretClusters(options);
}

interface Follower {
  readonly listener: ClusterListener;
  readonly stops: Map<Cluster, () => void>;
}

interface Opened {
  /** What it was opened from. */
  readonly identity: string;
  readonly cluster: Cluster;
  close(): Promise<void>;
}

class SecretClusters implements ClusterPool {
  readonly #options: PoolOptions;
  readonly #open = new Map<string, Opened>();
  readonly #followers = new Set<Follower>();
  readonly #closing = new Set<Promise<void>>();
  readonly #stop: () => void;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#stop = options.directory.onChange(() => this.#closeStale());
  }

  get(key: string): Cluster | undefined {
    const { own, directory } = this.#options;
    if (key === own.name) return own;
    const known = this.#open.get(key);
    if (known) return known.cluster;
    const cluster = directory.list().find((candidate) => clusterKey(candidate) === key);
    if (!cluster) return undefined;
    const opened = this.#openOne(cluster);
    this.#open.set(key, opened);
    for (const { listener, stops } of this.#followers) stops.set(opened.cluster, listener(opened.cluster));
    return opened.cluster;
  }

  opened(key: string): Cluster | undefined {
    return key === this.#options.own.name ? this.#options.own : this.#open.get(key)?.cluster;
  }

  follow(listener: ClusterListener): () => void {
    const follower: Follower = { listener, stops: new Map() };
    this.#followers.add(follower);
    for (const cluster of [this.#options.own, ...[...this.#open.values()].map((opened) => opened.cluster)]) {
      follower.stops.set(cluster, listener(cluster));
    }
    return () => {
      this.#followers.delete(follower);
      for (const stop of follower.stops.values()) stop();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    for (const key of this.#open.keys()) this.#close(key);
    await Promise.all(this.#closing);
  }

  #openOne(known: KnownCluster): Opened {
    const { own, frontEnds, clock, respectRbac, selectorOf } = this.#options;
    const isOwn = known.server === inClusterAddress;
    const transport = isOwn ? undefined : this.#transport(known);
    const client: KubeClient = transport ? createKubeClient(transport, { clock }) : own.client;
    const { namespaces, clusterResources } = known;
    const cluster = openCluster({
      name: clusterKey(known),
      client,
      frontEnds,
      clock,
      ...(respectRbac ? { respectRbac } : {}),
      ...(selectorOf ? { selectorOf: (kind) => selectorOf(kind, known.server) } : {}),
      ...(namespaces.length > 0 ? { scope: { namespaces, clusterResources } } : {}),
    });
    return {
      identity: identityOf(known),
      cluster,
      async close() {
        await cluster[Symbol.asyncDispose]();
        await transport?.[Symbol.asyncDispose]();
      },
    };
  }

  #transport(known: KnownCluster): KubeTransport {
    const access = resolveAccess(known);
    if (access.kind === 'problem') return brokenTransport(known.server, access.sentence);
    const { connect, environment, clock } = this.#options;
    try {
      if (connect) return connect(access.config);
      return createHttpTransport(access.config, { clock, ...(environment ? { environment } : {}) });
    } catch (error) {
      return brokenTransport(known.server, error instanceof Error ? error.message : String(error));
    }
  }

  /** Closes what has gone or says something else now; it is opened again when somebody asks. */
  #closeStale(): void {
    const now = new Map(this.#options.directory.list().map((known) => [clusterKey(known), identityOf(known)]));
    for (const [key, { identity }] of this.#open) if (now.get(key) !== identity) this.#close(key);
  }

  #close(key: string): void {
    const opened = this.#open.get(key);
    this.#open.delete(key);
    if (!opened) return;
    for (const { stops } of this.#followers) {
      stops.get(opened.cluster)?.();
      stops.delete(opened.cluster);
    }
    const closing = opened.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

/** Equal for two readings that mean the same connection. Labels and the project change nothing in it. */
function identityOf({ server, namespaces, clusterResources, access, refreshRequestedAt }: KnownCluster): string {
  return JSON.stringify([server, namespaces, clusterResources, access, refreshRequestedAt]);
}

/** Says of every request why there can be none. */
function brokenTransport(endpoint: string, sentence: string): KubeTransport {
  const refuse = (): KubeUnreachable => new KubeUnreachable(sentence, { reason: 'credentials' });
  const nothing = <T>(): AsyncIterable<T> => ({
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(refuse()) }),
  });
  return {
    endpoint,
    send: () => Promise.reject(refuse()),
    watch: () => nothing(),
    stream: () => nothing(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
