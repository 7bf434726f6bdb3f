// A queue of keys to work on. A key is queued once however often it is added, never runs twice at the same time, and
// runs again when it was added while running. User-triggered work goes first.

import { type Backoff, type Clock, backoffDelayMs } from '@evenkeel/std';
import { systemClock } from '@evenkeel/kube';

/** Who waits for the work: a person, a change in the world, or nobody in particular. */
export type Priority = 'user' | 'change' | 'background';

const PRIORITIES: readonly Priority[] = ['user', 'change', 'background'];

/** What is handed to the worker besides the key. */
export interface WorkTurn {
  readonly priority: Priority;
  /** How often this key has failed in a row before (rate-limited re-adds since the last `forget`). */
  readonly failures: number;
}

export interface WorkQueueOptions<K> {
  /** Works on one key. A rejection is given to `onError`; the key is not added again by the queue itself. */
  readonly work: (key: K, turn: WorkTurn) => Promise<void>;
  /** How many keys run at the same time, background work three quarters of it. Default 1. */
  readonly concurrency?: number;
  readonly clock?: Clock;
  /** Waits of `addRateLimited`. Default 5 ms doubling to 1000 s (client-go:util/workqueue/default_rate_limiters.go). */
  readonly backoff?: Backoff;
  readonly onError?: (key: K, error: unknown) => void;
}

/** A deduplicating, delaying, rate-limiting work queue. Keys are compared as Map keys: use strings. */
export interface WorkQueue<K> extends AsyncDisposable {
  /** Queues a key now. A queued key moves up where `priority` is higher. Default 'change'. */
  add(key: K, priority?: Priority): void;
  /** Queues a key after a while. The earliest of several times wins. */
  addAfter(key: K, delayMs: number, priority?: Priority): void;
  /** Queues a key after its back-off, which grows with every call until `forget`. Returns the wait. */
  addRateLimited(key: K, priority?: Priority): number;
  /** Ends the back-off of a key. */
  forget(key: K): void;
  failures(key: K): number;
  /** Keys ready to run, running now, and waiting for their time. */
  readonly depth: number;
  readonly running: number;
  readonly delayed: number;
  /** Resolves when nothing is ready and nothing runs. Delayed keys do not count. */
  idle(): Promise<void>;
  /** Takes nothing more, drops what waits, and resolves when what runs has finished. Disposing does the same. */
  drain(): Promise<void>;
}

const DEFAULT_BACKOFF: Backoff = { baseMs: 5, factor: 2, maxMs: 1_000_000 };

/** Makes a queue that starts working at the first `add`. */
export function createWorkQueue<K>(options: WorkQueueOptions<K>): WorkQueue<K> {
  return new KeyedQueue(options);
}

interface Delayed {
  readonly dueMs: number;
  readonly priority: Priority;
  readonly cancel: () => void;
}

class KeyedQueue<K> implements WorkQueue<K> {
  readonly #options: WorkQueueOptions<K>;
  readonly #clock: Clock;
  readonly #ready: Readonly<Record<Priority, Set<K>>> = { user: new Set(), change: new Set(), background: new Set() };
  readonly #running = new Set<K>();
  #inBackground = 0;
  /** Added while running: runs again afterwards, with the highest priority it was added with. */
  readonly #dirty = new Map<K, Priority>();
  readonly #delayed = new Map<K, Delayed>();
  readonly #failures = new Map<K, number>();
  #waiters: (() => void)[] = [];
  #pumping = false;
  #closed = false;

  constructor(options: WorkQueueOptions<K>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get depth(): number {
    return PRIORITIES.reduce((sum, priority) => sum + this.#ready[priority].size, 0);
  }

  get running(): number {
    return this.#running.size;
  }

  get delayed(): number {
    return this.#delayed.size;
  }

  add(key: K, priority: Priority = 'change'): void {
    if (this.#closed) return;
    if (this.#running.has(key)) {
      this.#dirty.set(key, higher(priority, this.#dirty.get(key)));
      return;
    }
    for (const queued of PRIORITIES) {
      if (!this.#ready[queued].has(key)) continue;
      if (higher(priority, queued) === queued) return;
      this.#ready[queued].delete(key);
    }
    this.#ready[priority].add(key);
    this.#wake();
  }

  addAfter(key: K, delayMs: number, priority: Priority = 'background'): void {
    if (this.#closed) return;
    if (delayMs <= 0) {
      this.add(key, priority);
      return;
    }
    const dueMs = this.#clock.now() + delayMs;
    const known = this.#delayed.get(key);
    if (known && known.dueMs <= dueMs) return;
    known?.cancel();
    const cancel = this.#clock.after(delayMs, () => {
      this.#delayed.delete(key);
      this.add(key, priority);
    });
    this.#delayed.set(key, { dueMs, priority, cancel });
  }

  addRateLimited(key: K, priority: Priority = 'background'): number {
    const failures = this.failures(key);
    const delayMs = backoffDelayMs(this.#options.backoff ?? DEFAULT_BACKOFF, failures);
    this.#failures.set(key, failures + 1);
    this.addAfter(key, delayMs, priority);
    return delayMs;
  }

  forget(key: K): void {
    this.#failures.delete(key);
  }

  failures(key: K): number {
    return this.#failures.get(key) ?? 0;
  }

  idle(): Promise<void> {
    if (this.depth === 0 && this.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  async drain(): Promise<void> {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#dirty.clear();
    for (const priority of PRIORITIES) this.#ready[priority].clear();
    this.#settle();
    await this.idle();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  /** Starts work in a microtask, so that a caller who adds ten keys has added all ten before the first one runs. */
  #wake(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    const concurrency = this.#options.concurrency ?? 1;
    // A quarter is kept free, so that a change does not wait until one of a thousand background turns ends.
    const backgroundMax = Math.ceil((concurrency * 3) / 4);
    for (const priority of PRIORITIES) {
      for (const key of this.#ready[priority]) {
        if (this.#running.size >= concurrency) return;
        if (priority === 'background' && this.#inBackground >= backgroundMax) return;
        this.#ready[priority].delete(key);
        void this.#run(key, priority);
      }
    }
  }

  async #run(key: K, priority: Priority): Promise<void> {
    this.#running.add(key);
    if (priority === 'background') this.#inBackground += 1;
    // The run that starts now sees the world as it is, which is what the delayed run was waiting to do.
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
    try {
      await this.#options.work(key, { priority, failures: this.failures(key) });
    } catch (error) {
      this.#options.onError?.(key, error);
    } finally {
      this.#running.delete(key);
      if (priority === 'background') this.#inBackground -= 1;
      const again = this.#dirty.get(key);
      this.#dirty.delete(key);
      if (again) this.add(key, again);
      this.#pump();
      this.#settle();
    }
  }

  #settle(): void {
    if (this.depth > 0 || this.running > 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}

function higher(left: Priority, right: Priority | undefined): Priority {
  if (right === undefined) return left;
  return PRIORITIES.indexOf(left) <= PRIORITIES.indexOf(right) ? left : right;
}
