// A read-only virtual file tree. Rendering engines read through it and never touch a disk, so the same code renders a
// working directory, a Git commit, an unpacked archive or a test fixture, in Node, in a worker or in a browser.
// Paths are relative to the root, '/'-separated, without leading './' or trailing '/'; the root itself is ''.

/** What a path is. A symlink's target is text as stored, relative to the link's own directory. */
export type TreeEntryKind = 'file' | 'directory' | 'symlink';

/** One name in a directory. */
export interface TreeEntry {
  readonly name: string;
  readonly kind: TreeEntryKind;
}

/** A read-only tree of files. All methods are synchronous and never throw for a missing path. */
export interface FileTree {
  /** The kind at `path`, not following a symlink at its end; undefined where nothing is. */
  stat(path: string): TreeEntryKind | undefined;
  /** The bytes of the file at `path`, following symlinks inside the tree; undefined where there is no file. */
  read(path: string): Uint8Array | undefined;
  /** The entries of a directory in byte order of their names; undefined where there is no directory. */
  list(path: string): readonly TreeEntry[] | undefined;
  /** The target text of the symlink at `path`; undefined where there is none. */
  readlink(path: string): string | undefined;
}

/**
 * Thrown by a lazy tree (a Git commit whose blobs are fetched on demand) when bytes are not in memory yet. The caller
 * that owns the tree loads `paths` and runs the pure function again; engines let it pass through.
 */
export class ContentNotLoaded extends Error {
  override readonly name = 'ContentNotLoaded';
  readonly paths: readonly string[];
  constructor(paths: readonly string[]) {
    super(`content not loaded: ${paths.join(', ')}`);
    this.paths = paths;
  }
}

/** Joins and normalises path segments inside a tree. Returns undefined when the result leaves the root. */
export function joinTreePath(...segments: readonly string[]): string | undefined {
  const parts: string[] = [];
  for (const piece of segments.join('/').split('/')) {
    if (piece === '' || piece === '.') continue;
    if (piece !== '..') {
      parts.push(piece);
      continue;
    }
    if (parts.length === 0) return undefined;
    parts.pop();
  }
  return parts.join('/');
}

/** The directory part of a tree path; '' for a name at the root. */
export function treeDirname(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** The last part of a tree path. */
export function treeBasename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
