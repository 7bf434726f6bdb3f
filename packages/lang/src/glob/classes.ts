// Classes of characters between brackets, as each kind of glob reads them.

import type { CharacterClass } from './nodes.ts';

/** A class, and where what follows it begins. */
export interface ReadClass {
  readonly fits: CharacterClass;
  readonly end: number;
}

/** How brackets are read. `at` is behind the opening one. Undefined for a class that cannot be read. */
export type ClassReader = (characters: readonly string[], at: number) => ReadClass | undefined;

type Range = readonly [low: string, high: string];

function classOf(ranges: readonly Range[], isNegated: boolean): CharacterClass {
  const codes = ranges.map(([low, high]) => [codeOf(low), codeOf(high)] as const);
  return (character) => {
    const code = codeOf(character);
    return codes.some(([low, high]) => low <= code && code <= high) !== isNegated;
  };
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** gobwas: one range from low to high, or a list of characters, never both; `!` negates. */
export const gobwasClass: ClassReader = (characters, start) => {
  const isNegated = characters[start] === '!';
  const from = isNegated ? start + 1 : start;
  const [low, dash, high, close] = characters.slice(from, from + 4);
  if (low !== undefined && dash === '-') {
    if (high === undefined || close !== ']' || codeOf(high) < codeOf(low)) return undefined;
    return { fits: classOf([[low, high]], isNegated), end: from + 4 };
  }
  const list: Range[] = [];
  for (let at = from; at < characters.length; at += 1) {
    let character = characters[at] ?? '';
    if (character === ']') return list.length === 0 ? undefined : { fits: classOf(list, isNegated), end: at + 1 };
    if (character === '\\') {
      at += 1;
      character = characters[at] ?? '';
    }
    list.push([character, character]);
  }
  return undefined;
};

/** Go's path.Match: `^` negates; "-" and "]" stand for themselves only behind a backslash. */
export const pathClass: ClassReader = (characters, start) => {
  const isNegated = characters[start] === '^';
  let at = isNegated ? start + 1 : start;
  const literal = (): string | undefined => {
    const first = characters[at];
    if (first === undefined || first === '-' || first === ']') return undefined;
    at += first === '\\' ? 2 : 1;
    const character = first === '\\' ? characters[at - 1] : first;
    // Nothing may end with what stands for a character.
    return at < characters.length ? character : undefined;
  };
  const ranges: Range[] = [];
  for (;;) {
    if (characters[at] === ']' && ranges.length > 0) return { fits: classOf(ranges, isNegated), end: at + 1 };
    const low = literal();
    if (low === undefined) return undefined;
    let high: string | undefined = low;
    if (characters[at] === '-') {
      at += 1;
      high = literal();
      if (high === undefined) return undefined;
    }
    ranges.push([low, high]);
  }
};

/** doublestar: `!` or `^` negates; "-" at an edge, and behind a range, stands for itself. */
export const doublestarClass: ClassReader = (characters, start) => {
  const isNegated = characters[start] === '!' || characters[start] === '^';
  let at = isNegated ? start + 1 : start;
  if (characters[at] === ']') return undefined;
  const ranges: Range[] = [];
  let last: string | undefined;
  while (at < characters.length && characters[at] !== ']') {
    let character = characters[at] ?? '';
    at += 1;
    if (last !== undefined && character === '-' && at < characters.length && characters[at] !== ']') {
      if (characters[at] === '\\') at += 1;
      ranges.push([last, characters[at] ?? '']);
      last = undefined;
      at += 1;
      continue;
    }
    if (character === '\\') {
      character = characters[at] ?? '';
      at += 1;
    }
    ranges.push([character, character]);
    last = character;
  }
  return at < characters.length ? { fits: classOf(ranges, isNegated), end: at + 1 } : undefined;
};

/** Git's wildmatch: `!` or `^` negates, "]" may come first, and names such as [:alpha:] are classes within. */
export const gitClass: ClassReader = (characters, start) => {
  const isNegated = characters[start] === '!' || characters[start] === '^';
  const first = isNegated ? start + 1 : start;
  const ranges: Range[] = [];
  let at = first;
  while (at < characters.length && (characters[at] !== ']' || at === first)) {
    const named = /^\[:([a-z]*):\]/.exec(characters.slice(at, at + 16).join(''));
    const known = named && posixRanges.get(named[1] ?? '');
    if (named) {
      if (!known) return undefined;
      ranges.push(...known);
      at += named[0].length;
      continue;
    }
    if (characters[at] === '\\') at += 1;
    const low = characters[at] ?? '';
    at += 1;
    if (characters[at] !== '-' || characters[at + 1] === ']' || at + 1 >= characters.length) {
      ranges.push([low, low]);
      continue;
    }
    at += characters[at + 1] === '\\' ? 2 : 1;
    ranges.push([low, characters[at] ?? '']);
    at += 1;
  }
  return at < characters.length ? { fits: classOf(ranges, isNegated), end: at + 1 } : undefined;
};

const [digit, lower, upper]: readonly Range[][] = [[['0', '9']], [['a', 'z']], [['A', 'Z']]];
const posixRanges: ReadonlyMap<string, readonly Range[]> = new Map<string, readonly Range[]>([
  ['digit', digit ?? []],
  ['lower', lower ?? []],
  ['upper', upper ?? []],
  ['alpha', [...(lower ?? []), ...(upper ?? [])]],
  ['alnum', [...(digit ?? []), ...(lower ?? []), ...(upper ?? [])]],
  ['xdigit', [...(digit ?? []), ['a', 'f'], ['A', 'F']]],
  [
    'space',
    [
      [' ', ' '],
      ['\t', '\r'],
    ],
  ],
  [
    'blank',
    [
      [' ', ' '],
      ['\t', '\t'],
    ],
  ],
  [
    'cntrl',
    [
      ['\0', '\u001f'],
      ['\u007f', '\u007f'],
    ],
  ],
  ['graph', [['!', '~']]],
  ['print', [[' ', '~']]],
  [
    'punct',
    [
      ['!', '/'],
      [':', '@'],
      ['[', '`'],
      ['{', '~'],
    ],
  ],
]);
