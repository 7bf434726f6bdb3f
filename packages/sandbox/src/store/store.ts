// The revisioned store beneath the API: one global revision as etcd has, one collection per resource type, a window of
// past events per collection so that watches can resume, and a journal that makes writes durable before they are seen.

import type { KubeObject } from '@evenkeel/resource';
import { Collection } from './collection.ts';

/** Where writes go to survive the process. `record` returns when they are on disk; it throws when they are not. */
export interface Journal {
  record(entry: JournalEntry): void;
  close(): void;
}

export interface JournalEntry {
  readonly revision: number;
  readonly collection: string;
  readonly key: string;
  /** Undefined for a deletion. */
  readonly object: KubeObject | undefined;
}

/** What a journal held when it was opened. */
export interface Restored {
  readonly revision: number;
  readonly entries: Iterable<{ readonly collection: string; readonly key: string; readonly object: KubeObject }>;
}

export interface StoreOptions {
  readonly journal?: Journal | undefined;
  readonly restored?: Restored | undefined;
  /** Milliseconds since the epoch; stamps events so that the window can forget old ones. */
  readonly now: () => number;
}

/** All collections under one revision counter. */
export class Store {
  readonly #collections = new Map<string, Collection>();
  readonly #journal: Journal | undefined;
  readonly now: () => number;
  /** Called after each write that is durable. */
  committed: () => void = () => undefined;
  /** Revisions up to this one are of an earlier run, whose events are not remembered. */
  #historyFrom: number;
  #revision: number;

  constructor(options: StoreOptions) {
    this.#journal = options.journal;
    this.now = options.now;
    // A fresh cluster starts at 1, as etcd does; a resumed one starts where it stopped.
    this.#historyFrom = options.restored?.revision ?? 0;
    this.#revision = Math.max(this.#historyFrom, 1);
    for (const entry of options.restored?.entries ?? []) {
      this.collection(entry.collection).restore(entry.key, entry.object);
    }
  }

  get revision(): number {
    return this.#revision;
  }

  /** The collection of one resource type, e.g. "apps/deployments"; made on first use. */
  collection(name: string): Collection {
    let collection = this.#collections.get(name);
    if (collection === undefined) {
      collection = new Collection(name, this, this.#historyFrom);
      this.#collections.set(name, collection);
    }
    return collection;
  }

  get collections(): Iterable<Collection> {
    return this.#collections.values();
  }

  /** Forgets a collection that no longer is served. Its objects must have been deleted before. */
  drop(name: string): void {
    this.#collections.delete(name);
  }

  /** Takes the next revision and makes the write durable. Called by collections only. */
  commit(collection: string, key: string, write: (revision: number) => KubeObject | undefined): number {
    const revision = this.#revision + 1;
    const object = write(revision);
    this.#journal?.record({ revision, collection, key, object });
    this.#revision = revision;
    this.committed();
    return revision;
  }

  /** Forgets the history of all collections: watches and lists of earlier revisions get 410, as after etcd's compaction. */
  compact(): void {
    for (const collection of this.#collections.values()) collection.compact();
    this.#historyFrom = this.#revision;
  }

  close(): void {
    for (const collection of this.#collections.values()) collection.end();
    this.#journal?.close();
  }
}
