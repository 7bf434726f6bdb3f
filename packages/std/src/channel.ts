// An unbounded queue read as an async iterable: the seam between callbacks that push and loops that pull.

/** Push on one side, `for await` on the other. Closing ends the loop after what was pushed has been read. */
export interface Channel<T> extends AsyncIterable<T> {
  push(value: T): void;
  close(error?: Error): void;
  readonly size: number;
}

/** Makes a channel. One reader at a time. */
export function createChannel<T>(): Channel<T> {
  const buffer: T[] = [];
  let closed = false;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const signal = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    get size() {
      return buffer.length;
    },
    push(value) {
      if (closed) return;
      buffer.push(value);
      signal();
    },
    close(error) {
      if (closed) return;
      closed = true;
      failure = error;
      signal();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (buffer.length > 0) yield buffer.shift() as T;
        if (failure) throw failure;
        if (closed) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
