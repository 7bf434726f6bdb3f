// One commit as a file tree. Its shape is in memory, its contents come when they are asked for: a read of something not
// yet loaded throws ContentNotLoaded, and `withSnapshot` loads it and runs the reader again.

import { ContentNotLoaded, type FileTree, type TreeEntry } from '@evenkeel/std';
import type { BlobCache } from './blob-cache.ts';
import { SourceError } from './errors.ts';
import { type LfsPointer, isPointer, readPointer } from './lfs.ts';
import type { Contents } from './submodules.ts';
import { type DirectoryNode, type LeafNode, type TreeNode, listNode, namesDigest, shownKind } from './tree-node.ts';

const LINK_HOPS_MAX = 40;
const NEIGHBOURS_MAX = 1000;
/** Of a directory with more files than this only the first are looked at. */
const WITHIN_MAX = 50_000;
const NEIGHBOUR_BYTES_MAX = 1024 * 1024;
const NEIGHBOURS_BYTES_MAX = 32 * 1024 * 1024;

export interface Submodule {
  readonly path: string;
  readonly commit: string;
}

/** A commit, or a subset of it, to be read. Symlinks are followed inside the tree and nowhere else. */
export interface Snapshot extends FileTree {
  /** Names the whole content: equal for two commits with the same files. */
  readonly treeOid: string;
  /** The object behind a path, links followed; `names` digests a directory's listing. Never loads anything. */
  identify(path: string): Identity | undefined;
  isExecutable(path: string): boolean;
  submodules(): readonly Submodule[];
  /** Every file below a directory, links not followed, in tree order. */
  files(directory?: string): readonly string[];
  /** A reader of the same content that keeps what it loads until it is dropped. */
  pinned(): PinnedSnapshot;
}

export interface Identity {
  readonly kind: 'file' | 'directory' | 'submodule';
  readonly oid: string;
  /** A digest of names and kinds; '' for a file. */
  readonly names: string;
}

export interface PinnedSnapshot extends Snapshot {
  /**
   * Loads contents, and what lies around them: the more often it was needed (`round`), the wider. Answers whether
   * anything new was loaded.
   */
  load(paths: readonly string[], round?: number): Promise<boolean>;
}

/** Fetches what pointers point at, by their oids. */
export type FetchLarge = (pointers: readonly LfsPointer[]) => Promise<ReadonlyMap<string, Uint8Array>>;

interface Content {
  readonly repository: Contents;
  readonly blobs: BlobCache;
  readonly subject: string;
  /** Absent where Git LFS is not on: pointers are refused. */
  readonly large?: FetchLarge | undefined;
}

/** Finds a loaded content by its name in Git, or, of a large one, by its digest. */
interface Loaded {
  readonly blob: (oid: string) => Uint8Array | undefined;
  readonly large: (oid: string) => Uint8Array | undefined;
}

/** Makes the snapshot of a tree. */
export function createSnapshot(root: DirectoryNode, content: Content): Snapshot {
  return assemble(root, content, { blob: (oid) => content.blobs.get(oid), large: () => undefined });
}

/**
 * Runs a pure function over a snapshot, loading what it turns out to need and running it again until it completes.
 * `hint` names files that it is likely to read (those of the last run), which makes one run of it the rule.
 */
export async function withSnapshot<T>(
  snapshot: Snapshot,
  work: (tree: Snapshot) => T,
  options: { readonly signal?: AbortSignal; readonly hint?: readonly string[] } = {},
): Promise<T> {
  const pinned = snapshot.pinned();
  if (options.hint && options.hint.length > 0) await pinned.load(options.hint, 0);
  for (let round = 1; ; round += 1) {
    options.signal?.throwIfAborted();
    try {
      return work(pinned);
    } catch (error) {
      const missing = findMissing(error);
      if (!missing) throw error;
      if (!(await pinned.load(missing.paths, round))) {
        throw new SourceError('no-progress', `${missing.paths.join(', ')} could not be loaded`, missing.paths[0]);
      }
    }
  }
}

function findMissing(error: unknown): ContentNotLoaded | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof ContentNotLoaded) return at;
  return undefined;
}

