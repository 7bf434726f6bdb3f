// The in-process transport: requests reach the API server as function calls, objects as the values they are.

import {
  KubeError,
  type KubeRequest,
  type KubeResponse,
  type KubeTransport,
  type KubeStatus,
  type WatchLine,
  KubeUnreachable,
} from '@evenkeel/kube';
import type { Identity } from './access/identity.ts';
import type { ApiAnswer, ApiRequest } from './api/request.ts';

/** Answers requests in this process. */
export type Answerer = (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>;

/** A transport with one identity. `closed` aborts when the sandbox closes: everything open ends then. */
export function inProcessTransport(answer: Answerer, identity: Identity, closed: AbortSignal): KubeTransport {
  return {
    endpoint: 'sandbox',
    send: async (request) => toResponse(await reach(answer, toRequest(request, identity), request.signal, closed)),
    watch: (request) => watchLines(answer, request, identity, closed),
    stream: (request) => textLines(answer, request, identity, closed),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function reach(
  answer: Answerer,
  request: ApiRequest,
  signal: AbortSignal | undefined,
  closed: AbortSignal,
): Promise<ApiAnswer> {
  signal?.throwIfAborted();
  if (closed.aborted) throw new KubeUnreachable('the sandbox cluster is closed');
  return answer(request);
}

function toRequest(request: KubeRequest, identity: Identity): ApiRequest {
  const [path = '', search] = request.path.split('?');
  const query =
    search === undefined ? request.query : { ...Object.fromEntries(new URLSearchParams(search)), ...request.query };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  if (request.body !== undefined)
    headers['content-type'] = request.contentType ?? headers['content-type'] ?? 'application/json';
  return { method: request.method, path, query: query ?? {}, headers, body: request.body, identity };
}

function toResponse(answer: ApiAnswer): KubeResponse {
  switch (answer.kind) {
    case 'object':
      return {
        status: answer.status,
        headers: {
          'content-type': answer.contentType ?? 'application/json',
          ...answer.headers,
          ...((answer.warnings ?? []).length === 0 ? {} : { warning: warningHeader(answer.warnings ?? []) }),
        },
        body: answer.body,
      };
    case 'text':
      return { status: answer.status, headers: { 'content-type': answer.contentType }, body: answer.text };
    case 'watch':
    case 'stream':
      throw new TypeError('a watch or a log was requested by send(); use watch() or stream()');
  }
}

/** `Warning:` header text: code 299, no agent. */
export function warningHeader(warnings: readonly string[]): string {
  return warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ');
}

async function* watchLines(
  answer: Answerer,
  request: KubeRequest,
  identity: Identity,
  closed: AbortSignal,
): AsyncIterable<WatchLine> {
  const asked = toRequest(request, identity);
  const answered = await reach(answer, { ...asked, query: { ...asked.query, watch: 'true' } }, request.signal, closed);
  if (answered.kind !== 'watch') throw refusalOf(answered);
  yield* answered.open(anyOf(request.signal, closed));
  // A watch that the caller ended is an error there, as an aborted request is over HTTP.
  request.signal?.throwIfAborted();
}

async function* textLines(
  answer: Answerer,
  request: KubeRequest,
  identity: Identity,
  closed: AbortSignal,
): AsyncIterable<string> {
  const answered = await reach(answer, toRequest(request, identity), request.signal, closed);
  if (answered.kind !== 'stream') throw refusalOf(answered);
  yield* answered.open(anyOf(request.signal, closed));
  request.signal?.throwIfAborted();
}

function anyOf(signal: AbortSignal | undefined, closed: AbortSignal): AbortSignal {
  return signal === undefined ? closed : AbortSignal.any([signal, closed]);
}

function refusalOf(answer: ApiAnswer): KubeError {
  if (answer.kind === 'object' && answer.status >= 400) return new KubeError(answer.body as unknown as KubeStatus);
  if (answer.kind === 'text' && answer.status >= 400) {
    return new KubeError({ code: answer.status, reason: 'NotFound', message: answer.text.trim() });
  }
  return new KubeError({ code: 500, reason: 'InternalError', message: 'the request cannot be streamed' });
}
