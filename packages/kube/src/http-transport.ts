// HTTP/1.1 over undici to one API server as one user. Plain requests share a bounded pool of kept-alive connections;
// watches and log streams, which hold theirs for as long as they live, have a pool of their own.

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { parseJson } from '@evenkeel/resource';
import { type Clock, assert } from '@evenkeel/std';
import { type Dispatcher, Pool, ProxyAgent, Socks5ProxyAgent } from 'undici';
import type { ClusterConfig } from './cluster-config.ts';
import { type Credential, type CredentialSource, createCredentialSource } from './credentials.ts';
import type { Environment } from './exec-credential.ts';
import { KubeUnreachable } from './errors.ts';
import { formatKubeJson } from './json.ts';
import { errorOfResponse } from './status.ts';
import { abortReason, systemClock } from './system-clock.ts';
import type { KubeRequest, KubeResponse, KubeTransport, WatchLine } from './transport.ts';
import { unreachable } from './unreachable.ts';
import { wholeAnswer } from './whole-answer.ts';

const unzip = promisify(gunzip);

export interface HttpTransportOptions {
  /** Variables that credential plugins inherit; the process's own, handed in by whoever may read them. */
  readonly environment?: Environment;
  /** Connections for plain requests; more requests wait. Default 32. */
  readonly connectionsMax?: number;
  readonly connectTimeoutMs?: number;
  /** How long the server may take to begin its answer. Default 75 s: API servers give up at 60 s. */
  readonly answerTimeoutMs?: number;
  readonly userAgent?: string;
  readonly clock?: Clock;
}

/** Makes a transport. Nothing is connected before the first request. Throws on a server address that is no URL. */
export function createHttpTransport(config: ClusterConfig, options: HttpTransportOptions = {}): KubeTransport {
  return new HttpTransport(config, options);
}

/** Connections are made with a client certificate, so another certificate needs other connections. */
interface Connections {
  readonly certificate: string | undefined;
  readonly requests: Dispatcher;
  readonly streams: Dispatcher;
}

type Lane = 'requests' | 'streams';

/** What both ways of asking have in common; a whole answer has no body left to read. */
interface Answer {
  readonly statusCode: number;
  readonly body?: Dispatcher.ResponseData['body'];
}

class HttpTransport implements KubeTransport {
  readonly endpoint: string;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #config: ClusterConfig;
  readonly #options: HttpTransportOptions;
  readonly #credentials: CredentialSource;
  #connections: Connections | undefined;
  #closed = false;

  constructor(config: ClusterConfig, options: HttpTransportOptions) {
    const url = new URL(config.server.includes('://') ? config.server : `https://${config.server}`);
    this.endpoint = config.server;
    this.#origin = url.origin;
    this.#prefix = url.pathname.replace(/\/+$/, '');
    this.#config = config;
    this.#options = options;
    this.#credentials = createCredentialSource(config, options.environment ?? {}, options.clock ?? systemClock);
  }

