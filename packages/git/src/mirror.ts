// A local bare mirror of a remote repository. All commits and trees are kept; file contents are fetched when asked for,
// where the server can do that. A mirror that was killed while it was being made, belongs to another URL, or turns out
// damaged is thrown away and made anew: it holds nothing that the remote does not.

import { existsSync } from 'node:fs';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitAuth, type PreparedRemote, prepareRemote } from './auth.ts';
import type { Git, GitOutput, GitRunOptions } from './command.ts';
import { GitError } from './errors.ts';
import { type GitRepository, candidateNames, isFullSha, readRepository, revisionNotFound } from './repository.ts';
import { displayUrl, repositoryKey } from './url.ts';

const MARKER = 'evenkeel-mirror.json';
const FETCH_TIMEOUT_MS = 10 * 60_000;
const LIST_TIMEOUT_MS = 60_000;
const PACKS_MAX = 60;

/** What a remote offers now. `refs` maps full names to commits (annotated tags peeled). */
export interface RemoteHeads {
  /** The branch that HEAD points at, e.g. `refs/heads/main`; undefined in an empty repository. */
  readonly headRef: string | undefined;
  readonly head: string | undefined;
  readonly refs: ReadonlyMap<string, string>;
}

export interface GitMirror extends GitRepository {
  readonly url: string;
  /** Brings every branch and tag up to date; branches gone from the remote are forgotten. */
  fetch(signal?: AbortSignal): Promise<void>;
  lsRemote(signal?: AbortSignal): Promise<RemoteHeads>;
  /** Makes sure that a commit is here, fetching what is missing. @throws GitError `revision-not-found`. */
  ensure(sha: string, signal?: AbortSignal): Promise<void>;
}

