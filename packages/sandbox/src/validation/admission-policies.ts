// ValidatingAdmissionPolicies and their bindings (pkg/apis/admissionregistration/validation, Kubernetes 1.35).

import { type CelType, dynType } from '@evenkeel/lang';
import type { Cause } from '../api/status.ts';
import {
  type Declared,
  annotationTypes,
  compileExpression,
  conditionTypes,
  messageTypes,
  variableType,
  variablesType,
} from '../admission/expressions.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, scalarText } from '../store/draft.ts';
import { Causes } from './causes.ts';
import { checkOneOf } from './choices.ts';
import { checkLabelSelector } from './label-selectors.ts';
import { checkCompiled, checkConditions } from './match-conditions.ts';
import { dns1035Problem, pathSegmentProblem, qualifiedNameProblem, subdomainProblem } from './names.ts';
import { checkRule } from './webhook-configurations.ts';

/** Checks a policy with all of its expressions. */
export function validatePolicy(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec') ?? {};
  checkOneOf(causes, spec['failurePolicy'], 'spec.failurePolicy', ['Fail', 'Ignore']);
  const kind = bagAt(spec, 'paramKind');
  if (kind !== undefined) checkParamKind(causes, kind, 'spec.paramKind');
  const match = bagAt(spec, 'matchConstraints');
  if (match === undefined) causes.required('spec.matchConstraints');
  else {
    checkMatchResources(causes, match, 'spec.matchConstraints');
    if (bagsOf(match['resourceRules']).length === 0) causes.required('spec.matchConstraints.resourceRules');
  }
  const params = kind !== undefined;
  checkConditions(causes, bagsOf(spec['matchConditions']), { at: 'spec.matchConditions', params });
  checkExpressions(causes, spec, { params, name: draft.metadata.name ?? '' });
  return causes.list;
}

/** Checks a binding. */
export function validatePolicyBinding(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec') ?? {};
  const policy = scalarText(spec['policyName'] ?? '');
  const problem = policy === '' ? undefined : subdomainProblem(policy);
  if (policy === '') causes.required('spec.policyName');
  else if (problem !== undefined) causes.invalid('spec.policyName', policy, problem);
  const ref = bagAt(spec, 'paramRef');
  if (ref !== undefined) checkParamRef(causes, ref, 'spec.paramRef');
  const match = bagAt(spec, 'matchResources');
  if (match !== undefined) checkMatchResources(causes, match, 'spec.matchResources');
  checkActions(causes, (listAt(spec, 'validationActions') ?? []).map(scalarText), 'spec.validationActions');
  return causes.list;
}