  async send(request: KubeRequest): Promise<KubeResponse> {
    const { statusCode, headers, bytes } = await this.#open(request, (credential) =>
      wholeAnswer(
        this.#connectionsFor(credential).requests,
        this.#dispatchOptions(request, credential, 'requests'),
        request.signal,
      ),
    );
    try {
      return { status: statusCode, headers: plainHeaders(headers), body: await readBody(headers, bytes) };
    } catch (error) {
      throw this.#failed(request, error);
    }
  }

  async *watch(request: KubeRequest): AsyncGenerator<WatchLine> {
    for await (const line of this.#lines(request)) {
      if (line !== '') yield this.#watchLine(line);
    }
  }

  #watchLine(line: string): WatchLine {
    try {
      return parseJson(line) as unknown as WatchLine;
    } catch (error) {
      // Half a line is what a connection leaves that ends in the middle of one.
      throw new KubeUnreachable(`the watch of ${this.endpoint} ended in the middle of a line`, {
        reason: 'lost',
        cause: error,
      });
    }
  }

  stream(request: KubeRequest): AsyncIterable<string> {
    return this.#lines(request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const open = this.#connections;
    this.#connections = undefined;
    await Promise.all([open?.requests.destroy(), open?.streams.destroy()]);
  }

  async *#lines(request: KubeRequest): AsyncGenerator<string> {
    const answer = await this.#open(request, (credential) =>
      this.#connectionsFor(credential).streams.request({
        ...this.#dispatchOptions(request, credential, 'streams'),
        ...(request.signal ? { signal: request.signal } : {}),
      }),
    );
    if (answer.statusCode !== 200) {
      const bytes = new Uint8Array(await answer.body.arrayBuffer());
      throw errorOfResponse({ status: answer.statusCode, body: await readBody(answer.headers, bytes) });
    }
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        yield* lines;
      }
      if (rest !== '') yield rest;
    } catch (error) {
      throw this.#failed(request, error);
    } finally {
      answer.body.on('error', () => undefined).destroy();
    }
  }

  /** Sends; once more with a fresh credential, or over a fresh connection, where that may help. */
  async #open<T extends Answer>(request: KubeRequest, dispatch: (credential: Credential) => Promise<T>): Promise<T> {
    const attempt = async (): Promise<T> => {
      assert(!this.#closed, `the transport to ${this.endpoint} is closed`);
      request.signal?.throwIfAborted();
      return dispatch(await this.#credentials.current());
    };
    const first = await attempt().catch((error: unknown) => {
      // A kept-alive connection may be closed by the server just as we use it. Reading again is harmless.
      if (request.method === 'GET' && isLostConnection(error) && request.signal?.aborted !== true) return undefined;
      throw this.#failed(request, error);
    });
    if (first && !(first.statusCode === 401 && this.#credentials.renewable)) return first;
    if (first) {
      this.#credentials.renew();
      await first.body?.dump();
    }
    return attempt().catch((error: unknown) => {
      throw this.#failed(request, error);
    });
  }

  #dispatchOptions(request: KubeRequest, credential: Credential, lane: Lane): Dispatcher.DispatchOptions {
    const { answerTimeoutMs = 75_000 } = this.#options;
    return {
      origin: this.#origin,
      method: request.method,
      path: this.#prefix + request.path + queryText(request.query),
      headers: this.#headers(request, credential, lane),
      body: request.body === undefined ? null : formatKubeJson(request.body),
      headersTimeout: answerTimeoutMs,
      bodyTimeout: lane === 'streams' ? 0 : answerTimeoutMs,
    };
  }

  #headers(request: KubeRequest, credential: Credential, lane: Lane): Record<string, string | string[]> {
    const headers: Record<string, string | string[]> = {
      accept: 'application/json',
      'user-agent': this.#options.userAgent ?? 'evenkeel',
      ...(lane === 'requests' && this.#config.disableCompression !== true ? { 'accept-encoding': 'gzip' } : {}),
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
    };
    for (const [name, value] of Object.entries({ ...credential.headers, ...request.headers })) {
      headers[name] = value.includes('\n') ? value.split('\n') : value;
    }
    return headers;
  }

  #connectionsFor({ clientCertificate, clientKey }: Credential): Connections {
    const known = this.#connections;
    if (known && known.certificate === clientCertificate) return known;
    if (known) {
      void known.requests.close();
      void known.streams.close();
    }
    const tls = {
      ...(this.#config.certificateAuthority === undefined ? {} : { ca: this.#config.certificateAuthority }),
      ...(this.#config.tlsServerName === undefined ? {} : { servername: this.#config.tlsServerName }),
      ...(clientCertificate === undefined ? {} : { cert: clientCertificate }),
      ...(clientKey === undefined ? {} : { key: clientKey }),
      rejectUnauthorized: this.#config.insecureSkipTlsVerify !== true,
      timeout: this.#options.connectTimeoutMs ?? 10_000,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    };
    const opened: Connections = {
      certificate: clientCertificate,
      requests: this.#pool(tls, this.#options.connectionsMax ?? 32),
      streams: this.#pool(tls, null),
    };
    this.#connections = opened;
    return opened;
  }

  #pool(tls: Readonly<Record<string, unknown>>, connections: number | null): Dispatcher {
    const shared = { connections, allowH2: false, keepAliveTimeout: 30_000, pipelining: 1 };
    const { proxyUrl } = this.#config;
    if (proxyUrl === undefined) return new Pool(this.#origin, { ...shared, connect: tls });
    if (/^socks5h?:/.test(proxyUrl)) return new Socks5ProxyAgent(proxyUrl, { ...shared, requestTls: tls });
    return new ProxyAgent({ ...shared, uri: proxyUrl, requestTls: tls });
  }

  #failed(request: KubeRequest, error: unknown): Error {
    return request.signal?.aborted === true ? abortReason(request.signal) : unreachable(this.endpoint, error);
  }
}

async function readBody(headers: Dispatcher.ResponseData['headers'], bytes: Uint8Array): Promise<KubeResponse['body']> {
  if (bytes.length === 0) return undefined;
  const raw = headers['content-encoding'] === 'gzip' ? await unzip(bytes) : bytes;
  const text = new TextDecoder().decode(raw);
  return /[/+]json\b/.test(String(headers['content-type'] ?? '')) ? parseJson(text) : text;
}

function plainHeaders(headers: Dispatcher.ResponseData['headers']): Readonly<Record<string, string>> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join('\n') : value;
  }
  return plain;
}

function queryText(query: KubeRequest['query']): string {
  const text = new URLSearchParams(query ?? {}).toString();
  return text === '' ? '' : `?${text}`;
}

function isLostConnection(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}
