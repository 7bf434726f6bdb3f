// A clock that stands still until told otherwise. `advance` lets every promise that became ready run before it goes on.

import type { Clock } from '@evenkeel/std';

/** Time under the test's control. */
export interface ManualClock extends Clock {
  /** Moves time on, firing what falls due in its order, and lets what they started run. */
  advance(byMs: number): Promise<void>;
}

/** Makes a clock that shows `startMs`. */
export function createManualClock(startMs = 0): ManualClock {
  let nowMs = startMs;
  let serial = 0;
  const timers = new Map<number, { readonly dueMs: number; readonly action: () => void }>();
  const after = (delayMs: number, action: () => void): (() => void) => {
    const id = (serial += 1);
    timers.set(id, { dueMs: nowMs + Math.max(0, delayMs), action });
    return () => void timers.delete(id);
  };
  return {
    now: () => nowMs,
    after,
    sleep: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        const cancel = after(delayMs, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          reject(new DOMException('This operation was aborted', 'AbortError'));
        });
      }),
    async advance(byMs) {
      const untilMs = nowMs + byMs;
      for (;;) {
        await settle();
        const [id, next] = [...timers].reduce<[number, { dueMs: number; action: () => void }] | []>(
          (best, timer) => (best[1] && best[1].dueMs <= timer[1].dueMs ? best : timer),
          [],
        );
        if (id === undefined || next === undefined || next.dueMs > untilMs) break;
        timers.delete(id);
        nowMs = next.dueMs;
        next.action();
      }
      nowMs = untilMs;
      await settle();
    },
  };
}

/** One turn of the event loop runs every promise reaction there is. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
