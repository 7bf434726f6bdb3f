// A web server for files, and a proxy, with everything that goes wrong on request.

import { createHash } from 'node:crypto';
import {
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  createServer,
  request,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { IssuedCertificate } from './authority.ts';

/** An answer: content, a redirect, or content that breaks off. */
export type FileAnswer =
  | string
  | Uint8Array
  | { readonly location: string }
  | { readonly brokenOff: Uint8Array }
  | { readonly status: number };

/** What a server serves, to whom. */
export interface FileServerOptions {
  /** By path, query left out; asked for every request. */
  readonly files: () => Readonly<Record<string, FileAnswer>>;
  /** "user:password", or "Bearer token". */
  readonly login?: string;
  readonly tls?: IssuedCertificate;
  /** Clients need a certificate of this authority. */
  readonly clientCa?: string;
  /** Whether answers have an ETag, and If-None-Match is honoured. */
  readonly etag?: boolean;
}

/** A running server. */
export interface FileServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** "GET /path STATUS", with " +auth" where there was an Authorization header. */
  readonly requests: string[];
}

/** Starts a server on a free port of this machine. */
export async function startFileServer(options: FileServerOptions): Promise<FileServer> {
  const requests: string[] = [];
  const answer: RequestListener = (incoming, response) => {
    const path = (incoming.url ?? '').replace(/\?.*/s, '');
    respond(options, path, incoming, response);
    const auth = incoming.headers.authorization === undefined ? '' : ' +auth';
    requests.push(`${incoming.method} ${path} ${response.statusCode}${auth}`);
  };
  const { tls, clientCa } = options;
  const server =
    tls === undefined
      ? createServer(answer)
      : createTlsServer(
          { ...tls, ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }) },
          answer,
        );
  const port = await listen(server);
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests,
    [Symbol.asyncDispose]: () => close(server),
  };
}

function respond(
  { files, login, etag }: FileServerOptions,
  path: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  const wanted = login?.startsWith('Bearer ') === true ? login : `Basic ${Buffer.from(login ?? '').toString('base64')}`;
  if (login !== undefined && incoming.headers.authorization !== wanted) {
    response.writeHead(401).end();
    return;
  }
  const found = files()[path];
  if (found === undefined) {
    response.writeHead(404).end();
  } else if (typeof found === 'string' || found instanceof Uint8Array) {
    const tag = `"${createHash('sha256').update(found).digest('hex')}"`;
    const isKnown = etag === true && incoming.headers['if-none-match'] === tag;
    if (etag === true) response.setHeader('etag', tag);
    response.writeHead(isKnown ? 304 : 200).end(isKnown ? undefined : found);
  } else if ('location' in found) {
    response.writeHead(302, { location: found.location }).end();
  } else if ('status' in found) {
    response.writeHead(found.status).end();
  } else {
    response.writeHead(200, { 'content-length': found.brokenOff.length });
    response.write(found.brokenOff.subarray(0, found.brokenOff.length / 2), () => response.destroy());
  }
}

/** A running proxy and what went through it: "CONNECT host:port" or "GET http://…". */
export interface TestProxy extends AsyncDisposable {
  readonly url: string;
  readonly requests: string[];
}

/** A proxy that takes every host for this machine, so that names which nobody serves can be asked for. */
export async function startProxy(portOf: (host: string) => number, login?: string): Promise<TestProxy> {
  const requests: string[] = [];
  const isKnown = (incoming: IncomingMessage): boolean =>
    login === undefined || incoming.headers['proxy-authorization'] === `Basic ${Buffer.from(login).toString('base64')}`;
  const server = createServer((incoming, response) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    if (!isKnown(incoming)) {
      response.writeHead(407).end();
      return;
    }
    const url = new URL(incoming.url ?? '');
    const { 'proxy-authorization': _own, ...headers } = incoming.headers;
    const options = { host: '127.0.0.1', port: portOf(url.hostname), path: `${url.pathname}${url.search}`, headers };
    request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on('connect', (incoming, socket, head) => {
    requests.push(`CONNECT ${incoming.url}`);
    if (!isKnown(incoming)) {
      const challenge = 'Proxy-Authenticate: Basic realm="proxy"\r\nContent-Length: 0\r\nConnection: close';
      socket.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${challenge}\r\n\r\n`);
      return;
    }
    const onward = connect(portOf((incoming.url ?? '').replace(/:\d+$/, '')), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on('error', () => [onward, socket].forEach((one) => one.destroy()));
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, requests, [Symbol.asyncDispose]: () => close(server) };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}
