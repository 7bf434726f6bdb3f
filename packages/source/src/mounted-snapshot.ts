// Several contents read as one: a chart from one place, its values from another. Each stands at a name beside the root of
// the first, where paths lead into it and listings do not show it.

import { ContentNotLoaded, type FileTree } from '@evenkeel/std';
import type { PinnedSnapshot, Snapshot } from './snapshot.ts';

/** `main` with each of `mounts` at its name (no '/' in it). Links lead from none of them into another. */
export function mountSnapshots(main: Snapshot, mounts: ReadonlyMap<string, Snapshot>): Snapshot {
  return mounts.size === 0 ? main : { ...assemble(main, mounts), pinned: () => pin(main, mounts) };
}

function assemble(main: Snapshot, mounts: ReadonlyMap<string, Snapshot>): Omit<Snapshot, 'pinned'> {
  const at = (path: string): Place => placeOf(path, main, mounts);
  const ask = <T>(path: string, question: (tree: Snapshot, path: string) => T): T => {
    const place = at(path);
    try {
      return question(place.tree, place.path);
    } catch (error) {
      if (!(error instanceof ContentNotLoaded) || place.prefix === '') throw error;
      throw new ContentNotLoaded(error.paths.map((missing) => place.prefix + missing));
    }
  };
  return {
    treeOid: [main, ...mounts.values()].map((tree) => tree.treeOid).join('+'),
    stat: (path) => ask(path, (tree, inner) => tree.stat(inner)),
    read: (path) => ask(path, (tree, inner) => tree.read(inner)),
    list: (path) => ask(path, (tree, inner) => tree.list(inner)),
    readlink: (path) => ask(path, (tree, inner) => tree.readlink(inner)),
    identify: (path) => ask(path, (tree, inner) => tree.identify(inner)),
    isExecutable: (path) => ask(path, (tree, inner) => tree.isExecutable(inner)),
    submodules: () => main.submodules(),
    files(path = '') {
      const { tree, path: inner, prefix } = at(path);
      return tree.files(inner).map((file) => prefix + file);
    },
  };
}

function pin(main: Snapshot, mounts: ReadonlyMap<string, Snapshot>): PinnedSnapshot {
  const pinnedMain = main.pinned();
  const pinnedMounts = new Map(Array.from(mounts, ([name, tree]) => [name, tree.pinned()] as const));
  const pinned: PinnedSnapshot = {
    ...assemble(pinnedMain, pinnedMounts),
    pinned: () => pinned,
    async load(paths, round) {
      const wanted = new Map<PinnedSnapshot, string[]>();
      for (const path of paths) {
        const { tree, path: inner } = placeOf(path, pinnedMain, pinnedMounts);
        wanted.set(tree, [...(wanted.get(tree) ?? []), inner]);
      }
      const loaded = await Promise.all(Array.from(wanted, ([tree, inner]) => tree.load(inner, round)));
      return loaded.includes(true);
    },
  };
  return pinned;
}

interface Place<T extends FileTree = Snapshot> {
  readonly tree: T;
  readonly path: string;
  /** What stands before `path` in the whole. */
  readonly prefix: string;
}

function placeOf<T extends FileTree>(path: string, main: T, mounts: ReadonlyMap<string, T>): Place<T> {
  const slash = path.indexOf('/');
  const name = slash < 0 ? path : path.slice(0, slash);
  const tree = mounts.get(name);
  if (tree === undefined) return { tree: main, path, prefix: '' };
  return { tree, path: slash < 0 ? '' : path.slice(slash + 1), prefix: `${name}/` };
}
