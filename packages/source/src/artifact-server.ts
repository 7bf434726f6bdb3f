// Serves stored archives over HTTP: whole or in ranges, with validators, and under `latest.tar.gz` the newest of a source.
// Mirrors fluxcd/pkg:artifact/server/fileserver.go (0.18), which is go:net/http.FileServer over a directory.

import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type ArtifactStorage, isPlainName } from './artifact-storage.ts';

export interface ArtifactServerOptions {
  readonly storage: ArtifactStorage;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Any free port by default. */
  readonly port?: number;
  /** What others reach this server by, where it is not the address it listens on: "host:port" or a URL. */
  readonly advertised?: string;
}

/** A server that listens. */
export interface ArtifactServer extends AsyncDisposable {
  /** What paths are appended to, without a slash at its end. */
  readonly url: string;
}

/** Starts to serve. Rejects where the port is taken. */
export async function startArtifactServer(options: ArtifactServerOptions): Promise<ArtifactServer> {
  const server = createServer((request, response) => {
    void answer(options.storage, request, response).catch(() => response.destroy());
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: baseUrl(options.advertised ?? `${host.includes(':') ? `[${host}]` : host}:${port}`),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** "host:port" as a URL; a URL as it is. */
function baseUrl(address: string): string {
  const url = /^https?:\/\//.test(address) ? address : `http://${address}`;
  return url.replace(/\/+$/, '');
}

async function answer(storage: ArtifactStorage, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  const file = await fileOf(storage, request.url ?? '/');
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  if (file === undefined || !found?.isFile()) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
    return;
  }
  const modified = new Date(found.mtimeMs).toUTCString();
  const validators = { 'Last-Modified': modified, ETag: `"${Math.trunc(found.mtimeMs).toString(36)}-${found.size}"` };
  if (isFresh(request, validators)) {
    response.writeHead(304, validators).end();
    return;
  }
  const range = rangeOf(request, found.size, validators);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${found.size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: found.size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...validators,
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/gzip',
    'Content-Length': end - start + 1,
    ...(range ? { 'Content-Range': `bytes ${start}-${end}/${found.size}` } : {}),
  });
  if (request.method === 'HEAD' || found.size === 0) response.end();
  else await pipeline(createReadStream(file, { start, end }), response);
}

/** The file behind a URL: four plain names below the directory, and nothing else. */
async function fileOf(storage: ArtifactStorage, url: string): Promise<string | undefined> {
  let parts: readonly string[];
  try {
    parts = decodeURIComponent(url.split(/[?#]/)[0] ?? '')
      .split('/')
      .slice(1);
  } catch {
    return undefined;
  }
  const name = parts.at(-1);
  if (parts.length !== 4 || name === undefined || !parts.every(isPlainName) || name.startsWith('.')) return undefined;
  if (name !== 'latest.tar.gz') return join(storage.directory, ...parts);
  const directory = join(storage.directory, ...parts.slice(0, -1));
  const candidates = (await readdir(directory).catch(() => [])).filter((entry) => !entry.startsWith('.'));
  const dated = await Promise.all(
    candidates.map(async (entry) => ({ entry, mtimeMs: (await stat(join(directory, entry))).mtimeMs })),
  );
  const newest = dated.toSorted((left, right) => right.mtimeMs - left.mtimeMs)[0];
  return newest && join(directory, newest.entry);
}

interface Validators {
  readonly 'Last-Modified': string;
  readonly ETag: string;
}

function isFresh({ headers }: IncomingMessage, validators: Validators): boolean {
  const asked = headers['if-none-match'];
  if (asked !== undefined) {
    return asked.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === validators.ETag);
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && Date.parse(validators['Last-Modified']) <= since;
}

/** One range of bytes; anything else that was asked for is answered with the whole. */
function rangeOf(
  { headers }: IncomingMessage,
  size: number,
  validators: Validators,
): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const condition = headers['if-range'];
  if (condition !== undefined && condition !== validators.ETag && condition !== validators['Last-Modified'])
    return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start >= size || start > end ? 'unsatisfiable' : { start, end };
}
