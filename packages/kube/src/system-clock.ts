// The real clock. It lives in the lowest package that may use timers; @evenkeel/controller hands it on to everyone else.

import type { Clock } from '@evenkeel/std';

/** Wall-clock time and real timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (delayMs, signal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) {
        reject(abortReason(signal));
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(abortReason(signal));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, clampDelayMs(delayMs));
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
  after(delayMs, action) {
    const timer = setTimeout(action, clampDelayMs(delayMs));
    return () => clearTimeout(timer);
  },
};

/** setTimeout fires at once for delays beyond 2^31-1 ms; a wait that long is cut to 24.8 days. */
function clampDelayMs(delayMs: number): number {
  return Math.min(Math.max(0, delayMs), 2 ** 31 - 1);
}

/** The reason of an aborted signal as an Error, whatever the caller passed to `abort()`. */
export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException('This operation was aborted', 'AbortError');
}
