// ValidatingAdmissionPolicies and their bindings (apiserver:pkg/admission/plugin/policy/validating, 1.35). Audit
// annotations are evaluated, as their failure refuses a write, and kept nowhere: there is no audit log.

import { type Value, valueOfJson } from '@evenkeel/lang';
import type { Json, KubeObject } from '@evenkeel/resource';
import type { AccessRules } from '../access/rules.ts';
import type { Registry } from '../api/registry.ts';
import type { ServedType } from '../api/served-type.ts';
import { ApiError, forbidden } from '../api/status.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import {
  type Bindings,
  type Evaluated,
  authorizerBindings,
  conditionsBudget,
  evaluateRound,
  policyBudget,
} from './evaluation.ts';
import { problemsText, requestBindings, roundMatches } from './match-conditions.ts';
import { resourcesMatch } from './policy-matching.ts';
import { collectParams, paramType } from './policy-params.ts';
import { type PolicyProgram, type Validation, policyProgram } from './policy-program.ts';
import type { Replays } from './replay.ts';
import { type Attributes, isExempt } from './webhook-matching.ts';
import { requestOf } from './webhook-review.ts';

export interface PolicyDeps {
  readonly store: Store;
  readonly registry: Registry;
  readonly access: AccessRules;
  readonly replays: Replays;
}

interface Decision {
  readonly message: string;
  readonly reason: string;
  /** An audit annotation that failed refuses whatever the binding's actions are. */
  readonly always?: boolean;
}

interface Denial extends Decision {
  readonly by: string;
}

const group = 'admissionregistration.k8s.io';

/** Throws where a policy refuses a write; a warning is given where its binding says so. */
export function checkPolicies(deps: PolicyDeps, attributes: Attributes): void {
  if (isExempt(attributes.type)) return;
  const bindings = deps.store.collection(`validatingadmissionpolicybindings.${group}`).list();
  if (bindings.length === 0) return;
  const denials = deps.store
    .collection(`validatingadmissionpolicies.${group}`)
    .list()
    .flatMap((policy) => {
      const own = bindings.filter((each) => specOf(each)['policyName'] === policy.metadata.name);
      return own.length === 0 ? [] : denialsOf(deps, attributes, { policy, bindings: own });
    });
  if (denials[0] !== undefined) throw refusal(attributes, denials[0]);
}

function specOf(object: KubeObject): Bag {
  return bagAt(object as unknown as Draft, 'spec') ?? {};
}

interface Hook {
  readonly policy: KubeObject;
  readonly bindings: readonly KubeObject[];
}

function denialsOf(deps: PolicyDeps, attributes: Attributes, { policy, bindings }: Hook): readonly Denial[] {
  const spec = specOf(policy);
  const type = resourcesMatch(bagAt(spec, 'matchConstraints') ?? {}, attributes, deps);
  if (type === undefined) return [];
  const name = policy.metadata.name ?? '';
  const failed = (message: string, binding?: string): readonly Denial[] => {
    if (spec['failurePolicy'] === 'Ignore') return [];
    const what = binding === undefined ? 'policy' : 'binding';
    return [{ message: `failed to configure ${what}: ${message}`, reason: 'Invalid', by: titleOf(name, binding) }];
  };
  const kind = paramType(spec, deps.registry);
  if (typeof kind === 'string') return failed(kind);
  const program = policyProgram(policy);
  return bindings.flatMap((binding) => {
    const own = specOf(binding);
    const match = bagAt(own, 'matchResources');
    if (match !== undefined && resourcesMatch(match, attributes, deps) === undefined) return [];
    const by = binding.metadata.name ?? '';
    const place = { ref: bagAt(own, 'paramRef'), namespace: attributes.namespace };
    const params = collectParams(deps.store, kind, place);
    if (typeof params === 'string') return failed(params, by);
    const decisions = params.flatMap((each) => decide(program, inputOf(deps, attributes, { type, params: each })));
    return enact(deps, decisions, { actions: own['validationActions'], policy: name, binding: by });
  });
}

function titleOf(policy: string, binding: string | undefined): string {
  return `ValidatingAdmissionPolicy '${policy}'${binding === undefined ? '' : ` with binding '${binding}'`}`;
}

interface Enacted {
  readonly actions: unknown;
  readonly policy: string;
  readonly binding: string;
}

