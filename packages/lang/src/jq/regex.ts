// Regular expressions in linear time, as Go's regexp has them. Mirrors github.com/itchyny/gojq:func.go funcMatch (0.12.19).

import type { Json, JsonObject } from '@evenkeel/resource';
import { RE2JS } from 're2js';
import { fail, notApplicable } from './errors.ts';
import { isPlain } from './json.ts';
import { add } from './numbers.ts';

/** One occurrence. Offsets are in characters. */
export interface Match {
  readonly offset: number;
  readonly length: number;
  readonly string: string;
  readonly captures: readonly Capture[];
}

interface Capture {
  readonly name: string | null;
  readonly offset: number;
  readonly length: number;
  readonly string: string | null;
}

/** All matches with flag "g", else the first at most. */
export function matchesOf(input: Json, expression: Json, flags: Json): readonly Match[] {
  const { text, regex, isGlobal } = prepare('match', input, expression, flags);
  const names = groupNames(regex);
  const position = positions(text);
  const found: Match[] = [];
  const matcher = regex.matcher(text);
  let from = 0;
  let previousEnd = -1;
  while (from <= text.length && matcher.find(from)) {
    const [start, end] = [matcher.start(0), matcher.end(0)];
    // An empty match directly behind another one is none.
    if (!(start === end && start === previousEnd)) {
      const captures = names.map((name, index): Capture => {
        const group = index + 1;
        const [groupStart, groupEnd] = [matcher.start(group), matcher.end(group)];
        if (groupStart < 0) return { name, offset: -1, length: 0, string: null };
        const offset = position(groupStart);
        return { name, offset, length: position(groupEnd) - offset, string: text.slice(groupStart, groupEnd) };
      });
      const offset = position(start);
      found.push({ offset, length: position(end) - offset, string: text.slice(start, end), captures });
      if (!isGlobal) break;
    }
    previousEnd = end;
    from = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
  return found;
}

/** `test`. */
export function testText(input: Json, expression: Json, flags: Json): boolean {
  const { text, regex } = prepare('test', input, expression, flags);
  return regex.matcher(text).find();
}

/** The named captures of a match as an object. */
export function capturesOf(match: Match): JsonObject {
  const named = match.captures.filter((capture) => capture.name !== null);
  return Object.fromEntries(named.map(({ name, string }) => [name, string])) as JsonObject;
}

/** Flags with "g", where they are a text or none. */
export function globally(flags: Json): Json {
  return add(flags, 'g');
}

const compiled = new Map<string, RE2JS>();
const COMPILED_MAX = 500;

function prepare(
  name: string,
  input: Json,
  expression: Json,
  flags: Json,
): { readonly text: string; readonly regex: RE2JS; readonly isGlobal: boolean } {
  const areTexts = typeof input === 'string' && typeof expression === 'string';
  if (!areTexts || (flags !== null && typeof flags !== 'string')) throw notApplicable(name, input, [expression, flags]);
  const options = flags ?? '';
  if (/[^gim]/.test(options)) throw fail(`unsupported regular expression flag: ${JSON.stringify(options)}`);
  let source = options.includes('i') ? `(?i)${expression}` : expression;
  if (options.includes('m')) source = `(?s)${source}`;
  return { text: input, regex: compile(source), isGlobal: options.includes('g') };
}

function compile(source: string): RE2JS {
  const known = compiled.get(source);
  if (known) return known;
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = why.endsWith('trailing backslash at end of expression') ? `${why}: \`\`` : why;
    throw fail(`invalid regular expression ${JSON.stringify(source)}: ${message}`);
  }
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(source, regex);
  return regex;
}

function groupNames(regex: RE2JS): readonly (string | null)[] {
  const names: (string | null)[] = Array.from({ length: regex.groupCount() }, () => null);
  for (const [name, group] of Object.entries(regex.namedGroups() as Readonly<Record<string, number>>)) {
    names[group - 1] = name;
  }
  return names;
}

/** From UTF-16 units to characters. */
function positions(text: string): (index: number) => number {
  return isPlain(text) ? (index) => index : (index) => Array.from(text.slice(0, index)).length;
}
