// What Go's encoding/json says of text that is no JSON: clients show it, and some look for its words.

/** The sentence for the first thing wrong in the text; undefined where it is JSON. */
export function goJsonProblem(text: string): string | undefined {
  try {
    new Scanner(text).document();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}

class Problem extends Error {}

const literals: readonly string[] = ['true', 'false', 'null'];

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#refuse('after top-level value');
  }

  #value(): void {
    this.#skipSpace();
    const character = this.#peek();
    if (character === '{') this.#object();
    else if (character === '[') this.#array();
    else if (character === '"') this.#string();
    else if (character === '-' || /\d/.test(character)) this.#number();
    else {
      const literal = literals.find((each) => each[0] === character);
      if (literal === undefined) this.#refuse('looking for beginning of value');
      this.#literal(literal ?? '');
    }
  }

  #object(): void {
    this.#at++;
    this.#skipSpace();
    if (this.#peek() === '}') {
      this.#at++;
      return;
    }
    for (;;) {
      this.#skipSpace();
      if (this.#peek() !== '"') this.#refuse('looking for beginning of object key string');
      this.#string();
      this.#skipSpace();
      if (this.#peek() !== ':') this.#refuse('after object key');
      this.#at++;
      this.#value();
      if (this.#closes('}', 'after object key:value pair')) return;
    }
  }

  #array(): void {
    this.#at++;
    this.#skipSpace();
    if (this.#peek() === ']') {
      this.#at++;
      return;
    }
    do this.#value();
    while (!this.#closes(']', 'after array element'));
  }

  #closes(end: string, where: string): boolean {
    this.#skipSpace();
    const character = this.#peek();
    if (character !== end && character !== ',') this.#refuse(where);
    this.#at++;
    return character === end;
  }

  #string(): void {
    this.#at++;
    for (;;) {
      const character = this.#peek();
      this.#at++;
      if (character === '"') return;
      if (character === '\\') this.#escape();
      else if (character < ' ') {
        this.#at--;
        this.#refuse('in string literal');
      }
    }
  }

  #escape(): void {
    const character = this.#next();
    if (!'bfnrt\\/"u'.includes(character)) this.#refuse('in string escape code');
    this.#at++;
    if (character !== 'u') return;
    for (let count = 0; count < 4; count++) {
      if (!/[0-9a-fA-F]/.test(this.#next())) this.#refuse(String.raw`in \u hexadecimal character escape`);
      this.#at++;
    }
  }

  #number(): void {
    if (this.#next() === '-') this.#at++;
    if (!/\d/.test(this.#next())) this.#refuse('in numeric literal');
    if (this.#next() === '0') this.#at++;
    else this.#digits();
    if (this.#text[this.#at] === '.') {
      this.#at++;
      if (!/\d/.test(this.#next())) this.#refuse('after decimal point in numeric literal');
      this.#digits();
    }
    if (!/[eE]/.test(this.#text[this.#at] ?? '')) return;
    this.#at++;
    if (/[+-]/.test(this.#next())) this.#at++;
    if (!/\d/.test(this.#next())) this.#refuse('in exponent of numeric literal');
    this.#digits();
  }

  #digits(): void {
    while (/\d/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #literal(literal: string): void {
    for (const expected of literal) {
      if (this.#next() !== expected) this.#refuse(`in literal ${literal} (expecting '${expected}')`);
      this.#at++;
    }
  }

  #skipSpace(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #peek(): string {
    const character = this.#text[this.#at];
    if (character === undefined) throw new Problem('unexpected end of JSON input');
    return character;
  }

  // The end is read as a space first, which is an error within numbers, literals and escapes.
  #next(): string {
    return this.#text[this.#at] ?? ' ';
  }

  #refuse(where: string): never {
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0x20);
    throw new Problem(`invalid character ${quoted(character)} ${where}`);
  }
}

function quoted(character: string): string {
  if (character === "'") return String.raw`'\''`;
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}
