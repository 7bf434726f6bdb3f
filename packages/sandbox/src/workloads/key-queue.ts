// The work queue of a built-in controller: keys wait once, are handled in order soon after the event, and come back later
// where a handler asks for it.

import type { Clock } from '@evenkeel/std';

/** Handles a key; returns milliseconds after which it wants the key again, or undefined. */
export type Handler = (key: string) => number | undefined | void;

/** Runs a handler over keys. */
export class KeyQueue {
  readonly #clock: Clock;
  readonly #handle: Handler;
  readonly #onError: (error: unknown) => void;
  readonly #waiting = new Set<string>();
  readonly #delayed = new Map<string, { readonly atMs: number; readonly cancel: () => void }>();
  #scheduled = false;
  #stopped = false;

  constructor(options: {
    readonly clock: Clock;
    readonly handle: Handler;
    readonly onError: (error: unknown) => void;
  }) {
    this.#clock = options.clock;
    this.#handle = options.handle;
    this.#onError = options.onError;
  }

  add(key: string): void {
    if (this.#stopped) return;
    this.#waiting.add(key);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#drain());
  }

  /** Adds the key after a while; an earlier wish stands. */
  addAfter(key: string, delayMs: number): void {
    if (this.#stopped) return;
    const atMs = this.#clock.now() + delayMs;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.atMs <= atMs) return;
    known?.cancel();
    const cancel = this.#clock.after(Math.max(0, delayMs), () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { atMs, cancel });
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
  }

  // A bounded batch at a time, so that requests are answered in between.
  #drain(): void {
    this.#scheduled = false;
    const keys = [...this.#waiting].slice(0, 32);
    for (const key of keys) {
      this.#waiting.delete(key);
      this.#run(key);
    }
    if (this.#waiting.size > 0 && !this.#scheduled && !this.#stopped) {
      this.#scheduled = true;
      setImmediate(() => this.#drain());
    }
  }

  #run(key: string): void {
    if (this.#stopped) return;
    try {
      const again = this.#handle(key);
      if (typeof again === 'number') this.addAfter(key, again);
    } catch (error) {
      this.#onError(error);
    }
  }
}
