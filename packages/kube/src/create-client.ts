// The Kubernetes client over any transport: paths, options and errors. It keeps no state besides request counts and
// what discovery told.

import type { Json, KubeObject } from '@evenkeel/resource';
import { formatApiVersion } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import type {
  ApplyOptions,
  DeleteOptions,
  Discovery,
  KubeClient,
  KubeList,
  ListOptions,
  ObjectLocation,
  PatchKind,
  RequestCounts,
  ResourceType,
  WriteOptions,
} from './client.ts';
import { createDiscovery } from './discovery.ts';
import { isKubeError } from './errors.ts';
import { resourcePath } from './paths.ts';
import { errorOfResponse, isJsonObject } from './status.ts';
import { systemClock } from './system-clock.ts';
import type { KubeRequest, KubeResponse, KubeTransport, WatchLine } from './transport.ts';

/** Objects asked for per page where the caller did not say. Mirrors client-go:tools/pager (500). */
const PAGE_SIZE = 500;

/** How often a request is sent again when the server says "later" (client-go:rest/with_retry.go sends at most 10 times more). */
const RETRY_COUNT_MAX = 10;

const patchContentTypes: Readonly<Record<PatchKind, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

/** What a client may be given besides its transport. */
export interface KubeClientOptions {
  /** Time for waits that the server asks for (Retry-After) and for discovery's negative cache. */
  readonly clock?: Clock;
}

/** Makes a client over `transport`. The client does not own the transport: whoever made it disposes it. */
export function createKubeClient(transport: KubeTransport, options: KubeClientOptions = {}): KubeClient {
  const counts: MutableCounts = { get: 0, list: 0, watch: 0, create: 0, update: 0, patch: 0, apply: 0, delete: 0 };
  const clock = options.clock ?? systemClock;
  const counted = countingTransport(transport, counts);
  const discovery = createDiscovery((request) => sendPatiently(counted, request, clock), clock);
  return new TransportClient(counted, clock, discovery, counts);
}

type MutableCounts = { -readonly [Verb in keyof RequestCounts]: number };

class TransportClient implements KubeClient {
  readonly transport: KubeTransport;
  readonly discovery: Discovery;
  readonly requests: RequestCounts;
  readonly #clock: Clock;

  constructor(transport: KubeTransport, clock: Clock, discovery: Discovery, requests: RequestCounts) {
    this.transport = transport;
    this.discovery = discovery;
    this.requests = requests;
    this.#clock = clock;
  }

  async get(type: ResourceType, at: ObjectLocation, signal?: AbortSignal): Promise<KubeObject | undefined> {
    const response = await this.#send({ method: 'GET', path: resourcePath(type, at), ...only({ signal }) });
    if (response.status === 404) return undefined;
    return objectOf(response);
  }

  async list(type: ResourceType, options: ListOptions = {}): Promise<KubeList> {
    if (options.limit !== undefined) return this.#page(type, options);
    const items: KubeObject[] = [];
    let page = await this.#page(type, { ...options, limit: PAGE_SIZE });
    items.push(...page.items);
    while (page.continue !== undefined) {
      try {
        page = await this.#page(type, { ...withoutVersion(options), limit: PAGE_SIZE, continue: page.continue });
      } catch (error) {
        // The snapshot that the pages belong to was compacted away: only one whole list is consistent now.
        if (!isKubeError(error, 410)) throw error;
        return this.#page(type, options);
      }
      for (const item of page.items) items.push(item);
    }
    return { resourceVersion: page.resourceVersion, items };
  }

  async create(type: ResourceType, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { namespace, name } = object.metadata;
    const at =
      options.subresource === undefined ? { namespace } : { namespace, name, subresource: options.subresource };
    return this.#write({ method: 'POST', path: resourcePath(type, at), body: object }, options);
  }

  async update(type: ResourceType, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { namespace, name = '' } = object.metadata;
    const path = resourcePath(type, { namespace, name, subresource: options.subresource });
    return this.#write({ method: 'PUT', path, body: object }, options);
  }

  // The signature is the contract's: five parameters, so that call sites read as kubectl patch does.
  async patch(
    type: ResourceType,
    at: ObjectLocation,
    kind: PatchKind,
    patch: Json,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    const path = resourcePath(type, { ...at, subresource: options.subresource });
    return this.#write({ method: 'PATCH', path, body: patch, contentType: patchContentTypes[kind] }, options);
  }

