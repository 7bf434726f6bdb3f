// A tree that is all in memory (an unpacked chart, an artifact) as a snapshot, so that what a rendering reads of it is
// recorded by content like what it reads of a commit.

import { createHash } from 'node:crypto';
import { type FileTree, joinTreePath, treeDirname } from '@evenkeel/std';
import type { Identity, PinnedSnapshot, Snapshot } from './snapshot.ts';

const LINK_HOPS_MAX = 40;

/** Makes a snapshot of a tree. `treeOid` names the whole content; names of single contents are worked out when asked for. */
export function plainSnapshot(tree: FileTree, treeOid: string): Snapshot {
  const identities = new Map<string, Identity | undefined>();
  const identify = (path: string): Identity | undefined => {
    if (!identities.has(path)) identities.set(path, identityOf(tree, path, identify));
    return identities.get(path);
  };
  const snapshot: PinnedSnapshot = {
    treeOid,
    stat: (path) => tree.stat(path),
    read: (path) => tree.read(path),
    list: (path) => tree.list(path),
    readlink: (path) => tree.readlink(path),
    identify,
    isExecutable: () => false,
    submodules: () => [],
    files: (directory = '') => filesBelow(tree, directory),
    pinned: () => snapshot,
    load: () => Promise.resolve(false),
  };
  return snapshot;
}

function identityOf(
  tree: FileTree,
  path: string,
  identify: (path: string) => Identity | undefined,
): Identity | undefined {
  const at = followLinks(tree, path);
  if (at === undefined) return undefined;
  const bytes = tree.read(at);
  if (bytes !== undefined) return { kind: 'file', oid: digest([bytes]), names: '' };
  const entries = tree.list(at);
  if (entries === undefined) return undefined;
  const names = digest(entries.map(({ kind, name }) => `${kind} ${name}\0`));
  const whole = entries.map(({ kind, name }) => {
    const child = joinTreePath(at, name) ?? name;
    const oid = kind === 'symlink' ? (tree.readlink(child) ?? '') : (identify(child)?.oid ?? '');
    return `${kind} ${name}\0${oid}\0`;
  });
  return { kind: 'directory', oid: digest(whole), names };
}

/** Where a path leads; undefined where its links go round or out of the tree. */
function followLinks(tree: FileTree, path: string): string | undefined {
  let at: string | undefined = path;
  for (let hops = 0; hops <= LINK_HOPS_MAX && at !== undefined; hops += 1) {
    if (tree.stat(at) !== 'symlink') return at;
    const target: string = tree.readlink(at) ?? '';
    at = target.startsWith('/') ? undefined : joinTreePath(treeDirname(at), target);
  }
  return undefined;
}

function filesBelow(tree: FileTree, directory: string): readonly string[] {
  return (tree.list(directory) ?? []).flatMap(({ name, kind }) => {
    const path = directory === '' ? name : `${directory}/${name}`;
    if (kind === 'file') return [path];
    return kind === 'directory' ? filesBelow(tree, path) : [];
  });
}

function digest(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
