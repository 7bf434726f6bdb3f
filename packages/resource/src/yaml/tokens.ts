// Tokens of the YAML scanner, and the queue they wait in. Token objects are recycled: a manifest of a few megabytes
// has close to a million of them. The queue keeps consumed tokens for a while, because the comment rules look back.

export const TOKEN_STREAM_START = 1;
export const TOKEN_STREAM_END = 2;
export const TOKEN_VERSION_DIRECTIVE = 3;
export const TOKEN_TAG_DIRECTIVE = 4;
export const TOKEN_DOCUMENT_START = 5;
export const TOKEN_DOCUMENT_END = 6;
export const TOKEN_BLOCK_SEQUENCE_START = 7;
export const TOKEN_BLOCK_MAPPING_START = 8;
export const TOKEN_BLOCK_END = 9;
export const TOKEN_FLOW_SEQUENCE_START = 10;
export const TOKEN_FLOW_SEQUENCE_END = 11;
export const TOKEN_FLOW_MAPPING_START = 12;
export const TOKEN_FLOW_MAPPING_END = 13;
export const TOKEN_BLOCK_ENTRY = 14;
export const TOKEN_FLOW_ENTRY = 15;
export const TOKEN_KEY = 16;
export const TOKEN_VALUE = 17;
export const TOKEN_ALIAS = 18;
export const TOKEN_ANCHOR = 19;
export const TOKEN_TAG = 20;
export const TOKEN_SCALAR = 21;

export const SCALAR_PLAIN = 0;
export const SCALAR_SINGLE = 1;
export const SCALAR_DOUBLE = 2;
export const SCALAR_LITERAL = 3;
export const SCALAR_FOLDED = 4;

/** Lines and columns are 0-based, as in libyaml. */
export interface Token {
  type: number;
  index: number;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** Scalar text, anchor or alias name, tag handle. */
  value: string;
  /** Tag suffix, or prefix of a %TAG directive. */
  suffix: string;
  /** SCALAR_* of a scalar; major * 256 + minor of a %YAML directive. */
  style: number;
}

/** First-in-first-out, with insertion; `tokens[head..length)` are waiting. */
export class TokenQueue {
  readonly tokens: Token[] = [];
  head = 0;
  length = 0;
  /** Number of tokens taken so far: the absolute number of the token at the head. */
  taken = 0;
  /** go-yaml drops consumed tokens when this many slots are full; its comment rules can tell. */
  #capacity = 16;

  constructor() {
    for (let i = 0; i < this.#capacity; i++) this.tokens.push(blankToken());
  }

  /** Adds a token at the end, or before the waiting token number `position`, and returns it to be filled in. */
  insert(position: number): Token {
    if (this.head > 0 && this.length === this.#capacity) this.#compact();
    if (this.length === this.#capacity) {
      for (let i = 0; i < this.#capacity; i++) this.tokens.push(blankToken());
      this.#capacity *= 2;
    }
    const { tokens } = this;
    const token = tokens[this.length] as Token;
    if (position >= 0) {
      for (let i = this.length, to = this.head + position; i > to; i--) tokens[i] = tokens[i - 1] as Token;
      tokens[this.head + position] = token;
    }
    this.length++;
    return token;
  }

  /** The token `back` places before the end of the queue (1 is the last), consumed or not. */
  fromEnd(back: number): Token | undefined {
    return this.length >= back ? this.tokens[this.length - back] : undefined;
  }

  #compact(): void {
    const { tokens, head } = this;
    const waiting = this.length - head;
    for (let i = 0; i < waiting; i++) {
      const moved = tokens[head + i] as Token;
      tokens[head + i] = tokens[i] as Token;
      tokens[i] = moved;
    }
    this.length = waiting;
    this.head = 0;
  }
}

function blankToken(): Token {
  return { type: 0, index: 0, line: 0, column: 0, endLine: 0, endColumn: 0, value: '', suffix: '', style: 0 };
}