function assemble(root: DirectoryNode, content: Content, loaded: Loaded): Snapshot {
  return {
    treeOid: root.oid,
    stat(path) {
      const node = lookup(root, path, false);
      return node && shownKind(node);
    },
    list(path) {
      const node = lookup(root, path, true);
      if (node?.kind === 'submodule') return emptied(node, path);
      return node?.kind === 'directory' ? listNode(node) : undefined;
    },
    readlink(path) {
      const node = lookup(root, path, false);
      return node?.kind === 'symlink' ? node.target : undefined;
    },
    read(path) {
      const node = lookup(root, path, true);
      if (node?.kind !== 'file') return undefined;
      const bytes = loaded.blob(node.oid);
      if (!bytes) throw new ContentNotLoaded([path]);
      if (!isPointer(bytes)) return bytes;
      if (!content.large) throw lfsIsOff(path, content.subject);
      const pointer = readPointer(bytes);
      // What is no whole pointer is handed out as it is, as git-lfs does.
      if (!pointer) return bytes;
      const large = loaded.large(pointer.oid);
      if (!large) throw new ContentNotLoaded([path]);
      return large;
    },
    identify(path) {
      const node = lookup(root, path, true);
      if (!node || node.kind === 'symlink') return undefined;
      return { kind: node.kind, oid: node.oid, names: node.kind === 'directory' ? namesDigest(node) : '' };
    },
    isExecutable(path) {
      const node = lookup(root, path, true);
      return node?.kind === 'file' && node.executable;
    },
    submodules: () => collect(root, '', 'submodule').map(([path, node]) => ({ path, commit: node.oid })),
    files(directory = '') {
      const node = lookup(root, directory, true);
      return node?.kind === 'directory' ? collect(node, directory, 'file').map(([path]) => path) : [];
    },
    pinned: () => pin(root, content),
  };
}

function pin(root: DirectoryNode, content: Content): PinnedSnapshot {
  const pins = new Map<string, Uint8Array>();
  const large = new Map<string, Uint8Array>();
  const blobOf = (oid: string): Uint8Array | undefined => {
    const pinned = pins.get(oid);
    if (pinned) return pinned;
    const cached = content.blobs.get(oid);
    if (cached) pins.set(oid, cached);
    return cached;
  };
  /** Loads what the named files point at; what only lies around them stays a pointer. */
  const loadLarge = async (oids: Iterable<string>): Promise<boolean> => {
    const pointers = [...oids].flatMap((oid) => readPointer(blobOf(oid) ?? new Uint8Array()) ?? []);
    const missing = pointers.filter(({ oid }) => !large.has(oid));
    if (!content.large || missing.length === 0) return false;
    for (const [oid, bytes] of await content.large(missing)) large.set(oid, bytes);
    return true;
  };
  return {
    ...assemble(root, content, { blob: blobOf, large: (oid) => large.get(oid) }),
    async load(paths, round = 0) {
      const named = new Set<string>();
      for (const path of paths) {
        const node = lookup(root, path, true);
        if (node?.kind === 'file') named.add(node.oid);
      }
      const wanted = [...named].filter((oid) => !blobOf(oid));
      if (wanted.length === 0) return loadLarge(named);
      const { arriving } = content.blobs;
      await Promise.allSettled(wanted.flatMap((oid) => arriving.get(oid) ?? []));
      const missing = wanted.filter((oid) => !blobOf(oid));
      if (missing.length > 0) {
        const isNew = (oid: string): boolean => !named.has(oid) && !arriving.has(oid) && !blobOf(oid);
        const around = round === 0 ? [] : neighbours(root, paths, round).filter(isNew);
        for (const [oid, bytes] of await bring(missing, around, content)) pins.set(oid, bytes);
      }
      const isMore = await loadLarge(named);
      return isMore || wanted.some((oid) => blobOf(oid) !== undefined);
    },
  };
}

/** Loads contents into the cache. Whoever wants one of them meanwhile waits for it instead of loading it again. */
async function bring(
  missing: readonly string[],
  around: readonly string[],
  { repository, blobs }: Content,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const work = async (): Promise<ReadonlyMap<string, Uint8Array>> => {
    const loaded = await repository.blobs([...missing, ...(await keepSmall(repository, around))]);
    for (const [oid, bytes] of loaded) blobs.set(oid, bytes);
    return loaded;
  };
  const coming = work();
  const all = [...missing, ...around];
  for (const oid of all) blobs.arriving.set(oid, coming);
  try {
    return await coming;
  } finally {
    for (const oid of all) if (blobs.arriving.get(oid) === coming) blobs.arriving.delete(oid);
  }
}

/** What manifests and charts are made of. Other files are loaded when they are asked for by name. */
const LIKELY = /(?:^|\/)[^./]+$|\.(?:ya?ml|json|tpl|txt|toml|env|properties|conf|libsonnet|jsonnet)$/i;

