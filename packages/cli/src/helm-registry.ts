// Charts in OCI registries: the distribution API as far as pulling a chart needs it, with bearer and basic
// authentication. Mirrors helm:pkg/registry/client.go (v4.3.0).

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OciReference, parseOciReference, tagToVersion } from '@evenkeel/helm';
import type { Access, HttpAnswer, HttpClient } from './helm-http.ts';
import type { HelmSettings } from './helm-settings.ts';
import type { Io } from './io.ts';

/** A chart pulled from a registry. */
export interface PulledChart {
  readonly archive: Uint8Array;
  /** Undefined where the manifest has no provenance layer. */
  readonly provenance: Uint8Array | undefined;
  /** "host/path/chart:tag" */
  readonly reference: string;
  /** Of the manifest. */
  readonly digest: string;
}

const mediaTypes = {
  config: 'application/vnd.cncf.helm.config.v1+json',
  chart: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  legacyChart: 'application/tar+gzip',
  provenance: 'application/vnd.cncf.helm.chart.provenance.v1.prov',
} as const;

const manifestTypes =
  'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
}

/** Talks to registries. */
export class RegistryClient {
  readonly #http: HttpClient;
  readonly #access: Access;
  readonly #plainHttp: boolean;
  readonly #settings: HelmSettings;
  readonly #io: Io;
  readonly #authorization = new Map<string, string>();

  constructor(http: HttpClient, access: Access, settings: HelmSettings, io: Io) {
    this.#http = http;
    this.#access = access;
    this.#plainHttp = settings.on('plain-http');
    this.#settings = settings;
    this.#io = io;
  }

  /** The tags of a repository, as versions ('+' restored). Rejects with a sentence for the user. */
  async versions(reference: string): Promise<readonly string[]> {
    const parsed = parseOciReference(reference);
    const found: string[] = [];
    let path: string | undefined = `/v2/${parsed.repository}/tags/list`;
    while (path !== undefined) {
      const answer: HttpAnswer = await this.#get(parsed, path, 'application/json');
      const { tags } = jsonOf(answer.body) as { readonly tags?: readonly string[] | null };
      found.push(...(tags ?? []));
      path = nextPage(answer.headers['link'], this.#origin(parsed));
    }
    return found.map(tagToVersion);
  }

  /** Pulls by tag or digest and checks every digest on the way. Rejects with a sentence for the user. */
  async pull(reference: string): Promise<PulledChart> {
    const parsed = parseOciReference(reference);
    const { registry, repository, tag, digest } = parsed;
    const name = digest === '' ? tag : digest;
    const answer = await this.#get(parsed, `/v2/${repository}/manifests/${name}`, manifestTypes);
    const found = digestOf(answer.body);
    if (digest !== '' && digest !== found)
      throw new Error(`manifest of ${reference} does not have the digest ${digest}`);
    const { config, layers } = jsonOf(answer.body) as { config?: Descriptor; layers?: readonly Descriptor[] };
    if (config?.mediaType !== mediaTypes.config) {
      throw new Error(`could not load config with mediatype ${mediaTypes.config}`);
    }
    const layer = (type: string): Descriptor | undefined => layers?.find(({ mediaType }) => mediaType === type);
    const chart = layer(mediaTypes.chart) ?? layer(mediaTypes.legacyChart);
    if (chart === undefined) throw new Error(`manifest does not contain a layer with mediatype ${mediaTypes.chart}`);
    const provenance = layer(mediaTypes.provenance);
    return {
      archive: await this.#blob(parsed, chart.digest),
      provenance: provenance === undefined ? undefined : await this.#blob(parsed, provenance.digest),
      reference: `${registry}/${repository}${tag === '' ? `@${found}` : `:${tag}`}`,
      digest: found,
    };
  }

  async #blob(reference: OciReference, digest: string): Promise<Uint8Array> {
    const { body } = await this.#get(reference, `/v2/${reference.repository}/blobs/${digest}`, '*/*');
    if (digestOf(body) !== digest)
      throw new Error(`blob of ${reference.repository} does not have the digest ${digest}`);
    return body;
  }

