// How requests reach an API server. The client above is the same whether the server is a real one over TLS, or the
// sandbox in this process; only the transport differs.

import type { Json, KubeObject } from '@evenkeel/resource';

/** One HTTP request to the API server. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path, e.g. "/apis/apps/v1/namespaces/web/deployments/api". */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** A header that occurs more than once (Impersonate-Group) has its values joined by "\n"; transports send one line for each. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON (whatever `contentType` says: merge patches and apply patches are JSON too). */
  readonly body?: Json | KubeObject;
  /** Defaults to application/json where there is a body. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** A whole response. `body` is parsed JSON, or the text where the server sent something else. */
export interface KubeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | KubeObject | undefined;
}

/** One line of a watch. A 410 arrives as an ERROR event with a Status object, as on the wire. */
export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/** A way to reach one API server with one identity. */
export interface KubeTransport extends AsyncDisposable {
  /** Where it leads, for messages: "https://127.0.0.1:6443" or "sandbox". */
  readonly endpoint: string;
  /** Resolves for every HTTP status; rejects with KubeUnreachable when no answer came. */
  send(request: KubeRequest): Promise<KubeResponse>;
  /** Opens a watch. Ends when the server ends it; rejects as `send` does, or with KubeError on a non-200 answer. */
  watch(request: KubeRequest): AsyncIterable<WatchLine>;
  /** Streams text (pod logs), line by line without the newline. */
  stream(request: KubeRequest): AsyncIterable<string>;
}
