// Patterns over paths: Go's path.Match for directories, Git's pathspecs or doublestar for files.

import { compilePath } from '@evenkeel/lang';
import { GenerationError } from '../application-set.ts';

/**
 * Go's path.Match: `*` and `?` stop at '/'. Upstream passes over a bad pattern, and deletes what a good one generated before.
 * @throws GenerationError for what is no pattern.
 */
export function directoryPattern(pattern: string): FileMatcher {
  return compilePath('path', pattern) ?? refusePattern(pattern);
}

function refusePattern(pattern: string): never {
  throw new GenerationError(`the path ${JSON.stringify(pattern)}: syntax error in pattern`);
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

/** doublestar: `*` stops at '/', `**` as a whole part does not, `{a,b}` chooses. @throws GenerationError for what is no pattern. */
export function doublestarPattern(pattern: string): FileMatcher {
  const glob = compilePath('doublestar', pattern.replace(/^\.?\//, ''));
  return glob ?? refusePattern(pattern);
}
