// Patterns over paths: Go's path.Match for directories, Git's pathspecs or doublestar for files.

import { compilePath } from '@evenkeel/lang';

/** Go's path.Match: `*` and `?` stop at '/'. Undefined where the pattern is bad. */
export function matchPath(pattern: string, path: string): boolean | undefined {
  return compilePath('path', pattern)?.(path);
}

/** A matcher of files. */
export type FileMatcher = (path: string) => boolean;

/**
 * What `git ls-files -- PATTERN` lists: `*` crosses '/', and the name of a directory stands for all in it. This is how
 * upstream finds files unless the newer rules are on (argoproj/argo-cd:util/git/client.go LsFiles, 3.6).
 */
export function gitPattern(pattern: string): FileMatcher {
  const plain = pattern.replace(/^\.\//, '').replace(/\/+$/, '');
  const glob = compilePath('git', plain);
  return (path) => plain === '' || path === plain || path.startsWith(`${plain}/`) || glob?.(path) === true;
}

/** doublestar: `*` stops at '/', `**` as a whole part does not, `{a,b}` chooses. */
export function doublestarPattern(pattern: string): FileMatcher {
  const glob = compilePath('doublestar', pattern.replace(/^\.?\//, ''));
  return (path) => glob?.(path) === true;
}
