// kubectl's JSONPath templates (k8s.io/client-go/util/jsonpath v0.35): `{range .items[*]}{.metadata.name}{"\n"}{end}`.

/** One bound of `[from:to:step]`. */
export interface SliceBound {
  readonly value: number;
  readonly known: boolean;
  /** The end of a single index: the start plus one. */
  readonly derived?: boolean;
}

export type JsonPathNode =
  | { readonly kind: 'list'; readonly nodes: JsonPathNode[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'identifier'; readonly name: string }
  | { readonly kind: 'array'; readonly bounds: readonly [SliceBound, SliceBound, SliceBound] }
  | { readonly kind: 'filter'; readonly left: JsonPathNode; readonly right: JsonPathNode; readonly operator: string }
  | { readonly kind: 'literal'; readonly value: number | boolean; readonly isFloat: boolean }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'recursive' }
  | { readonly kind: 'union'; readonly nodes: readonly JsonPathNode[] };

type ListNode = Extract<JsonPathNode, { kind: 'list' }>;

/** Thrown inside the package; callers get it as a value. */
export class JsonPathFailure extends Error {
  override readonly name = 'JsonPathFailure';
}

/** Parses a template. Throws JsonPathFailure. */
export function parseJsonPathNodes(text: string): ListNode {
  return new Parser(text).parse();
}

function parseAction(text: string): JsonPathNode {
  return parseJsonPathNodes(`{${text}}`).nodes[0] ?? { kind: 'list', nodes: [] };
}

const dictKey = /^'([^']*)'$/;
const slicePattern = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/;
const filterPattern = /^([^!<>=]+)([!<>=]+)(.+?)$/s;

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): ListNode {
    const root: ListNode = { kind: 'list', nodes: [] };
    while (this.#at < this.#text.length) {
      const open = this.#text.indexOf('{', this.#at);
      const end = open < 0 ? this.#text.length : open;
      if (end > this.#at) root.nodes.push({ kind: 'text', text: this.#text.slice(this.#at, end) });
      this.#at = end;
      if (open < 0) break;
      this.#at++;
      const action: ListNode = { kind: 'list', nodes: [] };
      root.nodes.push(action);
      this.#action(action);
    }
    return root;
  }

  #action(list: ListNode): void {
    while (!this.#text.startsWith('}', this.#at)) {
      if (this.#text.startsWith('[?(', this.#at)) this.#filter(list);
      else if (this.#text.startsWith('..', this.#at)) this.#recursive(list);
      else this.#element(list);
    }
    this.#at++;
  }

  #element(list: ListNode): void {
    const code = this.#text.codePointAt(this.#at);
    const char = code === undefined ? '' : String.fromCodePoint(code);
    if (char === '' || char === '\r' || char === '\n') throw new JsonPathFailure('unclosed action');
    if (char === ' ' || char === '@' || char === '$') this.#at++;
    else if (char === '[') this.#array(list);
    else if (char === '"' || char === "'") this.#quote(list, char);
    else if (char === '.') {
      this.#at++;
      this.#field(list);
    } else if (/[+\-\p{Nd}]/u.test(char)) this.#number(list);
    else if (/[_\p{L}]/u.test(char)) this.#identifier(list);
    else {
      const hex = (code ?? 0).toString(16).toUpperCase().padStart(4, '0');
      throw new JsonPathFailure(`unrecognized character in action: U+${hex} '${char}'`);
    }
  }

  #identifier(list: ListNode): void {
    const word = this.#run(/[^ \t\r\n.,[\]$@{}]*/y);
    if (word === 'true' || word === 'false')
      list.nodes.push({ kind: 'literal', value: word === 'true', isFloat: false });
    else list.nodes.push({ kind: 'identifier', name: word });
  }

  #run(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const word = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += word.length;
    return word;
  }

  #recursive(list: ListNode): void {
    if (list.nodes.at(-1)?.kind === 'recursive') throw new JsonPathFailure('invalid multiple recursive descent');
    this.#at += 2;
    list.nodes.push({ kind: 'recursive' });
    if (/^[_\p{L}\p{Nd}]/u.test(this.#text.slice(this.#at, this.#at + 2))) this.#field(list);
  }

  #field(list: ListNode): void {
    const word = this.#run(/(?:\\[^]?|[^\\ \t\r\n.,[\]$@{}])*/y);
    list.nodes.push(word === '*' ? { kind: 'wildcard' } : { kind: 'field', name: word.replaceAll('\\', '') });
  }

  #number(list: ListNode): void {
    const word = this.#run(/[+-]?[.\p{Nd}]*/uy);
    const isFloat = !/^[+-]?\d+$/.test(word);
    if (isFloat && !/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) throw new JsonPathFailure(`cannot parse number ${word}`);
    list.nodes.push({ kind: 'literal', value: Number(word), isFloat });
  }

  #quote(list: ListNode, quote: string): void {
    const start = this.#at++;
    for (;;) {
      const char = this.#text.charAt(this.#at++);
      if (char === '' || char === '\n') throw new JsonPathFailure('unterminated quoted string');
      if (char === quote && this.#text.charAt(this.#at - 2) !== '\\') break;
    }
    const literal = this.#text.slice(start, this.#at);
    list.nodes.push({ kind: 'text', text: unquoted(literal, quote) });
  }

  #array(list: ListNode): void {
    const close = this.#text.indexOf(']', this.#at);
    const newline = this.#text.indexOf('\n', this.#at);
    if (close < 0 || (newline >= 0 && newline < close)) throw new JsonPathFailure('unterminated array');
    const inner = this.#text.slice(this.#at + 1, close);
    this.#at = close + 1;
    const text = inner === '*' ? ':' : inner;
    const parts = text.split(',');
    if (parts.length > 1) {
      list.nodes.push({ kind: 'union', nodes: parts.map((part) => parseAction(`[${trimSpaces(part)}]`)) });
      return;
    }
    const key = dictKey.exec(text);
    if (key === null) {
      list.nodes.push({ kind: 'array', bounds: sliceBounds(text) });
      return;
    }
    const action = parseAction(`.${key[1] ?? ''}`);
    if (action.kind === 'list') list.nodes.push(...action.nodes);
  }

  #filter(list: ListNode): void {
    this.#at += 3;
    const start = this.#at;
    let begun = false;
    let ended = false;
    let pair = '';
    for (;;) {
      const char = this.#text.charAt(this.#at++);
      if (char === '' || char === '\n') throw new JsonPathFailure('unterminated filter');
      if (char === '"' || char === "'") {
        if (!begun) [begun, pair] = [true, char];
        else if (char === pair && this.#text.charAt(this.#at - 2) !== '\\') ended = true;
      } else if (char === ')' && begun === ended) break;
    }
    if (this.#text.charAt(this.#at++) !== ']') throw new JsonPathFailure('unclosed array expect ]');
    const text = this.#text.slice(start, this.#at - 2);
    const parts = filterPattern.exec(text);
    if (parts === null) {
      const nothing: ListNode = { kind: 'list', nodes: [] };
      list.nodes.push({ kind: 'filter', left: parseAction(text), right: nothing, operator: 'exists' });
      return;
    }
    const [, left = '', operator = '', right = ''] = parts;
    list.nodes.push({ kind: 'filter', left: parseAction(left), right: parseAction(right), operator });
  }
}