export interface MirrorOptions {
  readonly url: string;
  readonly directory: string;
  readonly auth?: GitAuth;
  /** Fetch file contents on demand. Default true; a server that cannot do it sends everything. */
  readonly blobless?: boolean;
  /** How many commits back are fetched of every branch and tag; all when not given. */
  readonly depth?: number;
  readonly fetchTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

// Two objects for one directory in this process must not fetch at once; other processes have directories of their own.
const locks = new Map<string, Promise<unknown>>();

/**
 * Opens the mirror of `url` in `directory`, cloning it first where there is none that is whole.
 * @throws GitError with one sentence; credentials never appear in it.
 */
export async function openMirror(git: Git, options: MirrorOptions): Promise<GitMirror> {
  const subject = displayUrl(options.url);
  const remote = await prepareRemote(options.url, options.auth ?? {}, git.privateDirectory);
  const context: MirrorContext = { git, options, remote, subject, directory: options.directory };
  try {
    await withLock(options.directory, async () => {
      if (!(await isWhole(context))) await remake(context, options.signal);
      else await removeLeftovers(options.directory);
    });
    return assemble(context);
  } catch (error) {
    await remote[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Asks a remote for its references without keeping anything: whether it can be reached with these credentials.
 * @throws GitError with one sentence.
 */
export async function probeRemote(
  git: Git,
  options: Pick<MirrorOptions, 'url' | 'auth' | 'signal'>,
): Promise<RemoteHeads> {
  await using remote = await prepareRemote(options.url, options.auth ?? {}, git.privateDirectory);
  const context = { git, options: {}, remote, subject: displayUrl(options.url), directory: undefined };
  return await listRemote(context, options.signal);
}

/** How commands speak to a remote. */
export interface RemoteContext {
  readonly git: Git;
  readonly options: Pick<MirrorOptions, 'blobless'>;
  readonly remote: PreparedRemote;
  readonly subject: string;
  /** Undefined where nothing is kept. */
  readonly directory: string | undefined;
}

interface MirrorContext extends RemoteContext {
  readonly options: MirrorOptions;
  readonly directory: string;
}

function assemble(context: MirrorContext): GitMirror {
  const { directory, subject } = context;
  const local = readRepository(context.git, directory, subject);
  const fetch = (signal?: AbortSignal): Promise<void> => fetchOrRemake(context, () => local.reset(), signal);
  const missingOf = async (oids: readonly string[]): Promise<readonly string[]> => {
    const known = await local.infos(oids);
    return oids.filter((oid) => !known.has(oid));
  };
  const fetchMissing = createGathering(directory, async (oids) => {
    const missing = await missingOf(oids);
    if (missing.length > 0) await fetchObjects(context, missing, undefined);
  });
  const mended = createMending(context, () => local.reset());
  const list = (signal?: AbortSignal): Promise<RemoteHeads> => mended(() => listRemote(context, signal), signal);
  const isHere = async (sha: string): Promise<boolean> => (await local.infos([sha])).get(sha)?.type === 'commit';
  const ensure = async (sha: string, signal?: AbortSignal): Promise<void> => {
    if (local.hasRead(sha) || (await isHere(sha))) return;
    await fetch(signal);
    if (await isHere(sha)) return;
    await withLock(directory, () => fetchObjects(context, [sha], signal)).catch((error: unknown) => {
      throw error instanceof GitError && error.code === 'revision-not-found' ? revisionNotFound(sha, subject) : error;
    });
    if (!(await isHere(sha))) throw revisionNotFound(sha, subject);
  };
  const resolve = async (revision: string, signal?: AbortSignal): Promise<string> => {
    const { name, suffix } = splitSuffix(revision);
    if (isFullSha(name)) await ensure(name, signal);
    const found = isFullSha(name) ? name : resolveRemote(await list(signal), name);
    if (found !== undefined) {
      await ensure(found, signal);
      return suffix === '' ? found : local.resolve(found + suffix);
    }
    // A shortened SHA is not something a remote can be asked for; a branch known only here is one that was deleted.
    if (!/^[0-9a-f]{4,63}$/i.test(name)) throw revisionNotFound(revision, subject);
    await fetch(signal);
    return local.resolve(name + suffix);
  };
  return {
    ...local,
    url: subject,
    fetch,
    resolve,
    ensure,
    lsRemote: list,
    async blobs(oids) {
      const missing = await missingOf(oids);
      if (missing.length > 0) await fetchMissing(missing);
      return local.blobs(oids);
    },
    async [Symbol.asyncDispose]() {
      await local[Symbol.asyncDispose]();
      await context.remote[Symbol.asyncDispose]();
    },
  };
}

/** Brings everything up to date, by a new clone where what is here is damaged. */
function fetchOrRemake(context: MirrorContext, reset: () => void, signal: AbortSignal | undefined): Promise<void> {
  return withLock(context.directory, async () => {
    try {
      await fetchAll(context, signal, SMALL_BLOBS);
    } catch (error) {
      if (!(error instanceof GitError && error.code === 'corrupt')) throw error;
      await remake(context, signal);
      reset();
    }
  });
}

/** Makes a mirror anew that is damaged or gone, and does what was to be done with it. */
function createMending(
  context: MirrorContext,
  reset: () => void,
): <T>(work: () => Promise<T>, signal: AbortSignal | undefined) => Promise<T> {
  return async <T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof GitError && error.code === 'corrupt')) throw error;
      await withLock(context.directory, async () => {
        if (!(await isWhole(context))) await remake(context, signal);
      });
      reset();
      return work();
    }
  };
}

async function listRemote(context: RemoteContext, signal: AbortSignal | undefined): Promise<RemoteHeads> {
  const args = ['ls-remote', '--symref', 'origin'];
  return parseRemoteHeads((await runRemote(context, args, withSignal(LIST_TIMEOUT_MS, signal))).stdout);
}

function splitSuffix(revision: string): { readonly name: string; readonly suffix: string } {
  const [name = ''] = candidateNames(revision).slice(-1);
  const text = revision.trim() === '' ? name : revision.trim();
  const at = text.search(/[~^]/);
  return at < 0 ? { name: text, suffix: '' } : { name: text.slice(0, at), suffix: text.slice(at) };
}