  #origin(reference: OciReference): string {
    return `${this.#plainHttp ? 'http' : 'https'}://${reference.registry}`;
  }

  /** GET, once more with credentials where the registry asks for them. */
  async #get(reference: OciReference, path: string, accept: string): Promise<HttpAnswer> {
    const url = `${this.#origin(reference)}${path}`;
    const scope = `${reference.registry}/${reference.repository}`;
    const known = this.#authorization.get(scope);
    let answer = await this.#http.send(url, { accept, ...(known && { authorization: known }) }, this.#access);
    if (answer.status === 401) {
      const authorization = await this.#authorize(reference, String(answer.headers['www-authenticate'] ?? ''));
      if (authorization !== undefined) {
        this.#authorization.set(scope, authorization);
        answer = await this.#http.send(url, { accept, authorization }, this.#access);
      }
    }
    if (answer.status === 200) return answer;
    if (answer.status === 404) throw new Error(`${scope}${path.replace(/^.*\/manifests\//, ':')}: not found`);
    throw new Error(`GET ${JSON.stringify(url)}: response status code ${answer.status}: ${answer.statusText}`);
  }

  /** The Authorization header that a challenge asks for. Mirrors oras-go:registry/remote/auth (v2). */
  async #authorize(reference: OciReference, challenge: string): Promise<string | undefined> {
    const login = await this.#login(reference.registry);
    const basic = login && `Basic ${Buffer.from(`${login.username}:${login.password}`, 'utf8').toString('base64')}`;
    if (/^basic\b/i.test(challenge)) return basic;
    if (!/^bearer\b/i.test(challenge)) return undefined;
    const field = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`, 'i').exec(challenge)?.[1];
    const realm = field('realm');
    if (realm === undefined || !/^https?:\/\//.test(realm)) return undefined;
    const url = new URL(realm);
    const service = field('service');
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', field('scope') ?? `repository:${reference.repository}:pull`);
    const answer = await this.#http.send(url.href, basic === undefined ? {} : { authorization: basic }, this.#access);
    if (answer.status !== 200) {
      throw new Error(`GET ${JSON.stringify(url.href)}: response status code ${answer.status}: ${answer.statusText}`);
    }
    const told = jsonOf(answer.body) as { readonly token?: string; readonly access_token?: string };
    const token = told.token ?? told.access_token;
    return token === undefined ? undefined : `Bearer ${token}`;
  }

  async #login(registry: string): Promise<Login | undefined> {
    const { username, password } = this.#access;
    if (username !== '' && password !== '') return { username, password };
    const docker = join(
      this.#io.environment['DOCKER_CONFIG'] ?? join(this.#io.homeDirectory, '.docker'),
      'config.json',
    );
    for (const file of [this.#settings.registryConfig, docker]) {
      const found = await storedLogin(file, registry, this.#io);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

interface Login {
  readonly username: string;
  readonly password: string;
}

interface CredentialFile {
  readonly auths?: Readonly<Record<string, { readonly auth?: string }>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/** What `helm registry login` or `docker login` stored, in the file or behind a credential helper. */
async function storedLogin(file: string, registry: string, io: Io): Promise<Login | undefined> {
  if (!existsSync(file)) return undefined;
  const stored = jsonOf(readFileSync(file)) as CredentialFile;
  const server = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
  const helper = stored.credHelpers?.[server] ?? stored.credsStore;
  if (helper !== undefined && helper !== '') {
    const { askCredentialHelper } = await import('./helm-programs.ts');
    const found = askCredentialHelper(helper, server, io);
    if (found !== undefined) return found;
  }
  const { auth } = stored.auths?.[server] ?? {};
  const text = auth === undefined ? '' : Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function jsonOf(bytes: Uint8Array): object {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof value !== 'object' || value === null) throw new Error('a JSON object was expected');
  return value;
}

/** The next page, which has to be on the same host. */
function nextPage(link: string | string[] | undefined, origin: string): string | undefined {
  const next = /<([^>]+)>;\s*rel="?next"?/.exec(String(link ?? ''))?.[1];
  if (next === undefined) return undefined;
  const url = new URL(next, origin);
  if (url.origin !== origin) throw new Error(`the list of tags continues at another host: ${url.origin}`);
  return `${url.pathname}${url.search}`;
}
