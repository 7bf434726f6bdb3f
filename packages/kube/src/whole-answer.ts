// One request and its whole answer through an undici dispatcher. `Dispatcher.request` makes a stream of every body; what is
// read at once needs none, and hundreds of small answers a second are what a first sync is made of.

import type { Dispatcher } from 'undici';
import { abortReason } from './system-clock.ts';

/** A whole answer; the body is as it came, compressed or not. */
export interface WholeAnswer {
  readonly statusCode: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly bytes: Uint8Array;
}

/**
 * Sends a request and gathers the answer. Rejects with undici's error, or with the reason of the signal: at once, also
 * where the request still waits for a connection (`nodejs/undici:lib/api/api-request.js` lets such a one wait).
 */
export function wholeAnswer(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal | undefined,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const answer = new Gathering(resolve, reject, signal);
    try {
      dispatcher.dispatch(options, answer);
    } catch (error) {
      answer.fail(error);
    }
  });
}

class Gathering implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: WholeAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #chunks: Uint8Array[] = [];
  readonly #abort = (): void => {
    const reason = abortReason(this.#signal);
    this.#controller?.abort(reason);
    this.fail(reason);
  };
  #controller: Dispatcher.DispatchController | undefined;
  #statusCode = 0;
  #headers: WholeAnswer['headers'] = {};

  constructor(
    resolve: (answer: WholeAnswer) => void,
    reject: (error: unknown) => void,
    signal: AbortSignal | undefined,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal?.aborted === true) this.#abort();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: WholeAnswer['headers'],
  ): void {
    this.#statusCode = statusCode;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    const [first = new Uint8Array()] = this.#chunks;
    const bytes = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first;
    this.#resolve({ statusCode: this.#statusCode, headers: this.#headers, bytes });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  fail(error: unknown): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#reject(error);
  }
}
