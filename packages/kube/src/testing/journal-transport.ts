// One resource type as etcd keeps it: a journal of changes with a version each, compacted when told to. It is the
// reference an informer's cache is compared with; everything else of an API server is the sandbox's business.

import type { Json, KubeObject } from '@evenkeel/resource';
import type { ResourceType } from '../client.ts';
import type { KubeRequest, KubeResponse, KubeTransport, WatchLine } from '../transport.ts';

/** The type a journal serves. */
export const journalType: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  namespaced: true,
  verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'],
  shortNames: ['cm'],
  categories: [],
  subresources: [],
};

/** A journal and the transport that reads it. Writes are made directly and return the object as stored. */
export interface Journal {
  readonly transport: KubeTransport;
  put(namespace: string, name: string, data: Readonly<Record<string, string>>): KubeObject;
  remove(namespace: string, name: string): KubeObject | undefined;
  /** Everything there is now. */
  state(): readonly KubeObject[];
  /** Forgets the history: watches from before, and continue tokens from before, answer 410. */
  compact(): void;
  /** Ends all open watches. */
  hangUp(): void;
  readonly version: number;
}

interface Entry {
  readonly version: number;
  readonly line: WatchLine;
}

/** Makes an empty journal. */
export function createJournal(): Journal {
  const objects = new Map<string, KubeObject>();
  let entries: Entry[] = [];
  let version = 1;
  let compacted = 0;
  let uids = 0;
  let watchers = new Set<() => void>();
  const wakeAll = (): void => {
    const woken = watchers;
    watchers = new Set();
    for (const wake of woken) wake();
  };
  let epoch = 0;

  const append = (type: WatchLine['type'], object: KubeObject): KubeObject => {
    entries.push({ version, line: { type, object } });
    wakeAll();
    return object;
  };
  const list = (request: KubeRequest): KubeResponse => {
    const { limit = '0', continue: token } = request.query ?? {};
    const [at, from] = token === undefined ? [version, 0] : (token.split(':').map(Number) as [number, number]);
    // A page after a change belongs to a snapshot that a journal does not keep: expired, as after a compaction.
    if (at !== version) return { status: 410, headers: {}, body: expired() };
    const all = [...objects.values()];
    const to = Number(limit) > 0 ? from + Number(limit) : all.length;
    const more = to < all.length ? { continue: `${at}:${to}` } : {};
    const items = all
      .slice(from, to)
      .map(({ apiVersion: _v, kind: _k, ...rest }) => rest) as unknown as readonly Json[];
    const metadata = { resourceVersion: String(at), ...more };
    return { status: 200, headers: {}, body: { apiVersion: 'v1', kind: 'ConfigMapList', metadata, items } };
  };

  async function* watch(request: KubeRequest): AsyncGenerator<WatchLine> {
    let seen = Number(request.query?.['resourceVersion'] ?? 0);
    const startedIn = epoch;
    if (seen < compacted) {
      yield { type: 'ERROR', object: { ...expired(), metadata: {} } };
      return;
    }
    while (epoch === startedIn && request.signal?.aborted !== true) {
      const next = entries.find((entry) => entry.version > seen);
      if (next) {
        seen = next.version;
        yield next.line;
        continue;
      }
      if (seen !== version) {
        seen = version;
        const metadata = { resourceVersion: String(version) };
        yield { type: 'BOOKMARK', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata } };
        continue;
      }
      await new Promise<void>((resolve) => {
        watchers.add(resolve);
        request.signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
  return {
    transport: {
      endpoint: 'journal',
      send: async (request) => list(request),
      watch,
      stream: () => {
        throw new Error('a journal has no logs');
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
    put(namespace, name, data) {
      version += 1;
      const known = objects.get(`${namespace}/${name}`);
      const uid = known?.metadata.uid ?? `uid-${(uids += 1)}`;
      const metadata = { namespace, name, uid, resourceVersion: String(version) };
      const object: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
      objects.set(`${namespace}/${name}`, object);
      return append(known ? 'MODIFIED' : 'ADDED', object);
    },
    remove(namespace, name) {
      const known = objects.get(`${namespace}/${name}`);
      if (!known) return undefined;
      version += 1;
      objects.delete(`${namespace}/${name}`);
      return append('DELETED', { ...known, metadata: { ...known.metadata, resourceVersion: String(version) } });
    },
    state: () => [...objects.values()],
    compact() {
      // Other types count on the same versions, so the newest one is rarely an object of this type.
      version += 1;
      compacted = version;
      entries = [];
      epoch += 1;
      wakeAll();
    },
    hangUp() {
      epoch += 1;
      wakeAll();
    },
    get version() {
      return version;
    },
  };
}

function expired(): { readonly apiVersion: string; readonly kind: string; readonly [field: string]: string | number } {
  const message = 'The provided continue parameter or resource version is too old';
  return { apiVersion: 'v1', kind: 'Status', status: 'Failure', code: 410, reason: 'Expired', message };
}
