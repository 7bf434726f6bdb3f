// Globs of the programs that read Argo CD's settings: one reader, and what the kinds differ in as its parameters.

import { type ClassReader, gitClass, gobwasClass, pathClass } from './classes.ts';
import { readDoublestar } from './doublestar.ts';
import { type Glob, type GlobNode, firstGlobOf, globOf } from './nodes.ts';

export type { Glob } from './nodes.ts';

/**
 * Whose globs they are. `gobwas` (github.com/gobwas/glob 1.0): projects, policies, settings, directory sources. `path` (Go's
 * path.Match): kinds of projects, directories of ApplicationSets. `doublestar` (github.com/bmatcuk/doublestar 4.10): values
 * files, files of ApplicationSets under the newer rules. `git` (a pathspec of git): files of ApplicationSets otherwise.
 */
export type GlobKind = 'gobwas' | 'path' | 'doublestar' | 'git';

interface Dialect {
  /** `?` and `*` stop at these. */
  readonly separators: string;
  /** `**` does not. */
  readonly hasSuper: boolean;
  readonly hasChoices: boolean;
  readonly readClass: ClassReader;
}

const compiled = new Map<string, Glob | undefined>();

/** How many globs that were read are kept: they come from specs, of which there are few. */
const COMPILED_MAX = 4096;

/**
 * Reads a glob of gobwas: `*` and `?` stop at `separators`, `**` does not; `[a-z]`, `[!abc]`, `{a,b}` and `\` as one
 * knows them. Undefined where the pattern cannot be read. Mirrors github.com/gobwas/glob:parse.go (1.0.0).
 */
export function compileGlob(pattern: string, separators = ''): Glob | undefined {
  return remembered(`gobwas${separators}`, pattern, () =>
    readWith(pattern, { separators, hasSuper: true, hasChoices: true, readClass: gobwasClass }),
  );
}

/** Whether the whole of `text` fits; a pattern that cannot be read fits nothing. */
export function matchesGlob(pattern: string, text: string, separators = ''): boolean {
  return compileGlob(pattern, separators)?.(text) === true;
}

/** Reads a glob over paths, where `*` and `?` stop at "/" unless it is git's. Undefined where it cannot be read. */
export function compilePath(kind: Exclude<GlobKind, 'gobwas'>, pattern: string): Glob | undefined {
  return remembered(kind, pattern, () => {
    if (kind === 'doublestar') return readDoublestar(pattern);
    const plain = { hasSuper: false, hasChoices: false };
    if (kind === 'git') return readWith(pattern, { ...plain, separators: '', readClass: gitClass });
    return readWith(pattern, { ...plain, separators: '/', readClass: pathClass }, firstGlobOf);
  });
}

/** Whether the whole of `name` fits a pattern of Go's filepath.Match. False for a pattern that cannot be read. */
export function matchesPath(pattern: string, name: string): boolean {
  return compilePath('path', pattern)?.(name) === true;
}

function remembered(kind: string, pattern: string, read: () => Glob | undefined): Glob | undefined {
  const key = `${kind}\n${pattern}`;
  if (compiled.has(key)) return compiled.get(key);
  const glob = read();
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(key, glob);
  return glob;
}

function readWith(pattern: string, dialect: Dialect, make: typeof globOf = globOf): Glob | undefined {
  const nodes = new GlobReader(pattern, dialect).read();
  return nodes && make(nodes);
}

/** From a pattern to its parts, character by character. */
class GlobReader {
  readonly #characters: readonly string[];
  readonly #dialect: Dialect;
  #at = 0;

  constructor(pattern: string, dialect: Dialect) {
    this.#characters = Array.from(pattern);
    this.#dialect = dialect;
  }

  /** The parts, or undefined for a pattern that cannot be read. */
  read(): readonly GlobNode[] | undefined {
    return this.#sequence(0);
  }

  #sequence(depth: number): readonly GlobNode[] | undefined {
    const nodes: GlobNode[] = [];
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
      if (depth > 0 && (next === ',' || next === '}')) return nodes;
      this.#at += 1;
      const node = this.#node(next, depth);
      if (!node) return undefined;
      nodes.push(node);
    }
    // A choice that nobody closed is none.
    return depth === 0 ? nodes : undefined;
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #node(character: string, depth: number): GlobNode | undefined {
    const { separators, hasSuper, hasChoices, readClass } = this.#dialect;
    switch (character) {
      case '\\': {
        const literal = this.#peek();
        this.#at += 1;
        return literal === undefined ? undefined : { kind: 'character', character: literal };
      }
      case '*':
        if (!hasSuper || this.#peek() !== '*') return { kind: 'many', except: separators };
        this.#at += 1;
        return { kind: 'many', except: '' };
      case '?':
        return { kind: 'one', except: separators };
      case '[': {
        const read = readClass(this.#characters, this.#at);
        if (read) this.#at = read.end;
        return read && { kind: 'class', fits: read.fits };
      }
      case '{':
        return hasChoices ? this.#choice(depth + 1) : { kind: 'character', character };
      default:
        return { kind: 'character', character };
    }
  }

  #choice(depth: number): GlobNode | undefined {
    const choices: (readonly GlobNode[])[] = [];
    for (;;) {
      const choice = this.#sequence(depth);
      if (!choice) return undefined;
      choices.push(choice);
      const stop = this.#peek();
      this.#at += 1;
      if (stop === '}') return { kind: 'either', choices };
    }
  }
}
