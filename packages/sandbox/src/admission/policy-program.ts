// A ValidatingAdmissionPolicy with its expressions compiled (apiserver:pkg/admission/plugin/policy/validating, 1.35).

import { type CelType, dynType } from '@evenkeel/lang';
import type { KubeObject } from '@evenkeel/resource';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import {
  type Compiled,
  type Declared,
  annotationTypes,
  compileExpression,
  conditionTypes,
  messageTypes,
  variableType,
  variablesType,
} from './expressions.ts';

export interface PolicyProgram {
  readonly ignoresFailure: boolean;
  readonly variables: ReadonlyMap<string, Compiled>;
  readonly conditions: readonly Compiled[];
  readonly validations: readonly Validation[];
  /** One for each validation; undefined where it has none. */
  readonly messages: readonly (Compiled | undefined)[];
  readonly annotations: readonly Compiled[];
}

export interface Validation {
  readonly check: Compiled;
  readonly message: string;
  readonly reason: string;
}

const programs = new WeakMap<KubeObject, PolicyProgram>();

/** The program of a stored policy, compiled once. */
export function policyProgram(policy: KubeObject): PolicyProgram {
  const known = programs.get(policy);
  if (known !== undefined) return known;
  const made = compilePolicy(bagAt(policy as unknown as Draft, 'spec') ?? {});
  programs.set(policy, made);
  return made;
}

function compilePolicy(spec: Bag): PolicyProgram {
  const params = spec['paramKind'] !== undefined;
  const variables = new Map<string, Compiled>();
  const types = new Map<string, CelType>();
  const declared: Declared = { params, authorizer: true, variables: variablesType(types) };
  for (const { name, expression } of bagsOf(spec['variables'])) {
    const compiled = compileExpression(scalarText(expression ?? ''), declared);
    variables.set(scalarText(name ?? ''), compiled);
    types.set(scalarText(name ?? ''), compiled.ok ? variableType(compiled.program.type) : dynType);
  }
  const validations = bagsOf(spec['validations']);
  return {
    ignoresFailure: spec['failurePolicy'] === 'Ignore',
    variables,
    conditions: bagsOf(spec['matchConditions']).map(({ expression }) =>
      compileExpression(scalarText(expression ?? ''), declared, conditionTypes),
    ),
    validations: validations.map((each) => ({
      check: compileExpression(scalarText(each['expression'] ?? ''), declared, conditionTypes),
      message: scalarText(each['message'] ?? ''),
      reason: scalarText(each['reason'] ?? 'Invalid'),
    })),
    messages: validations.map(({ messageExpression: text = '' }) =>
      text === '' ? undefined : compileExpression(scalarText(text), { ...declared, authorizer: false }, messageTypes),
    ),
    annotations: bagsOf(spec['auditAnnotations']).map(({ valueExpression }) =>
      compileExpression(scalarText(valueExpression ?? ''), declared, annotationTypes),
    ),
  };
}
