// Globs of Go programs: those of github.com/gobwas/glob (0.2.3), which Argo CD uses in projects, policies and sources, and
// those of path/filepath.Match, which it uses for kinds.

/** A compiled glob. */
export type Glob = (text: string) => boolean;

const compiled = new Map<string, Glob | undefined>();

/** How many compiled globs are kept: they come from specs, of which there are few. */
const COMPILED_MAX = 4096;

/**
 * Compiles a glob of gobwas: `*` and `?` stop at `separators`, `**` does not; `[a-z]`, `[!abc]`, `{a,b}` and `\` as one
 * knows them. Undefined where the pattern cannot be read.
 */
export function compileGlob(pattern: string, separators = ''): Glob | undefined {
  const key = `${separators}\n${pattern}`;
  if (compiled.has(key)) return compiled.get(key);
  const source = new GlobReader(pattern, separators).read();
  const expression = source === undefined ? undefined : new RegExp(`^${source}$`, 'us');
  const glob = expression && ((text: string): boolean => expression.test(text));
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(key, glob);
  return glob;
}

/** Whether the whole of `text` fits; a pattern that cannot be read fits nothing. */
export function matchesGlob(pattern: string, text: string, separators = ''): boolean {
  return compileGlob(pattern, separators)?.(text) === true;
}

/** From a glob to the source of an expression, character by character. */
class GlobReader {
  readonly #characters: readonly string[];
  readonly #one: string;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, separators: string) {
    this.#characters = Array.from(pattern);
    this.#one = separators === '' ? '.' : `[^${Array.from(separators, escapeInClass).join('')}]`;
  }

  /** The expression, or undefined for a pattern that cannot be read. */
  read(): string | undefined {
    let source = '';
    for (let char = this.#next(); char !== undefined; char = this.#next()) {
      const part = this.#part(char);
      if (part === undefined) return undefined;
      source += part;
    }
    // Choices that nobody closed end with the pattern.
    return source + ')'.repeat(this.#depth);
  }

  #next(): string | undefined {
    this.#at += 1;
    return this.#characters[this.#at - 1];
  }

  #part(char: string): string | undefined {
    switch (char) {
      case '\\':
        return escapeLiteral(this.#next() ?? '');
      case '*':
        if (this.#characters[this.#at] !== '*') return `${this.#one}*`;
        this.#at += 1;
        return '.*';
      case '?':
        return this.#one;
      case '[':
        return this.#range();
      case '{':
        this.#depth += 1;
        return '(?:';
      case '}':
        if (this.#depth === 0) return escapeLiteral(char);
        this.#depth -= 1;
        return ')';
      case ',':
        return this.#depth > 0 ? '|' : ',';
      default:
        return escapeLiteral(char);
    }
  }

  /** One range from low to high, or a list of characters; never both. */
  #range(): string | undefined {
    const not = this.#characters[this.#at] === '!';
    if (not) this.#at += 1;
    const open = not ? '[^' : '[';
    const [low, dash, high, close] = this.#characters.slice(this.#at, this.#at + 4);
    if (dash === '-') {
      this.#at += 4;
      if (low === undefined || high === undefined || close !== ']' || high < low) return undefined;
      return `${open}${escapeInClass(low)}-${escapeInClass(high)}]`;
    }
    let list = '';
    for (let char = this.#next(); char !== ']'; char = this.#next()) {
      const literal = char === '\\' ? this.#next() : char;
      if (literal === undefined) return undefined;
      list += escapeInClass(literal);
    }
    return list === '' ? undefined : `${open}${list}]`;
  }
}

/**
 * Whether the whole of `name` fits a pattern of Go's filepath.Match: `*` and `?` stop at "/". False for a pattern that
 * cannot be read.
 */
export function matchesPath(pattern: string, name: string): boolean {
  const key = `path\n${pattern}`;
  if (!compiled.has(key)) {
    const source = pathSource(Array.from(pattern));
    const expression = source === undefined ? undefined : new RegExp(`^${source}$`, 'us');
    compiled.set(key, expression && ((text) => expression.test(text)));
  }
  return compiled.get(key)?.(name) === true;
}

function pathSource(characters: readonly string[]): string | undefined {
  let source = '';
  for (let at = 0; at < characters.length; at += 1) {
    const char = characters[at] ?? '';
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '[') {
      const read = pathClass(characters, at + 1);
      if (!read) return undefined;
      source += read.source;
      at = read.end;
    } else if (char === '\\') {
      at += 1;
      const literal = characters[at];
      if (literal === undefined) return undefined;
      source += escapeLiteral(literal);
    } else source += escapeLiteral(char);
  }
  return source;
}

interface ReadClass {
  readonly source: string;
  /** Where the closing bracket stands. */
  readonly end: number;
}

function pathClass(characters: readonly string[], from: number): ReadClass | undefined {
  const not = characters[from] === '^';
  let at = not ? from + 1 : from;
  let source = not ? '[^' : '[';
  const literal = (): string | undefined => {
    const char = characters[at];
    if (char === undefined || char === '-' || char === ']') return undefined;
    at += char === '\\' ? 2 : 1;
    return char === '\\' ? characters[at - 1] : char;
  };
  for (let count = 0; ; count += 1) {
    if (characters[at] === ']' && count > 0) return { source: `${source}]`, end: at };
    const low = literal();
    if (low === undefined) return undefined;
    let high = low;
    if (characters[at] === '-') {
      at += 1;
      const read = literal();
      if (read === undefined) return undefined;
      high = read;
    }
    // An empty range fits nothing, which a class of one character more cannot say otherwise.
    if (low <= high) source += `${escapeInClass(low)}-${escapeInClass(high)}`;
  }
}

function escapeLiteral(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

function escapeInClass(char: string): string {
  return /[\\^\-[\]]/.test(char) ? `\\${char}` : char;
}
