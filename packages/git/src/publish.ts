// Commits that are made without a work tree and pushed to a remote: what stands there is looked at, the commits are laid on
// top of it, and where somebody else was quicker everything is looked at again. Nothing is ever forced.

import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GitAuth } from './auth.ts';
import { prepareRemote } from './auth.ts';
import { type Git, safeArgument } from './command.ts';
import { GitError } from './errors.ts';
import { type RemoteContext, removeLeftovers, runRemote, withLock } from './mirror.ts';
import type { GitTreeEntry } from './objects.ts';
import { type CommitStep, fastImportStream, stepRef } from './publish-stream.ts';
import { pushRefs } from './publish-push.ts';
import { type GitRepository, readRepository } from './repository.ts';
import { displayUrl } from './url.ts';

export type { CommitFile, CommitStep } from './publish-stream.ts';

const ATTEMPTS_MAX = 8;
const FETCH_TIMEOUT_MS = 10 * 60_000;

/** Where it goes. */
export interface PublishOptions {
  readonly url: string;
  readonly auth?: GitAuth;
  /** A directory for this URL and these credentials alone; it may be deleted whenever nothing is published. */
  readonly directory: string;
  /** Full names of the references that the steps look at or write. */
  readonly refs: readonly string[];
  readonly signal?: AbortSignal;
}

/** What stands on the remote. */
export interface PublishView {
  /** The commits of the references that are there. */
  readonly heads: ReadonlyMap<string, string>;
  /** The entry at a path of a commit. */
  entry(commit: string, path: string): Promise<GitTreeEntry | undefined>;
}

/** The commits to make, in groups that are pushed one after the other. Step numbers count through all groups. */
export type PublishPlan = readonly (readonly CommitStep[])[];

/**
 * Publishes what `plan` makes of what stands on the remote; it is asked anew whenever somebody else was quicker. Answers the
 * commit of each step, in order.
 * @throws GitError with one sentence: `rejected` where the remote does not take the commits.
 */
export async function publish(
  git: Git,
  options: PublishOptions,
  plan: (view: PublishView) => Promise<PublishPlan>,
): Promise<readonly string[]> {
  for (const ref of options.refs) safeArgument(ref, 'a reference');
  return withLock(options.directory, async () => {
    await using remote = await prepareRemote(options.url, options.auth ?? {}, git.privateDirectory);
    const subject = displayUrl(options.url);
    const context: Context = { git, options: {}, remote, subject, directory: options.directory, refs: options.refs };
    await prepareDirectory(context);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await publishOnce(context, plan, options.signal);
      } catch (error) {
        const code = error instanceof GitError ? error.code : undefined;
        if ((code !== 'outdated' && code !== 'corrupt') || attempt >= ATTEMPTS_MAX) throw error;
        if (code === 'corrupt') {
          await rm(options.directory, { recursive: true, force: true });
          await prepareDirectory(context);
        }
        await sleep(Math.min(1000, 25 * 2 ** attempt) * (0.5 + Math.random()), undefined, abortable(options.signal));
      }
    }
  });
}

/** The name that a repository of SHA-1 (or, by its length, of SHA-256) gives to a file's content. */
export function blobOid(content: Uint8Array, like: string = ''): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex');
}

interface Context extends RemoteContext {
  readonly directory: string;
  readonly refs: readonly string[];
}

async function publishOnce(
  context: Context,
  plan: (view: PublishView) => Promise<PublishPlan>,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const { git, directory, subject } = context;
  await using repository = readRepository(git, directory, subject);
  const heads = await fetchHeads(context, repository, signal);
  const groups = await plan({ heads, entry: entriesOf(repository) });
  const steps = groups.flat();
  if (steps.length === 0) return [];
  const input = fastImportStream(steps);
  await git.run(['fast-import', '--quiet', '--force', '--date-format=raw'], {
    gitDirectory: directory,
    input,
    subject,
    ...abortable(signal),
  });
  const names = await Promise.all(steps.map((_step, index) => repository.resolve(stepRef(index))));
  let first = 0;
  for (const group of groups) {
    const last = new Map(group.map(({ ref }, index) => [ref, names[first + index] ?? '']));
    await pushRefs(context, { commits: last, heads }, signal);
    first += group.length;
  }
  return names;
}

