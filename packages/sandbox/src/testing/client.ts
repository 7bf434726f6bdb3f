// What tests say to a sandbox: a request in one line, and waiting for a state by watching for it.

import type { KubeResponse, KubeTransport } from '@evenkeel/kube';
import type { Json, KubeObject } from '@evenkeel/resource';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Sends a request and expects a status. */
export async function call(
  transport: KubeTransport,
  method: Method,
  path: string,
  rest: {
    readonly body?: unknown;
    readonly query?: Record<string, string>;
    readonly contentType?: string;
    readonly want?: number;
  } = {},
): Promise<KubeObject> {
  const response: KubeResponse = await transport.send({
    method,
    path,
    ...(rest.query === undefined ? {} : { query: rest.query }),
    ...(rest.body === undefined ? {} : { body: rest.body as Json }),
    ...(rest.contentType === undefined ? {} : { contentType: rest.contentType }),
  });
  const want = rest.want ?? (method === 'POST' ? 201 : 200);
  if (response.status !== want)
    throw new Error(`${method} ${path}: ${response.status}, not ${want}: ${JSON.stringify(response.body)}`);
  return response.body as KubeObject;
}

/** Server-side apply. */
export function apply(
  transport: KubeTransport,
  path: string,
  body: unknown,
  options: { readonly manager?: string; readonly force?: boolean; readonly want?: number } = {},
): Promise<KubeObject> {
  return call(transport, 'PATCH', path, {
    body,
    contentType: 'application/apply-patch+yaml',
    query: { fieldManager: options.manager ?? 'tester', ...(options.force === true ? { force: 'true' } : {}) },
    want: options.want ?? 200,
  });
}

/** Resolves with the first object under a path that passes; rejects after ten seconds. */
export async function until(
  transport: KubeTransport,
  path: string,
  passes: (object: KubeObject, type: string) => boolean,
  query: Record<string, string> = {},
): Promise<KubeObject> {
  const signal = AbortSignal.timeout(10_000);
  let last: KubeObject | undefined;
  try {
    for await (const line of transport.watch({ method: 'GET', path, query, signal })) {
      last = line.object;
      if (passes(line.object, line.type)) return line.object;
    }
  } catch (error) {
    throw new Error(`${path} did not get there; last seen: ${JSON.stringify(last?.['status'] ?? last)}`, {
      cause: error,
    });
  }
  throw new Error(`the watch of ${path} ended`);
}

/** A small Deployment. */
export function deployment(
  name: string,
  change: {
    readonly image?: string;
    readonly replicas?: number;
    readonly container?: Record<string, Json>;
    readonly spec?: Record<string, Json>;
  } = {},
): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: change.replicas ?? 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: change.image ?? 'nginx:1.25', ...change.container }] },
      },
      ...change.spec,
    },
  };
}

/** A member deep inside an object, for assertions. */
export function at(object: unknown, ...path: readonly (string | number)[]): unknown {
  let value: unknown = object;
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key];
  return value;
}
