// Watches: events of one collection through a selection, from a revision on, with bookmarks, initial events and 410.

import type { WatchLine } from '@evenkeel/kube';
import type { KubeObject } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import type { Collection, StoreEvent } from '../store/collection.ts';
import type { Store } from '../store/store.ts';
import { type Scope, selection } from './read.ts';
import { type ServedType, apiVersionOf } from './served-type.ts';
import { ApiError, expired } from './status.ts';
import { atVersion } from './versions.ts';

export interface WatchDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** A number in [0, 1): spreads the ends of watches. */
  readonly fraction: () => number;
}

type Query = Readonly<Record<string, string>>;

/**
 * Opens a watch. Throws 400 or 422 for parameters that make no sense. A revision that is no longer remembered is told on
 * the stream: an ERROR line with a 410 Status, as the real server's watch cache does.
 */
export function openWatch(
  deps: WatchDeps,
  scope: Scope,
  query: Query,
): (signal: AbortSignal) => AsyncIterable<WatchLine> {
  const narrowed = scope.name === undefined ? query : withName(query, scope.name);
  const matches = selection(scope, narrowed) ?? (() => true);
  const start = readStart(query);
  const timeoutMs = watchTimeoutMs(query['timeoutSeconds'], deps.fraction);
  const bookmarks = query['allowWatchBookmarks'] === 'true' || query['allowWatchBookmarks'] === '1';
  return (signal) => {
    const queue = new LineQueue(signal);
    const feed = new Feed({ deps, scope, matches, bookmarks, queue });
    feed.begin(start);
    const stopTimeout = deps.clock.after(timeoutMs, () => feed.finish());
    queue.onEnd(() => {
      stopTimeout();
      feed.stop();
    });
    return queue;
  };
}

interface Start {
  readonly revision: number | undefined;
  readonly initialEvents: boolean;
  readonly initialEnd: boolean;
}

function readStart(query: Query): Start {
  const asked = query['resourceVersion'] ?? '';
  const sendInitial = query['sendInitialEvents'];
  const match = query['resourceVersionMatch'] ?? '';
  if (sendInitial !== undefined && match !== 'NotOlderThan') {
    throw invalidWatch(
      'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  if (sendInitial === undefined && match !== '') {
    throw invalidWatch(
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
  }
  if (asked !== '' && !/^\d+$/.test(asked)) {
    throw new ApiError(
      400,
      'BadRequest',
      `Invalid value: "${asked}": strconv.ParseUint: parsing "${asked}": invalid syntax`,
    );
  }
  if (sendInitial === 'true' || sendInitial === '1')
    return { revision: undefined, initialEvents: true, initialEnd: true };
  if (sendInitial !== undefined) return { revision: undefined, initialEvents: false, initialEnd: false };
  if (asked === '' || asked === '0') return { revision: undefined, initialEvents: true, initialEnd: false };
  return { revision: Number(asked), initialEvents: false, initialEnd: false };
}

function invalidWatch(detail: string): ApiError {
  return new ApiError(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${detail}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
  });
}

// Upstream: at least half an hour, and up to twice that at random.
function watchTimeoutMs(text: string | undefined, fraction: () => number): number {
  const seconds = Number(text ?? '0');
  return seconds > 0 ? seconds * 1000 : 1_800_000 * (1 + fraction());
}

const bookmarkEveryMs = 60_000;

/** Turns store events into watch lines. */
class Feed {
  readonly #deps: WatchDeps;
  readonly #scope: Scope;
  readonly #matches: (object: KubeObject) => boolean;
  readonly #bookmarks: boolean;
  readonly #queue: LineQueue;
  readonly #collection: Collection;
  #unsubscribe: () => void = () => undefined;
  #stopBookmarks: () => void = () => undefined;

  constructor(options: {
    readonly deps: WatchDeps;
    readonly scope: Scope;
    readonly matches: (object: KubeObject) => boolean;
    readonly bookmarks: boolean;
    readonly queue: LineQueue;
  }) {
    this.#deps = options.deps;
    this.#scope = options.scope;
    this.#matches = options.matches;
    this.#bookmarks = options.bookmarks;
    this.#queue = options.queue;
    this.#collection = options.deps.store.collection(options.scope.type.collection);
  }

  begin(start: Start): void {
    if (start.revision !== undefined) {
      const missed = this.#collection.since(start.revision);
      if (missed === 'expired') {
        this.#queue.push({
          type: 'ERROR',
          object: expired(`too old resource version: ${start.revision} (${this.#deps.store.revision})`).status,
        });
        this.#queue.finish();
        return;
      }
      for (const event of missed) this.#event(event);
    }
    if (start.initialEvents) {
      for (const object of this.#collection.list(this.#scope.namespace)) {
        if (this.#matches(object)) this.#push('ADDED', object);
      }
    }
    if (start.initialEnd && this.#bookmarks) this.#bookmark({ 'k8s.io/initial-events-end': 'true' });
    this.#unsubscribe = this.#collection.subscribe({
      event: (event) => this.#event(event),
      end: () => this.#queue.finish(),
    });
    if (this.#bookmarks) this.#scheduleBookmark();
  }

  /** Ends the stream as a server time-out does: with a last bookmark where they are wanted. */
  finish(): void {
    if (this.#bookmarks) this.#bookmark(undefined);
    this.#queue.finish();
  }

  stop(): void {
    this.#unsubscribe();
    this.#stopBookmarks();
  }

  #event(event: StoreEvent): void {
    const { namespace } = this.#scope;
    if (namespace !== undefined && (event.object.metadata.namespace ?? '') !== namespace) return;
    const before = event.previous !== undefined && this.#matches(event.previous);
    const after = event.type !== 'DELETED' && this.#matches(event.object);
    if (after) this.#push(before ? 'MODIFIED' : 'ADDED', event.object);
    else if (before) this.#push('DELETED', this.#lastMatching(event));
  }

  // An object that no longer matches is told as deleted in its last matching state, stamped with the new revision.
  #lastMatching(event: StoreEvent): KubeObject {
    if (event.type === 'DELETED' || event.previous === undefined) return event.object;
    return { ...event.previous, metadata: { ...event.previous.metadata, resourceVersion: String(event.revision) } };
  }

  #push(type: WatchLine['type'], object: KubeObject): void {
    this.#queue.push({ type, object: atVersion(object, this.#scope.type) });
  }

  #bookmark(annotations: Readonly<Record<string, string>> | undefined): void {
    this.#queue.push({
      type: 'BOOKMARK',
      object: bookmarkOf(this.#scope.type, this.#deps.store.revision, annotations),
    });
  }

  #scheduleBookmark(): void {
    this.#stopBookmarks = this.#deps.clock.after(bookmarkEveryMs, () => {
      this.#bookmark(undefined);
      this.#scheduleBookmark();
    });
  }
}

