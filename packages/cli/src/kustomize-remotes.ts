// Remote bases and files of kustomizations: repositories are cloned for the time of the command, files are fetched.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Remote, type RepoSpec, cloneUrl } from '@evenkeel/kustomize';
import type { FileTree } from '@evenkeel/std';
import { diskTree } from './disk-tree.ts';
import type { Io } from './io.ts';

/** Remote places, and how to remove what was brought. */
export interface Remotes extends Disposable {
  readonly remote: Remote;
}

/** A build waits this long for one repository, as the original does (kustomize:api/internal/git, 27 s). */
const CLONE_MS = 27_000;

/** Clones with the user's own git, credentials included, since the user asked for it; never prompts. */
export function openRemotes(io: Io): Remotes {
  const cloned = new Map<string, string>();
  return {
    remote: {
      directory(spec) {
        const key = `${cloneUrl(spec)}?${spec.ref}`;
        const known = cloned.get(key);
        if (known !== undefined) return subtree(known);
        const directory = mkdtempSync(join(tmpdir(), 'evenkeel-kustomize-'));
        cloned.set(key, directory);
        return clone(spec, directory, io) ? subtree(directory) : undefined;
      },
    },
    [Symbol.dispose]() {
      for (const directory of cloned.values()) rmSync(directory, { recursive: true, force: true });
    },
  };
}

function clone(spec: RepoSpec, directory: string, io: Io): boolean {
  const git = (...args: readonly string[]): void => {
    execFileSync('git', [...args], {
      cwd: directory,
      timeout: CLONE_MS,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...io.environment, GIT_TERMINAL_PROMPT: '0' },
    });
  };
  try {
    git('init', '-q');
    git('fetch', '-q', '--depth=1', '--end-of-options', cloneUrl(spec), spec.ref === '' ? 'HEAD' : spec.ref);
    git('checkout', '-q', 'FETCH_HEAD');
    if (spec.submodules) git('submodule', 'update', '-q', '--init', '--recursive');
    return true;
  } catch {
    // The engine words the refusal; it knows which file named the address.
    return false;
  }
}

/** A directory of the disk as a tree of its own, which nothing can leave. */
function subtree(directory: string): FileTree {
  const disk = diskTree();
  const prefix = directory.slice(1);
  const at = (path: string): string => (path === '' ? prefix : `${prefix}/${path}`);
  return {
    stat: (path) => disk.stat(at(path)),
    read: (path) => disk.read(at(path)),
    list: (path) => disk.list(at(path)),
    readlink: (path) => disk.readlink(at(path)),
  };
}
