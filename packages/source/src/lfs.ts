// Git LFS: contents that a commit only points at, fetched when a reader needs one, and believed only where their digest is
// what the pointer says. The batch API as git-lfs:docs/api/batch.md has it, with the `basic` transfer.

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Git, type GitAuth, GitError, displayUrl, parseRepositoryUrl, runSshCommand } from '@evenkeel/git';
import { type HttpAnswer, type HttpClient, type RemoteAccess, RemoteError } from '@evenkeel/oci';
import { SourceError } from './errors.ts';

const MEDIA_TYPE = 'application/vnd.git-lfs+json';
const POINTER_PREFIX = 'version https://git-lfs.github.com/spec/';
/** A pointer is a few lines; anything longer is a content of its own. */
const POINTER_BYTES_MAX = 1024;
const OBJECT_BYTES_MAX = 1024 * 1024 * 1024;

/** What a pointer says. */
export interface LfsPointer {
  /** SHA-256 of the content, in hexadecimal. */
  readonly oid: string;
  readonly size: number;
}

/** Whether a content is there to point at another one, well written or not. */
export function isPointer(bytes: Uint8Array): boolean {
  if (bytes.length > POINTER_BYTES_MAX || bytes[0] !== POINTER_PREFIX.charCodeAt(0)) return false;
  return new TextDecoder().decode(bytes.subarray(0, POINTER_PREFIX.length)) === POINTER_PREFIX;
}

/** Reads a pointer; undefined for every other content. */
export function readPointer(bytes: Uint8Array): LfsPointer | undefined {
  if (!isPointer(bytes)) return undefined;
  const text = new TextDecoder().decode(bytes);
  const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const size = /^size (\d{1,15})$/m.exec(text)?.[1];
  return oid === undefined || size === undefined ? undefined : { oid, size: Number(size) };
}

