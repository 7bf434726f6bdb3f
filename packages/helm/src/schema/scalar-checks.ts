// The keywords of JSON Schema that look at a value as a whole, or at a number.

import type { GoInt } from '@evenkeel/gotemplate';

import type { Table, Value } from '../values/table.ts';
import type { Draft } from './document.ts';
import { formatProblem } from './formats.ts';
import {
  TYPE_ORDER,
  display,
  equalValues,
  grouped,
  isContainer,
  isInteger,
  isMultiple,
  numberOf,
  typeName,
} from './json-values.ts';

/** type, const, enum, format: the first that fails ends the validation. */
export function wholeProblem(
  schema: Table,
  { draft, assertsFormat }: { readonly draft: Draft; readonly assertsFormat: boolean },
  value: Value,
): string | undefined {
  const type = typeName(value);
  const wanted = schema.get('type');
  if (wanted !== undefined) {
    const names = (Array.isArray(wanted) ? wanted : [wanted]).filter((name) =>
      TYPE_ORDER.some((known) => known === name),
    );
    const fits = names.includes(type) || (type === 'number' && names.includes('integer') && isInteger(value));
    if (names.length > 0 && !fits) {
      return `got ${type}, want ${TYPE_ORDER.filter((name) => names.includes(name)).join(' or ')}`;
    }
  }
  const constant = schema.get('const');
  if (constant !== undefined && draft >= 6 && !equalValues(value, constant)) {
    return isContainer(constant) ? "'const' failed" : `value must be ${display(constant)}`;
  }
  const choices = schema.get('enum');
  if (Array.isArray(choices) && !choices.some((choice) => equalValues(value, choice))) {
    if (choices.some(isContainer)) return "'enum' failed";
    const [only] = choices;
    if (choices.length === 1 && only !== undefined) return `value must be ${display(only)}`;
    return `value must be one of ${choices.map(display).join(', ')}`;
  }
  const format = schema.get('format');
  if (typeof format !== 'string' || !assertsFormat) return undefined;
  const problem = formatProblem(format, value);
  return problem === undefined ? undefined : `${display(value)} is not valid ${format}: ${problem}`;
}

/** minimum, maximum and their kin. */
export function numberProblems(schema: Table, given: number | GoInt): string[] {
  const value = numberOf(given);
  const problems: string[] = [];
  const exclusive = (keyword: string): boolean => schema.get(keyword) === true;
  const bound = (keyword: string, wrong: (limit: number) => boolean, shown = keyword): void => {
    const limit = schema.get(keyword);
    if (typeof limit === 'number' && wrong(limit))
      problems.push(`${shown}: got ${grouped(value)}, want ${grouped(limit)}`);
  };
  // Draft 4 says whether minimum is exclusive by a boolean beside it.
  if (exclusive('exclusiveMinimum')) bound('minimum', (limit) => value <= limit, 'exclusiveMinimum');
  else bound('minimum', (limit) => value < limit);
  if (exclusive('exclusiveMaximum')) bound('maximum', (limit) => value >= limit, 'exclusiveMaximum');
  else bound('maximum', (limit) => value > limit);
  bound('exclusiveMinimum', (limit) => value <= limit);
  bound('exclusiveMaximum', (limit) => value >= limit);
  bound('multipleOf', (limit) => !isMultiple(value, limit));
  return problems;
}