function enact(
  deps: PolicyDeps,
  decisions: readonly Decision[],
  { actions, policy, binding }: Enacted,
): readonly Denial[] {
  const has = (action: string): boolean => Array.isArray(actions) && actions.includes(action);
  const denials: Denial[] = [];
  for (const decision of decisions) {
    const warning = `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${binding}': ${decision.message}`;
    if (has('Deny') || decision.always === true) denials.push({ ...decision, by: titleOf(policy, binding) });
    if (has('Warn') && decision.always !== true) deps.replays.current?.warnings.push(warning);
  }
  return denials;
}

interface Input {
  readonly bindings: Bindings;
  readonly authorizer: Bindings;
}

function inputOf(
  deps: PolicyDeps,
  attributes: Attributes,
  { type, params }: { readonly type: ServedType; readonly params: KubeObject | undefined },
): Input {
  const value = (object: KubeObject | undefined): Value => valueOfJson((object ?? null) as unknown as Json);
  return {
    bindings: {
      ...requestBindings(requestOf(type, attributes)),
      namespaceObject: value(namespaceOf(deps.store, attributes)),
      params: value(params),
    },
    authorizer: authorizerBindings(attributes, deps.access),
  };
}

// A namespace has none itself; of the others, what belongs to machinery alone is not shown.
function namespaceOf(store: Store, { type, namespace }: Attributes): KubeObject | undefined {
  if (namespace === '' || type.collection === 'namespaces') return undefined;
  const found = store.collection('namespaces').get('', namespace);
  if (found === undefined) return undefined;
  const { managedFields: _, ownerReferences: __, selfLink: ___, ...metadata } = found.metadata as Bag;
  const { apiVersion: ____, kind: _____, ...rest } = found;
  return { ...rest, metadata } as unknown as KubeObject;
}

// What a policy says under one set of parameters; what it lets pass is not listed.
function decide(program: PolicyProgram, { bindings, authorizer }: Input): readonly Decision[] {
  const { variables, ignoresFailure } = program;
  const failed = (message: string): readonly Decision[] => (ignoresFailure ? [] : [{ message, reason: 'Invalid' }]);
  const full = { ...bindings, ...authorizer };
  if (program.conditions.length > 0) {
    const input = { bindings: { ...full, namespaceObject: null }, variables, budget: conditionsBudget };
    const matched = roundMatches(evaluateRound(program.conditions, input));
    if (matched === false) return [];
    if (matched !== true) return failed(problemsText(matched.problems));
  }
  const input = { bindings: full, variables, budget: policyBudget };
  const checks = evaluateRound(
    program.validations.map(({ check }) => check),
    input,
  );
  if (!checks.ok) return failed(checks.why);
  const messages = evaluateRound(program.messages, { bindings, variables, budget: checks.left });
  const decisions = program.validations.flatMap((validation, index) => {
    const result = checks.results[index];
    if (result?.ok === false) return failed(result.why);
    if (!messages.ok) return failed(`failed messageExpression: ${messages.why}`);
    if (result?.value === true) return [];
    return [{ message: messageOf(validation, messages.results[index]), reason: validation.reason }];
  });
  const annotations = evaluateRound(program.annotations, { ...input, bindings });
  if (!annotations.ok) return failed(annotations.why);
  const broken = annotations.results.flatMap((each) => (each?.ok === false ? failed(each.why) : []));
  return [...decisions, ...broken.map((each) => ({ ...each, always: true }))];
}

const messageMax = 5 * 1024;

function messageOf({ check, message }: Validation, made: Evaluated): string {
  const text = made?.ok === true && typeof made.value === 'string' ? made.value.trim() : '';
  if (text !== '' && Buffer.byteLength(text) <= messageMax && !text.includes('\n')) return text;
  return message.trim() === '' ? `failed expression: ${check.expression.trim()}` : message.trim();
}

const codes: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };

function refusal(attributes: Attributes, denial: Denial): ApiError {
  const { type, object } = attributes;
  const name =
    attributes.name || scalarText((object?.metadata as Bag | undefined)?.['generateName'] ?? '') || 'Unknown';
  const message = `${denial.by} denied request: ${denial.message}`;
  const { status } = forbidden(type, name, message);
  const details = { ...(status['details'] as Record<string, Json>), causes: [{ message }] };
  return new ApiError(codes[denial.reason] ?? 422, denial.reason, scalarText(status['message'] as Json), details);
}
