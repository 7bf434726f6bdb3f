// Paths of a virtual tree as the file system would see them: cleaned, symlinks followed, never out of the tree.

import { type FileTree, joinTreePath, treeDirname } from '@evenkeel/std';

const SYMLINK_HOPS_MAX = 255;

/** A place that exists. */
export interface RealPath {
  readonly path: string;
  readonly kind: 'file' | 'directory';
}

/** Follows every symlink of a path; undefined where nothing is, or where a link leads out of the tree or in a circle. */
export function realPath(tree: FileTree, path: string): RealPath | undefined {
  const direct = tree.stat(path);
  if (direct === undefined && path !== '') {
    const viaLink = hasLinkAbove(tree, path);
    if (!viaLink) return undefined;
  }
  if (direct !== 'symlink' && !hasLinkAbove(tree, path))
    return direct === undefined ? undefined : { path, kind: direct };
  return follow(tree, path);
}

function hasLinkAbove(tree: FileTree, path: string): boolean {
  for (let at = treeDirname(path); at !== ''; at = treeDirname(at)) if (tree.stat(at) === 'symlink') return true;
  return false;
}

function follow(tree: FileTree, path: string): RealPath | undefined {
  let rest = path.split('/').filter((part) => part !== '');
  let at = '';
  let hops = 0;
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    const next = joinTreePath(at, part);
    if (next === undefined) return undefined;
    const target = tree.readlink(next);
    if (target === undefined) {
      at = next;
      continue;
    }
    hops += 1;
    if (hops > SYMLINK_HOPS_MAX || target.startsWith('/')) return undefined;
    const resolved = joinTreePath(treeDirname(next), target);
    if (resolved === undefined) return undefined;
    rest = [...resolved.split('/').filter((piece) => piece !== ''), ...rest];
    at = '';
  }
  const kind = tree.stat(at);
  return kind === 'file' || kind === 'directory' ? { path: at, kind } : undefined;
}

/** True where `path` is `root` or below it. */
export function isWithin(path: string, root: string): boolean {
  return root === '' || path === root || path.startsWith(`${root}/`);
}
