// One repository that the host serves: a bare directory under the state directory, and how references in it change when
// something other than a push changes them.

import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './command.ts';
import type { RefUpdate } from './push-report.ts';
import { type GitRepository, readRepository } from './repository.ts';

const LOOSE_MAX = 6000;

/** What the host tells about: a sentence for the user, never fatal. */
export type Notify = (notice: string) => void;

export interface BareRepository {
  readonly name: string;
  readonly directory: string;
  readonly repository: GitRepository;
}

/** Moves references in one transaction; an undefined `after` deletes. Rejects when one changed meanwhile. */
export async function updateRefs(
  git: Git,
  directory: string,
  updates: readonly { readonly ref: string; readonly before: string | undefined; readonly after: string | undefined }[],
): Promise<void> {
  if (updates.length === 0) return;
  const zero = '0'.repeat((updates[0]?.after ?? updates[0]?.before ?? '').length || 40);
  const lines = updates.map(({ ref, before, after }) =>
    after === undefined ? `delete ${ref}\0${before ?? ''}\0` : `update ${ref}\0${after}\0${before ?? zero}\0`,
  );
  await git.run(['update-ref', '-z', '--stdin'], { gitDirectory: directory, input: lines.join('') });
}

/** Opens the bare repository `name`, making it when it is new. */
export async function openBare(git: Git, stateDirectory: string, name: string): Promise<BareRepository> {
  const directory = join(stateDirectory, `${encodeURIComponent(name).replaceAll('.', '%2E')}.git`);
  await mkdir(stateDirectory, { recursive: true });
  await git.run(['init', '--bare', '--quiet', '--', directory]);
  // A killed process leaves lock files; this process is the only one that works on the state directory.
  const names = await readdir(directory, { recursive: true });
  await Promise.all(
    names.filter((path) => path.endsWith('.lock')).map((path) => rm(join(directory, path), { force: true })),
  );
  if (names.filter((path) => /^objects[\\/][0-9a-f]{2}[\\/]/.test(path)).length > LOOSE_MAX) {
    // Unreachable commits are kept: something may still be running from one that was forced away.
    await git.run(['repack', '-a', '-d', '-k', '-q'], { gitDirectory: directory, subject: name });
  }
  return { name, directory, repository: readRepository(git, directory, name) };
}

/** The all-zero name as a push writes it for "none". */
export function asRefUpdate(ref: string, before: string | undefined, after: string | undefined): RefUpdate {
  const zero = '0'.repeat((after ?? before ?? '').length || 40);
  return { ref, before: before ?? zero, after: after ?? zero };
}

export interface SingleFlight {
  /** Runs now, or once more after the run under way. */
  run(): Promise<void>;
  /** Waits for what is under way, whatever becomes of it. */
  idle(): Promise<void>;
}

/** Runs `work` one at a time; calls during a run cause exactly one more run. */
export function createSingleFlight(work: () => Promise<void>): SingleFlight {
  let running: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  const run = (): Promise<void> => {
    if (!running) {
      running = work().finally(() => (running = undefined));
      return running;
    }
    queued ??= running
      .catch(() => undefined)
      .then(() => {
        queued = undefined;
        return run();
      });
    return queued;
  };
  return {
    run,
    idle: async () => {
      await (queued ?? running)?.catch(() => undefined);
    },
  };
}
