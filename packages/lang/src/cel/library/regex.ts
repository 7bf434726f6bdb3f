// Regular expressions of Go (RE2), compiled once for each pattern.

import { RE2JS } from 're2js';
import { CelError } from '../values.ts';

const compiled = new Map<string, RE2JS | string>();
const cacheMax = 1000;

/** The expression, or why it is none, in Go's words. */
export function compileRegex(pattern: string): RE2JS | string {
  let found = compiled.get(pattern);
  if (found === undefined) {
    found = tryCompile(pattern);
    if (compiled.size >= cacheMax) compiled.clear();
    compiled.set(pattern, found);
  }
  return found;
}

function tryCompile(pattern: string): RE2JS | string {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return error instanceof Error ? error.message : 'error parsing regexp';
  }
}

/** True where the text contains a match. */
export function matchesRegex(text: string, pattern: string): boolean {
  const regex = compileRegex(pattern);
  if (typeof regex === 'string') throw new CelError(regex);
  return regex.test(text);
}

/** All matches, at most `limit` where it is not negative. */
export function findMatches(text: string, pattern: string, limit: number): readonly string[] {
  const regex = compileRegex(pattern);
  if (typeof regex === 'string') throw new CelError(`Illegal regex: ${regex}`);
  const matcher = regex.matcher(text);
  const found: string[] = [];
  while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}
