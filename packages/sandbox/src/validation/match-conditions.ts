// matchConditions, as webhooks and admission policies have them (pkg/apis/admissionregistration/validation, 1.35).

import { type Compiled, type Declared, compileExpression, conditionTypes } from '../admission/expressions.ts';
import { type Bag, scalarText } from '../store/draft.ts';
import type { Causes } from './causes.ts';
import { qualifiedNameProblem } from './names.ts';

/** Checks a list of conditions; policies with parameters may name them. */
export function checkConditions(
  causes: Causes,
  conditions: readonly Bag[],
  { at, params = false }: { readonly at: string; readonly params?: boolean },
): void {
  const names = new Set<string>();
  if (conditions.length > 64) causes.tooMany(at, conditions.length, 64);
  for (const [index, condition] of conditions.entries()) {
    const place = `${at}[${index}]`;
    const expression = scalarText(condition['expression'] ?? '').trim();
    const declared: Declared = { params, authorizer: true };
    if (expression === '') causes.required(`${place}.expression`);
    else checkCompiled(causes, compileExpression(expression, declared, conditionTypes), `${place}.expression`);
    const name = scalarText(condition['name'] ?? '');
    const problem = name === '' ? undefined : qualifiedNameProblem(name);
    if (name === '') causes.required(`${place}.name`);
    else if (problem !== undefined) causes.invalid(`${place}.name`, name, problem);
    if (name !== '' && names.has(name)) causes.duplicate(`${place}.name`, name);
    names.add(name);
  }
}

/** Says why an expression does not compile. */
export function checkCompiled(
  causes: Causes,
  compiled: Compiled,
  at: string,
  shown: string = compiled.expression,
): void {
  if (compiled.ok) return;
  if (compiled.internal) causes.internal(at, compiled.problem);
  else causes.invalid(at, shown, compiled.problem);
}
