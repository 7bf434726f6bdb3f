// For tests of this package only: a temporary directory, a git command of ours, and a user with a git of their own.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Git, createGit } from './command.ts';

const execFileAsync = promisify(execFile);

export interface Testbed extends AsyncDisposable {
  readonly directory: string;
  readonly git: Git;
  path(...parts: readonly string[]): string;
  /** Runs git as the user would; resolves with its output, rejects with its standard error in the message. */
  user(cwd: string, ...args: readonly string[]): Promise<string>;
  /** Makes a working tree with these files committed on main, and answers its path. */
  workingTree(name: string, files: Readonly<Record<string, string>>): Promise<string>;
  write(cwd: string, files: Readonly<Record<string, string>>): Promise<void>;
  /** Writes, adds everything, commits; answers the new commit. */
  commit(cwd: string, message: string, files?: Readonly<Record<string, string>>): Promise<string>;
}

/** Makes a bed below the system's temporary directory; everything is removed at the end. */
export async function createTestbed(): Promise<Testbed> {
  const directory = await mkdtemp(join(tmpdir(), 'evenkeel-git-'));
  const home = join(directory, 'user-home');
  await mkdir(home);
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  const user = async (cwd: string, ...args: readonly string[]): Promise<string> =>
    (await execFileAsync('git', [...args], { cwd, env, maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
  const write = async (cwd: string, files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(cwd, path)), { recursive: true });
      await writeFile(join(cwd, path), content);
    }
  };
  const commit = async (
    cwd: string,
    message: string,
    files: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    await write(cwd, files);
    await user(cwd, 'add', '--all');
    await user(cwd, 'commit', '--quiet', '--allow-empty', '--message', message);
    return user(cwd, 'rev-parse', 'HEAD');
  };
  return {
    directory,
    git: createGit({ directory: join(directory, 'private') }),
    path: (...parts) => join(directory, ...parts),
    user,
    write,
    commit,
    async workingTree(name, files) {
      const path = join(directory, name);
      await mkdir(path, { recursive: true });
      await user(path, 'init', '--quiet', '--initial-branch', 'main');
      await commit(path, 'first', files);
      return path;
    },
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Collects what callbacks deliver; `next` waits until something matches that was not taken yet. */
export function createInbox<T>(): {
  push(item: T): void;
  readonly items: readonly T[];
  next(test: (item: T) => boolean): Promise<T>;
} {
  const items: T[] = [];
  const taken = new Set<number>();
  let waiting: (() => void)[] = [];
  return {
    items,
    push(item) {
      items.push(item);
      const wake = waiting;
      waiting = [];
      for (const call of wake) call();
    },
    async next(test) {
      for (;;) {
        const index = items.findIndex((item, at) => !taken.has(at) && test(item));
        const found = items[index];
        if (found !== undefined) {
          taken.add(index);
          return found;
        }
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

/** The port that a listening server was given. */
export function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}
