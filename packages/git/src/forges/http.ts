// Requests to forges: JSON in and out, conditional where the forge gave a tag, errors by code.

import { createHash } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { maskSecrets } from '../errors.ts';
import { isReachedDirectly } from '../ssh-relay.ts';
import { ForgeError } from './errors.ts';
import type { ForgeAuth } from './forge.ts';

const TIMEOUT_MS = 30_000;
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const ANSWERS_MAX = 2000;
const REDIRECTS_MAX = 5;

/** What one request is. */
export interface ForgeRequest {
  readonly method?: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; URLSearchParams as a form. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
  /** Statuses from 400 on that are answers all the same: a registry's 401 says how to log in. */
  readonly answers?: readonly number[];
}

/** An answer with a body that is JSON, or nothing. */
export interface ForgeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Remembered {
  readonly tag: string;
  readonly answer: ForgeAnswer;
}

export interface ForgeAccessOptions {
  readonly signal?: AbortSignal;
  /** An http or https proxy for all forges, and the hosts that are reached without it, with commas between them. */
  readonly proxy?: string;
  readonly noProxy?: string;
  /** Milliseconds since 1970; for rate limits that end at a given time. */
  readonly now?: () => number;
  readonly userAgent?: string;
}

/**
 * Sends requests to any number of forges and remembers what they tagged: an answer that has not changed costs the forge
 * nothing and does not count against its limits. Close it at the end.
 */
export class ForgeAccess implements AsyncDisposable {
  readonly #options: ForgeAccessOptions;
  readonly #dispatchers = new Map<string, Dispatcher>();
  readonly #answers = new Map<string, Remembered>();

  constructor(options: ForgeAccessOptions = {}) {
    this.#options = options;
  }

  get now(): number {
    return (this.#options.now ?? Date.now)();
  }

  /** Sends; any status from 400 on is a ForgeError. */
  async send(wish: ForgeRequest, auth: ForgeAuth): Promise<ForgeAnswer> {
    const url = checkedUrl(wish.url);
    const key = this.#key(wish, url);
    const known = wish.method === 'POST' ? undefined : this.#answers.get(key);
    const answer = await this.#exchange(wish, url, auth, known);
    if (answer.status === 304 && known) return known.answer;
    if (answer.status >= 400 && wish.answers?.includes(answer.status) !== true) throw refusal(url, answer, this.now);
    const tag = answer.headers['etag'];
    if (tag !== undefined && wish.method !== 'POST') this.#remember(key, { tag, answer });
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
    this.#dispatchers.clear();
  }

  /** What one set of credentials may read is not answered to another. */
  #key({ headers = {} }: ForgeRequest, url: URL): string {
    return createHash('sha256')
      .update(JSON.stringify([url.href, headers]))
      .digest('base64');
  }

  #remember(key: string, answer: Remembered): void {
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    for (const [oldest] of this.#answers) {
      if (this.#answers.size <= ANSWERS_MAX) break;
      this.#answers.delete(oldest);
    }
  }

  async #exchange(
    wish: ForgeRequest,
    first: URL,
    auth: ForgeAuth,
    known: Remembered | undefined,
  ): Promise<ForgeAnswer> {
    let url = first;
    for (let hops = 0; ; hops += 1) {
      const headers = {
        'user-agent': this.#options.userAgent ?? 'evenkeel',
        accept: 'application/json',
        ...contentType(wish.body),
        ...(known ? { 'if-none-match': known.tag } : {}),
        // Credentials stay with the host they are for.
        ...(url.origin === first.origin ? wish.headers : {}),
      };
      const answer = await this.#once(url, headers, wish, auth);
      const target = answer.headers['location'];
      const moved = [301, 302, 307, 308].includes(answer.status) && target !== undefined && wish.method !== 'POST';
      if (!moved || hops >= REDIRECTS_MAX) return answer;
      url = checkedUrl(new URL(target, url).href);
    }
  }

  async #once(url: URL, headers: Record<string, string>, wish: ForgeRequest, auth: ForgeAuth): Promise<ForgeAnswer> {
    const timeoutMs = wish.timeoutMs ?? TIMEOUT_MS;
    const { signal } = this.#options;
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const response = await request(url, {
        method: wish.method ?? 'GET',
        headers,
        dispatcher: this.#dispatcher(auth, url),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        ...(wish.body === undefined ? {} : { body: bodyOf(wish.body) }),
      });
      const text = await bodyText(response.body as AsyncIterable<Uint8Array>);
      const plain = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(', ') : String(value),
        ]),
      );
      return { status: response.statusCode, headers: plain, body: parsed(text) };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ForgeError) throw error;
      const why = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error);
      throw new ForgeError('unreachable', `${shown(url)}: ${why}`, { cause: error });
    }
  }

  #dispatcher({ ca, insecure, clientCertificate, clientKey, noProxy, ...auth }: ForgeAuth, url: URL): Dispatcher {
    const named = auth.proxy ?? this.#options.proxy;
    const direct = auth.proxy === undefined ? this.#options.noProxy : noProxy;
    const proxy = named !== undefined && isReachedDirectly(url.hostname, direct ?? '') ? undefined : named;
    const key = JSON.stringify([ca, insecure, clientCertificate, clientKey, proxy]);
    const known = this.#dispatchers.get(key);
    if (known) return known;
    const tls = {
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
      ...(clientCertificate === undefined ? {} : { cert: clientCertificate }),
      ...(clientKey === undefined ? {} : { key: clientKey }),
      ...(insecure === true ? { rejectUnauthorized: false } : {}),
    };
    const made =
      proxy === undefined
        ? new Agent({ connect: { ...tls, timeout: 10_000 } })
        : new ProxyAgent({ uri: proxy, requestTls: tls });
    this.#dispatchers.set(key, made);
    return made;
  }
}

