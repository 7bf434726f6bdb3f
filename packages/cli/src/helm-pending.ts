// The bridge between the synchronous chart engine and a world that answers later: what has to wait throws Pending, the
// driver waits and runs again. Runs are repeatable, because nothing is written before everything has been answered.

/** Thrown from a host to say: wait for this, then run again. */
export class Pending extends Error {
  override readonly name = 'Pending';
  readonly wait: () => Promise<void>;
  constructor(wait: () => Promise<void>) {
    super('waiting for an answer');
    this.wait = wait;
  }
}

/** Runs until no question is open. What `wait` rejects with, and every other exception, passes through. */
export async function runPatiently<T>(run: () => T): Promise<T> {
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof Pending)) throw error;
      await error.wait();
    }
  }
}

/** Answers by key: the first question throws Pending, and the same question after that has its answer or its error. */
export class Answers<T> {
  readonly #settled = new Map<string, { readonly value: T } | { readonly error: unknown }>();

  /** The answer to `key`, asking with `ask` where it is not known yet. Throws Pending, or what `ask` rejected with. */
  get(key: string, ask: () => Promise<T>): T {
    const known = this.#settled.get(key);
    if (known === undefined) {
      throw new Pending(async () => {
        try {
          this.#settled.set(key, { value: await ask() });
        } catch (error) {
          this.#settled.set(key, { error });
        }
      });
    }
    if ('error' in known) throw known.error;
    return known.value;
  }
}
