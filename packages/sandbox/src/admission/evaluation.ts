// Evaluates the expressions of admission one after the other under a common budget
// (apiserver:pkg/admission/plugin/cel/{activation,composition}.go, 1.35).

import { CelError, type CelType, MapValue, type Value, authorizerValue, resourceCheckValue } from '@evenkeel/lang';
import type { AuthorizationQuestion, CelAuthorizer } from '@evenkeel/lang';
import type { Identity } from '../access/identity.ts';
import type { AccessRules } from '../access/rules.ts';
import { type Compiled, variablesType } from './expressions.ts';
import type { Attributes } from './webhook-matching.ts';

export const conditionsBudget = 2_500_000;
export const policyBudget = 10_000_000;

/** A value, why there is none, or undefined where nothing was asked. */
export type Evaluated =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string }
  | undefined;

/** All results and what is left of the budget; or that it was used up. */
export type Round =
  | { readonly ok: true; readonly results: readonly Evaluated[]; readonly left: number }
  | { readonly ok: false; readonly why: string };

export type Bindings = Readonly<Record<string, Value>>;

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

export interface RoundInput {
  readonly bindings: Bindings;
  readonly variables?: ReadonlyMap<string, Compiled>;
  readonly budget: number;
}

/** Evaluates a list of expressions. Variables are evaluated where first used, once a round. */
export function evaluateRound(expressions: readonly (Compiled | undefined)[], input: RoundInput): Round {
  const variables = new Variables(input.variables ?? new Map<string, Compiled>(), input.bindings);
  const bindings = { ...input.bindings, variables };
  let left = input.budget;
  const results: Evaluated[] = [];
  for (const compiled of expressions) {
    if (compiled === undefined) results.push(undefined);
    else if (!compiled.ok) results.push({ ok: false, why: `compilation error: ${compiled.problem}` });
    else {
      const { result, cost } = compiled.program.evaluate(bindings);
      const spent = variables.takeCost();
      if (spent + cost > left) return { ok: false, why: outOfBudget };
      left -= spent + cost;
      const why = result.ok ? '' : `expression '${compiled.expression}' resulted in error: ${result.error.message}`;
      results.push(result.ok ? result : { ok: false, why });
    }
  }
  return { ok: true, results, left };
}

/** The lazy values of `variables`. */
class Variables extends MapValue {
  readonly #compiled: ReadonlyMap<string, Compiled>;
  readonly #bindings: Bindings;
  readonly #known = new Map<string, Value | CelError>();
  #cost = 0;

  constructor(compiled: ReadonlyMap<string, Compiled>, bindings: Bindings) {
    super();
    this.#compiled = compiled;
    this.#bindings = { ...bindings, variables: this };
  }

  override get type(): CelType {
    return variablesType(new Map());
  }

  override get size(): number {
    return this.#compiled.size;
  }

  override keys(): Iterable<Value> {
    return this.#compiled.keys();
  }

  override find(key: Value): Value | undefined {
    const compiled = typeof key === 'string' ? this.#compiled.get(key) : undefined;
    if (compiled === undefined) return undefined;
    const name = key as string;
    const known = this.#known.has(name) ? this.#known.get(name) : this.#evaluate(name, compiled);
    if (known instanceof CelError) throw known;
    return known;
  }

  /** What variables cost since this was last asked. */
  takeCost(): number {
    const cost = this.#cost;
    this.#cost = 0;
    return cost;
  }

  #evaluate(name: string, compiled: Compiled): Value | CelError {
    const value = this.#value(name, compiled);
    this.#known.set(name, value);
    return value;
  }

  #value(name: string, compiled: Compiled): Value | CelError {
    if (!compiled.ok) return new CelError(`composited variable "${name}" fails to compile: ${compiled.problem}`);
    const { result, cost } = compiled.program.evaluate(this.#bindings);
    this.#cost += cost;
    if (result.ok) return result.value;
    return new CelError(`composited variable "${name}" fails to evaluate: ${result.error.message}`);
  }
}

/** `authorizer` and `authorizer.requestResource` of a request. */
export function authorizerBindings(attributes: Attributes, access: AccessRules): Bindings {
  const ask = (question: AuthorizationQuestion): ReturnType<CelAuthorizer> => {
    const who = identityOf(question, attributes.by.identity);
    const { verb = '', path } = question;
    if (path !== undefined) return access.decide(who, { verb, path });
    const { group = '', resource = '', subresource = '', namespace = '', name = '' } = question;
    return access.decide(who, { verb, group, resource, subresource, namespace, name });
  };
  const { type, subresource, namespace, name } = attributes;
  const asked = { group: type.group, resource: type.plural, subresource, namespace, name };
  return { authorizer: authorizerValue(ask), 'authorizer.requestResource': resourceCheckValue(ask, asked) };
}

function identityOf({ serviceAccount: account }: AuthorizationQuestion, identity: Identity): Identity {
  if (account === undefined) return identity;
  return {
    user: `system:serviceaccount:${account.namespace}:${account.name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated'],
  };
}
