// Remembers what was asked of an API server, for tests that assert on sequences of requests, or on their absence.

import type { KubeRequest, KubeTransport } from '../transport.ts';

/** One request as it went out. `kind` tells a watch or a stream from a plain request. */
export interface RecordedRequest {
  readonly kind: 'send' | 'watch' | 'stream';
  readonly method: KubeRequest['method'];
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly request: KubeRequest;
}

/** A transport with a memory. */
export interface RecordingTransport extends KubeTransport {
  /** Everything since the start or the last `clear`, oldest first. */
  readonly recorded: readonly RecordedRequest[];
  /** The same as lines: "GET /api/v1/pods?limit=500", "WATCH /api/v1/pods?…". Query names are sorted. */
  lines(): readonly string[];
  clear(): void;
}

/** Wraps a transport; disposing the wrapper disposes the inner one. */
export function recordingTransport(inner: KubeTransport): RecordingTransport {
  const recorded: RecordedRequest[] = [];
  const note = (kind: RecordedRequest['kind'], request: KubeRequest): void => {
    recorded.push({ kind, method: request.method, path: request.path, query: request.query ?? {}, request });
  };
  return {
    endpoint: inner.endpoint,
    recorded,
    lines: () => recorded.map(lineOf),
    clear: () => {
      recorded.length = 0;
    },
    send(request) {
      note('send', request);
      return inner.send(request);
    },
    watch(request) {
      note('watch', request);
      return inner.watch(request);
    },
    stream(request) {
      note('stream', request);
      return inner.stream(request);
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

function lineOf({ kind, method, path, query }: RecordedRequest): string {
  const pairs = Object.entries(query).sort(([left], [right]) => (left < right ? -1 : 1));
  const verb = kind === 'send' ? method : kind.toUpperCase();
  return `${verb} ${path}${pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`}`;
}
