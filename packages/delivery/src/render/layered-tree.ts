// A file tree with some files replaced: how settings of a delivery reach a kustomization without a copy on disk.

import { type FileTree, type TreeEntry, treeBasename, treeDirname } from '@evenkeel/std';

/** `base` with the files of `replaced` in place of its own, or beside them. Their directories must exist in `base`. */
export function layeredTree(base: FileTree, replaced: Readonly<Record<string, string>>): FileTree {
  const encoder = new TextEncoder();
  const contents = new Map(Object.entries(replaced).map(([path, text]) => [path, encoder.encode(text)]));
  const added = new Map<string, TreeEntry[]>();
  for (const path of contents.keys()) {
    const parent = treeDirname(path);
    added.set(parent, [...(added.get(parent) ?? []), { name: treeBasename(path), kind: 'file' }]);
  }
  return {
    stat: (path) => (contents.has(path) ? 'file' : base.stat(path)),
    read: (path) => contents.get(path) ?? base.read(path),
    readlink: (path) => (contents.has(path) ? undefined : base.readlink(path)),
    list(path) {
      const entries = base.list(path);
      const extra = added.get(path);
      if (!extra || !entries) return entries;
      const names = new Set(extra.map((entry) => entry.name));
      return [...entries.filter((entry) => !names.has(entry.name)), ...extra].sort((left, right) =>
        left.name < right.name ? -1 : 1,
      );
    },
  };
}
