// authorizer (k8s.io/apiserver v0.35:pkg/cel/library/authz.go): checks are described step by step, then asked of the host.

import { type Overload, overload } from '../overload.ts';
import { type CelType, structType } from '../types.ts';
import { OpaqueValue, type Value } from '../values.ts';

const prefix = 'kubernetes.authorization';
export const authorizerType: CelType = structType(`${prefix}.Authorizer`);
const pathCheckType = structType(`${prefix}.PathCheck`);
const groupCheckType = structType(`${prefix}.GroupCheck`);
/** Of `authorizer.requestResource`. */
export const resourceCheckType: CelType = structType(`${prefix}.ResourceCheck`);
const decisionType = structType(`${prefix}.Decision`);
export const authorizerTypes: readonly CelType[] = [
  authorizerType,
  pathCheckType,
  groupCheckType,
  resourceCheckType,
  decisionType,
];

/** What is asked: may this user do that. */
export interface AuthorizationQuestion {
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly verb?: string;
}

export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason: string;
}

/** Answers questions; bound to a variable of the type authorizerType by `authorizerValue`. */
export type CelAuthorizer = (question: AuthorizationQuestion) => AuthorizationAnswer;

class Check extends OpaqueValue {
  override readonly type: CelType;
  readonly ask: CelAuthorizer;
  readonly question: AuthorizationQuestion;
  constructor(type: CelType, ask: CelAuthorizer, question: AuthorizationQuestion) {
    super();
    this.type = type;
    this.ask = ask;
    this.question = question;
  }
  override equals(other: Value): boolean {
    return other === this;
  }
  next(type: CelType, more: AuthorizationQuestion): Check {
    return new Check(type, this.ask, { ...this.question, ...more });
  }
}

class Decision extends OpaqueValue {
  override readonly type: CelType = decisionType;
  readonly answer: AuthorizationAnswer;
  constructor(answer: AuthorizationAnswer) {
    super();
    this.answer = answer;
  }
  override equals(other: Value): boolean {
    return other === this;
  }
}

/** The value of an authorizer variable. */
export function authorizerValue(ask: CelAuthorizer): Value {
  return new Check(authorizerType, ask, {});
}

/** The value of a variable that already names what is asked about; only the verb is open. */
export function resourceCheckValue(ask: CelAuthorizer, question: AuthorizationQuestion): Value {
  return new Check(resourceCheckType, ask, question);
}

function step(id: string, signature: string, more: (value: string) => AuthorizationQuestion): Overload {
  const [target = '', result = ''] = signature.split(' ');
  const fn = id.split('_').at(-1) ?? '';
  const types = new Map(authorizerTypes.map((type) => [type.name.slice(prefix.length + 1), type]));
  return overload(id, `${prefix}.${target} .${fn}(string) ${prefix}.${result}`, (check, text) =>
    (check as Check).next(types.get(result) ?? authorizerType, more(text as string)),
  );
}

function decision(id: string, signature: string, read: (answer: AuthorizationAnswer) => Value): Overload {
  return overload(id, `${prefix}.Decision .${signature}`, (value) => read((value as Decision).answer));
}

function ask(check: Value | undefined, verb: string): Decision {
  const { ask: answer, question } = check as Check;
  return new Decision(answer({ ...question, verb }));
}

// Rules of RBAC do not look at selectors.
function selector(kind: string): Overload {
  const signature = `${prefix}.ResourceCheck .${kind}(string) ${prefix}.ResourceCheck`;
  return overload(`authorizer_${kind.toLowerCase()}`, signature, (check) => check);
}

export const authorizerFunctions: readonly Overload[] = [
  step('authorizer_path', 'Authorizer PathCheck', (path) => ({ path })),
  step('authorizer_group', 'Authorizer GroupCheck', (group) => ({ group })),
  overload(
    'authorizer_serviceaccount',
    `${prefix}.Authorizer .serviceAccount(string, string) ${prefix}.Authorizer`,
    (check, namespace, name) =>
      (check as Check).next(authorizerType, {
        serviceAccount: { namespace: namespace as string, name: name as string },
      }),
  ),
  step('groupcheck_resource', 'GroupCheck ResourceCheck', (resource) => ({ resource })),
  step('resourcecheck_subresource', 'ResourceCheck ResourceCheck', (subresource) => ({ subresource })),
  step('resourcecheck_namespace', 'ResourceCheck ResourceCheck', (namespace) => ({ namespace })),
  step('resourcecheck_name', 'ResourceCheck ResourceCheck', (name) => ({ name })),
  selector('fieldSelector'),
  selector('labelSelector'),
  overload('pathcheck_check', `${prefix}.PathCheck .check(string) ${prefix}.Decision`, (check, verb) =>
    ask(check, verb as string),
  ),
  overload('resourcecheck_check', `${prefix}.ResourceCheck .check(string) ${prefix}.Decision`, (check, verb) =>
    ask(check, verb as string),
  ),
  decision('decision_allowed', 'allowed() bool', (answer) => answer.allowed),
  decision('decision_reason', 'reason() string', (answer) => answer.reason),
  decision('decision_errored', 'errored() bool', () => false),
  decision('decision_error', 'error() string', () => ''),
];
