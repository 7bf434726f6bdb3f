// A plain directory served as a repository: its content becomes a commit, and so does every later change of it. The
// directory itself is only read. Snapshots have a line of their own; pushes to the host are merged with them, so that an
// edit on one side does not undo an edit on the other.

import { basename, join } from 'node:path';
import type { Git, GitRunOptions } from './command.ts';
import { watchDirectory } from './directory-watch.ts';
import { GitError } from './errors.ts';
import { type BareRepository, type Notify, asRefUpdate, createSingleFlight, updateRefs } from './hosted.ts';
import type { RefUpdate } from './push-report.ts';
import type { ChangedPath } from './repository.ts';
import type { Importer } from './worktree-import.ts';

const BRANCH = 'refs/heads/main';
const SNAPSHOT = 'refs/evenkeel/snapshot';
const TIMEOUT_MS = 5 * 60_000;

interface SnapshotOptions {
  readonly git: Git;
  readonly bare: BareRepository;
  readonly directory: string;
  readonly onUpdates: (updates: readonly RefUpdate[]) => void;
  readonly notify: Notify;
}

/** Takes a first snapshot, then one after every change. */
export async function importDirectory(options: SnapshotOptions): Promise<Importer> {
  const { git, directory, notify } = options;
  const flight = createSingleFlight(() => takeSnapshot(options));
  const watcher = await watchDirectory({
    directory,
    notify,
    ignored: () => listIgnored(git, options),
    onChange: () => {
      flight.run().catch((error: unknown) => {
        notify(`${directory}: ${error instanceof Error ? error.message : String(error)}`);
      });
    },
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

function inWorkTree(options: SnapshotOptions): GitRunOptions {
  return {
    gitDirectory: options.bare.directory,
    workTree: options.directory,
    subject: options.directory,
    timeoutMs: TIMEOUT_MS,
    environment: { GIT_INDEX_FILE: join(options.bare.directory, 'evenkeel-index') },
  };
}

async function text(git: Git, args: readonly string[], options: GitRunOptions): Promise<string> {
  return (await git.run(args, options)).stdout.toString('utf8').trim();
}

async function listIgnored(git: Git, options: SnapshotOptions): Promise<ReadonlySet<string>> {
  const args = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'];
  const output = await git.run(args, inWorkTree(options));
  const paths = output.stdout.toString('utf8').split('\0');
  return new Set(paths.filter((path) => path.endsWith('/')).map((path) => path.slice(0, -1)));
}

async function takeSnapshot(options: SnapshotOptions): Promise<void> {
  const { git, bare } = options;
  const where = inWorkTree(options);
  const added = await git.run(['add', '--all', '--ignore-errors', '--', '.'], {
    ...where,
    okStatus: [1],
    config: [['advice.addEmbeddedRepo', 'false']],
  });
  if (added.status !== 0) {
    options.notify(`some files in ${options.directory} could not be read: ${added.stderr.trim().split('\n')[0] ?? ''}`);
  }
  const tree = await text(git, ['write-tree'], where);
  const refs = await bare.repository.refs();
  const last = refs.get(SNAPSHOT);
  if (last !== undefined && (await bare.repository.commit(last)).tree === tree) return;
  const message = await describe(options, last, tree);
  const snapshot = await commitTree(options, tree, last === undefined ? [] : [last], message);
  const branch = refs.get(BRANCH);
  const next = await mergeWithPushes(options, branch, { last, snapshot, message });
  await updateRefs(git, bare.directory, [
    { ref: SNAPSHOT, before: last, after: snapshot },
    ...(next === undefined ? [] : [{ ref: BRANCH, before: branch, after: next }]),
  ]);
  if (next !== undefined) options.onUpdates([asRefUpdate(BRANCH, branch, next)]);
}

/** The branch's next commit: the snapshot itself, or its merge with what was pushed; undefined when they conflict. */
async function mergeWithPushes(
  options: SnapshotOptions,
  branch: string | undefined,
  made: { readonly last: string | undefined; readonly snapshot: string; readonly message: string },
): Promise<string | undefined> {
  if (branch === undefined || branch === made.last) return made.snapshot;
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', '--allow-unrelated-histories'];
  const merged = await options.git.run([...args, branch, made.snapshot], {
    gitDirectory: options.bare.directory,
    okStatus: [1],
  });
  const [tree = '', ...conflicts] = merged.stdout.toString('utf8').split('\0').filter(Boolean);
  if (merged.status === 0) return commitTree(options, tree, [branch, made.snapshot], made.message);
  const files = [...new Set(conflicts)].join(', ');
  options.notify(
    `edits in ${options.directory} conflict with what was pushed to the host (${files}); bring the directory in line with the host, or push the edit there`,
  );
  return undefined;
}

async function commitTree(
  options: SnapshotOptions,
  tree: string,
  parents: readonly string[],
  message: string,
): Promise<string> {
  const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])];
  const sha = await text(options.git, args, { gitDirectory: options.bare.directory, input: `${message}\n` });
  if (sha === '') throw new GitError('failed', `no snapshot of ${options.directory} could be made`);
  return sha;
}

async function describe(options: SnapshotOptions, last: string | undefined, tree: string): Promise<string> {
  if (last === undefined) return `Snapshot of ${basename(options.directory)}`;
  const changes = await options.bare.repository.changedPaths(last, tree);
  return describeChanges(changes, basename(options.directory));
}

/** A commit message in the words a person would use for the change. */
export function describeChanges(changes: readonly ChangedPath[], name: string): string {
  const [first] = changes;
  if (!first) return `Snapshot of ${name}`;
  const verbs = { added: 'Add', deleted: 'Delete', modified: 'Edit', 'type-changed': 'Edit' } as const;
  const verb = changes.every((change) => change.change === first.change) ? verbs[first.change] : 'Edit';
  if (changes.length === 1) return `${verb} ${first.path}`;
  const list = changes.map((change) => `- ${verbs[change.change].toLowerCase()} ${change.path}`);
  const shown = list.length > 50 ? [...list.slice(0, 50), `- and ${list.length - 50} more`] : list;
  return `${verb} ${changes.length} files in ${name}\n\n${shown.join('\n')}`;
}