export interface LfsOptions {
  readonly http: HttpClient;
  readonly git: Git;
  /** The repository's URL. */
  readonly url: string;
  readonly auth: GitAuth | undefined;
  /** `lfs.url` of the commit's .lfsconfig, where it has one. */
  readonly endpoint: string | undefined;
  /** Credentials of another URL than the repository's. */
  readonly authOf: (url: string) => GitAuth | undefined;
  /** Contents are kept below it. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches contents by their pointers; those that are on disk cost nothing.
 * @throws SourceError `lfs-failed` with one sentence: not there, not allowed, or not what the pointer says.
 */
export async function fetchLfs(
  pointers: readonly LfsPointer[],
  options: LfsOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  const missing: LfsPointer[] = [];
  for (const pointer of pointers) {
    const kept = await readFile(placeOf(pointer.oid, options)).catch(() => undefined);
    if (kept && isContent(kept, pointer)) contents.set(pointer.oid, kept);
    else missing.push(pointer);
  }
  if (missing.length === 0) return contents;
  const server = await findServer(options);
  for (const [pointer, action] of await batch(missing, server, options)) {
    const bytes = await fetchOne(pointer, action, { server, options });
    contents.set(pointer.oid, bytes);
    await keep(placeOf(pointer.oid, options), bytes);
  }
  return contents;
}

interface Server {
  readonly url: string;
  readonly headers: (renew: boolean) => Promise<Readonly<Record<string, string>>>;
  readonly access: RemoteAccess;
}

async function findServer(options: LfsOptions): Promise<Server> {
  const { url, endpoint, auth } = options;
  const named = endpoint ?? url;
  const { protocol } = parseRepositoryUrl(named);
  if (protocol === 'ssh:' || protocol === 'git+ssh:') return sshServer(named, options);
  if (protocol !== 'http:' && protocol !== 'https:') throw failed(options, `there is no LFS server for ${protocol}//`);
  const bare = new URL(named);
  const own = endpoint === undefined || bare.origin === URL.parse(url)?.origin ? auth : options.authOf(named);
  const inUrl =
    bare.username === ''
      ? undefined
      : { username: decodeURIComponent(bare.username), password: decodeURIComponent(bare.password) };
  bare.username = '';
  bare.password = '';
  const at = endpoint === undefined ? `${bare.href.replace(/\/+$/, '').replace(/\.git$/, '')}.git/info/lfs` : bare.href;
  return {
    url: at.replace(/\/+$/, ''),
    access: accessOf(own),
    async headers(renew) {
      if (renew) own?.login?.outdate();
      const basic = own?.basic ?? inUrl;
      const credentials = own?.login
        ? await own.login.current(options.signal)
        : own?.bearer === undefined
          ? basic
          : { bearer: own.bearer };
      if (!credentials) return {};
      return { authorization: 'bearer' in credentials ? `Bearer ${credentials.bearer}` : basicOf(credentials) };
    },
  };
}

function basicOf({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function accessOf(auth: GitAuth | undefined): RemoteAccess {
  const { tls, proxy, noProxy } = auth ?? {};
  return {
    ...(tls
      ? {
          tls: {
            ...(tls.ca === undefined ? {} : { ca: tls.ca }),
            ...(tls.clientCertificate === undefined ? {} : { cert: tls.clientCertificate }),
            ...(tls.clientKey === undefined ? {} : { key: tls.clientKey }),
            ...(tls.insecureSkipVerify === true ? { insecure: true } : {}),
          },
        }
      : {}),
    ...(proxy === undefined ? {} : { proxy: { http: proxy, https: proxy, none: noProxy ?? '' } }),
  };
}

/** Over SSH the server is asked where its LFS is and what to say there (git-lfs:docs/api/server-discovery.md). */
async function sshServer(url: string, options: LfsOptions): Promise<Server> {
  const words = ['git-lfs-authenticate', parseRepositoryUrl(url).path, 'download'];
  const told = await runSshCommand(options.git, words, options).catch((error: unknown) => {
    const why = error instanceof GitError && error.code !== 'failed' ? error.message : 'the server does not know it';
    throw failed(options, `git-lfs-authenticate over SSH: ${why}`);
  });
  let answer: { readonly href?: unknown; readonly header?: unknown };
  try {
    answer = JSON.parse(told) as typeof answer;
  } catch {
    throw failed(options, 'the answer of git-lfs-authenticate cannot be read');
  }
  const { href, header } = answer;
  if (typeof href !== 'string' || !/^https?:\/\//.test(href)) {
    throw failed(options, 'git-lfs-authenticate names no server');
  }
  const headers = headersOf(header);
  return {
    url: href.replace(/\/+$/, ''),
    headers: () => Promise.resolve(headers),
    access: accessOf(options.authOf(href)),
  };
}

interface Action {
  readonly href: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function batch(
  pointers: readonly LfsPointer[],
  server: Server,
  options: LfsOptions,
): Promise<readonly (readonly [LfsPointer, Action])[]> {
  const body = JSON.stringify({
    operation: 'download',
    transfers: ['basic'],
    hash_algo: 'sha256',
    objects: pointers.map(({ oid, size }) => ({ oid, size })),
  });
  const send = async (renew: boolean): Promise<HttpAnswer> =>
    request(`${server.url}/objects/batch`, options, {
      method: 'POST',
      headers: { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE, ...(await server.headers(renew)) },
      body,
      access: server.access,
    });
  let answer = await send(false);
  if (answer.status === 401) answer = await send(true);
  if (answer.status !== 200) throw failed(options, refusal(answer));
  const objects = readObjects(answer, options);
  return pointers.map((pointer) => {
    const told = objects.get(pointer.oid);
    if (!told?.action)
      throw failed(options, `${pointer.oid.slice(0, 12)}…: ${told?.error ?? 'the server does not have it'}`);
    return [pointer, told.action];
  });
}

function refusal({ status }: HttpAnswer): string {
  if (status === 401 || status === 403) return 'the LFS server refuses the credentials; check them and their rights';
  if (status === 404) return 'the server has no LFS for it, or the credentials may not see it';
  return `the LFS server answered ${status}`;
}

function readObjects(
  answer: HttpAnswer,
  options: LfsOptions,
): ReadonlyMap<string, { readonly action?: Action; readonly error?: string }> {
  try {
    const { objects } = JSON.parse(new TextDecoder().decode(answer.body)) as {
      readonly objects: readonly BatchObject[];
    };
    return new Map(
      objects.map(({ oid, actions, error }) => {
        const href = actions?.download?.href;
        const action =
          href === undefined
            ? {}
            : { action: { href: new URL(href, answer.url).href, headers: headersOf(actions?.download?.header) } };
        return [oid, { ...action, ...(error ? { error: `${error.code ?? ''} ${error.message ?? ''}`.trim() } : {}) }];
      }),
    );
  } catch {
    throw failed(options, 'the answer of the LFS server cannot be read');
  }
}

interface BatchObject {
  readonly oid: string;
  readonly actions?: { readonly download?: { readonly href?: string; readonly header?: unknown } };
  readonly error?: { readonly code?: number; readonly message?: string };
}

function headersOf(header: unknown): Readonly<Record<string, string>> {
  if (typeof header !== 'object' || header === null) return {};
  return Object.fromEntries(
    Object.entries(header).flatMap(([name, value]) => (typeof value === 'string' ? [[name.toLowerCase(), value]] : [])),
  );
}

async function fetchOne(
  pointer: LfsPointer,
  { href, headers }: Action,
  { server, options }: { readonly server: Server; readonly options: LfsOptions },
): Promise<Uint8Array> {
  const isOwnHost = new URL(href).origin === new URL(server.url).origin;
  // Storage elsewhere has its login in the address or the headers it was given; ours is none of its business.
  const login = headers['authorization'] === undefined && isOwnHost ? await server.headers(false) : {};
  const proxied: RemoteAccess = server.access.proxy ? { proxy: server.access.proxy } : {};
  const answer = await request(href, options, {
    headers: { ...login, ...headers },
    access: isOwnHost ? server.access : proxied,
    bytesMax: Math.min(OBJECT_BYTES_MAX, pointer.size + 1024),
  });
  if (answer.status !== 200) throw failed(options, `${pointer.oid.slice(0, 12)}…: ${refusal(answer)}`);
  if (!isContent(answer.body, pointer)) {
    throw failed(options, `the server sent something else than ${pointer.oid.slice(0, 12)}…: size or digest differ`);
  }
  return answer.body;
}

async function request(
  url: string,
  options: LfsOptions,
  question: Parameters<HttpClient['send']>[1],
): Promise<HttpAnswer> {
  try {
    return await options.http.send(url, { ...question, ...(options.signal ? { signal: options.signal } : {}) });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof RemoteError) throw failed(options, error.message.replace(/\?[^"\s]*/g, '?…'));
    throw error;
  }
}

function isContent(bytes: Uint8Array, { oid, size }: LfsPointer): boolean {
  return bytes.length === size && createHash('sha256').update(bytes).digest('hex') === oid;
}

/** Where git-lfs itself keeps it in a repository. */
function placeOf(oid: string, { directory }: LfsOptions): string {
  return join(directory, oid.slice(0, 2), oid.slice(2, 4), oid);
}

async function keep(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const half = `${path}.${randomUUID()}`;
  await writeFile(half, bytes, { mode: 0o600 });
  await rename(half, path);
}

function failed({ url }: LfsOptions, why: string): SourceError {
  return new SourceError('lfs-failed', `Git LFS content of ${displayUrl(url)} could not be fetched: ${why}`);
}