/** Finds a branch, tag, HEAD or full reference name among remote heads. A branch wins over a tag. */
export function resolveRemote(heads: RemoteHeads, name: string): string | undefined {
  if (name === 'HEAD') return heads.head;
  return heads.refs.get(name) ?? heads.refs.get(`refs/heads/${name}`) ?? heads.refs.get(`refs/tags/${name}`);
}

function parseRemoteHeads(stdout: Buffer): RemoteHeads {
  const refs = new Map<string, string>();
  let headRef: string | undefined;
  for (const line of stdout.toString('utf8').split('\n')) {
    const [value = '', name = ''] = line.split('\t');
    if (value.startsWith('ref: ') && name === 'HEAD') headRef = value.slice(5);
    else if (name.endsWith('^{}')) refs.set(name.slice(0, -3), value);
    else if (name !== '') refs.set(name, value);
  }
  const head = refs.get('HEAD');
  refs.delete('HEAD');
  return { headRef, head, refs };
}

async function isWhole(context: MirrorContext): Promise<boolean> {
  try {
    const marker = await readFile(join(context.directory, MARKER), 'utf8');
    if (marker !== markerText(context)) return false;
    await context.git.run(['rev-parse', '--git-dir'], { gitDirectory: context.directory });
    return true;
  } catch {
    return false;
  }
}

/** Written when the first fetch is complete; another URL in the same directory has another text. */
function markerText(context: MirrorContext): string {
  return JSON.stringify({ key: repositoryKey(context.options.url) });
}

async function remake(context: MirrorContext, signal: AbortSignal | undefined): Promise<void> {
  const { directory, git } = context;
  await rm(directory, { recursive: true, force: true });
  await git.run(['init', '--bare', '--quiet', '--', directory], { subject: directory });
  await fetchAll(context, signal);
  const marker = join(directory, MARKER);
  await writeFile(`${marker}.new`, markerText(context));
  await rename(`${marker}.new`, marker);
}

async function fetchAll(context: MirrorContext, signal: AbortSignal | undefined, filter?: string): Promise<void> {
  const { fetchTimeoutMs = FETCH_TIMEOUT_MS } = context.options;
  const args = ['fetch', '--quiet', '--prune', '--no-tags', '--force', '--no-auto-gc', '--no-write-fetch-head'];
  args.push(...filterArguments(context, filter), 'origin', '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*');
  await runRemote(context, args, withSignal(fetchTimeoutMs, signal));
  await compactPacks(context);
}

/** Every fetch of contents adds a small pack; many packs make every look-up slow. */
async function compactPacks(context: MirrorContext): Promise<void> {
  const names = await readdir(join(context.directory, 'objects', 'pack')).catch(() => []);
  if (names.filter((name) => name.endsWith('.pack')).length <= PACKS_MAX) return;
  await runRemote(context, ['repack', '-a', '-d', '-q'], { timeoutMs: FETCH_TIMEOUT_MS });
}

/** Fetches single objects by name, as git itself does for a partial clone, but many in one request. */
async function fetchObjects(context: MirrorContext, oids: readonly string[], signal?: AbortSignal): Promise<void> {
  const args = ['fetch', '--quiet', '--no-tags', '--no-auto-gc', '--no-write-fetch-head', ...filterArguments(context)];
  await runRemote(context, [...args, '--stdin', 'origin'], {
    ...withSignal(context.options.fetchTimeoutMs ?? FETCH_TIMEOUT_MS, signal),
    input: `${oids.join('\n')}\n`,
    noopNegotiation: true,
  });
}

/** Gathers what is asked for while another fetch is under way into one: hundreds of apps start at once, and a fetch is a process. */
function createGathering(
  directory: string,
  fetch: (oids: readonly string[]) => Promise<void>,
): (oids: readonly string[]) => Promise<void> {
  let gathering: { readonly oids: Set<string>; readonly done: Promise<void> } | undefined;
  return async (oids) => {
    if (!gathering) {
      const wanted = new Set<string>();
      const done = withLock(directory, () => {
        gathering = undefined;
        return fetch([...wanted]);
      });
      gathering = { oids: wanted, done };
    }
    const { oids: together, done } = gathering;
    for (const oid of oids) together.add(oid);
    try {
      await done;
    } catch (error) {
      // One content that the remote does not have must not keep the others from whoever asked for them.
      if (together.size === oids.length) throw error;
      await withLock(directory, () => fetch(oids));
    }
  };
}

