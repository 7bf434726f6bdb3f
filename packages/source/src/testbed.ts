// For tests of this package only: a git host, a user's clone of a repository on it, a clock that is moved by hand.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Git, type GitCredentials, type GitHost, type PushEvent, createGit, startGitHost } from '@evenkeel/git';
import type { Clock } from '@evenkeel/std';

const execFileAsync = promisify(execFile);

export interface Testbed extends AsyncDisposable {
  readonly directory: string;
  readonly git: Git;
  readonly host: GitHost;
  readonly url: string;
  /** A clone whose origin is the hosted repository. */
  readonly work: string;
  onPush: (event: PushEvent) => void;
  user(...args: readonly string[]): Promise<string>;
  /** Writes, commits and pushes to main; answers the commit. */
  push(files: Readonly<Record<string, string>>): Promise<string>;
}

export async function createTestbed(authenticate?: (credentials: GitCredentials) => boolean): Promise<Testbed> {
  const directory = await mkdtemp(join(tmpdir(), 'evenkeel-source-'));
  const git = createGit({ directory: join(directory, 'private') });
  const listener = { onPush: (_event: PushEvent): void => undefined };
  const host = await startGitHost(git, {
    stateDirectory: join(directory, 'state'),
    repositories: [{ name: 'demo' }],
    listen: { port: 0 },
    onPush: (event) => listener.onPush(event),
    ...(authenticate ? { authenticate } : {}),
  });
  const url = `${host.url}/demo.git`;
  const work = join(directory, 'work');
  await mkdir(work);
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: directory,
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  const user = async (...args: readonly string[]): Promise<string> =>
    (await execFileAsync('git', [...args], { cwd: work, env, maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
  await user('init', '--quiet', '--initial-branch', 'main');
  await user('remote', 'add', 'origin', authenticate ? url.replace('//', '//user:pass@') : url);
  return Object.assign(listener, {
    directory,
    git,
    host,
    url,
    work,
    user,
    async push(files: Readonly<Record<string, string>>) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(work, path)), { recursive: true });
        await writeFile(join(work, path), content);
      }
      await user('add', '--all');
      await user('commit', '--quiet', '--allow-empty', '--message', 'change');
      await user('push', '--quiet', '--force', 'origin', 'HEAD:main');
      return user('rev-parse', 'HEAD');
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  });
}

export interface HandClock extends Clock {
  /** Timers that wait, as delays from when they were set. */
  readonly delays: readonly number[];
  /** Moves time and fires what is due. */
  advance(ms: number): void;
}

export function createHandClock(): HandClock {
  let now = 0;
  let timers: { readonly delayMs: number; readonly atMs: number; readonly action: () => void }[] = [];
  return {
    now: () => now,
    sleep: () => Promise.reject(new Error('nothing here sleeps')),
    after(delayMs, action) {
      const timer = { delayMs, atMs: now + delayMs, action };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    get delays() {
      return timers.map(({ delayMs }) => delayMs);
    },
    advance(ms) {
      now += ms;
      const due = timers.filter(({ atMs }) => atMs <= now);
      timers = timers.filter(({ atMs }) => atMs > now);
      for (const { action } of due) action();
    },
  };
}
