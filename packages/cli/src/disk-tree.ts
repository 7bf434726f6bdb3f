// The file system of this machine as a file tree. The root is the root of the disk, so that '../base' leads where it
// leads for every other tool; what may be left is decided by the engines' own restrictions.

import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { FileTree, TreeEntry, TreeEntryKind } from '@evenkeel/std';

/** A tree over everything below '/', or below another root. Paths that cannot be read are as if they were not there. */
export function diskTree(root = ''): FileTree {
  const absolute = (path: string): string => `${root}/${path}`;
  return {
    stat(path) {
      return quietly(() => kindOf(lstatSync(absolute(path))));
    },
    read(path) {
      return quietly(() => readFileSync(absolute(path)));
    },
    list(path) {
      return quietly(() =>
        readdirSync(absolute(path), { withFileTypes: true })
          .flatMap((entry): TreeEntry[] => {
            const kind = kindOf(entry);
            return kind === undefined ? [] : [{ name: entry.name, kind }];
          })
          .sort((left, right) => (left.name < right.name ? -1 : 1)),
      );
    },
    readlink(path) {
      return quietly(() => readlinkSync(absolute(path)));
    },
  };
}

interface Kinded {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function kindOf(entry: Kinded): TreeEntryKind | undefined {
  if (entry.isSymbolicLink()) return 'symlink';
  if (entry.isDirectory()) return 'directory';
  return entry.isFile() ? 'file' : undefined;
}

const absentCodes: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EINVAL',
  'EACCES',
  'ELOOP',
  'ENAMETOOLONG',
]);

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (absentCodes.has(code)) return undefined;
    throw error;
  }
}
