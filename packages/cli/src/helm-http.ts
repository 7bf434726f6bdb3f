// HTTP as Helm's getters do it: basic authentication for the repository's own origin only, TLS material from files,
// proxies from the environment, no decompression. Mirrors helm:pkg/getter/httpgetter.go (v4.3.0).

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isSameOrigin } from '@evenkeel/helm';
import { Agent, type Dispatcher, EnvHttpProxyAgent, interceptors, request } from 'undici';
import type { Io } from './io.ts';

/** How one host is reached. File names are relative to the working directory; '' means none. */
export interface Access {
  readonly username: string;
  readonly password: string;
  readonly passCredentials: boolean;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly insecure: boolean;
}

/** Access to what everybody may read. */
export const openAccess: Access = {
  username: '',
  password: '',
  passCredentials: false,
  certFile: '',
  keyFile: '',
  caFile: '',
  insecure: false,
};

/** An answer, whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

/** Helm's getters give up after this long. */
const TIMEOUT_MS = 120_000;
/** More than any chart or index is allowed to be. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;
/** net/http follows as many. */
const REDIRECTS_MAX = 10;

/** Sends requests with one kind of TLS; close it when done. */
export class HttpClient implements AsyncDisposable {
  readonly #io: Io;
  readonly #dispatchers = new Map<string, Dispatcher>();

  constructor(io: Io) {
    this.#io = io;
  }

  /**
   * The body behind a URL; credentials go along where `url` has the origin of `owner`, or where they are passed to every
   * host. Rejects with Helm's sentence for anything but 200.
   */
  async fetch(url: string, owner: string, access: Access): Promise<Uint8Array> {
    const { username, password, passCredentials } = access;
    const may = passCredentials || isSameOrigin(owner, url);
    const secret = Buffer.from(`${username}:${password}`).toString('base64');
    const headers =
      may && username !== '' && password !== '' ? { authorization: `Basic ${secret}` } : ({} as Record<string, string>);
    const answer = await this.send(url, headers, access);
    if (answer.status !== 200) {
      throw new Error(`failed to fetch ${withoutSecrets(url)} : ${answer.status} ${answer.statusText}`.trimEnd());
    }
    return answer.body;
  }

  /** One GET, redirects followed; other origins than the first get no Authorization header. */
  async send(url: string, headers: Readonly<Record<string, string>>, access: Access): Promise<HttpAnswer> {
    if (!/^https?:/.test(url)) throw new Error(`scheme ${JSON.stringify(url.replace(/:.*/s, ''))} not supported`);
    try {
      const response = await request(url, {
        dispatcher: this.#dispatcher(access),
        headers: { 'user-agent': 'Helm/4.3.0 (evenkeel)', ...headers },
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
        signal: this.#io.signal,
      });
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        if (size > BODY_BYTES_MAX) throw new Error(`more than ${BODY_BYTES_MAX} bytes`);
        chunks.push(chunk);
      }
      return {
        status: response.statusCode,
        statusText: response.statusText,
        headers: response.headers,
        body: Buffer.concat(chunks),
      };
    } catch (error) {
      if (this.#io.signal.aborted) throw error;
      throw new Error(`Get ${JSON.stringify(withoutSecrets(url))}: ${reasonOf(error)}`, { cause: error });
    }
  }

  #dispatcher(access: Access): Dispatcher {
    const { certFile, keyFile, caFile, insecure } = access;
    const key = JSON.stringify([certFile, keyFile, caFile, insecure]);
    const known = this.#dispatchers.get(key);
    if (known !== undefined) return known;
    const read = (path: string): Buffer => readFileSync(resolve(this.#io.cwd, path));
    const tls = {
      ...(certFile !== '' && keyFile !== '' ? { cert: read(certFile), key: read(keyFile) } : {}),
      ...(caFile === '' ? {} : { ca: read(caFile) }),
      ...(insecure ? { rejectUnauthorized: false } : {}),
    };
    const made = this.#agent(tls).compose(interceptors.redirect({ maxRedirections: REDIRECTS_MAX }));
    this.#dispatchers.set(key, made);
    return made;
  }

  #agent(tls: object): Dispatcher {
    const variable = (name: string): string =>
      this.#io.environment[name.toLowerCase()] ?? this.#io.environment[name] ?? '';
    const [httpProxy, httpsProxy, noProxy] = [variable('HTTP_PROXY'), variable('HTTPS_PROXY'), variable('NO_PROXY')];
    if (httpProxy === '' && httpsProxy === '') return new Agent({ connect: tls });
    return new EnvHttpProxyAgent({ httpProxy, httpsProxy, noProxy, connect: tls, requestTls: tls });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.close()));
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND') return 'no such host';
  return error instanceof Error ? error.message || code : String(error);
}

/** A URL for messages: without the password it may carry. */
export function withoutSecrets(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/@:]*):[^/@]*@/i, '$1$2:xxxxx@');
}
