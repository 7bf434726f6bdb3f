// matchConditions of webhooks: CEL expressions that all must be true for the webhook to be called
// (apiserver:pkg/admission/plugin/webhook/matchconditions, 1.35).

import { valueOfJson } from '@evenkeel/lang';
import type { Json } from '@evenkeel/resource';
import type { AccessRules } from '../access/rules.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, scalarText } from '../store/draft.ts';
import { type Bindings, type Round, authorizerBindings, conditionsBudget, evaluateRound } from './evaluation.ts';
import { type Compiled, compileExpression, conditionTypes } from './expressions.ts';
import type { Attributes } from './webhook-matching.ts';

/** True or false where that is clear; otherwise what went wrong. */
export type Matched = boolean | { readonly problems: readonly string[] };

/** Evaluates the conditions of a webhook on the review that it would be sent. */
export function conditionsMatch(spec: Bag, review: Bag, by: { attributes: Attributes; access: AccessRules }): Matched {
  const conditions = bagsOf(spec['matchConditions']).map((each) => programOf(scalarText(each['expression'])));
  if (conditions.length === 0) return true;
  const bindings = {
    ...requestBindings(bagAt(review, 'request') ?? {}),
    namespaceObject: null,
    ...authorizerBindings(by.attributes, by.access),
  };
  return roundMatches(evaluateRound(conditions, { bindings, budget: conditionsBudget }));
}

/** Object, old object and request of a review. */
export function requestBindings(request: Bag): Bindings {
  const { object, oldObject, ...rest } = request;
  return {
    object: valueOfJson((object ?? null) as Json),
    oldObject: valueOfJson((oldObject ?? null) as Json),
    request: valueOfJson(rest as Json),
  };
}

/** What evaluated conditions come to. One that is false settles it, whatever the others would have said. */
export function roundMatches(round: Round): Matched {
  if (!round.ok) return { problems: [round.why] };
  const problems: string[] = [];
  for (const result of round.results) {
    if (result?.ok === false) problems.push(result.why);
    else if (result?.value === false) return false;
  }
  return problems.length === 0 ? true : { problems };
}

/** Several problems as one text. */
export function problemsText(problems: readonly string[]): string {
  const [first = '', ...others] = [...new Set(problems)];
  return others.length === 0 ? first : `[${[first, ...others].join(', ')}]`;
}

const programs = new Map<string, Compiled>();
const programsMax = 1000;

function programOf(expression: string): Compiled {
  const known = programs.get(expression);
  if (known !== undefined) return known;
  const made = compileExpression(expression, { params: false, authorizer: true }, conditionTypes);
  if (programs.size >= programsMax) programs.clear();
  programs.set(expression, made);
  return made;
}