/** The references as they stand now, with the trees below them. */
async function fetchHeads(
  context: Context,
  repository: GitRepository,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const { refs } = context;
  const listed = await runRemote(context, ['ls-remote', 'origin', ...refs], {
    timeoutMs: 60_000,
    ...abortable(signal),
  });
  const lines = listed.stdout.toString('utf8').split('\n');
  const heads = new Map<string, string>();
  for (const line of lines) {
    const [oid = '', name = ''] = line.split('\t');
    if (refs.includes(name)) heads.set(name, oid);
  }
  const known = await repository.infos([...heads.values()]);
  const missing = [...heads].filter(([, oid]) => !known.has(oid));
  if (missing.length === 0) return heads;
  const wanted = missing.map(([name]) => `+${name}:refs/seen/${refs.indexOf(name)}`);
  const how = ['--quiet', '--depth=1', '--filter=blob:none', '--no-tags', '--force', '--no-auto-gc'];
  try {
    await runRemote(context, ['fetch', ...how, '--no-write-fetch-head', 'origin', ...wanted], {
      timeoutMs: FETCH_TIMEOUT_MS,
      ...abortable(signal),
    });
  } catch (error) {
    // A branch that went away between the two questions.
    if (error instanceof GitError && error.code === 'revision-not-found') throw outdated(error);
    throw error;
  }
  // What moved meanwhile is looked at again.
  const fetched = await repository.infos(missing.map(([, oid]) => oid));
  if (missing.some(([, oid]) => !fetched.has(oid)))
    throw new GitError('outdated', `${context.subject} moved meanwhile`);
  return heads;
}

function outdated({ message, detail }: GitError): GitError {
  return new GitError('outdated', message, detail);
}

/** Finds entries; each tree is read once. */
function entriesOf(repository: GitRepository): PublishView['entry'] {
  const known = new Map<string, Promise<ReadonlyMap<string, GitTreeEntry>>>();
  const read = async (oid: string): Promise<ReadonlyMap<string, GitTreeEntry>> => {
    const entries = (await repository.trees([oid])).get(oid) ?? [];
    return new Map(entries.map((entry) => [entry.name, entry]));
  };
  return async (commit, path) => {
    let oid = (await repository.commit(commit)).tree;
    const parts = path.split('/');
    for (const [index, name] of parts.entries()) {
      const tree = known.get(oid) ?? read(oid);
      known.set(oid, tree);
      const entry = (await tree).get(name);
      if (!entry || index === parts.length - 1) return entry;
      if (entry.kind !== 'directory') return undefined;
      ({ oid } = entry);
    }
    return undefined;
  };
}

/** A directory that cannot be used is made anew: it holds nothing that the remote does not. */
async function prepareDirectory({ git, directory }: Context): Promise<void> {
  await removeLeftovers(directory);
  try {
    await git.run(['rev-parse', '--git-dir'], { gitDirectory: directory });
    if (await isOvergrown(directory)) throw new GitError('corrupt', `${directory} has grown too large`);
  } catch (error) {
    if (error instanceof GitError && error.code === 'git-missing') throw error;
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    await git.run(['init', '--bare', '--quiet', '--', directory], { subject: directory });
  }
}

const PACKS_MAX = 60;
const LOOSE_MAX = 40;

/** Every commit leaves a few objects behind; one of the 256 directories tells how many there are, as `git gc --auto` guesses. */
async function isOvergrown(directory: string): Promise<boolean> {
  const count = async (...parts: readonly string[]): Promise<number> =>
    (await readdir(join(directory, 'objects', ...parts)).catch(() => [])).length;
  return (await count('pack')) > PACKS_MAX * 3 || (await count('17')) > LOOSE_MAX;
}

function abortable(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {};
}