function trimSpaces(text: string): string {
  return text.replace(/^ +/, '').replace(/(?<! ) +$/, '');
}

function sliceBounds(text: string): readonly [SliceBound, SliceBound, SliceBound] {
  const match = slicePattern.exec(text);
  if (match === null) throw new JsonPathFailure(`invalid array index ${text}`);
  const bound = (part: string | undefined): SliceBound => {
    const digits = part ?? '';
    if (digits === '') return { value: 0, known: false };
    if (digits === '-') throw new JsonPathFailure(`array index ${digits} is not a number`);
    return { value: Number(digits), known: true };
  };
  const from = bound(match[1]);
  const to = match[2] === undefined ? { value: from.value + 1, known: true, derived: true } : bound(match[2].slice(1));
  return [from, to, bound(match[3]?.slice(1))];
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** Go's escapes between either kind of quotes. */
function unquoted(literal: string, quote: string): string {
  const fail = (): never => {
    throw new JsonPathFailure(`unquote string ${literal} error invalid syntax`);
  };
  const body = literal.slice(1, -1);
  if (literal.length < 2 || !/[\\'"]/.test(body) || (!body.includes('\\') && !body.includes(quote))) return body;
  return body.replaceAll(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([^]?))|[^\\]/g,
    (whole: string, hex?: string, short?: string, long?: string, octal?: string, letter?: string) => {
      if (!whole.startsWith('\\')) return whole === quote ? fail() : whole;
      const code = hex ?? short ?? long;
      if (code !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      if (letter === quote) return quote;
      return escapes[letter ?? ''] ?? fail();
    },
  );
}
