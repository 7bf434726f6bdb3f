// All sources of a process: repositories by URL, wherever they really are, their revisions and their trees.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  type Commit,
  type GitAuth,
  type GitRepository,
  type PublishPlan,
  type PublishView,
  displayUrl,
  publish,
  repositoryIdentity,
} from '@evenkeel/git';
import type { GitAccess, RepositoryAccess } from './access.ts';
import { createBlobCache } from './blob-cache.ts';
import type { RefChange, SourceListener } from './changes.ts';
import { type TreeFilter, filterTree } from './filtered-tree.ts';
import type { Place, PlaceOptions } from './place.ts';
import { type MappingTarget, type Places, createPlaces } from './places.ts';
import { createSharing } from './sharing.ts';
import { type Snapshot, createSnapshot } from './snapshot.ts';
import { type DirectoryNode, createTreeLoader } from './tree-node.ts';
import { createTreeAssembler } from './whole-tree.ts';

const BLOB_BYTES_MAX_DEFAULT = 128 * 1024 * 1024;
const INTERVAL_MS_DEFAULT = 3 * 60_000;
const SNAPSHOTS_MAX = 128;

/** What a revision stands for at this moment. */
export interface Revision {
  readonly sha: string;
  /** As asked for: a branch, a tag, HEAD, a SHA. */
  readonly revision: string;
}

export interface SourceAccess {
  readonly auth?: GitAuth;
  /** Where `auth` and everything else about the repository is looked up by URL; wins over `auth`. */
  readonly access?: RepositoryAccess | undefined;
  readonly signal?: AbortSignal;
}

export interface TreeOptions extends SourceAccess {
  /** Leaves files out, as if the commit did not have them. */
  readonly filter?: TreeFilter;
}

export interface ResolveOptions extends SourceAccess {
  /** How old the knowledge of a remote's references may be. Default: the watch interval; 0 asks the remote. */
  readonly maxAgeMs?: number;
  /** Only tags that begin with it are versions; it is left out when they are read. */
  readonly tagPrefix?: string;
}

export interface WatchOptions {
  readonly auth?: GitAuth;
  /** The repository is watched with the credentials that hold at the time; a change of them is a change of the source. */
  readonly access?: RepositoryAccess | undefined;
  readonly intervalMs?: number;
}

export interface PublishRequest extends SourceAccess {
  /** Full names of the references that are looked at and written. */
  readonly refs: readonly string[];
  readonly plan: (view: PublishView) => Promise<PublishPlan>;
}

/** Safe for concurrent use; equal questions asked at once are asked once. */
export interface SourceStore extends AsyncDisposable {
  /** Sends a URL, in all its spellings, somewhere else. */
  map(url: string, target: MappingTarget): void;
  /** @throws GitError when the repository cannot be reached or has no such revision. */
  resolve(url: string, revision: string, options?: ResolveOptions): Promise<Revision>;
  /** The content of a commit (a full SHA). */
  tree(url: string, commit: string, options?: TreeOptions): Promise<Snapshot>;
  commit(url: string, sha: string, access?: SourceAccess): Promise<Commit>;
  /** The repository itself, for logs and comparisons. */
  open(url: string, access?: SourceAccess): Promise<GitRepository>;
  /** Calls `listener` when references of the repository moved. Returns the way to stop. */
  watch(url: string, listener: SourceListener, options?: WatchOptions): () => void;
  /**
   * Makes commits in a repository and pushes them; `plan` is told what stands at `refs` now, and asked anew where somebody else
   * was quicker. Listeners hear of it. Answers the commit of each step. @throws GitError where they are not taken.
   */
  publish(url: string, request: PublishRequest): Promise<readonly string[]>;
  /** True for a repository on this machine, which takes what is published without credentials. */
  isLocal(url: string): boolean;
  /** Says that a repository changed: listeners hear of it without waiting for a poll. */
  poke(url: string, refs?: readonly RefChange[]): void;
}

export interface SourceStoreOptions extends PlaceOptions {
  /** How much file content stays in memory. Default 128 MiB. */
  readonly blobBytesMax?: number;
}

