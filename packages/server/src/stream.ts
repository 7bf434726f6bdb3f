// The live stream: one subscription to the backend, fanned out to every open page as server-sent events.

import type { DeliverySummary, StreamEvent } from '@evenkeel/api';
import type { Backend } from './backend.ts';
import { summaryOf } from './views/summary.ts';

/** Where events go: one open page. */
export interface Subscriber {
  send(event: StreamEvent): void;
}

export interface Stream extends AsyncDisposable {
  /** Adds a page; it is sent the whole list first. Returns how to remove it. */
  subscribe(subscriber: Subscriber): () => void;
}

/** Changes of one application within this time are told once. */
const GATHER_MS = 40;

/** Starts listening. Summaries are compared, so that nothing is told twice. */
export function createStream(backend: Backend): Stream {
  return new LiveStream(backend);
}

class LiveStream implements Stream {
  readonly #backend: Backend;
  readonly #subscribers = new Set<Subscriber>();
  /** What every page was told last, by key. */
  readonly #told = new Map<string, string>();
  readonly #dirty = new Set<string>();
  readonly #stops: readonly (() => void)[];
  #cancel: (() => void) | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#stops = [
      ...backend.faces.map((face) => face.onChange(() => this.#mark())),
      backend.onReport((key) => this.#mark(key)),
      followClusters(backend, (cluster) =>
        cluster.live.onChange(({ object }) => {
          const key = cluster.live.ownerOf(object) ?? rootOwner(object, cluster);
          if (key !== undefined) this.#mark(key);
        }),
      ),
    ];
  }

  subscribe(subscriber: Subscriber): () => void {
    const items = this.#current();
    for (const item of items) this.#told.set(item.key, JSON.stringify(item));
    subscriber.send({ event: 'snapshot', data: { items: [...items] } });
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#cancel?.();
    for (const stop of this.#stops) stop();
    this.#subscribers.clear();
    return Promise.resolve();
  }

  #mark(key?: string): void {
    if (key !== undefined) this.#dirty.add(key);
    this.#cancel ??= this.#backend.clock.after(GATHER_MS, () => this.#flush());
  }

  #flush(): void {
    this.#cancel = undefined;
    const touched = [...this.#dirty];
    this.#dirty.clear();
    if (this.#subscribers.size === 0) return;
    const now = new Map(this.#current().map((item) => [item.key, item]));
    for (const key of this.#told.keys()) {
      if (now.has(key)) continue;
      this.#told.delete(key);
      this.#broadcast({ event: 'removed', data: { key } });
    }
    for (const item of now.values()) this.#tell(item);
    for (const key of touched) if (now.has(key)) this.#broadcast({ event: 'touched', data: { key } });
  }

  #tell(item: DeliverySummary): void {
    const text = JSON.stringify(item);
    if (this.#told.get(item.key) === text) return;
    this.#told.set(item.key, text);
    this.#broadcast({ event: 'delivery', data: { item } });
    const state = this.#backend.history.stateOf(item.key);
    const nowMs = this.#backend.clock.now();
    if (!state) return;
    this.#broadcast({ event: 'waterline', data: { key: item.key, run: { state, fromMs: nowMs, toMs: nowMs } } });
  }

  #current(): readonly DeliverySummary[] {
    return this.#backend.faces.flatMap((face) => face.list().map((item) => summaryOf(item, this.#backend)));
  }

  #broadcast(event: StreamEvent): void {
    for (const subscriber of this.#subscribers) subscriber.send(event);
  }
}

type LiveCluster = NonNullable<ReturnType<Backend['cluster']>>;

function followClusters(backend: Backend, listener: (cluster: LiveCluster) => () => void): () => void {
  if (backend.followClusters) return backend.followClusters(listener);
  const cluster = backend.cluster('in-cluster');
  return cluster ? listener(cluster) : () => undefined;
}

/** The application at the top of an object's owners: a Pod's ReplicaSet's Deployment carries the mark. */
function rootOwner(object: Parameters<LiveCluster['live']['ownerOf']>[0], cluster: LiveCluster): string | undefined {
  let at: typeof object | undefined = object;
  for (let depth = 0; at && depth < 8; depth += 1) {
    const owner = (at.metadata.ownerReferences ?? []).find((entry) => entry.controller === true);
    if (!owner) return cluster.live.ownerOf(at);
    const group = owner.apiVersion.includes('/') ? (owner.apiVersion.split('/')[0] ?? '') : '';
    at = cluster.live.get({ group, kind: owner.kind, namespace: at.metadata.namespace ?? '', name: owner.name });
    const key = at && cluster.live.ownerOf(at);
    if (key !== undefined) return key;
  }
  return undefined;
}
