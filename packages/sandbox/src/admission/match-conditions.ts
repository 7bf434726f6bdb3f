// matchConditions of webhooks: CEL expressions that all must be true for the webhook to be called
// (apiserver:pkg/admission/plugin/webhook/matchconditions, 1.35).

import {
  type CelEnvironment,
  type CelProgram,
  authorizerType,
  authorizerValue,
  compileCel,
  dynType,
  kubernetesCelEnvironment,
  valueOfJson,
} from '@evenkeel/lang';
import type { Json } from '@evenkeel/resource';
import type { Identity } from '../access/identity.ts';
import type { AccessRules } from '../access/rules.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, scalarText } from '../store/draft.ts';

/** True or false where that is clear; otherwise what went wrong. */
export type Matched = boolean | { readonly problems: readonly string[] };

/** Evaluates the conditions of a webhook on the review that it would be sent. */
export function conditionsMatch(spec: Bag, review: Bag, by: { identity: Identity; access: AccessRules }): Matched {
  const conditions = bagsOf(spec['matchConditions']);
  if (conditions.length === 0) return true;
  const request = bagAt(review, 'request') ?? {};
  const { object, oldObject, ...rest } = request;
  const bindings = {
    object: valueOfJson((object ?? null) as Json),
    oldObject: valueOfJson((oldObject ?? null) as Json),
    request: valueOfJson(rest as Json),
    authorizer: authorizerOf(by),
  };
  const problems: string[] = [];
  for (const condition of conditions) {
    const expression = scalarText(condition['expression']);
    const program = programOf(expression);
    if (typeof program === 'string') {
      problems.push(`expression '${expression}' resulted in error: ${program}`);
      continue;
    }
    const { result } = program.evaluate(bindings);
    // One that is false settles it, whatever the others would have said.
    if (!result.ok) problems.push(`expression '${expression}' resulted in error: ${result.error.message}`);
    else if (result.value !== true) return false;
  }
  return problems.length === 0 ? true : { problems };
}

let environment: CelEnvironment | undefined;
const programs = new Map<string, CelProgram | string>();
const programsMax = 1000;

function programOf(expression: string): CelProgram | string {
  const known = programs.get(expression);
  if (known !== undefined) return known;
  environment ??= kubernetesCelEnvironment().extend({
    variables: { object: dynType, oldObject: dynType, request: dynType, authorizer: authorizerType },
  });
  const compiled = compileCel(expression, environment);
  const made = compiled.ok ? compiled.value : `compilation failed: ${compiled.error.message}`;
  if (programs.size >= programsMax) programs.clear();
  programs.set(expression, made);
  return made;
}

function authorizerOf({
  identity,
  access,
}: {
  identity: Identity;
  access: AccessRules;
}): ReturnType<typeof authorizerValue> {
  return authorizerValue((question) => {
    const account = question.serviceAccount;
    const who: Identity =
      account === undefined
        ? identity
        : {
            user: `system:serviceaccount:${account.namespace}:${account.name}`,
            groups: ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated'],
          };
    const { verb = '', path } = question;
    if (path !== undefined) return access.decide(who, { verb, path });
    const { group = '', resource = '', subresource = '', namespace = '', name = '' } = question;
    return access.decide(who, { verb, group, resource, subresource, namespace, name });
  });
}