/** Makes a store. Mirrors are opened when they are first needed. */
export function createSourceStore(options: SourceStoreOptions): SourceStore {
  const mappings = new Map<string, MappingTarget>();
  const blobs = createBlobCache(options.blobBytesMax ?? BLOB_BYTES_MAX_DEFAULT);
  const places = createPlaces(options, mappings);
  const loadRoot = createRootLoader(places);
  const assembler = createTreeAssembler({
    git: options.git,
    load: (url, sha, access) => loadRoot(url, sha, { access }),
  });
  const poke = (url: string, refs: readonly RefChange[] = []): void => {
    const identity = repositoryIdentity(url);
    for (const place of places.all()) if (place.identities.has(identity)) place.poke(refs);
  };
  return {
    map(url, target) {
      mappings.set(repositoryIdentity(url), target);
    },
    open: async (url, access = {}) => places.find(url, access).place.open(access.signal),
    async resolve(url, revision, resolveOptions = {}) {
      const { place } = places.find(url, resolveOptions);
      return { sha: await place.resolve(revision, resolveOptions), revision };
    },
    async tree(url, sha, treeOptions = {}) {
      const { filter, access, signal } = treeOptions;
      const loaded = await loadRoot(url, sha, treeOptions);
      const whole = await assembler.assemble({ ...loaded, url, sha, access, signal });
      const { contents: repository, large } = whole;
      if (!whole.complete) loaded.place.lacking();
      const root = filter ? await filterTree(whole.root, filter, (oids) => repository.blobs(oids)) : whole.root;
      return createSnapshot(root, { repository, blobs, subject: displayUrl(url), large });
    },
    async commit(url, sha, access = {}) {
      const { place } = places.find(url, access);
      await place.ensure(sha);
      return (await place.open(access.signal)).commit(sha);
    },
    watch: (url, listener, watchOptions = {}) =>
      watchPlace(url, watchOptions, { places, listener: (change) => listener({ ...change, url }) }),
    isLocal: (url) => isLocal(mappings.get(repositoryIdentity(url))),
    async publish(url, request) {
      const made = await publishTo(url, request, { options, target: mappings.get(repositoryIdentity(url)) });
      if (made.length > 0) poke(url);
      return made;
    },
    poke,
    async [Symbol.asyncDispose]() {
      await assembler[Symbol.asyncDispose]();
      await places[Symbol.asyncDispose]();
    },
  };
}

function isLocal(target: MappingTarget | undefined): target is { readonly repository: GitRepository } {
  return target !== undefined && 'repository' in target;
}

/** Publishes where the URL really leads: into the repository on this machine, or to the remote with what may write there. */
function publishTo(
  url: string,
  { access, auth, refs, plan, signal }: PublishRequest,
  { options, target }: { readonly options: SourceStoreOptions; readonly target: MappingTarget | undefined },
): Promise<readonly string[]> {
  const remote = isLocal(target) ? target.repository.directory : (target?.url ?? url);
  const how = isLocal(target) ? undefined : access ? access.git(url).auth : auth;
  const name = createHash('sha256')
    .update(JSON.stringify(['publish', remote, how ?? {}]))
    .digest('hex')
    .slice(0, 40);
  const directory = join(options.directory, name);
  const rest = { ...(how ? { auth: how } : {}), ...(signal ? { signal } : {}) };
  return publish(options.git, { url: remote, directory, refs, ...rest }, plan);
}

interface LoadedRoot {
  readonly place: Place;
  readonly root: DirectoryNode;
  readonly repository: GitRepository;
  readonly how: GitAccess;
}

type RootLoader = (url: string, sha: string, access: SourceAccess) => Promise<LoadedRoot>;

/** Loads the shape of commits; the last ones are kept. */
function createRootLoader(places: Places): RootLoader {
  const loader = createTreeLoader();
  const roots = new Map<string, DirectoryNode>();
  const shared = createSharing<DirectoryNode>();
  return async (url, sha, access) => {
    const { place, how } = places.find(url, access);
    const repository = await place.open(access.signal);
    const key = `${repository.directory} ${sha}`;
    const known = roots.get(key);
    const root =
      known ??
      (await shared(`tree ${key}`, access.signal, async () => {
        await place.ensure(sha);
        return loader.load(repository, (await repository.commit(sha)).tree);
      }));
    keepRecent(roots, key, root);
    return { root, repository, how, place };
  };
}

interface Watching {
  readonly places: Places;
  readonly listener: SourceListener;
}

/** Watches a URL wherever its credentials lead. Other credentials are another place, and news: what was refused may work. */
function watchPlace(url: string, options: WatchOptions, { places, listener }: Watching): () => void {
  let stopPlace: () => void = () => undefined;
  let watched: Place | 'refused' | undefined;
  const follow = (): boolean => {
    let place: Place | 'refused';
    try {
      ({ place } = places.find(url, options));
    } catch {
      // Whoever resolves a revision meets the same error and reports it; here it only matters when that changes.
      place = 'refused';
    }
    if (place === watched) return false;
    stopPlace();
    if (watched !== undefined && watched !== 'refused') places.retire(watched);
    watched = place;
    stopPlace =
      place === 'refused'
        ? (): undefined => undefined
        : place.watched.add(listener, options.intervalMs ?? INTERVAL_MS_DEFAULT);
    return true;
  };
  follow();
  const stopAccess = options.access?.onChange(() => {
    if (follow()) listener({ url, refs: [] });
  });
  return () => {
    stopAccess?.();
    stopPlace();
  };
}

function keepRecent(roots: Map<string, DirectoryNode>, key: string, root: DirectoryNode): void {
  roots.delete(key);
  roots.set(key, root);
  for (const [oldest] of roots) {
    if (roots.size <= SNAPSHOTS_MAX) break;
    roots.delete(oldest);
  }
}
