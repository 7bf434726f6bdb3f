// Regular expressions as Go reads them (RE2): linear time, no lookaround and no back references, and Go's own words for what
// it refuses.

import { compileRegex } from '../cel/library/regex.ts';

/** A regular expression that reads. */
export interface GoRegex {
  /** True where the text contains a match. */
  test(text: string): boolean;
}

/** Why a pattern is no regular expression of Go. */
export interface GoRegexProblem {
  /** As regexp.Compile words it: "error parsing regexp: missing closing ): `a(b`". */
  readonly message: string;
  /** Where in the pattern the part begins that is refused, in characters from 0. */
  readonly position: number;
}

/** The expression, or what is wrong with it. Mirrors golang/go:src/regexp/syntax (1.26) in what is refused, and how. */
export function readGoRegex(pattern: string): GoRegex | GoRegexProblem {
  const found = compileRegex(pattern);
  if (typeof found !== 'string') return { test: (text) => found.test(text) };
  const message = found.endsWith('trailing backslash at end of expression') ? `${found}: \`\`` : found;
  return { message, position: positionOf(pattern, message) };
}

/** True for what `readGoRegex` could not read. */
export function isGoRegexProblem(read: GoRegex | GoRegexProblem): read is GoRegexProblem {
  return 'message' in read;
}

/** Go quotes the part it refuses, and nothing else tells where that stands. */
function positionOf(pattern: string, message: string): number {
  const part = /: `([^]*)`$/.exec(message)?.[1] ?? '';
  if (part === '') return Array.from(pattern).length;
  return Array.from(pattern.slice(0, Math.max(pattern.indexOf(part), 0))).length;
}