function bookmarkOf(
  type: ServedType,
  revision: number,
  annotations: Readonly<Record<string, string>> | undefined,
): KubeObject {
  const metadata = { resourceVersion: String(revision), ...(annotations === undefined ? {} : { annotations }) };
  return { kind: type.kind, apiVersion: apiVersionOf(type), metadata };
}

function withName(query: Query, name: string): Query {
  const term = `metadata.name=${name}`;
  const selector = query['fieldSelector'];
  return { ...query, fieldSelector: selector === undefined || selector === '' ? term : `${term},${selector}` };
}

/** Lines waiting to be read by one watcher. Ends when finished and drained, or at once when the signal aborts. */
class LineQueue implements AsyncIterable<WatchLine>, AsyncIterator<WatchLine> {
  #lines: WatchLine[] = [];
  #head = 0;
  #waiting: ((result: IteratorResult<WatchLine>) => void) | undefined;
  #finished = false;
  #endListeners: (() => void)[] = [];
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#end();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    if (signal.aborted) this.#finished = true;
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchLine> {
    return this;
  }

  push(line: WatchLine): void {
    if (this.#finished) return;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#lines.push(line);
      return;
    }
    this.#waiting = undefined;
    waiting({ done: false, value: line });
  }

  /** No more lines; what is queued is still read. */
  finish(): void {
    this.#finished = true;
    this.#release();
    if (this.#head === this.#lines.length) this.#answerDone();
  }

  onEnd(listener: () => void): void {
    if (this.#finished) listener();
    else this.#endListeners.push(listener);
  }

  next(): Promise<IteratorResult<WatchLine>> {
    const line = this.#lines[this.#head];
    if (line !== undefined) {
      this.#head++;
      if (this.#head > 1024 && this.#head * 2 > this.#lines.length) {
        this.#lines = this.#lines.slice(this.#head);
        this.#head = 0;
      }
      return Promise.resolve({ done: false, value: line });
    }
    if (this.#finished) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  return(): Promise<IteratorResult<WatchLine>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  #end(): void {
    this.#lines = [];
    this.#head = 0;
    this.finish();
    this.#answerDone();
  }

  #answerDone(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.({ done: true, value: undefined });
  }

  #release(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    const listeners = this.#endListeners;
    this.#endListeners = [];
    for (const listener of listeners) listener();
  }
}
