// Label selectors as kubectl writes them: `a=b,c!=d,e in (x,y),f,!g` (kyaml:yaml/internal/k8sgen labels, v0.21.1).

import { KustomizeError } from '../problems.ts';

/** Says whether a set of labels (or annotations) meets the selector. */
export type LabelMatcher = (labels: ReadonlyMap<string, string>) => boolean;

type Token = { readonly kind: 'word' | 'op' | 'end'; readonly text: string };

const cache = new Map<string, LabelMatcher>();
const CACHE_MAX = 500;

/** Parses a selector; throws KustomizeError where it is malformed. An empty selector matches everything. */
export function parseLabelSelector(text: string): LabelMatcher {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const requirements = new SelectorParser(tokenize(text)).parse();
  const matcher: LabelMatcher = (labels) => requirements.every((matches) => matches(labels));
  if (cache.size >= CACHE_MAX) cache.clear();
  cache.set(text, matcher);
  return matcher;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/\s+|==|!=|[=!(),<>]|[^\s=!(),<>]+/g)) {
    const piece = match[0];
    if (piece.trim() === '') continue;
    tokens.push({ kind: /^[=!(),<>]/.test(piece) ? 'op' : 'word', text: piece });
  }
  return tokens;
}

class SelectorParser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): LabelMatcher[] {
    const requirements: LabelMatcher[] = [];
    while (this.#peek().kind !== 'end') {
      requirements.push(this.#requirement());
      const next = this.#next();
      if (next.kind === 'end') break;
      if (next.text !== ',') throw fault(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.kind !== 'word' && after.text !== '!') {
        throw fault(`found '${after.text}', expected: identifier after ','`);
      }
    }
    return requirements;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #requirement(): LabelMatcher {
    if (this.#peek().text === '!') {
      this.#next();
      const key = this.#word();
      return (labels) => !labels.has(key);
    }
    const key = this.#word();
    const after = this.#peek();
    if (after.kind === 'end' || after.text === ',') return (labels) => labels.has(key);
    this.#next();
    switch (after.text) {
      case '=':
      case '==':
        return equals(key, this.#exactValue());
      case '!=':
        return differs(key, new Set([this.#exactValue()]));
      case 'in':
        return isIn(key, this.#values());
      case 'notin':
        return differs(key, this.#values());
      case '<':
        return compares(key, Number(this.#exactValue()), (left, right) => left < right);
      case '>':
        return compares(key, Number(this.#exactValue()), (left, right) => left > right);
      default:
        throw fault(`found '${after.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #word(): string {
    const token = this.#next();
    if (token.kind !== 'word') throw fault(`found '${token.text}', expected: !, identifier, or 'end of string'`);
    return token.text;
  }

  #exactValue(): string {
    const token = this.#peek();
    if (token.kind === 'end' || token.text === ',') return '';
    this.#next();
    if (token.kind !== 'word') throw fault(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  #values(): ReadonlySet<string> {
    const open = this.#next();
    if (open.text !== '(') throw fault(`found '${open.text}' expected: '('`);
    const values = new Set<string>();
    for (;;) {
      const token = this.#next();
      if (token.text === ')') return values.size === 0 ? values.add('') : values;
      if (token.kind === 'end') throw fault(`found '', expected: ',', or ')'`);
      if (token.kind === 'word') values.add(token.text);
      else if (token.text !== ',') throw fault(`found '${token.text}', expected: ',', ')' or identifier`);
      else if (this.#peek().text === ',' || this.#peek().text === ')') values.add('');
    }
  }
}

function equals(key: string, value: string): LabelMatcher {
  return (labels) => labels.get(key) === value;
}

function isIn(key: string, values: ReadonlySet<string>): LabelMatcher {
  return (labels) => {
    const value = labels.get(key);
    return value !== undefined && values.has(value);
  };
}

function differs(key: string, values: ReadonlySet<string>): LabelMatcher {
  return (labels) => {
    const value = labels.get(key);
    return value === undefined || !values.has(value);
  };
}

function compares(key: string, bound: number, holds: (left: number, right: number) => boolean): LabelMatcher {
  if (!Number.isInteger(bound)) throw fault(`for 'Gt', 'Lt' operators, the value must be an integer`);
  return (labels) => {
    const value = labels.get(key);
    return value !== undefined && /^[+-]?\d+$/.test(value) && holds(Number(value), bound);
  };
}

function fault(reason: string): KustomizeError {
  return new KustomizeError('TRANSFORMER', reason);
}
