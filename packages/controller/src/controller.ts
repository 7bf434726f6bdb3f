// The reconcile loop: keys in, outcomes out. A reconciler reads the world and says in one of three words how it went;
// when it runs again, and how failures back off, is decided here.

import { abortReason, systemClock } from '@evenkeel/kube';
import { type Backoff, type Clock, assertNever } from '@evenkeel/std';
import { type Priority, type WorkTurn, createWorkQueue } from './work-queue.ts';

/** How a reconcile ended. There is no boolean "requeue": running again always says when or why. */
export type Outcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'again'; readonly afterMs: number }
  | { readonly kind: 'failed'; readonly error: Error; readonly retry: boolean };

/** What a reconciler is given besides its key. */
export interface ReconcileContext {
  /** Aborts when the controller stops or the key's deadline passes. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly priority: Priority;
  /** How often this key has failed in a row before. */
  readonly failures: number;
}

export type Reconcile<K> = (key: K, context: ReconcileContext) => Promise<Outcome>;

/** An outcome with what it took. `retryAfterMs` says when a failure that retries will run again. */
export interface OutcomeReport<K> {
  readonly key: K;
  readonly outcome: Outcome;
  readonly durationMs: number;
  readonly retryAfterMs?: number;
}

export interface ControllerOptions<K> {
  readonly name: string;
  readonly reconcile: Reconcile<K>;
  /** How many keys are reconciled at the same time. Default 4. */
  readonly concurrency?: number;
  /** Back-off of failures. Default 5 ms doubling to 1000 s, as controller-runtime. */
  readonly backoff?: Backoff;
  /** After this long the reconcile's signal aborts and, when it ends, it counts as failed. Default: no deadline. */
  readonly deadlineMs?: number;
  readonly clock?: Clock;
  /** Stops the controller. */
  readonly signal?: AbortSignal;
  /** Told of every outcome, after the next run was scheduled. What it throws is ignored. */
  readonly onOutcome?: (report: OutcomeReport<K>) => void;
}

/** Plain counters; whoever exports metrics reads them. */
export interface ControllerMetrics {
  readonly settled: number;
  readonly again: number;
  readonly failed: number;
  readonly deadlinesExceeded: number;
  readonly durationMsSum: number;
  readonly durationMsMax: number;
  /** Reconciles that took at most `durationBucketsMs[i]`, cumulative; the last bucket is the total. */
  readonly durationCounts: readonly number[];
  readonly depth: number;
  readonly running: number;
  readonly delayed: number;
}

/** Upper bounds of the duration histogram, in milliseconds. */
export const durationBucketsMs: readonly number[] = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 5000, 30_000, Infinity];

/** A running controller. Disposing stops it and waits for what runs. */
export interface Controller<K> extends AsyncDisposable {
  readonly name: string;
  /** Asks for a key to be reconciled soon. */
  add(key: K, priority?: Priority): void;
  addAfter(key: K, delayMs: number, priority?: Priority): void;
  /** Resolves when nothing is ready and nothing runs (keys waiting for their time do not count). */
  idle(): Promise<void>;
  metrics(): ControllerMetrics;
}

/** Thrown into a reconcile, and reported as its failure, when it ran longer than its deadline. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/** Makes a controller; it works as soon as keys are added. */
export function createController<K>(options: ControllerOptions<K>): Controller<K> {
  const clock = options.clock ?? systemClock;
  const stop = new AbortController();
  const counters = newCounters();
  const queue = createWorkQueue<K>({
    concurrency: options.concurrency ?? 4,
    clock,
    ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
    work: async (key, turn) => {
      const startedAtMs = clock.now();
      const outcome = await reconcileOnce(options, key, { turn, clock, stop: stop.signal });
      if (stop.signal.aborted) return;
      const durationMs = clock.now() - startedAtMs;
      count(counters, outcome, durationMs);
      const retryAfterMs = schedule(key, outcome);
      report(options, { key, outcome, durationMs, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
    },
  });

  const schedule = (key: K, outcome: Outcome): number | undefined => {
    switch (outcome.kind) {
      case 'settled':
        queue.forget(key);
        return undefined;
      case 'again':
        queue.forget(key);
        queue.addAfter(key, outcome.afterMs);
        return undefined;
      case 'failed':
        if (outcome.retry) return queue.addRateLimited(key);
        queue.forget(key);
        return undefined;
      default:
        return assertNever(outcome);
    }
  };
  const close = async (): Promise<void> => {
    stop.abort(new DOMException(`controller ${options.name} stops`, 'AbortError'));
    options.signal?.removeEventListener('abort', onAbort);
    await queue.drain();
  };
  const onAbort = (): void => void close();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted === true) onAbort();
  return {
    name: options.name,
    add: (key, priority) => queue.add(key, priority),
    addAfter: (key, delayMs, priority) => queue.addAfter(key, delayMs, priority),
    idle: () => queue.idle(),
    metrics: () => ({
      ...counters,
      durationCounts: [...counters.durationCounts],
      depth: queue.depth,
      running: queue.running,
      delayed: queue.delayed,
    }),
    [Symbol.asyncDispose]: close,
  };
}

interface Turn {
  readonly turn: WorkTurn;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

/** Runs the reconciler once; whatever it throws becomes an outcome. */
async function reconcileOnce<K>(options: ControllerOptions<K>, key: K, { turn, clock, stop }: Turn): Promise<Outcome> {
  const own = new AbortController();
  const forward = (): void => own.abort(abortReason(stop));
  stop.addEventListener('abort', forward, { once: true });
  if (stop.aborted) forward();
  const { deadlineMs } = options;
  let late: DeadlineExceeded | undefined;
  const cancelDeadline =
    deadlineMs === undefined
      ? undefined
      : clock.after(deadlineMs, () => {
          late = new DeadlineExceeded(`${options.name}: reconciling ${String(key)} took longer than ${deadlineMs} ms`);
          own.abort(late);
        });
  try {
    const outcome = await options.reconcile(key, { ...turn, signal: own.signal, clock });
    return late ? { kind: 'failed', error: late, retry: true } : outcome;
  } catch (error) {
    return { kind: 'failed', error: late ?? asError(error), retry: true };
  } finally {
    cancelDeadline?.();
    stop.removeEventListener('abort', forward);
  }
}

type MutableCounters = {
  -readonly [Name in keyof Omit<ControllerMetrics, 'depth' | 'running' | 'delayed' | 'durationCounts'>]: number;
} & {
  readonly durationCounts: number[];
};

function newCounters(): MutableCounters {
  return {
    settled: 0,
    again: 0,
    failed: 0,
    deadlinesExceeded: 0,
    durationMsSum: 0,
    durationMsMax: 0,
    durationCounts: durationBucketsMs.map(() => 0),
  };
}

function count(counters: MutableCounters, outcome: Outcome, durationMs: number): void {
  counters[outcome.kind] += 1;
  if (outcome.kind === 'failed' && outcome.error instanceof DeadlineExceeded) counters.deadlinesExceeded += 1;
  counters.durationMsSum += durationMs;
  counters.durationMsMax = Math.max(counters.durationMsMax, durationMs);
  for (const [at, bound] of durationBucketsMs.entries()) {
    if (durationMs <= bound) counters.durationCounts[at] = (counters.durationCounts[at] ?? 0) + 1;
  }
}

function report<K>(options: ControllerOptions<K>, what: OutcomeReport<K>): void {
  try {
    options.onOutcome?.(what);
  } catch {
    // An observer that fails must not take the loop with it.
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
