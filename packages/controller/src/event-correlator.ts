// Decides what becomes of an event before it is sent: dropped as spam, folded into an earlier one as a higher count, or
// written anew. Same rules and limits as client-go:tools/record/events_cache.go (v1.35). Pure: time is handed in.

/** What an event is about. */
export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion?: string;
}

/** One thing that happened. */
export interface HappenedEvent {
  readonly subject: EventSubject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An event as it stands on the server, as far as we know. */
interface KnownEvent {
  readonly name: string;
  readonly count: number;
  readonly firstMs: number;
}

/** What to do with an event. `remember` keeps what the server has now under the same key. */
type Correlation =
  | { readonly kind: 'spam' }
  | { readonly kind: 'send'; readonly key: string; readonly message: string; readonly known: KnownEvent | undefined };

const KEYS_MAX = 4096;
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;
const SIMILAR_MAX = 10;
const SIMILAR_WINDOW_MS = 600_000;

/** Correlates the events of one component. */
export interface EventCorrelator {
  correlate(event: HappenedEvent, nowMs: number): Correlation;
  remember(key: string, event: KnownEvent): void;
  forget(key: string): void;
}

/** Makes a correlator that remembers nothing yet. */
export function createEventCorrelator(): EventCorrelator {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  const similar = new Map<string, { messages: Set<string>; atMs: number }>();
  const known = new Map<string, KnownEvent>();

  const isSpam = (subject: string, nowMs: number): boolean => {
    const bucket = buckets.get(subject) ?? { tokens: SPAM_BURST, atMs: nowMs };
    const tokens = Math.min(SPAM_BURST, bucket.tokens + (nowMs - bucket.atMs) / SPAM_REFILL_MS);
    const spent = tokens >= 1 ? tokens - 1 : tokens;
    touch(buckets, subject, { tokens: spent, atMs: nowMs });
    return tokens < 1;
  };
  /** Too many different messages for one reason in one window become one event. */
  const group = (alike: string, message: string, nowMs: number): { readonly key: string; readonly message: string } => {
    const last = similar.get(alike);
    const messages = last && nowMs - last.atMs <= SIMILAR_WINDOW_MS ? last.messages : new Set<string>();
    messages.add(message);
    touch(similar, alike, { messages, atMs: nowMs });
    if (messages.size < SIMILAR_MAX) return { key: `${alike}\n${message}`, message };
    messages.delete(messages.values().next().value ?? '');
    return { key: alike, message: `(combined from similar events): ${message}` };
  };
  return {
    correlate(event, nowMs) {
      const { apiVersion, kind, namespace, name, uid } = event.subject;
      const subject = [apiVersion, kind, namespace, name, uid].join('/');
      const { key, message } = group([subject, event.type, event.reason].join('\n'), event.message, nowMs);
      if (isSpam(subject, nowMs)) return { kind: 'spam' };
      return { kind: 'send', key, message, known: known.get(key) };
    },
    remember: (key, event) => touch(known, key, event),
    forget: (key) => known.delete(key),
  };
}

/** Sets and makes youngest; the eldest goes when there are too many. */
function touch<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= KEYS_MAX) return;
  const eldest = map.keys().next();
  if (eldest.done !== true) map.delete(eldest.value);
}
