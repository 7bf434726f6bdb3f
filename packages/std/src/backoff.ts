// Exponential back-off, the one formula all retries share.

/** How waits grow between attempts. `factor` multiplies, `maxMs` caps. */
export interface Backoff {
  readonly baseMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/** The wait before retry number `attempt` (0 = first retry), in milliseconds. */
export function backoffDelayMs(backoff: Backoff, attempt: number): number {
  return Math.min(backoff.maxMs, backoff.baseMs * backoff.factor ** attempt);
}
