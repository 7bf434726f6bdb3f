// The informers of one client, shared: two controllers that watch Deployments cost one watch and one copy in memory.

import type { KubeObject } from '@evenkeel/resource';
import { assert } from '@evenkeel/std';
import type { Informer, KubeClient, ObjectChange, ResourceType } from './client.ts';
import { type InformerOptions, ListWatchInformer } from './informer.ts';
import type { IndexFunction } from './object-cache.ts';

/** What a user of a shared informer may choose: the selection, and indexes of its own. */
export interface SharedInformerOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly indexes?: Readonly<Record<string, IndexFunction>>;
}

/** Informers by type and selection, started at first use, closed when their last user has closed. */
export interface InformerSet extends AsyncDisposable {
  /** A handle to the shared informer. Dispose it when done; its listeners and indexes go with it, the informer with the last handle. */
  for(type: ResourceType, options?: SharedInformerOptions): Informer;
  /** How many informers run. */
  readonly size: number;
  /** Shows an object just written to every running informer of its type that may hold it. */
  observe(type: ResourceType, object: KubeObject): void;
}

/** Options that all informers of a set share. */
export type InformerSetOptions = Pick<
  InformerOptions,
  'transform' | 'signal' | 'initial' | 'clock' | 'backoff' | 'random'
> & {
  readonly onError?: (error: Error, type: ResourceType) => void;
};

interface Shared {
  readonly informer: ListWatchInformer;
  users: number;
}

/** Makes an empty set over `client`. */
export function createInformerSet(client: KubeClient, options: InformerSetOptions = {}): InformerSet {
  const running = new Map<string, Shared>();
  let handles = 0;
  let closed = false;

  const start = (type: ResourceType, selection: SharedInformerOptions): Shared => {
    const { onError, ...shared } = options;
    const { indexes: _perHandle, ...selected } = selection;
    const report = onError ? { onError: (error: Error) => onError(error, type) } : {};
    return { informer: new ListWatchInformer(client, type, { ...shared, ...selected, ...report }), users: 0 };
  };
  return {
    get size() {
      return running.size;
    },
    for(type, selection = {}) {
      assert(!closed, 'the set of informers is closed');
      const key = keyOf(type, selection);
      const shared = running.get(key) ?? start(type, selection);
      running.set(key, shared);
      shared.users += 1;
      handles += 1;
      return handleOf(shared.informer, String(handles), selection.indexes ?? {}, async () => {
        shared.users -= 1;
        if (shared.users > 0) return;
        running.delete(key);
        await shared.informer[Symbol.asyncDispose]();
      });
    },
    observe(type, object) {
      const prefix = typeKey(type);
      for (const [key, { informer }] of running) if (key.startsWith(prefix)) informer.observe(object);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      const all = [...running.values()];
      running.clear();
      await Promise.all(all.map(({ informer }) => informer[Symbol.asyncDispose]()));
    },
  };
}

/** One user's view. Its indexes carry its number, so that users cannot collide in names. */
function handleOf(
  informer: ListWatchInformer,
  handle: string,
  indexes: Readonly<Record<string, IndexFunction>>,
  release: () => Promise<void>,
): Informer {
  const own = (name: string): string => `${handle}:${name}`;
  const stops = new Set<() => void>();
  let closed = false;
  for (const [name, valuesOf] of Object.entries(indexes)) informer.cache.addIndex(own(name), valuesOf);
  return {
    type: informer.type,
    synced: informer.synced,
    get hasSynced() {
      return informer.hasSynced;
    },
    get: (namespace, name) => informer.get(namespace, name),
    list: (namespace) => informer.list(namespace),
    byIndex: (name, value) => informer.byIndex(own(name), value),
    onChange(listener: (change: ObjectChange) => void) {
      const stop = informer.onChange(listener);
      stops.add(stop);
      return () => {
        stops.delete(stop);
        stop();
      };
    },
    observe: (object) => informer.observe(object),
    async [Symbol.asyncDispose]() {
      if (closed) return;
      closed = true;
      for (const stop of stops) stop();
      for (const name of Object.keys(indexes)) informer.cache.removeIndex(own(name));
      await release();
    },
  };
}

function typeKey(type: ResourceType): string {
  return `${type.group}/${type.version}/${type.plural}\n`;
}

function keyOf(type: ResourceType, selection: SharedInformerOptions): string {
  const { namespace = '', labelSelector = '', fieldSelector = '' } = selection;
  return typeKey(type) + [namespace, labelSelector, fieldSelector].join('\n');
}
