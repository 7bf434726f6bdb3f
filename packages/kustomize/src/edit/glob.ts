// File patterns as Go's filepath.Match and Glob read them: `*`, `?`, `[a-z]`, none of which crosses a slash.

import { type FileTree, joinTreePath } from '@evenkeel/std';

/** True where the pattern matches the whole name. */
export function matchGlob(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  return compile(pattern)?.test(name) ?? false;
}

const cache = new Map<string, RegExp | undefined>();

function compile(pattern: string): RegExp | undefined {
  if (!cache.has(pattern)) cache.set(pattern, toRegExp(pattern));
  return cache.get(pattern);
}

function toRegExp(pattern: string): RegExp | undefined {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '\\') source += escaped(pattern.charAt((at += 1)));
    else if (char === '[') {
      const close = pattern.indexOf(']', at + 2);
      if (close < 0) return undefined;
      source += `[${pattern.slice(at + 1, close).replaceAll('\\', '\\\\')}]`;
      at = close;
    } else source += escaped(char);
  }
  return new RegExp(`^${source}$`, 's');
}

function escaped(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** The paths of the tree that a pattern names, sorted; hidden files only where the pattern asks for them. */
export function globTree(tree: FileTree, pattern: string): string[] {
  const clean = joinTreePath(pattern);
  if (clean === undefined) return [];
  if (!/[*?[\\]/.test(pattern)) return tree.stat(clean) === undefined && clean !== '' ? [] : [pattern];
  let found = [''];
  for (const part of pattern.split('/').filter((each) => each !== '' && each !== '.')) {
    found = found.flatMap((directory) => matchesIn(tree, directory, part));
  }
  return found.sort();
}

function matchesIn(tree: FileTree, directory: string, part: string): string[] {
  const names = (tree.list(directory) ?? []).map((entry) => entry.name);
  return names
    .filter((name) => matchGlob(part, name) && (part.startsWith('.') || !name.startsWith('.')))
    .map((name) => (directory === '' ? name : `${directory}/${name}`));
}
