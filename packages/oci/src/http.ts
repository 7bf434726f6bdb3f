// HTTP as Go's clients do it, which is what repositories and registries are tested with: redirects that take credentials
// no further than their host, TLS material per host, proxies by Go's rules, no decompression, a bounded answer, and a
// sentence for everything that goes wrong. Mirrors net/http and helm:pkg/getter/httpgetter.go (v4.3.0).

import { createSecureContext, getCACertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import type { ProxySettings, RemoteAccess, TlsAccess } from './access.ts';
import { proxyFor } from './proxy.ts';
import { RemoteError, withoutSecrets } from './remote-error.ts';
import { reasonOf } from './transport-reason.ts';

/** What is asked. */
export interface HttpQuestion {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly access?: RemoteAccess;
  readonly signal?: AbortSignal;
  /** The largest answer that is taken. Default 256 MiB. */
  readonly bytesMax?: number;
}

/** An answer, whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

/** What all requests of a client have in common. */
export interface HttpOptions {
  readonly userAgent?: string;
  readonly proxy?: ProxySettings;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Helm's getters give up after this long. */
const TIMEOUT_MS = 120_000;
/** More than any chart or index is allowed to be. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;
/** net/http follows as many. */
const REDIRECTS_MAX = 10;

/** Sends requests and keeps connections open between them; dispose of it when done. */
export class HttpClient implements AsyncDisposable {
  readonly #options: HttpOptions;
  readonly #dispatchers = new Map<string, Dispatcher>();

  constructor(options: HttpOptions = {}) {
    this.#options = options;
  }

  /**
   * One exchange, redirects followed; the Authorization header goes along to the same host and to hosts below it only, and
   * never from HTTPS to HTTP. Every status is an answer. Rejects with RemoteError, or the signal's reason.
   */
  async send(url: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
    const { request } = await import('undici');
    const { signal: own, timeoutMs = TIMEOUT_MS, userAgent = 'evenkeel' } = this.#options;
    const signals = [own, question.signal].filter((signal) => signal !== undefined);
    const signal = signals.length === 0 ? undefined : AbortSignal.any(signals);
    signal?.throwIfAborted();
    const method = question.method ?? 'GET';
    let headers: Record<string, string> = { 'user-agent': userAgent, ...loginIn(url), ...question.headers };
    let at = withoutLoginIn(url);
    for (let hops = 0; ; hops += 1) {
      if (!/^https?:\/\//i.test(at)) {
        throw new RemoteError('unsupported', `scheme ${JSON.stringify(at.replace(/:.*/s, ''))} not supported`);
      }
      try {
        const response = await request(at, {
          method,
          dispatcher: await this.#dispatcher(at, question.access),
          headers,
          body: question.body ?? null,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
          ...(signal === undefined ? {} : { signal }),
        });
        const next = nextPlace(at, response);
        if (next === undefined || (method !== 'GET' && method !== 'HEAD')) {
          return await whole(at, response, question.bytesMax ?? BODY_BYTES_MAX);
        }
        await response.body.dump();
        if (hops >= REDIRECTS_MAX) throw new RemoteError('protocol', `stopped after ${REDIRECTS_MAX} redirects`);
        if (!mayFollow(url, next)) headers = withoutLogin(headers);
        at = next;
      } catch (error) {
        if (signal?.aborted === true) throw signal.reason;
        const { code, text } = reasonOf(error);
        throw new RemoteError(code, `${titled(method)} ${JSON.stringify(withoutSecrets(at))}: ${text}`, {
          cause: error,
        });
      }
    }
  }

  async #dispatcher(url: string, access: RemoteAccess = {}): Promise<Dispatcher> {
    const proxy = proxyFor(url, access.proxy ?? this.#options.proxy ?? {});
    const key = JSON.stringify([proxy, access.tls]);
    const known = this.#dispatchers.get(key);
    if (known !== undefined) return known;
    const { Agent, ProxyAgent } = await import('undici');
    const tls = tlsOptions(access.tls ?? {});
    // A request for http:// goes to the proxy as it is; only https:// is tunnelled, as in Go.
    const made =
      proxy === undefined
        ? new Agent({ connect: tls })
        : new ProxyAgent({ uri: proxy, requestTls: tls, proxyTls: tlsOptions({}) });
    this.#dispatchers.set(key, made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
    this.#dispatchers.clear();
  }
}

/** A login in the URL itself is basic authentication, as in net/http. */
function loginIn(url: string): Record<string, string> {
  const { username, password } = URL.canParse(url) ? new URL(url) : { username: '', password: '' };
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` };
}

function withoutLoginIn(url: string): string {
  if (!URL.canParse(url)) return url;
  const plain = new URL(url);
  if (plain.username === '' && plain.password === '') return url;
  plain.username = '';
  plain.password = '';
  return plain.href;
}

function titled(method: string): string {
  return `${method.slice(0, 1)}${method.slice(1).toLowerCase()}`;
}

function nextPlace(at: string, response: Dispatcher.ResponseData): string | undefined {
  const { location } = response.headers;
  if (![301, 302, 303, 307, 308].includes(response.statusCode) || typeof location !== 'string') return undefined;
  if (!URL.canParse(location, at)) throw new RemoteError('protocol', 'failed to parse Location header');
  return new URL(location, at).href;
}

/** Go lets credentials go to the same host, whatever its port, and to hosts below it. */
function mayFollow(first: string, next: string): boolean {
  const [from, to] = [new URL(first), new URL(next)];
  if (from.protocol === 'https:' && to.protocol === 'http:') return false;
  if (from.hostname === to.hostname) return true;
  return !/^[\d.]+$|:/.test(from.hostname) && to.hostname.endsWith(`.${from.hostname}`);
}

function withoutLogin(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(?:authorization|cookie)$/i.test(name)));
}

async function whole(url: string, response: Dispatcher.ResponseData, bytesMax: number): Promise<HttpAnswer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > bytesMax) throw new RemoteError('too-large', `the answer has more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return {
    status: response.statusCode,
    statusText: response.statusText,
    headers: response.headers,
    body: Buffer.concat(chunks),
    url,
  };
}

function tlsOptions(tls: TlsAccess): object {
  try {
    if (tls.ca !== undefined && !tls.ca.includes('-----BEGIN CERTIFICATE-----')) {
      throw new Error('the authority is no PEM certificate');
    }
    const secureContext = createSecureContext({
      ca: tls.ca ?? [...systemAuthorities()],
      ...(tls.cert === undefined || tls.key === undefined ? {} : { cert: tls.cert, key: tls.key }),
    });
    return { secureContext, ...(tls.insecure === true ? { rejectUnauthorized: false } : {}) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RemoteError('tls', `can't create TLS config for client: ${reason}`, { cause: error });
  }
}

let authorities: readonly string[] | undefined;

/** What this machine trusts, as Go sees it, and Node's own list where the machine has none. */
function systemAuthorities(): readonly string[] {
  if (authorities === undefined) {
    const system = getCACertificates('system');
    const basis = system.length > 0 ? system : getCACertificates('bundled');
    authorities = [...basis, ...getCACertificates('extra')];
  }
  return authorities;
}
