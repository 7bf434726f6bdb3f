// LabelSelectors inside objects (apimachinery:pkg/apis/meta/v1/validation, Kubernetes 1.35).

import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, listAt, scalarText } from '../store/draft.ts';
import type { Causes } from './causes.ts';
import { checkLabelName, checkLabels, labelValueProblem } from './names.ts';

/** Checks a LabelSelector. */
export function checkLabelSelector(causes: Causes, selector: Bag, at: string): void {
  checkLabels(causes, bagAt(selector, 'matchLabels'), `${at}.matchLabels`);
  for (const [index, expression] of bagsOf(selector['matchExpressions']).entries()) {
    const field = `${at}.matchExpressions[${index}]`;
    const operator = expression['operator'] ?? '';
    const values = listAt(expression, 'values') ?? [];
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        causes.required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        causes.forbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else causes.invalid(`${field}.operator`, operator, 'not a valid selector operator');
    checkLabelName(causes, scalarText(expression['key'] ?? ''), `${field}.key`);
    for (const [valueIndex, value] of values.entries()) {
      const problem = labelValueProblem(scalarText(value));
      if (problem !== undefined) causes.invalid(`${field}.values[${valueIndex}]`, value, problem);
    }
  }
}

/** True for a selector that selects everything. */
export function isEmptySelector(selector: Bag): boolean {
  return (
    Object.keys(bagAt(selector, 'matchLabels') ?? {}).length === 0 && bagsOf(selector['matchExpressions']).length === 0
  );
}