  async apply(type: ResourceType, object: KubeObject, options: ApplyOptions): Promise<KubeObject> {
    const { namespace, name = '' } = object.metadata;
    const path = resourcePath(type, { namespace, name, subresource: options.subresource });
    const query = options.force === true ? { force: 'true' } : {};
    return this.#write(
      { method: 'PATCH', path, body: object, contentType: 'application/apply-patch+yaml', query },
      options,
    );
  }

  async delete(type: ResourceType, at: ObjectLocation, options: DeleteOptions = {}): Promise<boolean> {
    const { signal, dryRun, ...rest } = options;
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...rest, ...(dryRun === true ? { dryRun: ['All'] } : {}) };
    const path = resourcePath(type, at);
    const response = await this.#send({ method: 'DELETE', path, body: body as Json, ...only({ signal }) });
    if (response.status === 404) return false;
    bodyOf(response);
    return true;
  }

  impersonate(user: string, groups: readonly string[] = []): KubeClient {
    const headers = impersonationHeaders(user, groups);
    return new TransportClient(withHeaders(this.transport, headers), this.#clock, this.discovery, this.requests);
  }

  async #page(type: ResourceType, options: ListOptions): Promise<KubeList> {
    const { signal, namespace, limit, resourceVersion } = options;
    const query = only({
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
      limit: limit === undefined ? undefined : String(limit),
      continue: options.continue,
      resourceVersion,
    });
    const path = resourcePath(type, { namespace });
    const response = await this.#send({ method: 'GET', path, query, ...only({ signal }) });
    return listOf(type, bodyOf(response));
  }

  async #write(request: KubeRequest, options: WriteOptions): Promise<KubeObject> {
    const query = only({
      ...request.query,
      fieldManager: options.fieldManager,
      fieldValidation: options.fieldValidation,
      dryRun: options.dryRun === true ? 'All' : undefined,
    });
    return objectOf(await this.#send({ ...request, query, ...only({ signal: options.signal }) }));
  }

  #send(request: KubeRequest): Promise<KubeResponse> {
    return sendPatiently(this.transport, request, this.#clock);
  }
}

/** Sends, and sends again while the server answers 429, or any 5xx, with a Retry-After: it did nothing yet and says when to come back. */
async function sendPatiently(transport: KubeTransport, request: KubeRequest, clock: Clock): Promise<KubeResponse> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await transport.send(request);
    const later = response.status === 429 || response.status >= 500 ? Number(response.headers['retry-after']) : NaN;
    if (!Number.isFinite(later) || attempt >= RETRY_COUNT_MAX) return response;
    await clock.sleep(later * 1000, request.signal);
  }
}

/** Counts what is sent, by verb. Wrapping the transport makes informers and raw requests count as well. */
function countingTransport(inner: KubeTransport, counts: MutableCounts): KubeTransport {
  return {
    endpoint: inner.endpoint,
    send(request) {
      counts[verbOf(request)] += 1;
      return inner.send(request);
    },
    watch(request) {
      counts.watch += 1;
      return inner.watch(request);
    },
    stream(request) {
      counts.get += 1;
      return inner.stream(request);
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

function verbOf(request: KubeRequest): keyof RequestCounts {
  switch (request.method) {
    case 'GET':
      return isCollectionPath(request.path) ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return request.contentType?.startsWith('application/apply-patch') === true ? 'apply' : 'patch';
    case 'DELETE':
      return 'delete';
  }
}

/** "/api/v1/pods", "/apis/apps/v1/namespaces/web/deployments": nothing after the plural. Discovery paths are gets. */
function isCollectionPath(path: string): boolean {
  return /^\/(?:api|apis\/[^/]+)\/[^/]+\/(?:namespaces\/[^/]+\/)?[^/]+$/.test(path);
}

function withHeaders(inner: KubeTransport, headers: Readonly<Record<string, string>>): KubeTransport {
  const add = (request: KubeRequest): KubeRequest => ({ ...request, headers: { ...request.headers, ...headers } });
  return {
    endpoint: inner.endpoint,
    send: (request) => inner.send(add(request)),
    watch: (request): AsyncIterable<WatchLine> => inner.watch(add(request)),
    stream: (request) => inner.stream(add(request)),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

/**
 * Impersonate-User and Impersonate-Group. A header set holds one value per name here, so several groups travel
 * joined by newlines, which no header value can contain; transports split them into repeated headers.
 */
function impersonationHeaders(user: string, groups: readonly string[]): Readonly<Record<string, string>> {
  return {
    'Impersonate-User': user,
    ...(groups.length === 0 ? {} : { 'Impersonate-Group': groups.join('\n') }),
  };
}

function bodyOf(response: KubeResponse): Json | KubeObject | undefined {
  if (response.status < 200 || response.status >= 300) throw errorOfResponse(response);
  return response.body;
}

function objectOf(response: KubeResponse): KubeObject {
  return bodyOf(response) as KubeObject;
}

/** Servers leave apiVersion and kind out of the items of typed lists; every object we hand out carries both. */
function listOf(type: ResourceType, body: Json | KubeObject | undefined): KubeList {
  const list = (isJsonObject(body) ? body : {}) as {
    readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
    readonly items?: readonly KubeObject[] | null;
  };
  const apiVersion = formatApiVersion(type.group, type.version);
  const items = (list.items ?? []).map((item) => (item.kind ? item : { ...item, apiVersion, kind: type.kind }));
  const next = list.metadata?.continue;
  return {
    resourceVersion: list.metadata?.resourceVersion ?? '',
    ...(next === undefined || next === '' ? {} : { continue: next }),
    items,
  };
}

/** A continue token carries its own resourceVersion; servers refuse both together. */
function withoutVersion(options: ListOptions): ListOptions {
  const { resourceVersion: _dropped, ...rest } = options;
  return rest;
}

/** Drops members that are undefined, as exact optional properties demand. */
function only<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}