const promisorConfig: readonly (readonly [string, string])[] = [
  ['remote.origin.promisor', 'true'],
  ['remote.origin.partialCloneFilter', 'blob:none'],
];

/** What a commit changes is read next: small contents come with it, and the second fetch is left out. */
const SMALL_BLOBS = 'blob:limit=64k';

function filterArguments(
  { options: { blobless, depth } }: MirrorContext,
  filter: string = 'blob:none',
): readonly string[] {
  return [...(blobless === false ? [] : [`--filter=${filter}`]), ...(depth === undefined ? [] : [`--depth=${depth}`])];
}

interface RemoteRunOptions extends GitRunOptions {
  readonly noopNegotiation?: boolean;
}

/** Runs a command that speaks to the remote called origin, with the credentials that hold now. */
export async function runRemote(
  context: RemoteContext,
  args: readonly string[],
  options: RemoteRunOptions,
): Promise<GitOutput> {
  const attempt = async (url: string): Promise<GitOutput> =>
    context.git.run(args, {
      ...options,
      ...(context.directory === undefined ? {} : { gitDirectory: context.directory }),
      subject: context.subject,
      environment: context.remote.environment,
      config: [
        ...context.remote.config,
        ...(await context.remote.login(options.signal)),
        ['remote.origin.url', url],
        // Given per call and not stored, so that plain reads never start a fetch of single objects behind our back.
        ...(context.options.blobless === false ? [] : promisorConfig),
        ...(options.noopNegotiation === true ? [['fetch.negotiationAlgorithm', 'noop'] as const] : []),
      ],
    });
  try {
    return await attempt(context.remote.url);
  } catch (error) {
    if (error instanceof GitError && error.code === 'authentication') return refused(context, error, attempt);
    if (error instanceof GitError && error.code === 'not-found' && !isThere(context.directory)) {
      throw new GitError('corrupt', `the local copy of ${context.subject} is gone`, error.detail);
    }
    // GitLab redirects `/group/project` to `/group/project.git`; that much can be guessed without following.
    const mayRetry = error instanceof GitError && error.code === 'redirect' && !context.remote.url.endsWith('.git');
    if (!mayRetry) throw error;
    return attempt(`${context.remote.url.replace(/\/$/, '')}.git`);
  }
}

/** True for a repository; git says of a directory that is none, or no more, what it says of a remote that is none. */
function isThere(directory: string | undefined): boolean {
  return directory === undefined || existsSync(join(directory, 'HEAD'));
}

/** Tries once more where the credentials may have expired meanwhile; says clearly where there were none. */
function refused(
  { remote, subject }: RemoteContext,
  error: GitError,
  attempt: (url: string) => Promise<GitOutput>,
): Promise<GitOutput> {
  if (remote.refuse()) return attempt(remote.url);
  if (remote.hasCredentials) throw error;
  const sentence = `${subject} asks for credentials, and none are known for it; add them`;
  throw new GitError('authentication', sentence, error.detail);
}

/** Removes lock files and half-written packs that a killed process left; nothing else runs here under the lock. */
export async function removeLeftovers(directory: string): Promise<void> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const isLeftover = (name: string): boolean =>
    name.endsWith('.lock') || /(?:^|[\\/])tmp_(?:pack|obj|idx|rev)_/.test(name);
  await Promise.all(names.filter(isLeftover).map((name) => rm(join(directory, name), { force: true })));
}

function withSignal(timeoutMs: number, signal: AbortSignal | undefined): GitRunOptions {
  return signal ? { timeoutMs, signal } : { timeoutMs };
}

/** One at a time for each directory. */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const before = locks.get(directory) ?? Promise.resolve();
  const mine = before.then(work, work);
  const settled = mine.catch(() => undefined);
  locks.set(directory, settled);
  try {
    return await mine;
  } finally {
    if (locks.get(directory) === settled) locks.delete(directory);
  }
}
