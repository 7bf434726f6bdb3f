// A remote that cannot be reached: whoever asks a moment later gets the same answer at once, it is tried again by itself, less
// and less often, and whoever was told of the trouble is told of its end.

import { GitError } from '@evenkeel/git';
import type { Clock } from '@evenkeel/std';

const RETRY_MS_FIRST = 10_000;
const RETRY_MS_MAX = 3 * 60_000;

/** The trouble with one remote, if any. */
export interface Trouble {
  readonly isOn: boolean;
  /** Throws what went wrong where that is no longer ago than until the next attempt. */
  check(): void;
  /** Runs work that asks the remote, and remembers how it failed. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Says that something that belongs to it is missing: whoever uses it is told to look again, as after trouble. */
  lacking(): void;
  /** Says that the remote answers. True where somebody had been told that it does not. */
  end(): boolean;
}

/** Codes that say something about the question and nothing about the remote. */
const ownFaults: ReadonlySet<string> = new Set([
  'aborted',
  'invalid-argument',
  'revision-not-found',
  'corrupt',
  'disk-full',
]);

/** Makes it; `retryAfter` is called with the time to the next attempt. */
export function createTrouble(clock: Clock, retryAfter: (delayMs: number) => void): Trouble {
  let last: { readonly error: GitError; readonly untilMs: number } | undefined;
  let delayMs = RETRY_MS_FIRST;
  let lastUntilMs = Number.NEGATIVE_INFINITY;
  let isLacking = false;
  /** When it is tried again. */
  const nextAttempt = (): number => {
    // What began again right after it had ended is still the same trouble.
    if (clock.now() - lastUntilMs > RETRY_MS_MAX) delayMs = RETRY_MS_FIRST;
    lastUntilMs = clock.now() + delayMs;
    retryAfter(delayMs);
    delayMs = Math.min(RETRY_MS_MAX, delayMs * 2);
    return lastUntilMs;
  };
  return {
    get isOn() {
      return last !== undefined;
    },
    check() {
      if (last && clock.now() < last.untilMs) throw last.error;
    },
    async during(work) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof GitError && !ownFaults.has(error.code)) {
          const isNews = last === undefined || clock.now() >= last.untilMs;
          if (isNews) last = { error, untilMs: nextAttempt() };
        }
        throw error;
      }
    },
    lacking() {
      if (isLacking || last !== undefined) return;
      isLacking = true;
      nextAttempt();
    },
    end() {
      const had = last !== undefined || isLacking;
      last = undefined;
      isLacking = false;
      return had;
    },
  };
}
