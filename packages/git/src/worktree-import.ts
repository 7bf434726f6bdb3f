// Commits made in a user's own working tree, brought into the hosted repository as soon as they exist. The user's
// directory is only read. A branch follows the working tree as long as nobody pushed something else to the host; when
// both moved, the hosted branch stays and the user is told.

import { existsSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Git } from './command.ts';
import { watchDirectory } from './directory-watch.ts';
import { type BareRepository, type Notify, asRefUpdate, createSingleFlight, updateRefs } from './hosted.ts';
import type { RefUpdate } from './push-report.ts';

const QUIET_MS = 10;

export interface Importer extends AsyncDisposable {
  /** Looks at the user's directory now; resolves when what is there has been taken over. */
  refresh(): Promise<void>;
}

interface ImportOptions {
  readonly git: Git;
  readonly bare: BareRepository;
  readonly directory: string;
  readonly onUpdates: (updates: readonly RefUpdate[]) => void;
  readonly notify: Notify;
}

/** Imports what is there, then keeps watching. */
export async function importWorkingTree(options: ImportOptions): Promise<Importer> {
  const gitDirectories = await findGitDirectories(options.directory);
  const flight = createSingleFlight(() => takeOver(options, gitDirectories));
  // Watched before it is read, so that a commit in between is not lost.
  const watcher = await watchReferences(gitDirectories, options.notify, () => {
    flight.run().catch((error: unknown) => options.notify(`${options.directory}: ${messageOf(error)}`));
  });
  await flight.run();
  return {
    refresh: () => flight.run(),
    async [Symbol.asyncDispose]() {
      watcher.close();
      await flight.idle();
    },
  };
}

interface GitDirectories {
  /** Holds HEAD of this working tree. */
  readonly own: string;
  /** Holds the references; differs from `own` in a linked working tree. */
  readonly common: string;
}

async function findGitDirectories(directory: string): Promise<GitDirectories> {
  const dotGit = join(directory, '.git');
  let own = dotGit;
  if ((await stat(dotGit)).isFile()) {
    own = resolve(directory, (await readFile(dotGit, 'utf8')).replace(/^gitdir:\s*/, '').trim());
  }
  const commonFile = join(own, 'commondir');
  const common = existsSync(commonFile) ? resolve(own, (await readFile(commonFile, 'utf8')).trim()) : own;
  return { own, common };
}

async function takeOver(options: ImportOptions, from: GitDirectories): Promise<void> {
  const { git, bare } = options;
  const args = ['fetch', '--quiet', '--prune', '--no-tags', '--force', '--no-auto-gc', '--no-write-fetch-head'];
  const specs = ['+refs/heads/*:refs/evenkeel/incoming/heads/*', '+refs/tags/*:refs/evenkeel/incoming/tags/*'];
  await git.run([...args, '--end-of-options', from.common, ...specs], {
    gitDirectory: bare.directory,
    subject: options.directory,
  });
  const refs = await bare.repository.refs();
  const moves: Move[] = [];
  for (const name of changedNames(refs)) {
    const move = await decide(options, refs, name);
    if (move) moves.push(move);
  }
  await updateRefs(
    git,
    bare.directory,
    moves.flatMap((move) => move.steps),
  );
  await followHead(options, from);
  const updates = moves.flatMap((move) => (move.update ? [move.update] : []));
  if (updates.length > 0) options.onUpdates(updates);
}

interface Move {
  readonly steps: readonly {
    readonly ref: string;
    readonly before: string | undefined;
    readonly after: string | undefined;
  }[];
  readonly update: RefUpdate | undefined;
}

function changedNames(refs: ReadonlyMap<string, string>): readonly string[] {
  const names = new Set<string>();
  for (const ref of refs.keys()) {
    const match = /^refs\/evenkeel\/(?:incoming|seen)\/(.+)$/.exec(ref);
    const name = match?.[1];
    if (name === undefined) continue;
    if (refs.get(`refs/evenkeel/incoming/${name}`) !== refs.get(`refs/evenkeel/seen/${name}`)) names.add(name);
  }
  return [...names];
}

