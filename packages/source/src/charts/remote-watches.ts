// Tells when a question to a chart repository or a registry has another answer than before: one question per interval for
// everybody who asks it.

import type { Clock } from '@evenkeel/std';
import { type Watched, createWatched } from '../changes.ts';

/** What is watched. Two questions with equal keys are the same question. */
export interface RemoteQuestion {
  readonly key: string;
  /** Answers what the remote says now, as text to be compared. A failure is no news: the askers meet it themselves. */
  readonly ask: () => Promise<string>;
}

/** All questions of a process. */
export interface RemoteWatches extends Disposable {
  /** Calls `listener` when the answer becomes another. Returns the way to stop. */
  watch(question: RemoteQuestion, listener: () => void, intervalMs: number): () => void;
}

/** Makes it. Nothing is asked before the first interval has passed: whoever watches has just asked. */
export function createRemoteWatches(options: {
  readonly clock: Clock;
  /** Spreads polls; a number in [0, 1). */
  readonly random?: () => number;
}): RemoteWatches {
  const watches = new Map<string, Watched & { listeners: number }>();
  const open = ({ key, ask }: RemoteQuestion): Watched & { listeners: number } => {
    let before: string | undefined;
    const watched = createWatched({
      clock: options.clock,
      random: options.random ?? Math.random,
      poll: async () => {
        const now = await ask();
        const changed = now !== before;
        // The first answer may be another than what the watchers saw before: they look once more.
        before = now;
        if (changed) watched.notify({ url: key, refs: [] });
      },
    });
    return Object.assign(watched, { listeners: 0 });
  };
  return {
    watch(question, listener, intervalMs) {
      const watched = watches.get(question.key) ?? open(question);
      watches.set(question.key, watched);
      watched.listeners += 1;
      const stop = watched.add(listener, intervalMs);
      return () => {
        stop();
        watched.listeners -= 1;
        if (watched.listeners > 0) return;
        watched.close();
        watches.delete(question.key);
      };
    },
    [Symbol.dispose]() {
      for (const watched of watches.values()) watched.close();
      watches.clear();
    },
  };
}
