// How a pure rendering gets what only the outside has: it throws what it needs, its caller brings it, and it runs again.

import type { Refusal } from '@evenkeel/engine';
import { ContentNotLoaded } from '@evenkeel/std';

/** Brings something. What it throws becomes the answer. */
export type Bring = (signal: AbortSignal) => Promise<unknown>;

/** Something has to be brought before the rendering can go on. Engines let it pass, as they do content that is not loaded. */
export class Needed extends ContentNotLoaded {
  readonly key: string;
  readonly bring: Bring;
  constructor(key: string, bring: Bring) {
    super([key]);
    this.key = key;
    this.bring = bring;
  }
}

/** Ends a rendering with a reason that is no problem of any renderer. */
export class RenderRefused extends Error {
  override readonly name = 'RenderRefused';
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.sentence);
    this.refusal = refusal;
  }
}

type Answer = { readonly value: unknown } | { readonly error: Error };

/** What has been brought for one rendering. */
export class Answers {
  readonly #known = new Map<string, Answer>();

  /** The answer to a question; throws Needed where it has to be brought first, and what bringing it threw. */
  of<T>(key: string, bring: (signal: AbortSignal) => Promise<T>): T {
    const known = this.#known.get(key);
    if (known === undefined) throw new Needed(key, bring);
    if ('error' in known) throw known.error;
    return known.value as T;
  }

  /** Brings what is needed. Rejects only when `signal` ends it. */
  async bring({ key, bring }: Needed, signal: AbortSignal): Promise<void> {
    try {
      this.#known.set(key, { value: await bring(signal) });
    } catch (error) {
      signal.throwIfAborted();
      this.#known.set(key, { error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  /** Forgets an answer, so that it is brought again. */
  forget(key: string): void {
    this.#known.delete(key);
  }
}

/** The need behind an error, if there is one. */
export function neededBy(error: unknown): Needed | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof Needed) return at;
  return undefined;
}
