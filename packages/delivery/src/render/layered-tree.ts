// A file tree with some files replaced: how settings of a delivery reach a kustomization without a copy on disk.

import { type FileTree, type TreeEntry, treeBasename, treeDirname } from '@evenkeel/std';

/** `base` with the files of `replaced` in place of its own, or beside them. Directories appear with their files. */
export function layeredTree(base: FileTree, replaced: Readonly<Record<string, string | Uint8Array>>): FileTree {
  const encoder = new TextEncoder();
  const contents = new Map(
    Object.entries(replaced).map(([path, content]) => [
      path,
      typeof content === 'string' ? encoder.encode(content) : content,
    ]),
  );
  const added = new Map<string, Map<string, TreeEntry>>();
  for (const path of contents.keys()) addPath(added, path, 'file');
  return {
    stat: (path) => (contents.has(path) ? 'file' : (base.stat(path) ?? (added.has(path) ? 'directory' : undefined))),
    read: (path) => contents.get(path) ?? base.read(path),
    readlink: (path) => (contents.has(path) ? undefined : base.readlink(path)),
    list(path) {
      const entries = base.list(path);
      const extra = added.get(path);
      if (!extra) return entries;
      return [...(entries ?? []).filter((entry) => !extra.has(entry.name)), ...extra.values()].sort((left, right) =>
        left.name < right.name ? -1 : 1,
      );
    },
  };
}

function addPath(added: Map<string, Map<string, TreeEntry>>, path: string, kind: TreeEntry['kind']): void {
  const parent = treeDirname(path);
  const name = treeBasename(path);
  const siblings = added.get(parent) ?? new Map<string, TreeEntry>();
  added.set(parent, siblings);
  siblings.set(name, { name, kind });
  if (parent !== '') addPath(added, parent, 'directory');
}
