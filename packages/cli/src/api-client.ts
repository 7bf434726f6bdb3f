// A client of our HTTP API. Answers are validated, so that a server of another version is noticed and not misread.

import {
  type DeliveryDetail,
  type DeliveryList,
  type DeliverySummary,
  type ObjectRef,
  type Problem,
  type ResourceActionList,
  type ResourceTree,
  accepted,
  apiPaths,
  deliveryDetail,
  deliveryList,
  resourceActionList,
  resourceTree,
} from '@evenkeel/api';
import * as v from 'valibot';
import { CommandFailure, type Io, exitCodes } from './io.ts';
import { authorization, tokenHint } from './session.ts';

export interface ApiClient {
  list(): Promise<DeliveryList>;
  detail(key: string): Promise<DeliveryDetail>;
  tree(key: string): Promise<ResourceTree>;
  /** What may be done with one object of an application, or with its own resource. */
  resourceActions(key: string, ref?: ObjectRef): Promise<ResourceActionList>;
  /** Sends a request that changes something; answers the server's message. */
  act(method: 'POST' | 'DELETE', path: string, body: unknown): Promise<string>;
  /** Calls `onChange` at every change of anything until the signal aborts. */
  listen(signal: AbortSignal, onChange: () => void): Promise<void>;
}

/** Makes a client of the server at `base`, which is shown the token that the command has. */
export function createApiClient(base: string, io: Io): ApiClient {
  const { signal } = io;
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    try {
      const headers = { ...authorization(io), ...(init.headers as Readonly<Record<string, string>> | undefined) };
      return await fetch(new URL(path, base), { signal, ...init, headers });
    } catch (error) {
      signal.throwIfAborted();
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new CommandFailure(`the server at ${base} does not answer: ${cause}`, exitCodes.connection);
    }
  };
  const get = async <Schema extends v.GenericSchema>(path: string, schema: Schema): Promise<v.InferOutput<Schema>> =>
    v.parse(schema, await answer(await send(path), io));
  return {
    list: () => get(apiPaths.deliveries(), deliveryList),
    detail: (key) => get(apiPaths.delivery(key), deliveryDetail),
    tree: (key) => get(apiPaths.tree(key), resourceTree),
    resourceActions: (key, ref) => get(apiPaths.resourceActions(key, ref), resourceActionList),
    async act(method, path, body) {
      const response = await send(path, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return v.parse(accepted, await answer(response, io)).message;
    },
    async listen(listenSignal, onChange) {
      const response = await send(apiPaths.stream(), { signal: listenSignal });
      if (!response.body) return;
      try {
        for await (const _chunk of response.body) onChange();
      } catch (error) {
        if (!listenSignal.aborted) throw error;
      }
    },
  };
}

async function answer(response: Response, io: Io): Promise<unknown> {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const { sentence, remedy } = (body ?? {}) as Partial<Problem>;
  const message = `${sentence ?? `the server answered ${response.status}`}${remedy === undefined ? '' : `. ${remedy}`}`;
  throw new CommandFailure(
    message + tokenHint(io, response.status),
    response.status === 404 ? exitCodes.generic : exitCodes.response,
  );
}

/**
 * Finds the application a person means: "name", "namespace/name", or a whole key "argo/namespace/name". A bare name that
 * fits several is refused with the list of them.
 */
export async function findApp(client: ApiClient, named: string): Promise<DeliverySummary> {
  const { items } = await client.list();
  const parts = named.split('/');
  const fits = items.filter((item) => {
    if (parts.length === 3) return item.key === named;
    if (parts.length === 2) return `${item.namespace}/${item.name}` === named;
    return item.name === named;
  });
  const preferred = fits.length > 1 && parts.length === 1 ? fits.filter((item) => item.namespace === 'argocd') : fits;
  const [found, ...more] = preferred.length > 0 ? preferred : fits;
  if (!found) throw new CommandFailure(`there is no application "${named}"${near(named, items)}`, exitCodes.generic);
  if (more.length > 0) {
    throw new CommandFailure(
      `"${named}" fits several applications: ${[found, ...more].map((item) => item.key).join(', ')}`,
      exitCodes.generic,
    );
  }
  return found;
}

function near(named: string, items: readonly DeliverySummary[]): string {
  const close = items
    .filter((item) => item.name.startsWith(named.slice(0, 4)) || item.name.includes(named))
    .map((item) => item.name);
  return close.length === 0 ? '' : `; did you mean ${close.slice(0, 3).join(', ')}?`;
}
