// Who wants to know that a repository changed, and the polling that finds out where nobody pushes a notice.

import type { Clock } from '@evenkeel/std';

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
  const listeners = new Map<symbol, { readonly listener: SourceListener; readonly intervalMs: number }>();
  let cancel: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  let closed = false;

  const shortest = (): number | undefined => {
    let least: number | undefined;
    for (const { intervalMs } of listeners.values()) least = Math.min(least ?? intervalMs, intervalMs);
    return least;
  };
  const plan = (): void => {
    cancel?.();
    cancel = undefined;
    const intervalMs = shortest();
    if (closed || intervalMs === undefined || !options.poll) return;
    const delayMs = intervalMs * (1 + JITTER * (options.random() - 0.5) * 2);
    cancel = options.clock.after(delayMs, () => void pollNow());
  };
  const pollNow = (): Promise<void> => {
    // A poll under way may have looked before the change that this call is about: look once more after it.
    if (running) {
      queued ??= running.then(() => {
        queued = undefined;
        return pollNow();
      });
      return queued;
    }
    // A failed poll is not news; the reconcilers meet the same error themselves and report it.
    running = (options.poll?.() ?? Promise.resolve())
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
        plan();
      });
    return running;
  };
  return {
    get intervalMs() {
      return shortest();
    },
    add(listener, intervalMs) {
      const id = Symbol('listener');
      const before = shortest();
      listeners.set(id, { listener, intervalMs });
      if (before === undefined || intervalMs < before) plan();
      return () => {
        listeners.delete(id);
        if (listeners.size === 0) plan();
      };
    },
    notify(change) {
      for (const { listener } of listeners.values()) listener(change);
    },
    pollNow,
    close() {
      closed = true;
      cancel?.();
      listeners.clear();
    },
  };
}
