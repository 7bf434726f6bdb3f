// Label selectors as Kubernetes reads, prints and matches them: "a=b,c in (x,y),!d" and LabelSelector objects
// (k8s.io/apimachinery:pkg/labels/selector.go and apis/meta/v1/helpers.go, 1.35).

import { type Result, err, ok } from '@evenkeel/std';

import { goQuote } from './ownership/values.ts';
import { type SelectorToken, lexSelector } from './selector-lexer.ts';
import { labelKeyErrors, labelValueErrors } from './selector-validation.ts';

/** How a requirement relates its key to its values. */
export type SelectorOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** One condition on one label. */
export interface SelectorRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** All requirements must hold. `undefined` selects nothing, an empty list everything. */
export type LabelSelectorTerms = readonly SelectorRequirement[];

/** metav1.LabelSelector. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export type Labels = Readonly<Record<string, string>>;

/** Reads a selector's text. The error is upstream's sentence. Requirements come sorted by key. */
export function parseLabelSelector(text: string): Result<LabelSelectorTerms, string> {
  const parsed = new SelectorParser(lexSelector(text)).parse();
  return parsed.ok ? ok(sortedByName(parsed.value)) : parsed;
}

/** Reads a LabelSelector object: absent selects nothing (undefined), empty everything. */
export function labelSelectorTerms(
  selector: LabelSelector | undefined | null,
): Result<LabelSelectorTerms | undefined, string> {
  if (selector === undefined || selector === null) return ok(undefined);
  const terms: SelectorRequirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    const made = requirement(key, '=', [value]);
    if (!made.ok) return made;
    terms.push(made.value);
  }
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const known = expressionOperators[operator];
    if (known === undefined) return err(`${goQuote(operator)} is not a valid label selector operator`);
    const made = requirement(key, known, values ?? []);
    if (!made.ok) return made;
    terms.push(made.value);
  }
  return ok(sortedByName(terms));
}

/** Whether the labels satisfy every requirement; never where there is no selector. */
export function matchesLabels(terms: LabelSelectorTerms | undefined, labels: Labels | undefined): boolean {
  return terms !== undefined && terms.every((term) => matchesRequirement(term, labels ?? {}));
}

/** The selector's text, as kube-apiserver and kubectl print it. */
export function formatLabelSelector(terms: LabelSelectorTerms): string {
  return terms.map(formatRequirement).join(',');
}

/** A checked requirement; the error names what is wrong in upstream's words. */
export function requirement(
  key: string,
  operator: SelectorOperator,
  values: readonly string[],
): Result<SelectorRequirement, string> {
  const errors: string[] = [];
  const keyErrors = labelKeyErrors(key);
  if (keyErrors.length > 0) errors.push(invalid('key', goQuote(key), keyErrors.join('; ')));
  errors.push(...countErrors(operator, values));
  for (const [index, value] of values.entries()) {
    const valueErrors = labelValueErrors(value);
    if (valueErrors.length > 0)
      errors.push(invalid(`values[${index}][${key}]`, goQuote(value), valueErrors.join('; ')));
  }
  const [first] = errors;
  if (first === undefined) return ok({ key, operator, values });
  const distinct = [...new Set(errors)];
  return err(distinct.length === 1 ? first : `[${distinct.join(', ')}]`);
}

const expressionOperators: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

function countErrors(operator: SelectorOperator, values: readonly string[]): string[] {
  const shown = values.length === 0 ? 'null' : `[${values.map(goQuote).join(',')}]`;
  switch (operator) {
    case 'in':
    case 'notin':
      if (values.length > 0) return [];
      return [invalid('values', shown, "for 'in', 'notin' operators, values set can't be empty")];
    case '=':
    case '==':
    case '!=':
      if (values.length === 1) return [];
      return [invalid('values', shown, 'exact-match compatibility requires one single value')];
    case 'exists':
    case '!':
      if (values.length === 0) return [];
      return [invalid('values', shown, 'values set must be empty for exists and does not exist')];
    case 'gt':
    case 'lt': {
      const errors: string[] = [];
      if (values.length !== 1) {
        errors.push(invalid('values', shown, "for 'Gt', 'Lt' operators, exactly one value is required"));
      }
      for (const [index, value] of values.entries()) {
        if (parseInt64(value) !== undefined) continue;
        const message = "for 'Gt', 'Lt' operators, the value must be an integer";
        errors.push(invalid(`values[${index}]`, goQuote(value), message));
      }
      return errors;
    }
  }
}

function invalid(path: string, value: string, message: string): string {
  return `${path}: Invalid value: ${value}: ${message}`;
}

