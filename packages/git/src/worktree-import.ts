// Commits made in a user's own working tree, brought into the hosted repository as soon as they exist. The user's
// directory is only read. A branch follows the working tree as long as nobody pushed something else to the host; when
// both moved, the hosted branch stays and the user is told.

import { type FSWatcher, existsSync, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Git } from './command.ts';
import { type BareRepository, type Notify, asRefUpdate, createSingleFlight, updateRefs } from './hosted.ts';
import type { RefUpdate } from './push-report.ts';

const DEBOUNCE_MS = 10;

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
  const refresh = createSingleFlight(() => takeOver(options, gitDirectories));
  await refresh();
  const watcher = watchReferences(gitDirectories, () => {
    refresh().catch((error: unknown) => options.notify(`${options.directory}: ${messageOf(error)}`));
  });
  return {
    refresh,
    async [Symbol.asyncDispose]() {
      watcher.close();
      await refresh().catch(() => undefined);
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

function watchReferences(directories: GitDirectories, onChange: () => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, DEBOUNCE_MS);
  };
  const watchers: FSWatcher[] = [];
  const add = (path: string, recursive: boolean): void => {
    if (!existsSync(path)) return;
    const watcher = watch(path, { recursive }, soon);
    // A watched directory that disappears is reported by the next refresh.
    watcher.on('error', () => undefined);
    watchers.push(watcher);
  };
  add(directories.own, false);
  if (directories.common !== directories.own) add(directories.common, false);
  add(join(directories.common, 'refs'), true);
  add(join(directories.common, 'reftable'), false);
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
