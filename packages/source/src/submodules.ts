// Submodules put in their places: a commit and the commits it points at, read as one tree. One that cannot be had is left as
// it is and says why when something in it is read, so that it harms only who needs it.

import { createHash } from 'node:crypto';
import { type Git, type GitRepository, displayUrl, parseRepositoryUrl } from '@evenkeel/git';
import { SourceError } from './errors.ts';
import type { DirectoryNode, LeafNode, TreeNode } from './tree-node.ts';

/** How deep submodules may lie in submodules. */
const DEPTH_MAX = 10;

/** A tree with where the contents of its parts are. */
export interface AssembledTree {
  readonly root: DirectoryNode;
  /** Repositories of contents that are in a submodule, by the content's name. */
  readonly routes: ReadonlyMap<string, Contents>;
  /** False where a submodule could not be had. */
  readonly complete: boolean;
}

/** The part of a repository that contents are read from. */
export type Contents = Pick<GitRepository, 'blobs' | 'infos'>;

/** A commit of some repository, as the store gives it. */
export interface LoadedCommit {
  readonly root: DirectoryNode;
  readonly repository: Contents;
}

export interface SubmoduleInput extends LoadedCommit {
  readonly url: string;
  readonly git: Git;
  /** Loads a commit of another repository, with the credentials that are known for its URL. */
  readonly load: (url: string, commit: string) => Promise<LoadedCommit>;
  readonly depth?: number;
}

/** Puts the submodules of a commit in their places, and theirs. Rejects only where .gitmodules itself cannot be read. */
export async function assembleSubmodules(input: SubmoduleInput): Promise<AssembledTree> {
  const found = findSubmodules(input.root);
  const routes = new Map<string, Contents>();
  if (found.length === 0) return { root: input.root, routes, complete: true };
  const urls = await readGitmodules(input);
  const mounted = new Map<string, TreeNode>();
  let complete = true;
  await Promise.all(
    found.map(async ([path, { oid }]) => {
      try {
        const { root, routes: inner, repository, complete: whole } = await loadSubmodule(path, oid, { ...input, urls });
        for (const name of fileNames(root)) routes.set(name, inner.get(name) ?? repository);
        mounted.set(path, root);
        complete &&= whole;
      } catch (error) {
        complete = false;
        const why = error instanceof Error ? error.message : String(error);
        mounted.set(path, {
          kind: 'submodule',
          oid,
          executable: false,
          problem: `the submodule ${path} cannot be read: ${why}`,
        });
      }
    }),
  );
  return { root: replace(input.root, '', mounted), routes, complete };
}

async function loadSubmodule(
  path: string,
  commit: string,
  input: SubmoduleInput & { readonly urls: ReadonlyMap<string, string> },
): Promise<AssembledTree & { readonly repository: Contents }> {
  const { depth = 0, git, load } = input;
  if (depth >= DEPTH_MAX) throw new SourceError('submodule', `submodules lie more than ${DEPTH_MAX} deep`, path);
  const written = input.urls.get(path);
  if (written === undefined) throw new SourceError('submodule', `.gitmodules does not say where it is`, path);
  const url = resolveSubmoduleUrl(input.url, written);
  const loaded = await load(url, commit);
  return {
    ...(await assembleSubmodules({ ...loaded, url, git, load, depth: depth + 1 })),
    repository: loaded.repository,
  };
}

/** Whether a tree points at other repositories. Costs nothing the second time. */
export function hasSubmodules(root: DirectoryNode): boolean {
  return findSubmodules(root).length > 0;
}

/**
 * Where a submodule is: "./" and "../" start at the repository it is in, as git has it.
 * @throws SourceError where a repository on the network names one on this machine's disk.
 */
