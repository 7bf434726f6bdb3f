// Globs over the paths of a tree: `*` and `?` stay inside a name, `**` spans directories, `[a-z]` is a class, `{a,b}` a choice.
// Mirrors github.com/bmatcuk/doublestar (v4) FilepathGlob, which argoproj/argo-cd expands values files with (3.6), and Go's
// filepath.Glob, which knows neither `**` nor choices.

import { type Glob, compilePath } from '@evenkeel/lang';
import { type FileTree, joinTreePath } from '@evenkeel/std';

/** True where a path is a pattern, as upstream tells it. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * The paths that match, files and directories, each directory's own names before those below it, names in byte order.
 * Undefined where the pattern cannot be read.
 */
export function globPaths(
  tree: FileTree,
  pattern: string,
  kind: 'doublestar' | 'path' = 'doublestar',
): readonly string[] | undefined {
  const found = new Set<string>();
  for (const choice of kind === 'path' ? [pattern] : expandChoices(pattern)) {
    const parts: (Glob | string)[] = [];
    for (const part of choice.split('/').filter((name) => name !== '' && name !== '.')) {
      if (part === '**' && kind === 'doublestar') {
        if (parts.at(-1) !== '**') parts.push('**');
        continue;
      }
      const glob = /[*?[\\{]/.test(part) ? compilePath(kind, part) : part;
      if (glob === undefined) return undefined;
      parts.push(glob);
    }
    walk(tree, '', parts, found);
  }
  return [...found];
}

function walk(tree: FileTree, at: string, parts: readonly (Glob | string)[], found: Set<string>): void {
  const [part, ...rest] = parts;
  if (part === undefined) {
    if (at === '' || kindAt(tree, at) !== undefined) found.add(at);
    return;
  }
  const child = (name: string): string => (at === '' ? name : `${at}/${name}`);
  if (part === '..') {
    const up = joinTreePath(at, '..');
    if (up !== undefined) walk(tree, up, rest, found);
    return;
  }
  if (typeof part === 'string' && part !== '**') {
    if (kindAt(tree, child(part)) !== undefined) walk(tree, child(part), rest, found);
    return;
  }
  const entries = tree.list(at) ?? [];
  if (part === '**') {
    if (rest.length > 0) walk(tree, at, rest, found);
    for (const { name, kind } of entries) {
      // Links to directories are not followed, or they could go round for ever.
      if (kind === 'directory') walk(tree, child(name), parts, found);
      else if (rest.length === 0) found.add(child(name));
    }
    return;
  }
  for (const { name } of entries) if (part(name)) walk(tree, child(name), rest, found);
}

function kindAt(tree: FileTree, path: string): 'file' | 'directory' | undefined {
  const kind = tree.stat(path);
  if (kind !== 'symlink') return kind;
  return tree.list(path) === undefined ? 'file' : 'directory';
}

/** Choices between paths (`{a,b/c}`) written out; those inside a name stay, and match in the order of names. */
function expandChoices(pattern: string): readonly string[] {
  const open = pattern.indexOf('{');
  if (open < 0) return [pattern];
  const commas: number[] = [];
  let depth = 0;
  for (let index = open; index < pattern.length; index += 1) {
    const char = pattern[index];
    if (char === '{') depth += 1;
    else if (char === ',' && depth === 1) commas.push(index);
    else if (char === '}') {
      depth -= 1;
      if (depth > 0) continue;
      const rest = pattern.slice(index + 1);
      if (!pattern.slice(open, index).includes('/')) {
        return expandChoices(rest).map((tail) => pattern.slice(0, index + 1) + tail);
      }
      const edges = [open, ...commas, index];
      return edges.slice(1).flatMap((edge, choice) => {
        const chosen = pattern.slice((edges[choice] ?? open) + 1, edge);
        return expandChoices(pattern.slice(0, open) + chosen + rest);
      });
    }
  }
  return [pattern];
}
