// Equal questions asked at the same time are asked once. Each asker may give up by itself; the work goes on for the rest.

/** Runs `work` unless the same key is being worked on already. */
export type Sharing<T> = (key: string, signal: AbortSignal | undefined, work: () => Promise<T>) => Promise<T>;

/** Makes the sharing of one kind of question. */
export function createSharing<T>(): Sharing<T> {
  const running = new Map<string, Promise<T>>();
  return (key, signal, work) => {
    const known = running.get(key);
    const promise = known ?? work().finally(() => running.delete(key));
    if (!known) running.set(key, promise);
    return untilAborted(promise, signal);
  };
}

/** Waits for a promise, or rejects with the signal's reason when that comes first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  if (signal.aborted) {
    promise.catch(() => undefined);
    return Promise.reject(asError(signal.reason));
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(asError(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** Runs `work` one at a time. A call during a run causes one more run after it, since that run may have begun too early. */
export function createSingleFlight(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  const run = (): Promise<void> => {
    if (!running) {
      running = work().finally(() => (running = undefined));
      return running;
    }
    queued ??= running.then(() => {
      queued = undefined;
      return run();
    });
    return queued;
  };
  return run;
}
