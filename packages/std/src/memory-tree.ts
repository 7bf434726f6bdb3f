// A file tree made from a plain record of paths and contents: fixtures, archives, generated files.

import { type FileTree, type TreeEntry, type TreeEntryKind, joinTreePath, treeDirname } from './file-tree.ts';

const SYMLINK_HOPS_MAX = 40;

/** A tree over a record: `{ 'base/deployment.yaml': 'kind: …' }`. `links` maps a symlink's path to its target text. */
export function memoryTree(
  files: Readonly<Record<string, string | Uint8Array>>,
  links: Readonly<Record<string, string>> = {},
): FileTree {
  const contents = new Map<string, string | Uint8Array>(Object.entries(files));
  const targets = new Map<string, string>(Object.entries(links));
  const directories = indexDirectories([...contents.keys()], [...targets.keys()]);
  const encoder = new TextEncoder();

  const stat = (path: string): TreeEntryKind | undefined => {
    if (targets.has(path)) return 'symlink';
    if (contents.has(path)) return 'file';
    return directories.has(path) ? 'directory' : undefined;
  };
  return {
    stat,
    list(path) {
      const at = resolveLinks(path, targets);
      return at === undefined ? undefined : directories.get(at);
    },
    read(path) {
      const at = resolveLinks(path, targets);
      const content = at === undefined ? undefined : contents.get(at);
      return typeof content === 'string' ? encoder.encode(content) : content;
    },
    readlink: (path) => targets.get(path),
  };
}

/** Follows every symlink along `path` inside the tree; undefined on a cycle or a way out of the root. */
function resolveLinks(path: string, targets: ReadonlyMap<string, string>): string | undefined {
  if (targets.size === 0) return path;
  let rest = path.split('/').filter((part) => part !== '');
  let at = '';
  let hops = 0;
  while (rest.length > 0) {
    const next = joinTreePath(at, rest[0] ?? '');
    if (next === undefined) return undefined;
    const target = targets.get(next);
    if (target === undefined) {
      at = next;
      rest = rest.slice(1);
      continue;
    }
    hops += 1;
    const resolved = target.startsWith('/') ? undefined : joinTreePath(treeDirname(next), target);
    if (hops > SYMLINK_HOPS_MAX || resolved === undefined) return undefined;
    rest = [...resolved.split('/').filter((part) => part !== ''), ...rest.slice(1)];
    at = '';
  }
  return at;
}

function indexDirectories(
  files: readonly string[],
  links: readonly string[],
): ReadonlyMap<string, readonly TreeEntry[]> {
  const children = new Map<string, Map<string, TreeEntryKind>>([['', new Map()]]);
  const add = (path: string, kind: TreeEntryKind): void => {
    const parent = treeDirname(path);
    let siblings = children.get(parent);
    if (!siblings) {
      siblings = new Map();
      children.set(parent, siblings);
      if (parent !== '') add(parent, 'directory');
    }
    siblings.set(path.slice(parent === '' ? 0 : parent.length + 1), kind);
  };
  for (const path of files) add(path, 'file');
  for (const path of links) add(path, 'symlink');
  const sorted = new Map<string, readonly TreeEntry[]>();
  for (const [path, names] of children) {
    const entries = [...names].map(([name, kind]) => ({ name, kind }));
    sorted.set(
      path,
      entries.sort((left, right) => (left.name < right.name ? -1 : 1)),
    );
  }
  return sorted;
}