export function resolveSubmoduleUrl(parent: string, written: string): string {
  if (!/^\.\.?(?:\/|$)/.test(written)) {
    const { protocol } = parseRepositoryUrl(written);
    if (protocol === 'file:' && parseRepositoryUrl(parent).protocol !== 'file:') {
      throw new SourceError('submodule', `"${displayUrl(written)}" is on the disk of whoever reads it; use a URL`);
    }
    return written;
  }
  let base = parent.replace(/\/+$/, '');
  let rest = written;
  for (;;) {
    if (rest.startsWith('./')) rest = rest.slice(2);
    else if (rest.startsWith('../')) {
      rest = rest.slice(3);
      base = base.replace(/[/:][^/:]*$/, '');
    } else break;
  }
  // In `git@host:path` the colon stands where the first slash would.
  const separator = /^[a-z][a-z0-9+.-]*:\/\//i.test(base) || base.includes(':') || base.startsWith('/') ? '/' : ':';
  return `${base}${separator}${rest.replace(/\/+$/, '')}`;
}

/** Paths and URLs in .gitmodules, read by git itself. */
async function readGitmodules({ root, repository, git, url }: SubmoduleInput): Promise<ReadonlyMap<string, string>> {
  const file = root.entries.get('.gitmodules');
  if (file?.kind !== 'file') return new Map();
  const text = (await repository.blobs([file.oid])).get(file.oid) ?? new Uint8Array();
  const settings = await readGitConfig(git, text, `.gitmodules of ${displayUrl(url)}`);
  const [paths, urls] = [new Map<string, string>(), new Map<string, string>()];
  for (const [key, value] of settings) {
    const [, name = '', field = ''] = /^submodule\.(.+)\.(path|url)$/s.exec(key) ?? [];
    if (field === 'path') paths.set(name, value.replace(/\/+$/, ''));
    if (field === 'url') urls.set(name, value);
  }
  return new Map(
    Array.from(paths, ([name, path]) => [path, urls.get(name) ?? ''] as const).filter(([, at]) => at !== ''),
  );
}

/** Settings of a file in git's own format, names in git's spelling; later ones win where a name comes twice. */
export async function readGitConfig(
  git: Git,
  text: Uint8Array,
  subject: string,
): Promise<readonly (readonly [string, string])[]> {
  const args = ['config', '--file', '-', '--no-includes', '--list', '-z'];
  const { stdout } = await git.run(args, { input: text, subject });
  return stdout
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry): readonly [string, string] => {
      const line = entry.indexOf('\n');
      return line < 0 ? [entry, 'true'] : [entry.slice(0, line), entry.slice(line + 1)];
    });
}

const known = new WeakMap<DirectoryNode, readonly (readonly [string, LeafNode])[]>();

/** Submodules with their paths; what was found in a directory is remembered with it. */
function findSubmodules(node: DirectoryNode): readonly (readonly [string, LeafNode])[] {
  const before = known.get(node);
  if (before) return before;
  const found: (readonly [string, LeafNode])[] = [];
  for (const [name, child] of node.entries) {
    if (child.kind === 'submodule') found.push([name, child]);
    else if (child.kind === 'directory') {
      for (const [path, leaf] of findSubmodules(child)) found.push([`${name}/${path}`, leaf]);
    }
  }
  known.set(node, found);
  return found;
}

function* fileNames(node: DirectoryNode): Generator<string> {
  for (const child of node.entries.values()) {
    if (child.kind === 'directory') yield* fileNames(child);
    else if (child.kind === 'file') yield child.oid;
  }
}

/** A copy with other nodes at some paths. Its name says what is in it, so that equal trees are still known as equal. */
function replace(node: DirectoryNode, at: string, mounted: ReadonlyMap<string, TreeNode>): DirectoryNode {
  if (findSubmodules(node).length === 0) return node;
  const entries = new Map<string, TreeNode>();
  const hash = createHash('sha256').update(node.oid);
  for (const [name, child] of node.entries) {
    const path = at === '' ? name : `${at}/${name}`;
    const put = mounted.get(path) ?? (child.kind === 'directory' ? replace(child, path, mounted) : child);
    entries.set(name, put);
    if (put !== child) hash.update(`\0${name}\0${put.oid}\0${put.kind}`);
  }
  return { kind: 'directory', oid: hash.digest('hex'), entries };
}