function checkParamKind(causes: Causes, kind: Bag, at: string): void {
  const apiVersion = scalarText(kind['apiVersion'] ?? '');
  const parts = apiVersion.split('/');
  const [version = '', group = ''] = apiVersion === '/' ? [] : parts.toReversed();
  if (apiVersion === '') causes.required(`${at}.apiVersion`);
  else if (parts.length > 2)
    causes.invalid(`${at}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  else {
    const wrongGroup = group === '' ? undefined : subdomainProblem(group);
    if (wrongGroup !== undefined) causes.invalid(`${at}.apiVersion`, group, wrongGroup);
    const wrongVersion = version === '' ? undefined : dns1035Problem(version);
    if (version === '') causes.invalid(`${at}.apiVersion`, apiVersion, 'version must be specified');
    else if (wrongVersion !== undefined) causes.invalid(`${at}.apiVersion`, version, wrongVersion);
  }
  const name = scalarText(kind['kind'] ?? '');
  const wrongName = dns1035Problem(name.toLowerCase());
  if (name === '') causes.required(`${at}.kind`);
  else if (wrongName !== undefined)
    causes.invalid(`${at}.kind`, name, `may have mixed case, but should otherwise match: ${wrongName}`);
}

function checkMatchResources(causes: Causes, match: Bag, at: string): void {
  checkOneOf(causes, match['matchPolicy'], `${at}.matchPolicy`, ['Equivalent', 'Exact']);
  for (const key of ['namespaceSelector', 'objectSelector'])
    checkLabelSelector(causes, bagAt(match, key) ?? {}, `${at}.${key}`);
  for (const key of ['resourceRules', 'excludeResourceRules']) {
    for (const [index, rule] of bagsOf(match[key]).entries()) {
      const place = `${at}.${key}[${index}]`;
      checkNames(causes, (listAt(rule, 'resourceNames') ?? []).map(scalarText), `${place}.resourceNames`);
      checkRule(causes, rule, place);
    }
  }
}

function checkNames(causes: Causes, names: readonly string[], at: string): void {
  for (const [index, name] of names.entries()) {
    const problem = pathSegmentProblem(name);
    if (problem !== undefined) causes.invalid(`${at}[${index}]`, name, problem);
    if (names.indexOf(name) < index) causes.duplicate(`${at}[${index}]`, name);
  }
}

interface Owner {
  readonly params: boolean;
  readonly name: string;
}

function checkExpressions(causes: Causes, spec: Bag, owner: Owner): void {
  const types = new Map<string, CelType>();
  const variables = bagsOf(spec['variables']);
  const declared: Declared = {
    params: owner.params,
    authorizer: true,
    ...(variables.length === 0 ? {} : { variables: variablesType(types) }),
  };
  for (const [index, variable] of variables.entries())
    checkVariable(causes, variable, { at: `spec.variables[${index}]`, declared, types });
  const validations = bagsOf(spec['validations']);
  const annotations = bagsOf(spec['auditAnnotations']);
  if (validations.length + annotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    causes.required('spec.validations', detail);
    causes.required('spec.auditAnnotations', detail);
  }
  for (const [index, validation] of validations.entries())
    checkValidation(causes, validation, { at: `spec.validations[${index}]`, declared });
  checkAnnotations(causes, annotations, { declared, owner });
}

const reserved = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return var void ' +
    'while'
  ).split(' '),
);

function checkVariable(
  causes: Causes,
  variable: Bag,
  { at, declared, types }: { readonly at: string; readonly declared: Declared; readonly types: Map<string, CelType> },
): void {
  const name = scalarText(variable['name'] ?? '');
  if (name.trim() === '') causes.required(`${at}.name`, 'name is not specified');
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.has(name))
    causes.invalid(`${at}.name`, name, 'must be a valid CEL identifier');
  const expression = scalarText(variable['expression'] ?? '');
  if (expression.trim() === '') {
    causes.required(`${at}.expression`, 'expression is not specified');
    return;
  }
  const compiled = compileExpression(expression, declared);
  checkCompiled(causes, compiled, `${at}.expression`);
  types.set(name, compiled.ok ? variableType(compiled.program.type) : dynType);
}

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

function checkValidation(
  causes: Causes,
  validation: Bag,
  { at, declared }: { readonly at: string; readonly declared: Declared },
): void {
  const text = (key: string): string => scalarText(validation[key] ?? '');
  const expression = text('expression');
  if (expression.trim() === '') causes.required(`${at}.expression`, 'expression is not specified');
  else checkCompiled(causes, compileExpression(expression, declared, conditionTypes), `${at}.expression`);
  const made = text('messageExpression');
  if (made !== '' && made.trim() === '')
    causes.invalid(`${at}.messageExpression`, made, 'must be non-empty if specified');
  else if (made !== '') {
    const compiled = compileExpression(made, { ...declared, authorizer: false }, messageTypes);
    checkCompiled(causes, compiled, `${at}.messageExpression`);
  }
  const message = text('message');
  if (message !== '' && message.trim() === '')
    causes.invalid(`${at}.message`, message, 'must be non-empty if specified');
  else if (/[\n\r]/.test(message.trim())) causes.invalid(`${at}.message`, message, 'must not contain line breaks');
  checkOneOf(causes, validation['reason'], `${at}.reason`, reasons);
}

const annotationsMax = 20;
const annotationMax = 5 * 1024;

function checkAnnotations(
  causes: Causes,
  annotations: readonly Bag[],
  { declared, owner }: { readonly declared: Declared; readonly owner: Owner },
): void {
  const at = 'spec.auditAnnotations';
  if (annotations.length > annotationsMax)
    causes.invalid(at, annotations, `must not have more than ${annotationsMax} auditAnnotations`);
  const keys = new Set<string>();
  for (const [index, annotation] of annotations.entries()) {
    const place = `${at}[${index}]`;
    const key = scalarText(annotation['key'] ?? '');
    const problem = qualifiedNameProblem(`${owner.name}/${key}`);
    if (owner.name === '') causes.invalid(`${place}.key`, key, 'requires metadata.name be non-empty');
    else if (problem !== undefined) causes.invalid(`${place}.key`, `${owner.name}/${key}`, problem);
    const written = scalarText(annotation['valueExpression'] ?? '');
    const expression = written.trim();
    if (expression === '') causes.required(`${place}.valueExpression`, 'valueExpression is not specified');
    else if (expression.length > annotationMax)
      causes.required(`${place}.valueExpression`, `must not exceed ${annotationMax} bytes in length`);
    else {
      const compiled = compileExpression(expression, declared, annotationTypes);
      checkCompiled(causes, compiled, `${place}.valueExpression`, written);
    }
    if (keys.has(key)) causes.duplicate(`${place}.key`, key);
    keys.add(key);
  }
}

function checkParamRef(causes: Causes, ref: Bag, at: string): void {
  const name = scalarText(ref['name'] ?? '');
  const selector = bagAt(ref, 'selector');
  const problem = name === '' ? undefined : pathSegmentProblem(name);
  const exclusive = 'name and selector are mutually exclusive';
  if (problem !== undefined) causes.invalid(`${at}.name`, name, problem);
  if (name !== '' && selector !== undefined) causes.forbidden(`${at}.name`, exclusive);
  if (selector !== undefined) checkLabelSelector(causes, selector, `${at}.selector`);
  if (name !== '' && selector !== undefined) causes.forbidden(`${at}.selector`, exclusive);
  if (name === '' && selector === undefined) causes.required(at, 'one of name or selector must be specified');
  const action = ref['parameterNotFoundAction'] ?? '';
  if (action === '') causes.required(`${at}.parameterNotFoundAction`);
  else checkOneOf(causes, action, `${at}.parameterNotFoundAction`, ['Deny', 'Allow']);
}

function checkActions(causes: Causes, actions: readonly string[], at: string): void {
  for (const [index, action] of actions.entries()) {
    checkOneOf(causes, action, `${at}[${index}]`, ['Audit', 'Deny', 'Warn']);
    if (actions.indexOf(action) < index) causes.duplicate(`${at}[${index}]`, action);
  }
  const both =
    'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
  if (actions.includes('Deny') && actions.includes('Warn')) causes.invalid(at, actions, both);
  if (actions.length === 0) causes.required(at, 'at least one validation action is required');
}
