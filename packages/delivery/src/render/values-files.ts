// Which files the values of a chart come from. Mirrors argoproj/argo-cd:reposerver/repository/repository.go (3.6)
// getResolvedValueFiles.

import { type FileTree, joinTreePath } from '@evenkeel/std';
import { RenderRefused } from './needed.ts';
import { globPaths, isGlob } from './path-glob.ts';
import type { HelmSettings } from './request.ts';

/** True for an address instead of a path. */
export function isAddress(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(path);
}

/**
 * Paths in the tree and addresses, in the order in which they win over each other. A file that is named outright keeps its
 * own place and is left out of the globs around it. Throws RenderRefused.
 */
export function resolveValueFiles(tree: FileTree, directory: string, settings: HelmSettings): readonly string[] {
  const named = settings.valueFiles.map((file) => ({ file, path: resolveValueFile(directory, file) }));
  const outright = new Set(named.filter(({ path }) => !isGlob(path) || isAddress(path)).map(({ path }) => path));
  const found = new Set<string>();
  for (const { file, path } of named) {
    if (isAddress(path) || !isGlob(path)) {
      if (isAddress(path) || !settings.ignoreMissingValueFiles || isThere(tree, path)) found.add(path);
      continue;
    }
    const matches = globPaths(tree, path);
    if (matches === undefined || (matches.length === 0 && !settings.ignoreMissingValueFiles)) {
      throw new RenderRefused({
        code: 'RENDER_FAILED',
        sentence: `helm.valueFiles: the glob "${file}" ${matches === undefined ? 'cannot be read' : 'matched no files'}`,
        remedy: 'Correct the glob, add the files, or set helm.ignoreMissingValueFiles.',
      });
    }
    for (const match of matches) if (!outright.has(match)) found.add(match);
  }
  return [...found];
}

/** One path: from the root of the tree with a leading '/', else below the chart; `$name/…` is another source's. */
export function resolveValueFile(directory: string, file: string, field = 'helm.valueFiles'): string {
  if (isAddress(file)) return file;
  const path = file.startsWith('/') || file.startsWith('$') ? joinTreePath(file) : joinTreePath(directory, file);
  // The way out of a mounted source leads to its neighbours, which are not meant.
  const left = path === undefined || (file.startsWith('$') && !path.startsWith(`${file.split('/')[0] ?? ''}/`));
  if (!left && path !== '') return path;
  throw new RenderRefused({
    code: 'RENDER_FAILED',
    sentence: `${field}: "${file}" leads out of the source`,
    remedy: 'Name a file inside the source; a path that begins with "/" starts at its root.',
  });
}

function isThere(tree: FileTree, path: string): boolean {
  const kind = tree.stat(path);
  return kind === 'symlink' ? tree.read(path) !== undefined : kind === 'file';
}
