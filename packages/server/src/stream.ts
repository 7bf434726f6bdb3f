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
  const subscribers = new Set<Subscriber>();
  const told = new Map<string, string>();
  const dirty = new Set<string>();
  let cancel: (() => void) | undefined;

  const current = (): readonly DeliverySummary[] =>
    backend.faces.flatMap((face) => face.list().map((item) => summaryOf(item, backend)));
  const broadcast = (event: StreamEvent): void => {
    for (const subscriber of subscribers) subscriber.send(event);
  };
  const flush = (): void => {
    cancel = undefined;
    const touched = [...dirty];
    dirty.clear();
    if (subscribers.size === 0) return;
    const now = new Map(current().map((item) => [item.key, item]));
    for (const key of told.keys()) {
      if (now.has(key)) continue;
      told.delete(key);
      broadcast({ event: 'removed', data: { key } });
    }
    for (const [key, item] of now) {
      const text = JSON.stringify(item);
      if (told.get(key) === text) continue;
      told.set(key, text);
      broadcast({ event: 'delivery', data: { item } });
      const run = lastRun(key);
      if (run) broadcast({ event: 'waterline', data: { key, run } });
    }
    for (const key of touched) if (now.has(key)) broadcast({ event: 'touched', data: { key } });
  };
  const lastRun = (key: string): { state: DeliverySummary['standing']; fromMs: number; toMs: number } | undefined => {
    const state = backend.history.stateOf(key);
    const nowMs = backend.clock.now();
    return state && { state, fromMs: nowMs, toMs: nowMs };
  };
  const mark = (key?: string): void => {
    if (key !== undefined) dirty.add(key);
    cancel ??= backend.clock.after(GATHER_MS, flush);
  };
  const stops = [
    ...backend.faces.map((face) => face.onChange(() => mark())),
    backend.onReport((key) => mark(key)),
    ...watchedClusters(backend).map((cluster) =>
      cluster.live.onChange(({ object }) => {
        const key = cluster.live.ownerOf(object) ?? rootOwner(object, cluster);
        if (key !== undefined) mark(key);
      }),
    ),
  ];
  return {
    subscribe(subscriber) {
      const items = current();
      for (const item of items) told.set(item.key, JSON.stringify(item));
      subscriber.send({ event: 'snapshot', data: { items: [...items] } });
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
    [Symbol.asyncDispose]() {
      cancel?.();
      for (const stop of stops) stop();
      subscribers.clear();
      return Promise.resolve();
    },
  };
}

type LiveCluster = NonNullable<ReturnType<Backend['cluster']>>;

function watchedClusters(backend: Backend): readonly LiveCluster[] {
  const cluster = backend.cluster('in-cluster');
  return cluster ? [cluster] : [];
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
