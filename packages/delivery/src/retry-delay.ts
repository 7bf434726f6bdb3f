// When a failed operation is tried again: as its policy says, which may say "at once, for ever".

import { type Backoff, backoffDelayMs } from '@evenkeel/std';

const LEAST_MS = 100;
const LEAST_MS_LATER = 1000;
const MOST_MS = 24 * 3600e3;
/** So many attempts may follow each other as fast as ever is allowed. */
const FAST_ATTEMPTS = 5;

/**
 * The wait before retry number `attempt` (0 = the first). What people write without a wait is held back a little, and more where it
 * goes on, so that no operation can keep a cluster busy by failing; upstream has no such limit.
 */
export function retryDelayMs(retry: Backoff, attempt: number): number {
  const wanted = backoffDelayMs(retry, attempt);
  const least = Math.min(LEAST_MS_LATER, LEAST_MS * 2 ** Math.max(0, attempt - FAST_ATTEMPTS + 1));
  return Math.min(MOST_MS, Math.max(least, Number.isNaN(wanted) ? 0 : wanted));
}