function contentType(body: unknown): Readonly<Record<string, string>> {
  if (body === undefined) return {};
  const type = body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json';
  return { 'content-type': type };
}

function bodyOf(body: unknown): string {
  return body instanceof URLSearchParams ? body.toString() : JSON.stringify(body);
}

function checkedUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new ForgeError('invalid-argument', `"${maskSecrets(text)}" is no address of a forge`);
  }
  return url;
}

async function bodyText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) throw new ForgeError('malformed', `an answer of more than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function refusal(url: URL, { status, headers, body }: ForgeAnswer, now: number): ForgeError {
  const said = sentenceOf(body);
  const message = `${shown(url)}: ${status}${said === '' ? '' : ` ${said}`}`;
  const exhausted = headers['x-ratelimit-remaining'] === '0' || headers['ratelimit-remaining'] === '0';
  const limited = status === 429 || (status === 403 && (exhausted || headers['retry-after'] !== undefined));
  if (limited)
    return new ForgeError('rate-limited', `${message} (rate limit)`, { status, retryAfterMs: waitOf(headers, now) });
  const code = status === 404 ? 'not-found' : status === 401 || status === 403 ? 'denied' : 'refused';
  return new ForgeError(code, message, { status, type: typeOf(body) });
}

/** "com.amazonaws.codecommit#FolderDoesNotExistException", or the name alone. */
function typeOf(body: unknown): string | undefined {
  const type = typeof body === 'object' && body !== null && '__type' in body ? body.__type : undefined;
  return typeof type === 'string' ? type.replace(/^.*#/, '') : undefined;
}

/** How long the forge asks to wait: seconds, a date, or when its window ends. */
function waitOf(headers: Readonly<Record<string, string>>, now: number): number {
  const after = headers['retry-after'];
  if (after !== undefined) {
    const seconds = Number(after);
    return Math.max(0, Number.isFinite(seconds) ? seconds * 1000 : Date.parse(after) - now) || 0;
  }
  const reset = Number(headers['x-ratelimit-reset'] ?? headers['ratelimit-reset']);
  return Number.isFinite(reset) ? Math.max(0, reset * 1000 - now) : 60_000;
}

/** The sentence in an error's body, wherever this forge puts it. */
function sentenceOf(body: unknown): string {
  if (typeof body === 'string') return body.trim().startsWith('<') ? '' : body.trim().slice(0, 200);
  if (typeof body !== 'object' || body === null) return '';
  const { message, Message, error, error_description: described, errors } = body as Readonly<Record<string, unknown>>;
  const inner = typeof error === 'object' && error !== null ? (error as { readonly message?: unknown }).message : error;
  const first = Array.isArray(errors) ? (errors[0] as { readonly message?: unknown } | undefined)?.message : undefined;
  const found = [message, Message, described, inner, first].find((candidate) => typeof candidate === 'string');
  return maskSecrets(found ?? '').slice(0, 500);
}

function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND') return 'no such host';
  return error instanceof Error ? maskSecrets(error.message || code) : 'no answer';
}
