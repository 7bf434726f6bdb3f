// The shape of a commit in memory: directories as nodes that commits share. Two commits that differ in one file share
// every node outside of the path to that file, so a commit costs what it changed.

import { createHash } from 'node:crypto';
import type { GitRepository, GitTreeEntry } from '@evenkeel/git';
import type { TreeEntry, TreeEntryKind } from '@evenkeel/std';

export interface DirectoryNode {
  readonly kind: 'directory';
  readonly oid: string;
  readonly entries: ReadonlyMap<string, TreeNode>;
}

export interface LeafNode {
  readonly kind: 'file' | 'submodule';
  readonly oid: string;
  readonly executable: boolean;
  /** Why a submodule that should be read cannot be. */
  readonly problem?: string;
}

export interface LinkNode {
  readonly kind: 'symlink';
  readonly oid: string;
  readonly target: string;
}

export type TreeNode = DirectoryNode | LeafNode | LinkNode;

/** Loads trees and remembers their nodes as long as anybody holds them. */
export interface TreeLoader {
  load(repository: GitRepository, oid: string): Promise<DirectoryNode>;
}

/** Makes a loader; one is shared by all repositories, since a tree's name says its content. */
export function createTreeLoader(): TreeLoader {
  const known = new Map<string, WeakRef<DirectoryNode>>();
  const registry = new FinalizationRegistry<string>((oid) => {
    if (known.get(oid)?.deref() === undefined) known.delete(oid);
  });
  const recall = (oid: string): DirectoryNode | undefined => known.get(oid)?.deref();
  return {
    async load(repository, root) {
      // Held strongly until the whole tree is built: a node recalled now must not be collected half-way.
      const held = new Map<string, DirectoryNode>();
      const raw = new Map<string, readonly GitTreeEntry[]>();
      const links = new Set<string>();
      let level = [root];
      while (level.length > 0) {
        const wanted = level.filter((oid) => !hold(held, oid, recall(oid)));
        const next = new Set<string>();
        for (const [oid, entries] of await repository.trees(wanted)) {
          raw.set(oid, entries);
          for (const entry of entries) {
            if (entry.kind === 'symlink') links.add(entry.oid);
            if (entry.kind === 'directory' && !raw.has(entry.oid) && !held.has(entry.oid)) next.add(entry.oid);
          }
        }
        level = [...next];
      }
      const targets = links.size === 0 ? new Map<string, Uint8Array>() : await repository.blobs([...links]);
      const build = (oid: string): DirectoryNode => {
        const done = held.get(oid);
        if (done) return done;
        const entries = new Map<string, TreeNode>();
        for (const entry of raw.get(oid) ?? []) entries.set(entry.name, toNode(entry, targets, build));
        const node: DirectoryNode = { kind: 'directory', oid, entries };
        held.set(oid, node);
        known.set(oid, new WeakRef(node));
        registry.register(node, oid);
        return node;
      };
      return build(root);
    },
  };
}

/** The names and kinds in a directory, in byte order. A submodule shows as the empty directory that a checkout leaves. */
export function listNode(node: DirectoryNode): readonly TreeEntry[] {
  return described(node).entries;
}

/** A digest of `listNode`: it stays the same when only contents below change. */
export function namesDigest(node: DirectoryNode): string {
  return described(node).digest;
}

/** The kind that a file tree shows for a node. */
export function shownKind(node: TreeNode): TreeEntryKind {
  return node.kind === 'submodule' ? 'directory' : node.kind;
}

interface Description {
  readonly entries: readonly TreeEntry[];
  readonly digest: string;
}

const descriptions = new WeakMap<DirectoryNode, Description>();

function described(node: DirectoryNode): Description {
  const known = descriptions.get(node);
  if (known) return known;
  const entries = [...node.entries].map(([name, child]) => ({ name, kind: shownKind(child) }));
  // Git sorts a directory as if its name ended in '/'; a listing is in order of the plain names.
  entries.sort((left, right) => Buffer.compare(Buffer.from(left.name), Buffer.from(right.name)));
  const hash = createHash('sha256');
  for (const { name, kind } of entries) hash.update(`${kind}\0${name}\0`);
  const made = { entries, digest: hash.digest('hex') };
  descriptions.set(node, made);
  return made;
}

function hold(held: Map<string, DirectoryNode>, oid: string, node: DirectoryNode | undefined): boolean {
  if (held.has(oid)) return true;
  if (node) held.set(oid, node);
  return node !== undefined;
}

function toNode(
  entry: GitTreeEntry,
  targets: ReadonlyMap<string, Uint8Array>,
  build: (oid: string) => DirectoryNode,
): TreeNode {
  const { kind, oid } = entry;
  if (kind === 'directory') return build(oid);
  if (kind === 'symlink') return { kind, oid, target: new TextDecoder().decode(targets.get(oid)) };
  if (kind === 'submodule') return { kind, oid, executable: false };
  return { kind: 'file', oid, executable: kind === 'executable' };
}