/**
 * Files near the ones that were missed: all below their directories, then, one level up with every round, what follows
 * them in tree order. Apps lie beside each other and are reconciled in about that order, so one fetch serves hundreds.
 * Of a small repository it is all there is, so that bases elsewhere need no fetch of their own.
 */
function neighbours(root: DirectoryNode, paths: readonly string[], round: number): readonly string[] {
  const oids = new Set<string>();
  const all = collect(root, '', 'file', NEIGHBOURS_MAX + 1);
  const isSmall = all.length <= NEIGHBOURS_MAX;
  for (const [name, child] of isSmall ? all : []) if (LIKELY.test(name)) oids.add(child.oid);
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1);
    const here = lookup(root, parts.join('/'), true);
    if (here?.kind !== 'directory') continue;
    for (const child of here.entries.values()) {
      if (child.kind === 'file' && oids.size < NEIGHBOURS_MAX) oids.add(child.oid);
    }
    for (let up = 0; up < Math.min(round + 1, parts.length); up += 1) {
      const at = parts.slice(0, parts.length - up).join('/');
      const node = lookup(root, at, true);
      const below = node?.kind === 'directory' ? collect(node, at, 'file', WITHIN_MAX) : [];
      const missed = below.findIndex(([name]) => name === path);
      const following = [...below.slice(Math.max(0, missed)), ...below.slice(0, Math.max(0, missed))];
      for (const [name, child] of following) {
        if (oids.size >= NEIGHBOURS_MAX) break;
        if (up === 0 || LIKELY.test(name)) oids.add(child.oid);
      }
    }
  }
  return [...oids];
}

/** Leaves out what is too large to be loaded on suspicion. Sizes are unknown for contents not yet on this machine. */
async function keepSmall(repository: Contents, oids: readonly string[]): Promise<readonly string[]> {
  if (oids.length === 0) return [];
  const infos = await repository.infos(oids);
  let total = 0;
  return oids.filter((oid) => {
    const size = infos.get(oid)?.size ?? 0;
    if (size > NEIGHBOUR_BYTES_MAX || total + size > NEIGHBOURS_BYTES_MAX) return false;
    total += size;
    return true;
  });
}

/** Finds a node. `..` in a link is taken after the links before it, as a file system does; a way out leads nowhere. */
function lookup(root: DirectoryNode, path: string, followLast: boolean): TreeNode | undefined {
  const rest = path.split('/').toReversed();
  const parents: DirectoryNode[] = [root];
  let hops = 0;
  while (rest.length > 0) {
    const part = rest.pop() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      parents.pop();
      if (parents.length === 0) return undefined;
      continue;
    }
    const node = parents.at(-1)?.entries.get(part);
    const isLast = rest.every((piece) => piece === '' || piece === '.');
    if (!node) return undefined;
    if (node.kind === 'symlink') {
      if (isLast && !followLast) return node;
      hops += 1;
      if (hops > LINK_HOPS_MAX || node.target.startsWith('/') || node.target === '') return undefined;
      rest.push(...node.target.split('/').toReversed());
    } else if (node.kind === 'directory') parents.push(node);
    else if (isLast) return node;
    else return node.kind === 'submodule' ? void emptied(node, path) : undefined;
  }
  return parents.at(-1);
}

function collect(
  node: DirectoryNode,
  prefix: string,
  kind: 'file' | 'submodule',
  limit: number = Number.POSITIVE_INFINITY,
): readonly (readonly [string, TreeNode])[] {
  const found: (readonly [string, TreeNode])[] = [];
  const visit = (directory: DirectoryNode, at: string): void => {
    for (const [name, child] of directory.entries) {
      if (found.length >= limit) return;
      const path = at === '' ? name : `${at}/${name}`;
      if (child.kind === kind) found.push([path, child]);
      else if (child.kind === 'directory') visit(child, path);
    }
  };
  visit(node, prefix);
  return found;
}

/** What is in a submodule that is not read: nothing. @throws SourceError where it should be read and cannot be. */
function emptied({ problem }: LeafNode, path: string): readonly TreeEntry[] {
  if (problem !== undefined) throw new SourceError('submodule', problem, path);
  return [];
}

function lfsIsOff(path: string, subject: string): SourceError {
  const sentence = `${path} in ${subject} is a Git LFS pointer, and Git LFS is not on for the repository; set enableLfs: "true"`;
  return new SourceError('lfs-pointer', `${sentence} in its Secret, or commit the file itself`, path);
}
