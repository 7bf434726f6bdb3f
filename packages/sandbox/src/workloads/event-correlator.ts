// What becomes of many events about one object: similar ones are combined, and who says too much is not heard for a while
// (client-go:tools/record/events_cache.go, 1.35).

const similarMax = 10;
const similarWithinMs = 600_000;
const burst = 25;
const refillMs = 300_000;
const rememberedMax = 4096;

/** An event before it is recorded. */
export interface Saying {
  /** Component and object. */
  readonly about: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** All that tells it from others, its message included. */
  readonly key: string;
}

/** How it is recorded: under which key it is counted, with which message, and whether it is at all. */
export interface Correlated {
  readonly key: string;
  readonly message: string;
  readonly heard: boolean;
}

/** Remembers what one component has said. */
export class EventCorrelator {
  readonly #similar = new Map<string, { readonly messages: Set<string>; lastMs: number }>();
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  correlate(saying: Saying, nowMs: number): Correlated {
    const { about, type, reason, message, key } = saying;
    const group = `${about}|${type}|${reason}`;
    const known = this.#similar.get(group);
    const record =
      known === undefined || nowMs - known.lastMs > similarWithinMs
        ? { messages: new Set<string>(), lastMs: nowMs }
        : known;
    record.messages.add(message);
    record.lastMs = nowMs;
    if (this.#similar.size > rememberedMax) this.#similar.clear();
    this.#similar.set(group, record);
    const heard = this.#mayBeHeard(about, nowMs);
    if (record.messages.size < similarMax) return { key, message, heard };
    // One is forgotten, so that the set does not grow.
    for (const first of record.messages) {
      record.messages.delete(first);
      break;
    }
    return { key: group, message: `(combined from similar events): ${message}`, heard };
  }

  #mayBeHeard(about: string, nowMs: number): boolean {
    const known = this.#buckets.get(about) ?? { tokens: burst, atMs: nowMs };
    const tokens = Math.min(burst, known.tokens + (nowMs - known.atMs) / refillMs);
    const heard = tokens >= 1;
    if (this.#buckets.size > rememberedMax) this.#buckets.clear();
    this.#buckets.set(about, { tokens: heard ? tokens - 1 : tokens, atMs: nowMs });
    return heard;
  }
}
