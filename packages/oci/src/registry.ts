// Registries: the distribution API as far as reading and pushing artifacts needs it. Every byte is checked against its
// digest. Mirrors opencontainers/distribution-spec (v1.1) and oras-go:registry/remote (v2).

import { createHash } from 'node:crypto';
import type { OciReference } from '@evenkeel/helm';
import type { Credentials, RemoteAccess } from './access.ts';
import type { HttpAnswer, HttpClient, HttpQuestion } from './http.ts';
import { type Manifest, type ManifestDescriptor, readManifest } from './manifest.ts';
import { manifestTypes } from './media-types.ts';
import { authorize } from './registry-auth.ts';
import { RemoteError, codeOfStatus } from './remote-error.ts';

/** How registries are reached. */
export interface RegistryOptions {
  readonly http: HttpClient;
  readonly access?: RemoteAccess;
  /** Asked where `access` has no credentials. */
  readonly login?: (registry: string) => Promise<Credentials | undefined>;
  /** HTTP instead of HTTPS. */
  readonly plainHttp?: boolean;
}

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** What a tag stands for. */
export interface Resolved {
  readonly digest: string;
  readonly mediaType: string;
}

const MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
/** A registry that never stops paging is not followed for ever. */
const PAGES_MAX = 10_000;

/** Talks to registries on behalf of one user; safe for concurrent use. All methods reject with RemoteError. */
export class RegistryClient {
  readonly #options: RegistryOptions;
  readonly #access: RemoteAccess;
  readonly #tokens = new Map<string, { readonly header: string; readonly untilMs: number }>();

  constructor(options: RegistryOptions) {
    this.#options = options;
    // Credentials are sent where a registry asks for them, never to where it redirects.
    this.#access = options.access ?? {};
  }

