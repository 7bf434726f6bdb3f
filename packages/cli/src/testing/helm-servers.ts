// Servers that charts are fetched from, in this process: a classic repository and an OCI registry that speaks as much of
// the distribution API as pulling and listing need.

import { createHash } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A running server and what it was asked. */
export interface RecordingServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  /** "GET /path", with the Authorization header behind it where there was one. */
  readonly requests: readonly string[];
}

/** Serves files by path; with a login, only to those who have it. */
export async function serveFiles(
  files: (url: string) => Readonly<Record<string, string | Uint8Array>>,
  login?: string,
): Promise<RecordingServer> {
  return listen((request, response, url) => {
    if (login !== undefined && request.headers.authorization !== basic(login)) {
      response.writeHead(401).end();
      return;
    }
    const found = files(url)[(request.url ?? '').replace(/\?.*/s, '')];
    response.writeHead(found === undefined ? 404 : 200).end(found);
  });
}

/** One chart of a registry. */
export interface RegistryChart {
  readonly repository: string;
  readonly tag: string;
  readonly archive: Uint8Array;
}

/** A registry with bearer tokens where a login is wanted; tags come one to a page, to see that pages are followed. */
export async function serveRegistry(charts: readonly RegistryChart[], login?: string): Promise<RecordingServer> {
  const content = new Map<string, Uint8Array>();
  const put = (mediaType: string, body: Uint8Array): object => {
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    content.set(digest, body);
    return { mediaType, digest, size: body.length };
  };
  const manifests = new Map<string, Uint8Array>();
  for (const { repository, tag, archive } of charts) {
    const config = put('application/vnd.cncf.helm.config.v1+json', Buffer.from('{"name":"web"}'));
    const layers = [put('application/vnd.cncf.helm.chart.content.v1.tar+gzip', archive)];
    const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers }));
    manifests.set(`${repository}/${tag}`, manifest);
  }
  return listen((request, response, url) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    if (pathname === '/token') {
      const known = request.headers.authorization === basic(login ?? '');
      response.writeHead(known ? 200 : 401).end(JSON.stringify({ token: 'secret' }));
      return;
    }
    if (login !== undefined && request.headers.authorization !== 'Bearer secret') {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${url}/token",service="test"` }).end();
      return;
    }
    const [, repository = '', kind = '', name = ''] = /^\/v2\/(.+)\/(manifests|blobs|tags)\/(.+)$/.exec(pathname) ?? [];
    if (kind === 'tags') {
      const tags = charts.filter((chart) => chart.repository === repository).map(({ tag }) => tag);
      const at = Number(searchParams.get('at') ?? '0');
      const link = at + 1 < tags.length ? { link: `<${pathname}?at=${at + 1}>; rel="next"` } : {};
      response.writeHead(200, link).end(JSON.stringify({ name: repository, tags: tags.slice(at, at + 1) }));
      return;
    }
    const found = kind === 'blobs' ? content.get(name) : manifests.get(`${repository}/${name}`);
    const type = kind === 'blobs' ? 'application/octet-stream' : 'application/vnd.oci.image.manifest.v1+json';
    const headers = { 'content-type': type, 'content-length': found?.length ?? 0 };
    response.writeHead(found === undefined ? 404 : 200, headers).end(request.method === 'HEAD' ? undefined : found);
  });
}

type Handler = (request: IncomingMessage, response: ServerResponse, url: string) => void;

async function listen(handle: Handler): Promise<RecordingServer> {
  const requests: string[] = [];
  let url = '';
  const server: Server = createServer((request, response) => {
    const { authorization } = request.headers;
    requests.push(`${request.method} ${request.url}${authorization === undefined ? '' : ` ${authorization}`}`);
    handle(request, response, url);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  url = `http://${host}`;
  return {
    url,
    host,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function basic(login: string): string {
  return `Basic ${Buffer.from(login).toString('base64')}`;
}
