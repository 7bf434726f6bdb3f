// Lua's patterns over bytes, with a budget: a pattern may try the same text in ever so many ways, and no instruction of Lua
// is executed meanwhile. Mirrors yuin/gopher-lua:pm/pm.go (v1.1.2) in what matches and in its sentences.

/** One match: where it begins and ends, and its captures. */
export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** Begin and end of each; an end of -1 makes it a position. */
  readonly captures: readonly (readonly [start: number, end: number])[];
}

/** A pattern that cannot be read; the message is what the script gets. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

const code = (letter: string): number => letter.codePointAt(0) ?? 0;
const [percent, open, close, dollar, caret, dot] = ['%', '(', ')', '$', '^', '.'].map(code) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const [bracket, unbracket, minus, star, plus, question] = ['[', ']', '-', '*', '+', '?'].map(code) as [
  number,
  number,
  number,
  number,
  number,
  number,
];

/** Captures at once, and matches within matches, as many as in Lua. */
const capturesMax = 32;
const depthMax = 200;
/** A capture that is not closed yet. */
const unclosed = -2;
const position = -1;

/** Finds matches of a pattern in a text from `from` on, at most `limit` of them. `spend` is told of every step. */
export function findMatches(
  text: Uint8Array,
  pattern: Uint8Array,
  { from, limit, spend }: { readonly from: number; readonly limit: number; readonly spend: (steps: number) => void },
): readonly PatternMatch[] {
  const found: PatternMatch[] = [];
  const isAnchored = pattern[0] === caret;
  const matcher = new Matcher(text, isAnchored ? pattern.subarray(1) : pattern, spend);
  for (let at = from; at <= text.length && found.length < limit;) {
    const end = matcher.matchAt(at);
    if (end >= 0) found.push({ start: at, end, captures: matcher.captured() });
    at = Math.max(at + 1, end);
    if (isAnchored) break;
  }
  return found;
}

class Matcher {
  readonly #text: Uint8Array;
  readonly #pattern: Uint8Array;
  readonly #spend: (steps: number) => void;
  #captures: [number, number][] = [];
  #depth = 0;

  constructor(text: Uint8Array, pattern: Uint8Array, spend: (steps: number) => void) {
    this.#text = text;
    this.#pattern = pattern;
    this.#spend = spend;
  }

  /** Where a match that begins here ends; -1 for none. */
  matchAt(at: number): number {
    this.#captures = [];
    this.#depth = 0;
    const end = this.#match(at, 0);
    if (end >= 0 && this.#captures.some(([, each]) => each === unclosed))
      throw new PatternError('unfinished capture at EOS');
    return end;
  }

  captured(): PatternMatch['captures'] {
    return this.#captures.map(([start, end]) => [start, end]);
  }

  #match(at: number, from: number): number {
    if (++this.#depth > depthMax) throw new PatternError('pattern/input too complex');
    try {
      return this.#run(at, from);
    } finally {
      this.#depth--;
    }
  }

  #run(at: number, from: number): number {
    const pattern = this.#pattern;
    for (let p = from; ;) {
      this.#spend(1);
      if (p >= pattern.length) return at;
      const now = pattern[p] ?? 0;
      if (now === open) return this.#open(at, p);
      if (now === close) return this.#close(at, p);
      if (now === dollar && p + 1 === pattern.length) return at === this.#text.length ? at : -1;
      const special = now === percent ? this.#special(at, p) : undefined;
      if (special) {
        if (special.at < 0) return -1;
        ({ at, p } = special);
        continue;
      }
      const next = this.#itemEnd(p);
      const repeat = pattern[next];
      if (repeat === star || repeat === plus) return this.#longest(at, p, next);
      if (repeat === minus) return this.#shortest(at, p, next);
      const fits = this.#fits(at, p, next);
      if (repeat === question) {
        const end = fits ? this.#match(at + 1, next + 1) : -1;
        if (end >= 0) return end;
        p = next + 1;
        continue;
      }
      if (!fits) return -1;
      at++;
      p = next;
    }
  }

