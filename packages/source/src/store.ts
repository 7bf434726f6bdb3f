// All sources of a process: repositories by URL, wherever they really are, their revisions and their trees.

import {
  type Commit,
  type GitAuth,
  type GitRepository,
  displayUrl,
  parseRepositoryUrl,
  repositoryIdentity,
  repositoryKey,
} from '@evenkeel/git';
import type { GitAccess, RepositoryAccess } from './access.ts';
import { createBlobCache } from './blob-cache.ts';
import type { RefChange, SourceListener } from './changes.ts';
import { type TreeFilter, filterTree } from './filtered-tree.ts';
import { type Place, type PlaceOptions, createLocalPlace, createRemotePlace } from './place.ts';
import { createSharing } from './sharing.ts';
import { type Snapshot, createSnapshot } from './snapshot.ts';
import { type DirectoryNode, createTreeLoader } from './tree-node.ts';
import { createTreeAssembler } from './whole-tree.ts';

const BLOB_BYTES_MAX_DEFAULT = 128 * 1024 * 1024;
const INTERVAL_MS_DEFAULT = 3 * 60_000;
const SNAPSHOTS_MAX = 128;

/** Where a URL really leads: a repository on this machine that tells of its changes itself, or another remote. */
export type MappingTarget = { readonly repository: GitRepository } | { readonly url: string };

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
  const { of: placeOf, all: places } = createPlaces(options, mappings);
  const loadRoot = createRootLoader(placeOf);
  const assembler = createTreeAssembler({
    git: options.git,
    load: (url, sha, access) => loadRoot(url, sha, { access }),
  });
  return {
    map(url, target) {
      mappings.set(repositoryIdentity(url), target);
    },
    open: async (url, access = {}) => placeOf(url, accessTo(url, access)).open(access.signal),
    async resolve(url, revision, resolveOptions = {}) {
      const place = placeOf(url, accessTo(url, resolveOptions));
      return { sha: await place.resolve(revision, resolveOptions), revision };
    },
    async tree(url, sha, treeOptions = {}) {
      const { filter, access, signal } = treeOptions;
      const loaded = await loadRoot(url, sha, treeOptions);
      const whole = await assembler.assemble({ ...loaded, url, sha, access, signal });
      const { contents: repository, large } = whole;
      const root = filter ? await filterTree(whole.root, filter, (oids) => repository.blobs(oids)) : whole.root;
      return createSnapshot(root, { repository, blobs, subject: displayUrl(url), large });
    },
    async commit(url, sha, access = {}) {
      const place = placeOf(url, accessTo(url, access));
      await place.ensure(sha);
      return (await place.open(access.signal)).commit(sha);
    },
    watch: (url, listener, watchOptions = {}) =>
      watchPlace(url, watchOptions, { placeOf, listener: (change) => listener({ ...change, url }) }),
    poke(url, refs = []) {
      const identity = repositoryIdentity(url);
      for (const place of places.values()) if (place.identities.has(identity)) place.poke(refs);
    },
    async [Symbol.asyncDispose]() {
      await assembler[Symbol.asyncDispose]();
      await Promise.all([...places.values()].map((place) => place[Symbol.asyncDispose]()));
      places.clear();
    },
  };
}

interface LoadedRoot {
  readonly root: DirectoryNode;
  readonly repository: GitRepository;
  readonly how: GitAccess;
}

type RootLoader = (url: string, sha: string, access: SourceAccess) => Promise<LoadedRoot>;

/** Loads the shape of commits; the last ones are kept. */
function createRootLoader(placeOf: Places['of']): RootLoader {
  const loader = createTreeLoader();
  const roots = new Map<string, DirectoryNode>();
  const shared = createSharing<DirectoryNode>();
  return async (url, sha, access) => {
    const how = accessTo(url, access);
    const place = placeOf(url, how);
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
    return { root, repository, how };
  };
}

/** What holds for a URL now. */
function accessTo(url: string, { access, auth }: Pick<SourceAccess, 'access' | 'auth'>): GitAccess {
  if (access) return access.git(url);
  return auth ? { auth } : {};
}

interface Watching {
  readonly placeOf: Places['of'];
  readonly listener: SourceListener;
}

/** Watches a URL wherever its credentials lead. Other credentials are another place, and news: what was refused may work. */
function watchPlace(url: string, options: WatchOptions, { placeOf, listener }: Watching): () => void {
  let stopPlace: () => void = () => undefined;
  let watched: Place | 'refused' | undefined;
  const follow = (): boolean => {
    let place: Place | 'refused';
    try {
      place = placeOf(url, accessTo(url, options));
    } catch {
      // Whoever resolves a revision meets the same error and reports it; here it only matters when that changes.
      place = 'refused';
    }
    if (place === watched) return false;
    stopPlace();
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

interface Places {
  readonly of: (url: string, access: GitAccess) => Place;
  readonly all: Map<string, Place>;
}

/** One place per repository and set of credentials, made when it is first named. */
function createPlaces(options: SourceStoreOptions, mappings: ReadonlyMap<string, MappingTarget>): Places {
  const places = new Map<string, Place>();
  const of = (url: string, { auth, depth }: GitAccess): Place => {
    const how = { ...(auth ? { auth } : {}), ...(depth === undefined ? {} : { depth }) };
    const identity = repositoryIdentity(url);
    const target = mappings.get(identity);
    const remote = target && 'url' in target ? target.url : url;
    const key =
      target && 'repository' in target
        ? `local ${identity}`
        : // What one set of credentials may read must not be answered to another.
          `${repositoryKey(remote)}\n${userInfo(remote)}\n${JSON.stringify(how)}`;
    const known = places.get(key);
    if (known) {
      known.identities.add(identity);
      return known;
    }
    const place =
      target && 'repository' in target
        ? createLocalPlace(target.repository, options)
        : createRemotePlace({ store: options, url: remote, key, how });
    place.identities.add(identity);
    places.set(key, place);
    return place;
  };
  return { of, all: places };
}

function userInfo(url: string): string {
  const { user, password } = parseRepositoryUrl(url);
  return `${user}:${password}`;
}
