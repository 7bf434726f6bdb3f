// A tree with some files replaced: what a directory will be once an edit is written.

import type { FileTree } from '@evenkeel/std';

/** The same tree, with these texts in place of the files at their paths. */
export function overlayTree(tree: FileTree, texts: ReadonlyMap<string, string>): FileTree {
  const encoder = new TextEncoder();
  return {
    stat: (path) => (texts.has(path) ? 'file' : tree.stat(path)),
    read: (path) => {
      const text = texts.get(path);
      return text === undefined ? tree.read(path) : encoder.encode(text);
    },
    list: (path) => tree.list(path),
    readlink: (path) => tree.readlink(path),
  };
}
