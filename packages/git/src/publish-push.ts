// The push of commits that were made here, and what a remote says when it does not take them.

import { GitError, explainGitFailure, maskSecrets } from './errors.ts';
import { type RemoteContext, runRemote } from './mirror.ts';

const PUSH_TIMEOUT_MS = 10 * 60_000;

export interface PushedRefs {
  readonly commits: ReadonlyMap<string, string>;
  /** What stood there when the commits were made. */
  readonly heads: ReadonlyMap<string, string>;
}

/**
 * Pushes each commit to its reference, which must still be where it was: nothing is forced.
 * @throws GitError `outdated` where somebody else was quicker, `rejected` where the remote does not take it.
 */
export async function pushRefs(
  context: RemoteContext,
  { commits, heads }: PushedRefs,
  signal: AbortSignal | undefined,
): Promise<void> {
  const moved = [...commits].filter(([ref, commit]) => heads.get(ref) !== commit);
  if (moved.length === 0) return;
  // A lease on what was seen: a branch that appeared or went meanwhile is as much news as one that moved.
  const leases = moved.map(([ref]) => `--force-with-lease=${ref}:${heads.get(ref) ?? ''}`);
  const wishes = moved.map(([ref, commit]) => `${commit}:${ref}`);
  const output = await run(context, ['push', '--porcelain', '--no-thin', ...leases, 'origin', ...wishes], signal);
  const rejected = output.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line.startsWith('!\t'));
  const [line] = rejected;
  if (line === undefined) {
    if (output.status === 0) return;
    throw explainGitFailure(output.stderr, context.subject);
  }
  throw explainRejection(rejected, output.stderr, context.subject);
}

async function run(
  context: RemoteContext,
  args: readonly string[],
  signal: AbortSignal | undefined,
): ReturnType<typeof runRemote> {
  try {
    const options = { timeoutMs: PUSH_TIMEOUT_MS, okStatus: [1], ...(signal ? { signal } : {}) };
    return await runRemote(context, args, options);
  } catch (error) {
    if (!(error instanceof GitError && error.code === 'authentication')) throw error;
    throw new GitError(error.code, error.message.replace('the right to read', 'the right to write'), error.detail);
  }
}

/** What git and servers say where the reference is no longer, or not yet, what was seen. */
const QUICKER =
  /stale info|fetch first|non-fast-forward|incorrect old value|failed to update ref|cannot lock ref|failed to lock|reference already exists|remote ref updated since checkout/i;

/** Reads `!<TAB>from:to<TAB>[rejected] (why)` and what the remote added. */
export function explainRejection(lines: readonly string[], stderr: string, subject: string): GitError {
  const detail = maskSecrets(stderr).trim();
  const read = lines.map((line) => {
    const [, refs = '', summary = ''] = line.split('\t');
    const ref = refs.slice(refs.indexOf(':') + 1);
    return { ref, why: /\((.*)\)\s*$/.exec(summary)?.[1] ?? summary };
  });
  const stubborn = read.find(({ why }) => !QUICKER.test(why));
  const { ref, why } = stubborn ?? read[0] ?? { ref: '', why: '' };
  const name = ref.replace(/^refs\/(?:heads\/)?/, '');
  const [, inTheWay] = /'refs\/(?:heads\/)?([^']+)' exists; cannot create/.exec(detail) ?? [];
  if (inTheWay !== undefined) {
    const sentence = `${subject} cannot have a branch ${name} beside the branch ${inTheWay}: one is the directory of the other`;
    return new GitError('rejected', sentence, detail);
  }
  if (!stubborn) return new GitError('outdated', `${name} of ${subject} is moved by somebody else: ${why}`, detail);
  const told = detail
    .split('\n')
    .filter((line) => line.startsWith('remote:'))
    .map((line) => line.slice(7).trim())
    .filter((line) => line !== '')
    .join(' ');
  const said = told === '' ? why : `${why}: ${told}`;
  return new GitError('rejected', `${subject} does not take the push to ${name}: ${said.slice(0, 400)}`, detail);
}
