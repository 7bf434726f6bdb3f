// A file tree that remembers what was read through it: the key of a render cache.

import type { FileTree } from '@evenkeel/std';

/** The tree, and the paths asked for so far. */
export interface RecordingTree {
  readonly tree: FileTree;
  reads(): string[];
}

/** Wraps a tree. A path counts as read even where nothing is there, for something may be there later. */
export function recordTree(tree: FileTree): RecordingTree {
  const paths = new Set<string>();
  const note = (path: string): string => {
    paths.add(path);
    return path;
  };
  return {
    reads: () => [...paths].sort(),
    tree: {
      stat: (path) => tree.stat(note(path)),
      read: (path) => tree.read(note(path)),
      list: (path) => tree.list(note(path)),
      readlink: (path) => tree.readlink(note(path)),
    },
  };
}
