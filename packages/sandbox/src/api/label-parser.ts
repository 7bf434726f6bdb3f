// The grammar of label selectors in requests, read as apimachinery's pkg/labels reads it, refusals worded alike.

import { formatValue } from '../validation/causes.ts';
import { labelValueProblem, qualifiedNameProblem } from '../validation/names.ts';
import { badRequest } from './status.ts';

/** One condition on a label. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

/** Reads "a=b,c!=d,e in (f,g),!h". Throws 400 where it cannot be read (apimachinery:pkg/labels/selector.go, 1.35). */
export function parseRequirements(text: string): readonly Requirement[] {
  return new Parser(scan(text)).parse();
}

type Kind = 'word' | 'end' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<' | 'in' | 'notin';

interface Token {
  readonly kind: Kind;
  readonly text: string;
}

const symbols = new Set<string>(['(', ')', ',', '!', '=', '==', '!=', '>', '<']);
const operators: Readonly<Partial<Record<Kind, Requirement['operator']>>> = {
  '=': 'In',
  '==': 'In',
  in: 'In',
  '!=': 'NotIn',
  notin: 'NotIn',
  '>': 'Gt',
  '<': 'Lt',
};
const end: Token = { kind: 'end', text: '' };

function scan(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const [run] of text.matchAll(/[=!(),><]+|[^=!(),><\s]+/g)) {
    if (!/[=!(),><]/.test(run)) tokens.push({ kind: run === 'in' || run === 'notin' ? run : 'word', text: run });
    else tokens.push(...scanSymbols(run));
  }
  tokens.push(end);
  return tokens;
}

// The longest symbol wins: "a==b" has one operator, "a===b" two.
function scanSymbols(run: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < run.length;) {
    const length = at + 2 <= run.length && symbols.has(run.slice(at, at + 2)) ? 2 : 1;
    const text = run.slice(at, at + length);
    tokens.push({ kind: text as Kind, text });
    at += length;
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): readonly Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const { kind, text } = this.#next();
      if (kind === 'end') return requirements;
      if (kind !== 'word' && kind !== '!')
        throw badRequest(`found '${text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.#requirement());
      const separator = this.#take();
      if (separator.kind === 'end') return requirements;
      if (separator.kind !== ',') throw badRequest(`found '${separator.text}', expected: ',' or 'end of string'`);
      const after = this.#next();
      if (after.kind !== 'word' && after.kind !== '!')
        throw badRequest(`found '${after.text}', expected: identifier after ','`);
    }
  }

  // Keywords are words wherever a key or a value may stand.
  #next(): Token {
    const token = this.#tokens[this.#at] ?? end;
    return token.kind === 'in' || token.kind === 'notin' ? { kind: 'word', text: token.text } : token;
  }

  #take(): Token {
    const token = this.#next();
    this.#at++;
    return token;
  }

  #requirement(): Requirement {
    const negated = this.#next().kind === '!';
    if (negated) this.#at++;
    const { kind, text: key } = this.#take();
    if (kind !== 'word') throw unreadable(`found '${key}', expected: identifier`);
    const problem = qualifiedNameProblem(key);
    if (problem !== undefined) throw unreadable(`<nil>: Invalid value: ${formatValue(key)}: ${problem}`);
    const following = this.#next().kind;
    if (negated) return { key, operator: 'DoesNotExist', values: [] };
    if (following === 'end' || following === ',') return { key, operator: 'Exists', values: [] };
    const token = this.#tokens[this.#at] ?? end;
    this.#at++;
    const operator = operators[token.kind];
    if (operator === undefined) {
      throw unreadable(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    const values = token.kind === 'in' || token.kind === 'notin' ? this.#list() : [this.#exact()];
    return checked({ key, operator, values });
  }

  #exact(): string {
    const following = this.#next();
    if (following.kind === 'end' || following.kind === ',') return '';
    const { kind, text } = this.#take();
    if (kind !== 'word') throw unreadable(`found '${text}', expected: identifier`);
    return text;
  }

  #list(): readonly string[] {
    const open = this.#take();
    if (open.kind !== '(') throw unreadable(`found '${open.text}' expected: '('`);
    const first = this.#next();
    if (first.kind === ')') {
      this.#at++;
      return [''];
    }
    if (first.kind !== 'word' && first.kind !== ',')
      throw unreadable(`found '${first.text}', expected: ',', ')' or identifier`);
    const values = this.#words();
    this.#at++;
    return [...values].sort();
  }

  #words(): ReadonlySet<string> {
    const values = new Set<string>();
    for (;;) {
      const { kind, text } = this.#take();
      const following = this.#next();
      if (kind === 'word') {
        values.add(text);
        if (following.kind === ')') return values;
        if (following.kind !== ',') throw unreadable(`found '${following.text}', expected: ',' or ')'`);
      } else if (kind === ',') {
        if (values.size === 0 || following.kind === ')' || following.kind === ',') values.add('');
        if (following.kind === ')') return values;
      } else throw unreadable(`found '${text}', expected: ',', or identifier`);
    }
  }
}

function checked(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement;
  const problems: string[] = [];
  for (const [index, value] of values.entries()) {
    if ((operator === 'Gt' || operator === 'Lt') && !/^[+-]?\d+$/.test(value)) {
      problems.push(
        `values[${index}]: Invalid value: ${formatValue(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
    const problem = labelValueProblem(value);
    if (problem !== undefined)
      problems.push(`values[${index}][${key}]: Invalid value: ${formatValue(value)}: ${problem}`);
  }
  if (problems.length === 0) return requirement;
  throw unreadable(problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`);
}

function unreadable(detail: string): Error {
  return badRequest(`unable to parse requirement: ${detail}`);
}
