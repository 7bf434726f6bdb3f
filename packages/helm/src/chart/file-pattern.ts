// Shell file name patterns as Go's path/filepath.Match reads them on Unix; used by .helmignore and --show-only.

import { runesOf } from '../go-text.ts';

/** Thrown for a malformed pattern, with Go's own wording. */
export class BadPattern extends Error {
  override readonly name = 'BadPattern';
  constructor() {
    super('syntax error in pattern');
  }
}

/**
 * Whether the whole of `name` matches `pattern`: `*` and `?` stop at '/', `[a-z]`, `[^a]`, backslash escapes.
 * Throws BadPattern where Go returns ErrBadPattern, which it does lazily: only as far as matching got.
 * Mirrors the observable behaviour of go:path/filepath/match.go (1.26).
 */
export function matchFilePattern(pattern: string, name: string): boolean {
  let rest = runesOf(pattern);
  let text = runesOf(name);
  while (rest.length > 0) {
    const { star, chunk, rest: after } = nextChunk(rest);
    rest = after;
    if (star && chunk.length === 0) return !text.includes('/');
    const direct = matchChunk(chunk, text);
    if (direct !== undefined && (direct.length === 0 || rest.length > 0)) {
      text = direct;
      continue;
    }
    const skipped = star ? matchAfterSkip(chunk, text, rest.length === 0) : undefined;
    if (skipped !== undefined) {
      text = skipped;
      continue;
    }
    return false;
  }
  return text.length === 0;
}

/** After a star: tries the chunk at each later position, never stepping over a '/'. */
function matchAfterSkip(chunk: readonly string[], text: string[], last: boolean): string[] | undefined {
  for (let at = 0; at < text.length && text[at] !== '/'; at += 1) {
    const found = matchChunk(chunk, text.slice(at + 1));
    if (found === undefined || (last && found.length > 0)) continue;
    return found;
  }
  return undefined;
}

function nextChunk(pattern: string[]): { star: boolean; chunk: string[]; rest: string[] } {
  let start = 0;
  while (pattern[start] === '*') start += 1;
  let inRange = false;
  let end = start;
  for (; end < pattern.length; end += 1) {
    const at = pattern[end];
    if (at === '\\') {
      if (end + 1 < pattern.length) end += 1;
    } else if (at === '[') inRange = true;
    else if (at === ']') inRange = false;
    else if (at === '*' && !inRange) break;
  }
  return { star: start > 0, chunk: pattern.slice(start, end), rest: pattern.slice(end) };
}

/** Matches a star-free chunk at the start of `text`; the rest of the text, or undefined. */
function matchChunk(chunk: readonly string[], text: readonly string[]): string[] | undefined {
  let failed = false;
  let at = 0;
  let index = 0;
  while (index < chunk.length) {
    if (!failed && at >= text.length) failed = true;
    const token = chunk[index];
    if (token === '[') {
      const range = readClass(chunk, index + 1, failed ? undefined : text[at]);
      if (!failed && !range.matches) failed = true;
      if (!failed) at += 1;
      index = range.next;
      continue;
    }
    if (token === '?') {
      if (!failed && text[at] === '/') failed = true;
    } else {
      if (token === '\\') {
        index += 1;
        if (index >= chunk.length) throw new BadPattern();
      }
      if (!failed && chunk[index] !== text[at]) failed = true;
    }
    if (!failed) at += 1;
    index += 1;
  }
  return failed ? undefined : text.slice(at);
}

function readClass(
  chunk: readonly string[],
  start: number,
  character: string | undefined,
): { matches: boolean; next: number } {
  const code = character?.codePointAt(0) ?? -1;
  let index = start;
  const negated = chunk[index] === '^';
  if (negated) index += 1;
  let matches = false;
  for (let count = 0; ; count += 1) {
    if (chunk[index] === ']' && count > 0) return { matches: matches !== negated, next: index + 1 };
    const low = readClassEnd(chunk, index);
    let high = low;
    if (chunk[low.next] === '-') high = readClassEnd(chunk, low.next + 1);
    if (low.code <= code && code <= high.code) matches = true;
    index = high.next;
  }
}

function readClassEnd(chunk: readonly string[], start: number): { code: number; next: number } {
  let index = start;
  const first = chunk[index];
  if (first === undefined || first === '-' || first === ']') throw new BadPattern();
  if (first === '\\') index += 1;
  const character = chunk[index];
  if (character === undefined || index + 1 >= chunk.length) throw new BadPattern();
  return { code: character.codePointAt(0) ?? 0, next: index + 1 };
}
