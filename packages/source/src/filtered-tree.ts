// A commit without what its rules leave out: a tree of the same nodes, so that everything that reads trees reads it
// unchanged. What was worked out for a directory is kept with it; the next commit works out only what it changed.

import { createHash } from 'node:crypto';
import { present } from '@evenkeel/std';
import type { DirectoryNode, TreeNode } from './tree-node.ts';

/** Leaves files out of a tree. Two filters with equal keys leave out the same. */
export interface TreeFilter {
  readonly key: string;
  /** The name of files that carry more rules, in any directory; they are read before `excludes` is asked for. */
  readonly ruleFile: string;
  /** From the rule files' texts, by directory ('' for the root) in order of their paths, to the decision on one path. */
  excludes(rules: ReadonlyMap<string, string>): (path: string, isDirectory: boolean) => boolean;
}

/** Reads contents by oid. */
export type ReadBlobs = (oids: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>;

/**
 * The tree without what the filter excludes. Each path is decided for itself: a file that is not excluded stays although
 * its directory is, and brings the directory with it.
 */
export async function filterTree(root: DirectoryNode, filter: TreeFilter, read: ReadBlobs): Promise<DirectoryNode> {
  const ruleFiles = findFiles(root, filter.ruleFile);
  const contents = ruleFiles.length === 0 ? new Map<string, Uint8Array>() : await read(ruleFiles.map(([, oid]) => oid));
  const rules = new Map<string, string>();
  for (const [directory, oid] of ruleFiles) rules.set(directory, new TextDecoder().decode(contents.get(oid)));
  const key = createHash('sha256')
    .update(JSON.stringify([filter.key, [...rules]]))
    .digest('hex');
  const excludes = filter.excludes(rules);
  return present(filterDirectory(root, '', { key, excludes }), 'the root, which no filter excludes');
}

interface Filtering {
  readonly key: string;
  readonly excludes: (path: string, isDirectory: boolean) => boolean;
}

const filtered = new WeakMap<DirectoryNode, Map<string, DirectoryNode | undefined>>();

function filterDirectory(node: DirectoryNode, path: string, filtering: Filtering): DirectoryNode | undefined {
  const known = filtered.get(node) ?? new Map<string, DirectoryNode | undefined>();
  filtered.set(node, known);
  const place = `${filtering.key} ${path}`;
  if (known.has(place)) return known.get(place);
  const entries = new Map<string, TreeNode>();
  let same = true;
  for (const [name, child] of node.entries) {
    const childPath = path === '' ? name : `${path}/${name}`;
    const kept = filterNode(child, childPath, filtering);
    if (kept) entries.set(name, kept);
    same &&= kept === child;
  }
  const empty = entries.size === 0 && path !== '' && filtering.excludes(path, true);
  const result: DirectoryNode | undefined = empty
    ? undefined
    : same
      ? node
      : { kind: 'directory', oid: `${node.oid}:${filtering.key}`, entries };
  known.set(place, result);
  return result;
}

function filterNode(child: TreeNode, path: string, filtering: Filtering): TreeNode | undefined {
  if (child.kind === 'directory') return filterDirectory(child, path, filtering);
  return filtering.excludes(path, child.kind === 'submodule') ? undefined : child;
}

const found = new WeakMap<DirectoryNode, Map<string, readonly (readonly [string, string])[]>>();

/** Directories (relative to the node) that hold a file of that name, with its oid; a directory before those below it. */
function findFiles(node: DirectoryNode, name: string): readonly (readonly [string, string])[] {
  const known = found.get(node) ?? new Map<string, readonly (readonly [string, string])[]>();
  found.set(node, known);
  const before = known.get(name);
  if (before) return before;
  const files: (readonly [string, string])[] = [];
  const own = node.entries.get(name);
  if (own?.kind === 'file') files.push(['', own.oid]);
  for (const [childName, child] of node.entries) {
    if (child.kind !== 'directory') continue;
    for (const [directory, oid] of findFiles(child, name)) {
      files.push([directory === '' ? childName : `${childName}/${directory}`, oid]);
    }
  }
  known.set(name, files);
  return files;
}