  /** The tags of a repository, in the registry's order, all pages of them. */
  async tags(reference: OciReference, options: CallOptions = {}): Promise<readonly string[]> {
    const found: string[] = [];
    let path: string | undefined = `/v2/${reference.repository}/tags/list`;
    for (let page = 0; path !== undefined; page += 1) {
      if (page >= PAGES_MAX) throw new RemoteError('protocol', `the list of tags of ${named(reference)} has no end`);
      const answer: HttpAnswer = await this.#get(reference, path, {
        headers: { accept: 'application/json' },
        ...options,
      });
      found.push(...readTags(answer.body, reference));
      path = nextPage(answer.headers['link'], answer.url, this.#origin(reference));
    }
    return found;
  }

  /** The digest of a tag, without fetching its manifest where the registry says it in a header. */
  async resolve(reference: OciReference, options: CallOptions = {}): Promise<Resolved> {
    const path = manifestPath(reference);
    const question = { method: 'HEAD', headers: { accept: manifestTypes }, ...options } as const;
    const answer = await this.call(reference, path, question);
    const digest = answer.headers['docker-content-digest'];
    if (answer.status === 200 && typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest)) {
      return { digest, mediaType: String(answer.headers['content-type'] ?? '') };
    }
    // Not every registry answers HEAD, or names the digest.
    const { digest: computed, mediaType } = await this.manifest(reference, options);
    return { digest: computed, mediaType };
  }

  /** The manifest of a tag or digest. */
  async manifest(reference: OciReference, options: CallOptions = {}): Promise<Manifest> {
    const answer = await this.#get(reference, manifestPath(reference), {
      headers: { accept: manifestTypes },
      bytesMax: MANIFEST_BYTES_MAX,
      ...options,
    });
    const digest = digestOf(answer.body);
    if (reference.digest !== '' && reference.digest !== digest) {
      throw new RemoteError(
        'digest-mismatch',
        `manifest of oci://${named(reference)}@${reference.digest} does not have the digest ${reference.digest}`,
      );
    }
    return readManifest(answer.body, digest, String(answer.headers['content-type'] ?? ''));
  }

  /** The content behind a digest. */
  async blob(reference: OciReference, layer: ManifestDescriptor, options: CallOptions = {}): Promise<Uint8Array> {
    const path = `/v2/${reference.repository}/blobs/${layer.digest}`;
    const { body } = await this.#get(reference, path, { headers: { accept: '*/*' }, ...options });
    if (digestOf(body) !== layer.digest) {
      throw new RemoteError(
        'digest-mismatch',
        `blob of ${reference.repository} does not have the digest ${layer.digest}`,
      );
    }
    return body;
  }

  /** One request below a repository, once more with credentials where the registry asks for them. Any status is an answer. */
  async call(reference: OciReference, path: string, question: HttpQuestion, actions = 'pull'): Promise<HttpAnswer> {
    const url = path.startsWith('/') ? `${this.#origin(reference)}${path}` : path;
    const scope = `repository:${reference.repository}:${actions}`;
    const key = `${reference.registry} ${scope}`;
    const { credentials: _never, ...access } = this.#access;
    const send = (authorization: string | undefined): Promise<HttpAnswer> =>
      this.#options.http.send(url, {
        ...question,
        access,
        headers: { ...question.headers, ...(authorization === undefined ? {} : { authorization }) },
      });
    // An upload may continue at another host, which gets no login of this one.
    if (!url.startsWith(`${this.#origin(reference)}/`)) return send(undefined);
    const known = this.#tokens.get(key);
    const answer = await send(known !== undefined && known.untilMs > Date.now() ? known.header : undefined);
    if (answer.status !== 401) return answer;
    const authorization = await authorize(this.#options.http, {
      challenge: String(answer.headers['www-authenticate'] ?? ''),
      scope,
      origin: this.#origin(reference),
      credentials: this.#access.credentials ?? (await this.#options.login?.(reference.registry)),
      access,
      ...(question.signal === undefined ? {} : { signal: question.signal }),
    });
    if (authorization === undefined) return answer;
    this.#tokens.set(key, { header: authorization.header, untilMs: Date.now() + authorization.holdsMs });
    return send(authorization.header);
  }

  #origin({ registry }: OciReference): string {
    return `${this.#options.plainHttp === true ? 'http' : 'https'}://${registry === 'docker.io' ? 'registry-1.docker.io' : registry}`;
  }

  async #get(reference: OciReference, path: string, question: HttpQuestion): Promise<HttpAnswer> {
    const answer = await this.call(reference, path, question);
    if (answer.status === 200) return answer;
    if (answer.status === 404) {
      const what = path.includes('/manifests/') ? path.replace(/^.*\/manifests\//, ':') : path;
      throw new RemoteError('not-found', `${named(reference)}${what}: not found`);
    }
    throw refusal('GET', answer);
  }
}

/** "host/repository" */
export function named({ registry, repository }: OciReference): string {
  return `${registry}/${repository}`;
}

/** The failure that an answer means. */
export function refusal(method: string, { status, statusText, url }: HttpAnswer): RemoteError {
  return new RemoteError(
    codeOfStatus(status),
    `${method} ${JSON.stringify(url)}: response status code ${status}: ${statusText}`,
  );
}

/** "sha256:…" of some bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function manifestPath({ repository, tag, digest }: OciReference): string {
  return `/v2/${repository}/manifests/${digest === '' ? tag || 'latest' : digest}`;
}

function readTags(body: Uint8Array, reference: OciReference): readonly string[] {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    const tags = typeof value === 'object' && value !== null && 'tags' in value ? (value.tags ?? []) : [];
    if (Array.isArray(tags)) return tags.filter((tag: unknown) => typeof tag === 'string');
  } catch {
    // Said below.
  }
  throw new RemoteError('protocol', `the list of tags of ${named(reference)} cannot be read`);
}

/** The next page, which has to be on the same host: our credentials are for that one. */
function nextPage(link: string | readonly string[] | undefined, at: string, origin: string): string | undefined {
  const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(String(link ?? ''))?.[1];
  if (next === undefined) return undefined;
  const url = new URL(next, at);
  if (url.origin !== origin && url.origin !== new URL(at).origin) {
    throw new RemoteError('protocol', `the list of tags continues at another host: ${url.origin}`);
  }
  return `${url.pathname}${url.search}`;
}
