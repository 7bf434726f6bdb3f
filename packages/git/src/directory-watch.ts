// Watches a directory and everything below it that is not ignored, with one native watch per directory, and reports
// that something changed once things are quiet.

import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Notify, createSingleFlight } from './hosted.ts';

const QUIET_MS_DEFAULT = 50;
const PATIENCE_MS = 500;

interface WatchOptions {
  readonly directory: string;
  /** Directories (relative paths) that need no watching. */
  readonly ignored: () => Promise<ReadonlySet<string>>;
  readonly onChange: () => void;
  readonly notify: Notify;
  /** How long nothing must happen before a change is reported. */
  readonly quietMs?: number;
}

/** Starts watching; every directory that exists is watched when the promise resolves. */
export async function watchDirectory(options: WatchOptions): Promise<{ close(): void }> {
  const quietMs = options.quietMs ?? QUIET_MS_DEFAULT;
  const watchers = new Map<string, FSWatcher>();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let waitingSince: number | undefined;
  let complained = false;

  const scan = createSingleFlight(async () => {
    if (closed) return;
    // New directories are watched before they are listed, so that nothing slips in between.
    const found = await visitDirectories(options.directory, await options.ignored(), (path) => {
      if (!watchers.has(path)) add(path);
    });
    for (const [path, watcher] of watchers) {
      if (found.has(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
  });
  const fire = (): void => {
    waitingSince = undefined;
    timer = undefined;
    const report = (): void => (closed ? undefined : options.onChange());
    void scan.run().then(report, report);
  };
  const soon = (): void => {
    if (closed) return;
    const now = performance.now();
    waitingSince ??= now;
    clearTimeout(timer);
    timer = setTimeout(fire, Math.max(0, Math.min(quietMs, waitingSince + PATIENCE_MS - now)));
  };
  const add = (path: string): void => {
    if (closed) return;
    try {
      const watcher = watch(join(options.directory, path), soon);
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(path);
        soon();
      });
      watchers.set(path, watcher);
    } catch (error) {
      if (complained) return;
      complained = true;
      const reason = error instanceof Error ? error.message : String(error);
      options.notify(`changes below ${join(options.directory, path)} may go unnoticed: ${reason}`);
    }
  };
  await scan.run();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

/** Calls `enter` for every directory that is not ignored, before looking into it; answers their relative paths. */
async function visitDirectories(
  root: string,
  ignored: ReadonlySet<string>,
  enter: (path: string) => void,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    found.add(path);
    enter(path);
    const entries = await readdir(join(root, path), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== '.git' && !ignored.has(child)) await visit(child);
    }
  };
  await visit('');
  return found;
}
