// The present, as the server has it: strips and ages must not be wrong because a laptop's clock is.

import { useSyncExternalStore } from 'react';

let offsetMs = 0;

/** Learns the difference of the clocks from an answer that was just made. */
export function learnServerTime(serverNowMs: number): void {
  const measured = serverNowMs - Date.now();
  // Differences below this are the time the answer travelled.
  offsetMs = Math.abs(measured) < 1500 ? 0 : measured;
}

/** The server's present. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}

interface Ticker {
  readonly listeners: Set<() => void>;
  value: number;
  timer: ReturnType<typeof setInterval> | undefined;
}

const tickers = new Map<number, Ticker>();

function tickerOf(everyMs: number): Ticker {
  const known = tickers.get(everyMs);
  if (known) return known;
  const made: Ticker = { listeners: new Set(), value: serverNow(), timer: undefined };
  tickers.set(everyMs, made);
  return made;
}

/** The present as a value that changes every so often; all users of one period share one timer. */
export function useNow(everyMs = 5000): number {
  const ticker = tickerOf(everyMs);
  return useSyncExternalStore(
    (listener) => {
      ticker.listeners.add(listener);
      ticker.timer ??= setInterval(() => {
        ticker.value = serverNow();
        for (const told of ticker.listeners) told();
      }, everyMs);
      return () => {
        ticker.listeners.delete(listener);
        if (ticker.listeners.size > 0) return;
        clearInterval(ticker.timer);
        ticker.timer = undefined;
      };
    },
    () => ticker.value,
  );
}
