// Time as a value that is handed in, so that tests can hold it still. The real clock lives at the rim (`systemClock`
// in @evenkeel/controller); pure packages only ever see this interface.

/** A source of time. Milliseconds since the epoch; timers can be cancelled through a signal. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `delayMs`, or rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Calls `action` once after `delayMs`; returns a function that cancels it. */
  after(delayMs: number, action: () => void): () => void;
}

/** RFC 3339 time to the second, as Kubernetes writes `metav1.Time`. */
export function kubeTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** RFC 3339 time with microseconds, as Kubernetes writes `metav1.MicroTime`. */
export function kubeMicroTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/Z$/, '000Z');
}
