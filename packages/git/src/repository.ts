// A git directory on this machine, read: revisions, commits, trees, blobs, history. Writing happens elsewhere.

import { type Git, type GitRunOptions, safeArgument } from './command.ts';
import { GitError } from './errors.ts';
import { type GitObject, type GitObjectInfo, type ObjectReader, openObjectReader } from './object-reader.ts';
import { type Commit, type GitTreeEntry, parseCommit, parseTree } from './objects.ts';

export interface GitPathEntry extends GitTreeEntry {
  /** The path from the root of the tree. */
  readonly path: string;
}

/** A path that differs between two commits. */
export interface ChangedPath {
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted' | 'type-changed';
}

export interface LogQuery {
  /** `A..B`, a revision, or nothing for HEAD. */
  readonly range?: string;
  readonly path?: string;
  readonly limit?: number;
}

/** Reads one repository. Every method may be called concurrently. */
export interface GitRepository extends AsyncDisposable {
  readonly directory: string;
  /**
   * The commit a branch, tag, SHA (also shortened), HEAD or full reference name stands for; `~2` and `^` suffixes are
   * understood. A branch wins over a tag of the same name. An empty revision is HEAD.
   * @throws GitError `revision-not-found`.
   */
  resolve(revision: string, signal?: AbortSignal): Promise<string>;
  commit(sha: string): Promise<Commit>;
  /** The entries of tree objects, by oid. */
  trees(oids: readonly string[]): Promise<ReadonlyMap<string, readonly GitTreeEntry[]>>;
  /** Everything below a commit or tree, directories included, in tree order. */
  treeEntries(sha: string): Promise<readonly GitPathEntry[]>;
  /** Contents by oid. An oid that does not exist anywhere is missing from the answer. */
  blobs(oids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Types and sizes of objects that are on this machine. */
  infos(oids: readonly string[]): Promise<ReadonlyMap<string, GitObjectInfo>>;
  /** Commits, newest first. */
  log(query?: LogQuery): Promise<readonly Commit[]>;
  /** Paths that differ between two commits, in byte order; renames are a deletion and an addition. */
  changedPaths(from: string, to: string): Promise<readonly ChangedPath[]>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** Every reference with the object it points at (annotated tags are not peeled). */
  refs(): Promise<ReadonlyMap<string, string>>;
}

/** Opens a bare repository or a `.git` directory for reading. */
export function openRepository(git: Git, directory: string): GitRepository {
  return readRepository(git, directory, directory);
}

export interface LocalRepository extends GitRepository {
  /** Forgets the reading child and what it read after the directory was replaced. */
  reset(): void;
  /** True where the commit was read lately: it need not be looked for. */
  hasRead(sha: string): boolean;
}

/** Hundreds of deliveries ask for the same commit again and again. */
const COMMITS_MAX = 256;

/** The reading half that mirrors and hosts share; `subject` names the repository in error sentences. */
export function readRepository(git: Git, directory: string, subject: string): LocalRepository {
  const reader = openObjectReader(git, directory);
  const run = (args: readonly string[], options: GitRunOptions = {}): Promise<string> =>
    git.run(args, { gitDirectory: directory, subject, ...options }).then((output) => output.stdout.toString('utf8'));

  const objects = readObjects(reader, subject);
  const commits = new Map<string, Commit>();
  return {
    ...objects,
    directory,
    hasRead: (sha) => commits.has(sha),
    reset() {
      commits.clear();
      reader.reset();
    },
    async commit(sha) {
      const known = commits.get(sha);
      if (known) return known;
      const commit = await objects.commit(sha);
      const [oldest] = commits.keys();
      if (commits.size >= COMMITS_MAX && oldest !== undefined) commits.delete(oldest);
      commits.set(sha, commit);
      return commit;
    },
    async log(query = {}) {
      const args = ['rev-list', ...(query.limit === undefined ? [] : [`--max-count=${Math.trunc(query.limit)}`])];
      const range = safeArgument(query.range ?? 'HEAD', 'a range of commits');
      const path = query.path === undefined || query.path === '' ? [] : [`:(top,literal)${query.path}`];
      const text = await run([...args, '--end-of-options', range, '--', ...path]);
      return Promise.all(
        text
          .split('\n')
          .filter(Boolean)
          .map((sha) => objects.commit(sha)),
      );
    },
    async changedPaths(from, to) {
      const args = ['diff-tree', '-r', '-z', '--name-status', '--no-renames', '--no-ext-diff', '--end-of-options'];
      return parseNameStatus(await run([...args, safeArgument(from, 'a commit'), safeArgument(to, 'a commit')]));
    },
    async isAncestor(ancestor, descendant) {
      const args = ['merge-base', '--is-ancestor', checkOid(ancestor), checkOid(descendant)];
      const output = await git.run(args, { gitDirectory: directory, subject, okStatus: [1] });
      return output.status === 0;
    },
    async refs() {
      const text = await run(['for-each-ref', '--format=%(objectname) %(refname)']);
      return new Map(text.split('\n').filter(Boolean).map(splitRefLine));
    },
    async [Symbol.asyncDispose]() {
      reader.close();
    },
  };
}

type ObjectReading = Pick<GitRepository, 'resolve' | 'commit' | 'trees' | 'treeEntries' | 'blobs' | 'infos'>;

/** Everything that the long-lived reader answers, without starting a process. */
function readObjects(reader: ObjectReader, subject: string): ObjectReading {
  const trees = async (oids: readonly string[]): Promise<ReadonlyMap<string, readonly GitTreeEntry[]>> => {
    const found = await Promise.all(oids.map((oid) => reader.contents(checkOid(oid))));
    const result = new Map<string, readonly GitTreeEntry[]>();
    for (const [index, object] of found.entries()) {
      const oid = oids[index] ?? '';
      if (object?.type !== 'tree') throw new GitError('corrupt', `tree ${oid} is missing in ${subject}`);
      result.set(oid, parseTree(object.content, object.oid.length / 2));
    }
    return result;
  };
  const commit = async (sha: string): Promise<Commit> => {
    const object = await reader.contents(checkOid(sha));
    if (object?.type !== 'commit') throw new GitError('revision-not-found', `${sha} is not a commit in ${subject}`);
    return parseCommit(object.oid, object.content);
  };
  return {
    commit,
    trees,
    async resolve(revision) {
      for (const name of candidateNames(revision)) {
        const info = await reader.info(`${name}^{commit}`);
        if (info) return info.oid;
      }
      throw revisionNotFound(revision, subject);
    },
    async treeEntries(sha) {
      const root = await reader.info(`${checkOid(sha)}^{tree}`);
      if (!root) throw revisionNotFound(sha, subject);
      return walk(root.oid, trees);
    },
    async blobs(oids) {
      const found = await Promise.all(oids.map((oid) => reader.contents(checkOid(oid))));
      return new Map(found.filter((object) => object?.type === 'blob').map(contentByOid));
    },
    async infos(oids) {
      const found = await Promise.all(oids.map((oid) => reader.info(checkOid(oid))));
      return new Map(found.flatMap((info) => (info ? [[info.oid, info] as const] : [])));
    },
  };
}

/** The full names to try for a revision, in order. @throws GitError when the text cannot be a revision. */
export function candidateNames(revision: string): readonly string[] {
  const name = revision.trim() === '' ? 'HEAD' : revision.trim();
  const match = /^([\s\S]+?)((?:[~^]\d*)*)$/.exec(name);
  const base = match?.[1] ?? '';
  const suffix = match?.[2] ?? '';
  if (!isPlausibleName(base))
    throw new GitError('invalid-argument', `${JSON.stringify(revision)} is not a Git revision`);
  if (base === 'HEAD' || base.startsWith('refs/')) return [base + suffix];
  const names = [`refs/heads/${base}${suffix}`, `refs/tags/${base}${suffix}`, `refs/remotes/${base}${suffix}`];
  return /^[0-9a-f]{4,64}$/i.test(base) ? [...names, base.toLowerCase() + suffix] : names;
}

/** The error for a revision that does not exist. */
export function revisionNotFound(revision: string, subject: string): GitError {
  return new GitError('revision-not-found', `revision "${revision}" was not found in ${subject}`);
}

/** Whether the text is a full object name. */
export function isFullSha(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function checkOid(oid: string): string {
  if (!isFullSha(oid)) throw new GitError('invalid-argument', `${JSON.stringify(oid)} is not an object name`);
  return oid;
}

// Mirrors git:refs.c check_refname_format (2.39), as far as it keeps a name from being read as something else.
// eslint-disable-next-line no-control-regex -- control characters are refused in names.
const implausible = /^-|[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|\.lock$/;

function isPlausibleName(name: string): boolean {
  return name !== '' && name.length <= 1024 && !implausible.test(name);
}

function contentByOid(object: GitObject | undefined): readonly [string, Uint8Array] {
  return [object?.oid ?? '', object?.content ?? new Uint8Array()];
}

function splitRefLine(line: string): readonly [string, string] {
  const space = line.indexOf(' ');
  return [line.slice(space + 1), line.slice(0, space)];
}

async function walk(
  root: string,
  trees: (oids: readonly string[]) => Promise<ReadonlyMap<string, readonly GitTreeEntry[]>>,
): Promise<readonly GitPathEntry[]> {
  const known = new Map<string, readonly GitTreeEntry[]>();
  let level = [root];
  while (level.length > 0) {
    const next = new Set<string>();
    for (const [oid, entries] of await trees(level)) {
      known.set(oid, entries);
      for (const entry of entries) if (entry.kind === 'directory' && !known.has(entry.oid)) next.add(entry.oid);
    }
    level = [...next];
  }
  const result: GitPathEntry[] = [];
  const visit = (oid: string, prefix: string): void => {
    for (const entry of known.get(oid) ?? []) {
      const path = prefix + entry.name;
      result.push({ ...entry, path });
      if (entry.kind === 'directory') visit(entry.oid, `${path}/`);
    }
  };
  visit(root, '');
  return result;
}

const changeByLetter: Readonly<Record<string, ChangedPath['change']>> = {
  A: 'added',
  D: 'deleted',
  M: 'modified',
  T: 'type-changed',
};

function parseNameStatus(text: string): readonly ChangedPath[] {
  const parts = text.split('\0');
  const changes: ChangedPath[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    changes.push({ path: parts[index + 1] ?? '', change: changeByLetter[parts[index] ?? ''] ?? 'modified' });
  }
  return changes;
}
