// github.com/bmatcuk/doublestar (v4.10): `**` as a whole part of a path spans directories. Choices are text put into the
// pattern, as there, so that what a star means may depend on them.

import { doublestarClass } from './classes.ts';
import type { Glob } from './nodes.ts';

/** How many choices are tried: each brace doubles them. */
const CHOICES_MAX = 4096;

/** The glob; undefined where the pattern is not valid. */
export function readDoublestar(pattern: string): Glob | undefined {
  const characters = Array.from(pattern);
  if (!isValid(characters)) return undefined;
  return (text) => new Run(Array.from(text)).fits(characters, { at: 0, place: 0 });
}

/** Where one stands in the pattern and in the text. */
interface Standing {
  at: number;
  place: number;
}

/** A place to come back to, where more of the text may be given to a star. */
type Return = Readonly<Standing>;

/**
 * One text held against a pattern. As in the original, only the last star and the last `**` are come back to: a class that
 * takes a "/" from one star is not made up for by an earlier one.
 */
class Run {
  readonly #text: readonly string[];
  #choices = 0;

  constructor(text: readonly string[]) {
    this.#text = text;
  }

  fits(pattern: readonly string[], from: Standing, stars: { star?: Return; parts?: Return } = {}): boolean {
    const text = this.#text;
    let { at, place } = from;
    let { star, parts } = stars;
    let isPartStart = true;
    while (place < text.length) {
      const character = pattern[at];
      if (character === '*') {
        const isDouble = pattern[at + 1] === '*';
        at += isDouble ? 2 : 1;
        if (isDouble && isPartStart && at >= pattern.length) return true;
        if (isDouble && isPartStart && pattern[at] === '/') {
          at += 1;
          parts = { at, place };
          star = undefined;
        } else {
          star = { at, place };
          isPartStart = false;
        }
        continue;
      }
      if (character === '{')
        return this.#fitsChoice(pattern, { at, place }, { ...(star && { star }), ...(parts && { parts }) });
      const taken = takenBy(pattern, at, text[place] ?? '');
      if (taken) {
        ({ at, isPartStart } = taken);
        place += 1;
        continue;
      }
      const back = this.#comeBack(star, parts);
      if (!back) return false;
      ({ at, place, star, parts, isPartStart } = back);
    }
    return this.#mayBeEmpty(pattern.slice(at));
  }

  /** One character more for the last star, or one part more for the last `**`. */
  #comeBack(
    star: Return | undefined,
    parts: Return | undefined,
  ):
    | (Standing & {
        readonly star: Return | undefined;
        readonly parts: Return | undefined;
        readonly isPartStart: boolean;
      })
    | undefined {
    const text = this.#text;
    if (star && text[star.place] !== '/') {
      const moved = { at: star.at, place: star.place + 1 };
      return { ...moved, star: moved, parts, isPartStart: false };
    }
    const slash = parts ? text.indexOf('/', parts.place) : -1;
    if (!parts || slash < 0) return undefined;
    const moved = { at: parts.at, place: slash + 1 };
    return { ...moved, star, parts: moved, isPartStart: true };
  }

  #fitsChoice(pattern: readonly string[], { at, place }: Standing, stars: { star?: Return; parts?: Return }): boolean {
    const before = pattern.slice(0, at);
    return this.#some(choicesAt(pattern, at), (rest) => this.fits([...before, ...rest], { at, place }, stars));
  }

  /** Whether what is left of a pattern may stand for nothing: a directory fits what is below it. */
  #mayBeEmpty(rest: readonly string[]): boolean {
    if (['', '*', '**', '/**', '**/', '/**/'].includes(rest.join(''))) return true;
    return rest[0] === '{' && this.#some(choicesAt(rest, 0), (choice) => this.#mayBeEmpty(choice));
  }

  #some(choices: readonly (readonly string[])[], isIt: (choice: readonly string[]) => boolean): boolean {
    return choices.some((choice) => {
      this.#choices += 1;
      return this.#choices <= CHOICES_MAX && isIt(choice);
    });
  }
}

/** Where the pattern goes on behind what takes this character; undefined where it takes none or another. */
function takenBy(
  pattern: readonly string[],
  at: number,
  character: string,
): { readonly at: number; readonly isPartStart: boolean } | undefined {
  const wanted = pattern[at];
  if (wanted === undefined) return undefined;
  if (wanted === '?') return character === '/' ? undefined : { at: at + 1, isPartStart: false };
  if (wanted === '[') {
    const read = doublestarClass(pattern, at + 1);
    return read?.fits(character) === true ? { at: read.end, isPartStart: false } : undefined;
  }
  const literalAt = wanted === '\\' ? at + 1 : at;
  return pattern[literalAt] === character ? { at: literalAt + 1, isPartStart: character === '/' } : undefined;
}

/** The rest of a pattern from a brace on, once for each choice. */
function choicesAt(pattern: readonly string[], at: number): readonly (readonly string[])[] {
  const commas: number[] = [];
  let depth = 0;
  for (let index = at; index < pattern.length; index += 1) {
    const character = pattern[index];
    if (character === '\\') index += 1;
    else if (character === '{') depth += 1;
    else if (character === ',' && depth === 1) commas.push(index);
    else if (character === '}') {
      depth -= 1;
      if (depth > 0) continue;
      const edges = [at, ...commas, index];
      const rest = pattern.slice(index + 1);
      return edges.slice(1).map((edge, choice) => [...pattern.slice((edges[choice] ?? at) + 1, edge), ...rest]);
    }
  }
  return [];
}

/** Every bracket and brace closed, nothing escaped that is not there. */
function isValid(pattern: readonly string[]): boolean {
  let depth = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at];
    if (character === '\\') {
      at += 1;
      if (at >= pattern.length) return false;
    } else if (character === '[') {
      at += 1;
      if (pattern[at] === '^' || pattern[at] === '!') at += 1;
      if (pattern[at] === ']') return false;
      while (at < pattern.length && pattern[at] !== ']') at += pattern[at] === '\\' ? 2 : 1;
      if (at >= pattern.length) return false;
    } else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth < 0) return false;
    }
  }
  return depth === 0;
}
