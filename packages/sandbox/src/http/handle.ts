// One HTTP request: who it is from, its body, its answer in the format asked for.

import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { type Json, type KubeObject, emitSigsYaml } from '@evenkeel/resource';
import { acceptedFormat } from '../api/accepted.ts';
import { type ApiAnswer, type ApiRequest, type Method, parseResourcePath } from '../api/request.ts';
import { ApiError } from '../api/status.ts';
import type { Cluster } from '../cluster.ts';
import { asMetadata, wantedMetadata } from '../tables/metadata-only.ts';
import { asTable, wantsTable } from '../tables/negotiate.ts';
import { warningHeader } from '../transport.ts';
import { authenticate } from './authenticate.ts';
import { readBodyValue } from './body.ts';
import { jsonPieces, jsonText } from './json-pieces.ts';

export interface HandleDeps {
  readonly cluster: Cluster;
  readonly closed: AbortSignal;
}

/** Answers one request; never throws. */
export async function handleRequest(
  deps: HandleDeps,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const read = await readRequest(deps.cluster, request);
    await writeAnswer(await deps.cluster.answer(read), {
      cluster: deps.cluster,
      read,
      response,
      signal: AbortSignal.any([gone.signal, deps.closed]),
    });
  } catch (error) {
    const refusal =
      error instanceof ApiError
        ? error
        : new ApiError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
    if (!response.headersSent) sendJson({ response, status: refusal.code, headers: {} }, refusal.status);
    else response.stream?.destroy?.();
  }
}

async function readRequest(cluster: Cluster, request: Http2ServerRequest): Promise<ApiRequest> {
  const url = new URL(request.url ?? '/', 'https://sandbox');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join('\n') : value;
  }
  const identity = authenticate(cluster, request, headers);
  const bytes = await readBytes(request);
  refusePatchType(request.method, headers['content-type'] ?? '');
  const method = (request.method ?? 'GET') as Method;
  const body = readBodyValue(bytes, { method, headers, kind: () => kindAt(cluster, url.pathname) });
  return {
    method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    body,
    identity,
  };
}

// Subresources have kinds of their own.
function kindAt(cluster: Cluster, path: string): string | undefined {
  const at = parseResourcePath(path);
  if (at === undefined) return undefined;
  const type = cluster.registry.byPath(at.group, at.version, at.plural);
  return at.subresource === undefined ? type?.kind : (type?.subresources.get(at.subresource)?.kind ?? type?.kind);
}

const patchTypes = /^application\/(json-patch\+json|merge-patch\+json|strategic-merge-patch\+json|apply-patch\+yaml)/;

// Routes know which patches there are; anything else does not reach them.
function refusePatchType(method: string | undefined, type: string): void {
  if (method === 'PATCH' && !patchTypes.test(type))
    throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

// As kube-apiserver: 3 MiB.
const bodyMaxBytes = 3 * 1024 * 1024;

async function readBytes(request: Http2ServerRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyMaxBytes)
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyMaxBytes}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

interface Writing {
  readonly cluster: Cluster;
  readonly read: ApiRequest;
  readonly response: Http2ServerResponse;
  readonly signal: AbortSignal;
}

async function writeAnswer(answer: ApiAnswer, writing: Writing): Promise<void> {
  const { cluster, read, response } = writing;
  switch (answer.kind) {
    case 'object': {
      const headers: Record<string, string | string[]> = { ...answer.headers };
      if ((answer.warnings ?? []).length > 0)
        headers['warning'] = (answer.warnings ?? []).map((text) => warningHeader([text]));
      const table =
        answer.status < 300 && wantsTable(read)
          ? asTable(cluster.registry, answer.body as KubeObject, { read, nowMs: cluster.now() })
          : undefined;
      const reduced = answer.status < 300 && isKubeObject(answer.body) ? wantedMetadata(read) : undefined;
      const type = table?.contentType ?? answer.contentType ?? 'application/json';
      const converted = table?.body ?? (reduced ? asMetadata(reduced, answer.body as KubeObject) : undefined);
      const ofItem = converted === undefined && isListOfBareItems(answer.body) ? bareItem : (item: unknown) => item;
      const body = converted ?? answer.body;
      const sent = { response, status: table?.status ?? answer.status, headers: { ...headers, 'content-type': type } };
      if (answer.status < 300 && converted === undefined && isKubeObject(body) && wantsYaml(read))
        return sendBytes(
          { ...sent, headers: { ...sent.headers, 'content-type': 'application/yaml' } },
          Buffer.from(emitSigsYaml((ofItem === bareItem ? withItems(body, ofItem) : body) as Json)),
          read,
        );
      const pieces = read.method === 'HEAD' ? undefined : jsonPieces(body, ofItem);
      if (pieces !== undefined) return sendPieces(sent, pieces, read);
      return sendJson(sent, ofItem === bareItem ? withItems(body, ofItem) : body, read);
    }
    case 'text':
      response.writeHead(answer.status, {
        'content-type': answer.contentType,
        'cache-control': 'no-cache, private',
        ...answer.headers,
      });
      response.end(answer.text);
      return undefined;
    case 'watch':
      return sendWatch(answer, writing);
    case 'stream': {
      response.writeHead(200, { 'content-type': 'text/plain' });
      flush(response);
      for await (const line of answer.open(writing.signal)) response.write(`${line}\n`);
      response.end();
    }
  }
}

