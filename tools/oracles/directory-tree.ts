// A directory of the disk as a tree, each file read once: for the oracle and the bench. Programs use their own.

import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import type { FileTree, TreeEntry, TreeEntryKind } from '../../packages/std/src/index.ts';

/** The tree of a directory. What was read is kept. */
export function directoryTree(root: string): FileTree {
  const kinds = new Map<string, TreeEntryKind | undefined>();
  const contents = new Map<string, Uint8Array | undefined>();
  const quietly = <Value>(action: () => Value): Value | undefined => {
    try {
      return action();
    } catch {
      return undefined;
    }
  };
  const stat = (path: string): TreeEntryKind | undefined => {
    if (!kinds.has(path))
      kinds.set(
        path,
        quietly(() => kindAt(join(root, path))),
      );
    return kinds.get(path);
  };
  return {
    stat,
    read(path) {
      if (!contents.has(path))
        contents.set(
          path,
          quietly(() => readFileSync(join(root, path))),
        );
      return contents.get(path);
    },
    list: (path) => quietly(() => entriesAt(root, path, stat)),
    readlink: (path) => quietly(() => readlinkSync(join(root, path))),
  };
}

function kindAt(path: string): TreeEntryKind | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) return 'symlink';
  return found.isDirectory() ? 'directory' : found.isFile() ? 'file' : undefined;
}

function entriesAt(root: string, path: string, stat: (path: string) => TreeEntryKind | undefined): TreeEntry[] {
  const names = readdirSync(join(root, path)).sort();
  return names.flatMap((name) => {
    const kind = stat(path === '' ? name : `${path}/${name}`);
    return kind === undefined ? [] : [{ name, kind }];
  });
}
