// Who wants to know that a repository changed, and the polling that finds out where nobody pushes a notice.

import type { Clock } from '@evenkeel/std';
import { createSingleFlight } from './sharing.ts';

const JITTER = 0.1;

/** That something moved. Without `refs` it is not known what. */
export interface SourceChange {
  readonly url: string;
  readonly refs: readonly RefChange[];
}

/** One reference that moved; all-zero or empty names stand for "none". */
export interface RefChange {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

export type SourceListener = (change: SourceChange) => void;

/** One repository under watch. */
export interface Watched {
  /** Adds a listener; the shortest interval among the listeners counts. Returns the way to stop. */
  add(listener: SourceListener, intervalMs: number): () => void;
  notify(change: SourceChange): void;
  /** Polls now and starts the interval anew. */
  pollNow(): Promise<void>;
  /** Polls after this long where the interval would let it wait longer. */
  pollWithin(delayMs: number): void;
  /** The shortest interval asked for; undefined without listeners. */
  readonly intervalMs: number | undefined;
  close(): void;
}

/** Watches with `poll`, or without polling at all where the caller learns of changes otherwise. */
export function createWatched(options: {
  readonly clock: Clock;
  readonly random: () => number;
  readonly poll: (() => Promise<void>) | undefined;
}): Watched {
  const listeners = new Map<symbol, SourceListener>();
  let cancel: (() => void) | undefined;
  let closed = false;

  const intervals = countIntervals();
  const { count, shortest } = intervals;
  let withinMs = Number.POSITIVE_INFINITY;
  const plan = (): void => {
    cancel?.();
    cancel = undefined;
    const intervalMs = shortest();
    if (closed || intervalMs === undefined || !options.poll) return;
    const delayMs = Math.min(intervalMs, withinMs) * (1 + JITTER * (options.random() - 0.5) * 2);
    cancel = options.clock.after(delayMs, () => void pollNow());
  };
  const pollNow = createSingleFlight(async () => {
    withinMs = Number.POSITIVE_INFINITY;
    // A failed poll is not news; the reconcilers meet the same error themselves and report it.
    await options.poll?.().catch(() => undefined);
    plan();
  });
  return {
    get intervalMs() {
      return shortest();
    },
    add(listener, intervalMs) {
      const id = Symbol('listener');
      const before = shortest();
      listeners.set(id, listener);
      count(intervalMs, 1);
      if (before === undefined || intervalMs < before) plan();
      return () => {
        if (!listeners.delete(id)) return;
        count(intervalMs, -1);
        if (listeners.size === 0) plan();
      };
    },
    notify(change) {
      for (const listener of listeners.values()) listener(change);
    },
    pollNow,
    pollWithin(delayMs) {
      withinMs = delayMs;
      plan();
    },
    close() {
      closed = true;
      cancel?.();
      listeners.clear();
      intervals.clear();
    },
  };
}

/** Intervals with how many ask for each: thousands of listeners ask for two or three different ones. */
function countIntervals(): {
  readonly count: (intervalMs: number, step: 1 | -1) => void;
  readonly shortest: () => number | undefined;
  readonly clear: () => void;
} {
  const intervals = new Map<number, number>();
  return {
    count(intervalMs, step) {
      const left = (intervals.get(intervalMs) ?? 0) + step;
      if (left === 0) intervals.delete(intervalMs);
      else intervals.set(intervalMs, left);
    },
    shortest: () => (intervals.size === 0 ? undefined : Math.min(...intervals.keys())),
    clear: () => intervals.clear(),
  };
}