// Below this, compressing costs more than it saves (apiserver:pkg/endpoints/handlers/responsewriters).
const gzipFromBytes = 128 * 1024;

interface Sent {
  readonly response: Http2ServerResponse;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

function wantsYaml({ headers }: ApiRequest): boolean {
  return (headers['accept'] ?? '').includes('yaml') && acceptedFormat(headers['accept']) === 'yaml';
}

function sendJson(sent: Sent, body: unknown, read?: ApiRequest): void {
  // As Go's encoder, one line.
  sendBytes(sent, Buffer.from(`${jsonText(body)}\n`), read);
}

function sendBytes({ response, status, headers }: Sent, plain: Buffer, read?: ApiRequest): void {
  let bytes = plain;
  const all: Record<string, string | string[] | number> = { ...jsonHeaders, ...headers };
  if (bytes.length >= gzipFromBytes && takesGzip(read)) {
    bytes = gzipSync(bytes, { level: 1 });
    Object.assign(all, gzipHeaders);
  }
  all['content-length'] = bytes.length;
  response.writeHead(status, all);
  if (read?.method === 'HEAD') response.end();
  else response.end(bytes);
}

async function sendPieces(
  { response, status, headers }: Sent,
  pieces: Iterable<string>,
  read: ApiRequest,
): Promise<void> {
  const zipped = takesGzip(read);
  response.writeHead(status, { ...jsonHeaders, ...headers, ...(zipped ? gzipHeaders : {}) });
  const source = Readable.from(pieces);
  // A client that goes away in the middle is no failure of ours.
  const sent = zipped ? pipeline(source, createGzip({ level: 1 }), response) : pipeline(source, response);
  await sent.catch(() => undefined);
}

const jsonHeaders = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' };
const gzipHeaders = { 'content-encoding': 'gzip', vary: 'Accept-Encoding' };

function takesGzip(read: ApiRequest | undefined): boolean {
  return (read?.headers['accept-encoding'] ?? '').includes('gzip');
}

/** Discovery documents and the like have no metadata to be reduced to. */
function isKubeObject(body: unknown): boolean {
  return body !== null && typeof body === 'object' && 'metadata' in body;
}

async function sendWatch(
  answer: Extract<ApiAnswer, { kind: 'watch' }>,
  { cluster, read, response, signal }: Writing,
): Promise<void> {
  const table = wantsTable(read);
  const reduced = table ? undefined : wantedMetadata(read);
  const lines = answer.open(signal);
  response.writeHead(200, {
    'content-type': 'application/json',
    'cache-control': 'no-cache, private',
  });
  flush(response);
  let first = true;
  for await (const line of lines) {
    const object =
      table && line.type !== 'ERROR'
        ? (asTable(cluster.registry, line.object, { read, nowMs: cluster.now(), rowsOnly: !first })?.body ??
          line.object)
        : reduced && line.type !== 'ERROR'
          ? asMetadata('PartialObjectMetadata', line.object)
          : line.object;
    first = false;
    if (!response.write(`${jsonText({ type: line.type, object })}\n`)) await drained(response, signal);
  }
  response.end();
}

function drained(response: Http2ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

// Clients wait for the headers of a watch before its first event.
function flush(response: Http2ServerResponse): void {
  (response as unknown as { flushHeaders?: () => void }).flushHeaders?.();
}

// Lists of built-in types leave out of their items what the list says already.
function isListOfBareItems(body: unknown): boolean {
  const list = body as { readonly kind?: unknown; readonly apiVersion?: unknown; readonly items?: unknown } | null;
  if (typeof list?.kind !== 'string' || !list.kind.endsWith('List') || !Array.isArray(list.items)) return false;
  const group = String(list.apiVersion).split('/');
  return !(group.length === 2 && group[0]?.includes('.') === true && !group[0].endsWith('.k8s.io'));
}

function bareItem(item: unknown): unknown {
  return { ...(item as object), kind: undefined, apiVersion: undefined };
}

function withItems(body: unknown, ofItem: (item: unknown) => unknown): unknown {
  const list = body as { readonly items: readonly unknown[] };
  return { ...list, items: list.items.map(ofItem) };
}