/** What to do about one reference that changed in the working tree since it was last seen there. */
async function decide(
  options: ImportOptions,
  refs: ReadonlyMap<string, string>,
  name: string,
): Promise<Move | undefined> {
  const incoming = refs.get(`refs/evenkeel/incoming/${name}`);
  const seen = refs.get(`refs/evenkeel/seen/${name}`);
  const hosted = refs.get(`refs/${name}`);
  const remember = { ref: `refs/evenkeel/seen/${name}`, before: seen, after: incoming };
  const keep: Move = { steps: [remember], update: undefined };
  if (hosted === incoming) return keep;
  const follow: Move = {
    steps: [remember, { ref: `refs/${name}`, before: hosted, after: incoming }],
    update: asRefUpdate(`refs/${name}`, hosted, incoming),
  };
  if (hosted === seen) return follow;
  if (incoming === undefined) return keep;
  if (hosted === undefined) return follow;
  if (name.startsWith('heads/')) {
    if (await options.bare.repository.isAncestor(hosted, incoming)) return follow;
    if (await options.bare.repository.isAncestor(incoming, hosted)) return keep;
  }
  const short = name.replace(/^(?:heads|tags)\//, '');
  options.notify(
    `${short} in ${options.directory} and ${short} as hosted have gone different ways; pull from the host (or push --force to it) to make them one`,
  );
  return keep;
}

/**
 * The URLs of the remotes of a working tree, `origin` first: what the manifests in it are likely to call it.
 * A directory that is no working tree has none.
 */
export async function remoteUrls(git: Git, directory: string): Promise<readonly string[]> {
  if (!existsSync(join(directory, '.git'))) return [];
  const { common } = await findGitDirectories(directory);
  const args = ['config', '--local', '-z', '--get-regexp', String.raw`^remote\..*\.url$`];
  const output = await git.run(args, { gitDirectory: common, subject: directory, okStatus: [1] });
  const pairs = output.stdout.toString('utf8').split('\0').filter(Boolean);
  const sorted = pairs.toSorted(
    (left, right) => Number(right.startsWith('remote.origin.')) - Number(left.startsWith('remote.origin.')),
  );
  return [...new Set(sorted.map((pair) => pair.slice(pair.indexOf('\n') + 1)))];
}

/** The hosted default branch is the one checked out when hosting began; it changes only when that branch is not there. */
async function followHead(options: ImportOptions, from: GitDirectories): Promise<void> {
  const { git, bare } = options;
  const current = (await readFile(join(bare.directory, 'HEAD'), 'utf8')).replace(/^ref:\s*/, '').trim();
  const refs = await bare.repository.refs();
  if (refs.has(current)) return;
  const head = (await readFile(join(from.own, 'HEAD'), 'utf8')).replace(/^ref:\s*/, '').trim();
  const wanted = refs.has(head) ? head : [...refs.keys()].find((ref) => ref.startsWith('refs/heads/'));
  if (wanted === undefined) return;
  await git.run(['symbolic-ref', 'HEAD', wanted], { gitDirectory: bare.directory });
}

async function watchReferences(
  directories: GitDirectories,
  notify: Notify,
  onChange: () => void,
): Promise<{ close(): void }> {
  const watch = { notify, onChange, quietMs: QUIET_MS };
  const own = [directories.own, ...(directories.common === directories.own ? [] : [directories.common])];
  const watchers = await Promise.all([
    // HEAD and packed-refs lie at the top; what is below the top changes with every object and is not looked at.
    ...own.map((directory) => watchDirectory({ ...watch, directory, ignored: () => directoriesIn(directory) })),
    ...['refs', 'reftable']
      .map((name) => join(directories.common, name))
      .filter((directory) => existsSync(directory))
      .map((directory) => watchDirectory({ ...watch, directory, ignored: () => Promise.resolve(new Set<string>()) })),
  ]);
  return {
    close() {
      for (const watcher of watchers) watcher.close();
    },
  };
}

async function directoriesIn(directory: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(directory, { withFileTypes: true });
  return new Set(entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
