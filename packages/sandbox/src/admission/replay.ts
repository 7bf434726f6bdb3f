// Writes happen at once, but webhooks answer later. A write that has to wait throws `Suspended`; when what it waits for is
// there, the same work runs again from its start, with the answers, names and times that it had the first time. Nothing
// has been stored in between, and where another write came first, the work sees it, as a retried update does.

import type { Clock } from '@evenkeel/std';
import type { Chance } from '../clock.ts';

/** Thrown where work cannot go on before `until` settles. Not an error: whoever runs the work waits and runs it again. */
export class Suspended extends Error {
  override readonly name = 'Suspended';
  readonly until: Promise<unknown>;

  constructor(until: Promise<unknown>) {
    super('the write waits for admission');
    this.until = until;
  }
}

/** What one piece of work has learnt so far. */
export class Replay {
  readonly #answers = new Map<string, unknown>();
  readonly #asked = new Map<string, Promise<unknown>>();
  readonly #drawn = new Map<string, unknown[]>();
  readonly #used = new Map<string, number>();
  readonly warnings: string[] = [];

  /** The answer to a question, or a suspension until it is there. A rejection of `ask` is a defect. */
  answer<T>(question: string, ask: () => Promise<T>): T {
    return this.answers([{ question, ask }])[0] as T;
  }

  /** The answers to several questions asked at the same time. */
  answers<T>(questions: readonly { readonly question: string; readonly ask: () => Promise<T> }[]): readonly T[] {
    const open = questions.filter(({ question }) => !this.#answers.has(question));
    if (open.length === 0) return questions.map(({ question }) => this.#answers.get(question) as T);
    throw new Suspended(Promise.all(open.map(({ question, ask }) => this.#ask(question, ask))));
  }

  #ask(question: string, ask: () => Promise<unknown>): Promise<unknown> {
    const asked = this.#asked.get(question) ?? ask().then((answer) => this.#answers.set(question, answer));
    this.#asked.set(question, asked);
    return asked;
  }

  /** The same value in every run: drawn in the first one. */
  draw<T>(kind: string, make: () => T): T {
    const values = this.#drawn.get(kind) ?? [];
    this.#drawn.set(kind, values);
    const index = this.#used.get(kind) ?? 0;
    this.#used.set(kind, index + 1);
    if (index >= values.length) values.push(make());
    return values[index] as T;
  }

  /** Starts over with what is known. */
  rewind(): void {
    this.#used.clear();
    this.warnings.length = 0;
  }

  /** Something was stored: what was drawn for it is used up, and so are the answers about it. */
  committed(): void {
    for (const [kind, count] of this.#used) this.#drawn.get(kind)?.splice(0, count);
    this.#used.clear();
    this.#answers.clear();
    this.#asked.clear();
  }
}

/** The work that runs right now; work is synchronous, so there is one at most. */
export class Replays {
  #current: Replay | undefined;

  get current(): Replay | undefined {
    return this.#current;
  }

  /** Runs work to its end or its suspension. */
  run<T>(replay: Replay, work: () => T): T {
    const outer = this.#current;
    this.#current = replay;
    replay.rewind();
    try {
      return work();
    } finally {
      this.#current = outer;
    }
  }

  /** Runs work until it ends, waiting wherever it is suspended. */
  async settle<T>(replay: Replay, first: Suspended, work: () => T): Promise<T> {
    for (let suspended = first; ;) {
      await suspended.until;
      try {
        return this.run(replay, work);
      } catch (error) {
        if (!(error instanceof Suspended)) throw error;
        suspended = error;
      }
    }
  }

  /** Names and uids that are the same in every run of one piece of work. */
  chance(inner: Chance): Chance {
    const draw = <T>(kind: string, make: () => T): T => this.#current?.draw(kind, make) ?? make();
    return {
      uid: () => draw('uid', () => inner.uid()),
      suffix: (length) => draw('suffix', () => inner.suffix(length)),
      fraction: () => draw('fraction', () => inner.fraction()),
    };
  }

  /** Time that stands still between the runs of one piece of work. */
  clock(inner: Clock): Clock {
    return {
      now: () => this.#current?.draw('now', () => inner.now()) ?? inner.now(),
      sleep: (delayMs, signal) => inner.sleep(delayMs, signal),
      after: (delayMs, action) => inner.after(delayMs, action),
    };
  }
}

/** A handler of a queue whose work may be suspended: `again` puts the key back when what it waits for is there. */
export function replayed<Result>(
  replays: Replays,
  handle: (key: string) => Result,
  again: (key: string) => void,
): (key: string) => Result | undefined {
  const kept = new Map<string, Replay>();
  return (key) => {
    const replay = kept.get(key) ?? new Replay();
    try {
      const result = replays.run(replay, () => handle(key));
      kept.delete(key);
      return result;
    } catch (error) {
      if (!(error instanceof Suspended)) {
        kept.delete(key);
        throw error;
      }
      kept.set(key, replay);
      void error.until.then(() => again(key));
      return undefined;
    }
  };
}