function matchesRequirement({ key, operator, values }: SelectorRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      const own = value === undefined ? undefined : parseInt64(value);
      const bound = values.length === 1 ? parseInt64(values[0] ?? '') : undefined;
      if (own === undefined || bound === undefined) return false;
      return operator === 'gt' ? own > bound : own < bound;
    }
  }
}

function parseInt64(text: string): bigint | undefined {
  if (!/^[-+]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function formatRequirement({ key, operator, values }: SelectorRequirement): string {
  const sorted = values.length > 1 ? [...values].sort() : values;
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${sorted.join(',')})`;
    case 'gt':
      return `${key}>${sorted.join(',')}`;
    case 'lt':
      return `${key}<${sorted.join(',')}`;
    case '=':
    case '==':
    case '!=':
      return `${key}${operator}${sorted.join(',')}`;
  }
}

function sortedByName(terms: readonly SelectorRequirement[]): LabelSelectorTerms {
  return [...terms].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

const binaryOperators: Readonly<Record<string, SelectorOperator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

class SelectorParser {
  readonly #tokens: readonly SelectorToken[];
  #at = 0;

  constructor(tokens: readonly SelectorToken[]) {
    this.#tokens = tokens;
  }

  parse(): Result<SelectorRequirement[], string> {
    const terms: SelectorRequirement[] = [];
    for (;;) {
      const next = this.#look();
      if (next.kind === 'end') return ok(terms);
      if (next.kind !== 'identifier' && next.kind !== '!') {
        return err(`found '${next.text}', expected: !, identifier, or 'end of string'`);
      }
      const term = this.#requirement();
      if (!term.ok) return err(`unable to parse requirement: ${term.error}`);
      terms.push(term.value);
      const after = this.#take();
      if (after.kind === 'end') return ok(terms);
      if (after.kind !== ',') return err(`found '${after.text}', expected: ',' or 'end of string'`);
      const following = this.#look();
      if (following.kind !== 'identifier' && following.kind !== '!') {
        return err(`found '${following.text}', expected: identifier after ','`);
      }
    }
  }

  // "in" and "notin" are words like others wherever a key or value is read.
  #look(): SelectorToken {
    const token = this.#tokens[this.#at] ?? { kind: 'end', text: '' };
    return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token;
  }

  #take(): SelectorToken {
    const token = this.#look();
    this.#at++;
    return token;
  }

  #requirement(): Result<SelectorRequirement, string> {
    let token = this.#take();
    const absent = token.kind === '!';
    if (absent) token = this.#take();
    if (token.kind !== 'identifier') return err(`found '${token.text}', expected: identifier`);
    const errors = labelKeyErrors(token.text);
    if (errors.length > 0) return err(invalid('<nil>', goQuote(token.text), errors.join('; ')));
    const next = this.#look().kind;
    if (absent) return requirement(token.text, '!', []);
    if (next === 'end' || next === ',') return requirement(token.text, 'exists', []);
    const operatorToken = this.#tokens[this.#at++] ?? { kind: 'end', text: '' };
    const operator = binaryOperators[operatorToken.kind];
    if (operator === undefined) {
      return err(`found '${operatorToken.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    const values = operator === 'in' || operator === 'notin' ? this.#values() : this.#exactValue();
    return values.ok ? requirement(token.text, operator, [...new Set(values.value)].sort()) : values;
  }

  #values(): Result<string[], string> {
    const open = this.#take();
    if (open.kind !== '(') return err(`found '${open.text}' expected: '('`);
    const next = this.#look();
    if (next.kind === ')') {
      this.#take();
      return ok(['']);
    }
    if (next.kind !== 'identifier' && next.kind !== ',') {
      return err(`found '${next.text}', expected: ',', ')' or identifier`);
    }
    const values = this.#identifiers();
    if (!values.ok) return values;
    return this.#take().kind === ')' ? values : err(`found '${next.text}', expected: ')'`);
  }

  #identifiers(): Result<string[], string> {
    const values: string[] = [];
    for (;;) {
      const token = this.#take();
      const next = this.#look();
      if (token.kind === 'identifier') {
        values.push(token.text);
        if (next.kind === ')') return ok(values);
        if (next.kind !== ',') return err(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.kind === ',') {
        if (values.length === 0 || next.kind === ')' || next.kind === ',') values.push('');
        if (next.kind === ')') return ok(values);
      } else {
        return err(`found '${token.text}', expected: ',', or identifier`);
      }
    }
  }

  #exactValue(): Result<string[], string> {
    const next = this.#look();
    if (next.kind === 'end' || next.kind === ',') return ok(['']);
    const token = this.#take();
    return token.kind === 'identifier' ? ok([token.text]) : err(`found '${token.text}', expected: identifier`);
  }
}