  /** `%b()`, `%f[set]` and `%1`: what is more than one character. */
  #special(at: number, p: number): { at: number; p: number } | undefined {
    const kind = this.#pattern[p + 1];
    if (kind === code('b')) return { at: this.#balance(at, p + 2), p: p + 4 };
    if (kind === code('f')) {
      if (this.#pattern[p + 2] !== bracket) throw new PatternError("missing '[' after '%f' in pattern");
      const next = this.#itemEnd(p + 2);
      const fits =
        !this.#inItem(this.#text[at - 1] ?? 0, p + 2, next) && this.#inItem(this.#text[at] ?? 0, p + 2, next);
      return { at: fits ? at : -1, p: next };
    }
    if (kind === undefined || kind < code('0') || kind > code('9')) return undefined;
    const [start, end] = this.#captures[kind - code('1')] ?? [0, unclosed];
    if (end < 0) throw new PatternError('invalid capture index');
    const length = end - start;
    this.#spend(length);
    for (let index = 0; index < length; index++) {
      if (this.#text[start + index] !== this.#text[at + index]) return { at: -1, p };
    }
    return { at: at + length, p: p + 2 };
  }

  #balance(at: number, p: number): number {
    const [begin, end] = [this.#pattern[p], this.#pattern[p + 1]];
    if (begin === undefined || end === undefined) throw new PatternError('unexpected EOS');
    if (this.#text[at] !== begin) return -1;
    for (let index = at + 1, depth = 1; index < this.#text.length; index++) {
      this.#spend(1);
      const letter = this.#text[index];
      if (letter === end && --depth === 0) return index + 1;
      if (letter === begin && letter !== end) depth++;
    }
    return -1;
  }

  #open(at: number, p: number): number {
    if (this.#captures.length >= capturesMax) throw new PatternError('too many captures');
    const isPosition = this.#pattern[p + 1] === close;
    this.#captures.push([isPosition ? at + 1 : at, isPosition ? position : unclosed]);
    const end = this.#match(at, p + (isPosition ? 2 : 1));
    if (end < 0) this.#captures.pop();
    return end;
  }

  #close(at: number, p: number): number {
    const capture = this.#captures.findLast(([, end]) => end === unclosed);
    if (!capture) throw new PatternError("invalid ')'");
    capture[1] = at;
    const end = this.#match(at, p + 1);
    if (end < 0) capture[1] = unclosed;
    return end;
  }

  #longest(at: number, p: number, next: number): number {
    let count = 0;
    while (this.#fits(at + count, p, next)) count++;
    this.#spend(count);
    for (const least = this.#pattern[next] === plus ? 1 : 0; count >= least; count--) {
      const end = this.#match(at + count, next + 1);
      if (end >= 0) return end;
    }
    return -1;
  }

  #shortest(at: number, p: number, next: number): number {
    for (let from = at; ; from++) {
      const end = this.#match(from, next + 1);
      if (end >= 0) return end;
      if (!this.#fits(from, p, next)) return -1;
    }
  }

  #itemEnd(p: number): number {
    const pattern = this.#pattern;
    if (pattern[p] === percent) {
      return Math.min(p + 2, pattern.length);
    }
    if (pattern[p] !== bracket) return p + 1;
    let at = p + (pattern[p + 1] === caret ? 2 : 1);
    // A bracket that comes first is itself.
    do {
      if (at >= pattern.length) throw new PatternError(`unexpected EOS at ${pattern.length - 1}`);
      at += pattern[at] === percent ? 2 : 1;
    } while (pattern[at] !== unbracket);
    return at + 1;
  }

  #fits(at: number, p: number, next: number): boolean {
    const letter = this.#text[at];
    return at < this.#text.length && letter !== undefined && this.#inItem(letter, p, next);
  }

  #inItem(letter: number, p: number, next: number): boolean {
    const pattern = this.#pattern;
    const now = pattern[p] ?? 0;
    if (now === dot) return true;
    if (now === percent) return inClass(letter, pattern[p + 1] ?? 0);
    return now === bracket ? this.#inSet(letter, p, next - 1) : now === letter;
  }

  #inSet(letter: number, p: number, last: number): boolean {
    const pattern = this.#pattern;
    const isNegated = pattern[p + 1] === caret;
    for (let at = p + (isNegated ? 2 : 1); at < last; at++) {
      const now = pattern[at] ?? 0;
      if (now === percent) {
        if (inClass(letter, pattern[++at] ?? 0)) return !isNegated;
      } else if (pattern[at + 1] === minus && at + 2 < last) {
        if (now <= letter && letter <= (pattern[at + 2] ?? 0)) return !isNegated;
        at += 2;
      } else if (now === letter) return !isNegated;
    }
    return isNegated;
  }
}

/** The bytes of each class, as pairs of the first and the last. */
const classes: ReadonlyMap<string, readonly (readonly [number, number])[]> = new Map([
  ['a', between('AZ', 'az')],
  ['c', [[0, 31] as const, [127, 127] as const]],
  ['d', between('09')],
  ['l', between('az')],
  ['p', between('!/', ':@', '[`', '{~')],
  ['s', [[9, 13] as const, [32, 32] as const]],
  ['u', between('AZ')],
  ['w', between('AZ', 'az', '09')],
  ['x', between('AF', 'af', '09')],
  ['z', [[0, 0] as const]],
]);

function between(...ranges: readonly string[]): readonly (readonly [number, number])[] {
  return ranges.map((range) => [code(range.charAt(0)), code(range.charAt(1))] as const);
}

/** For each class letter, which bytes belong to it. */
const members: ReadonlyMap<number, readonly boolean[]> = new Map(
  [...classes].flatMap(([letter, ranges]) => {
    const table = Array.from({ length: 256 }, (_each, byte) => ranges.some(([from, to]) => from <= byte && byte <= to));
    return [
      [code(letter), table],
      [code(letter.toUpperCase()), table.map((isIn) => !isIn)],
    ] as [number, boolean[]][];
  }),
);

function inClass(letter: number, kind: number): boolean {
  const table = members.get(kind);
  return table ? table[letter] === true : kind === letter;
}
