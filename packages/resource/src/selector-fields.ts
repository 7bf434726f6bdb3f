// Field selectors: "metadata.name=web,status.phase!=Running" (k8s.io/apimachinery:pkg/fields/selector.go, 1.35).

import { type Result, err, ok } from '@evenkeel/std';

/** One condition on one field. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Reads a field selector's text. The error is upstream's sentence. Terms come in the order of their texts. */
export function parseFieldSelector(text: string): Result<readonly FieldRequirement[], string> {
  const terms: FieldRequirement[] = [];
  for (const part of splitTerms(text).sort()) {
    if (part === '') continue;
    const split = /!=|==|=/.exec(part);
    if (split === null) return err(`invalid selector: '${text}'; can't understand '${part}'`);
    const value = unescapeValue(part.slice(split.index + split[0].length));
    if (!value.ok) return value;
    const operator = split[0] === '!=' ? '!=' : '=';
    terms.push({ field: part.slice(0, split.index), operator, value: value.value });
  }
  return ok(terms);
}

/** Whether the fields satisfy every term. A field that is not there reads as ''. */
export function matchesFields(terms: readonly FieldRequirement[], fields: Readonly<Record<string, string>>): boolean {
  return terms.every(({ field, operator, value }) => ((fields[field] ?? '') === value) === (operator === '='));
}

/** The selector's text. */
export function formatFieldSelector(terms: readonly FieldRequirement[]): string {
  return terms.map(({ field, operator, value }) => `${field}${operator}${escapeValue(value)}`).join(',');
}

function escapeValue(value: string): string {
  return value.replace(/[\\,=]/g, (character) => `\\${character}`);
}

function unescapeValue(text: string): Result<string, string> {
  let value = '';
  let escaped = false;
  for (const character of text) {
    const isSpecial = character === '\\' || character === ',' || character === '=';
    if (escaped) {
      if (!isSpecial) return err(`invalid field selector: invalid escape sequence: \\${character}`);
      value += character;
      escaped = false;
    } else if (character === '\\') {
      escaped = true;
    } else if (isSpecial) {
      return err(`invalid field selector: unescaped character in value: ${character.codePointAt(0) ?? 0}`);
    } else {
      value += character;
    }
  }
  return escaped ? err('invalid field selector: invalid escape sequence: \\') : ok(value);
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  let escaped = false;
  for (let at = 0; at < text.length; at++) {
    if (escaped) escaped = false;
    else if (text[at] === '\\') escaped = true;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}
