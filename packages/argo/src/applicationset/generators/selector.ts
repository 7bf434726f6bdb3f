// Label selectors over parameters: as Kubernetes has them, but values may be anything, so that cluster URLs can be matched.
// Mirrors argoproj/argo-cd:applicationset/utils/selector.go (3.6).

import { labelKeyErrors } from '@evenkeel/resource';
import { GenerationError, type SelectorSpec } from '../application-set.ts';

/** A compiled selector. */
export type Matcher = (labels: ReadonlyMap<string, string>) => boolean;

/** Compiles. An empty selector matches everything. @throws GenerationError for operators and keys that are none. */
export function compileSelector({ matchLabels = {}, matchExpressions = [] }: SelectorSpec): Matcher {
  const tests: Matcher[] = [];
  for (const [key, value] of Object.entries(matchLabels)) {
    checkKey(key);
    tests.push((labels) => labels.get(key) === value);
  }
  for (const { key, operator, values = [] } of matchExpressions) tests.push(compileExpression(key, operator, values));
  return (labels) => tests.every((test) => test(labels));
}

function compileExpression(key: string, operator: string, values: readonly string[]): Matcher {
  const isSet = operator === 'In' || operator === 'NotIn';
  if (!isSet && operator !== 'Exists' && operator !== 'DoesNotExist') {
    throw new GenerationError(`${JSON.stringify(operator)} is not a valid pod selector operator`);
  }
  checkKey(key);
  if (isSet && values.length === 0) {
    throw new GenerationError("values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty");
  }
  if (!isSet && values.length > 0) {
    const shown = `[${values.map((value) => JSON.stringify(value)).join(',')}]`;
    throw new GenerationError(
      `values: Invalid value: ${shown}: values set must be empty for exists and does not exist`,
    );
  }
  switch (operator) {
    case 'In':
      return (labels) => labels.has(key) && values.includes(labels.get(key) ?? '');
    case 'NotIn':
      return (labels) => !labels.has(key) || !values.includes(labels.get(key) ?? '');
    case 'Exists':
      return (labels) => labels.has(key);
    case 'DoesNotExist':
      return (labels) => !labels.has(key);
  }
}

function checkKey(key: string): void {
  const errors = labelKeyErrors(key);
  if (errors.length > 0) throw new GenerationError(`key: Invalid value: ${JSON.stringify(key)}: ${errors.join('; ')}`);
}
