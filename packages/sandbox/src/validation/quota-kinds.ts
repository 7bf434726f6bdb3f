// ResourceQuotas and LimitRanges (pkg/apis/core/validation, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes } from './causes.ts';
import {
  checkContainerResourceName,
  checkResourceAmount,
  checkStandardName,
  computeResources,
  quotaResources,
} from './container-resources.ts';
import { qualifiedNameProblem } from './names.ts';
import { compareAmounts, parseAmount } from './quantities.ts';

const counted = new Set(
  [...quotaResources].filter((name) => !computeResources.includes(name) && name !== 'requests.storage'),
);
const scopes = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
];

export function validateQuota(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec') ?? {};
  const hard = bagAt(spec, 'hard') ?? {};
  for (const [name, amount] of Object.entries(hard)) {
    const at = `spec.hard[${name}]`;
    checkStandardName(causes, name, at);
    if (!name.includes('/') && !quotaResources.has(name) && !/^(requests\.)?hugepages-/.test(name))
      causes.invalid(at, name, 'must be a standard resource for quota');
    checkResourceAmount(causes, name, amount, at);
    if (counted.has(name) && (parseAmount(amount) ?? 0n) % 1_000_000_000n !== 0n)
      causes.invalid(at, amount, 'must be an integer');
  }
  checkScopes(causes, spec, Object.keys(hard).sort());
  for (const rule of bagsOf(bagAt(spec, 'scopeSelector')?.['matchExpressions'])) checkScopeRule(causes, rule);
  return causes.list;
}

function checkScopes(causes: Causes, spec: Bag, names: readonly string[]): void {
  const given = (listAt(spec, 'scopes') ?? []).map((each) => scalarText(each));
  for (const scope of given) {
    if (!scopes.includes(scope)) causes.invalid('spec.scopes', given, 'unsupported scope');
    for (const name of names) {
      if (quotaResources.has(name) && !fits(scope, name))
        causes.invalid('spec.scopes', given, 'unsupported scope applied to resource');
    }
  }
  for (const [one, other] of [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ] as const) {
    if (given.includes(one) && given.includes(other)) causes.invalid('spec.scopes', given, 'conflicting scopes');
  }
}

function fits(scope: string, name: string): boolean {
  if (scope === 'BestEffort') return name === 'pods';
  if (!scopes.includes(scope)) return true;
  return name === 'pods' || computeResources.includes(name);
}

function checkScopeRule(causes: Causes, rule: Bag): void {
  const at = 'spec.scopeSelector.matchExpressions';
  const scope = scalarText(rule['scopeName'] ?? '');
  const operator = scalarText(rule['operator'] ?? '');
  if (!scopes.includes(scope)) causes.invalid(`${at}.scopeName`, scope, 'unsupported scope');
  const plain = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];
  if (plain.includes(scope) && operator !== 'Exists') {
    const message =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    causes.invalid(`${at}.operator`, operator, message);
  }
  const values = listAt(rule, 'values') ?? [];
  if (operator === 'In' || operator === 'NotIn') {
    const message = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) causes.required(`${at}.values`, message);
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const message = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) causes.invalid(`${at}.values`, values, message);
  } else causes.invalid(`${at}.operator`, operator, 'not a valid selector operator');
}

/** The scopes of a quota may not change. */
export function validateQuotaUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const [next, before] = [bagAt(draft, 'spec')?.['scopes'], bagAt(old as unknown as Draft, 'spec')?.['scopes']];
  if (!sameValue(next, before)) causes.invalid('spec.scopes', next ?? null, 'field is immutable');
  return causes.list;
}

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim'];

export function validateLimitRange(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const seen = new Set<string>();
  for (const [index, item] of bagsOf(bagAt(draft, 'spec')?.['limits']).entries()) {
    const at = `spec.limits[${index}]`;
    const type = scalarText(item['type'] ?? '');
    const problem = qualifiedNameProblem(type);
    if (problem !== undefined) causes.invalid(`${at}.type`, type, problem);
    else if (!type.includes('/') && !limitTypes.includes(type))
      causes.invalid(`${at}.type`, type, 'must be a standard limit type or fully qualified');
    if (seen.has(type)) causes.duplicate(`${at}.type`, type);
    seen.add(type);
    checkLimit(causes, item, type, at);
  }
  return causes.list;
}

function checkLimit(causes: Causes, item: Bag, type: string, at: string): void {
  const sides = type === 'Pod' ? ['max', 'min'] : ['max', 'min', 'default', 'defaultRequest'];
  const names = new Set<string>();
  const checkNames = (side: string): void => {
    for (const name of Object.keys(bagAt(item, side) ?? {}).sort()) {
      checkLimitName(causes, name, type, `${at}.${side}[${name}]`);
      names.add(name);
    }
  };
  for (const side of sides.slice(0, 2)) checkNames(side);
  if (type === 'Pod') {
    for (const side of ['default', 'defaultRequest']) {
      if (Object.keys(bagAt(item, side) ?? {}).length > 0)
        causes.forbidden(`${at}.${side}`, "may not be specified when `type` is 'Pod'");
    }
  } else for (const side of sides.slice(2)) checkNames(side);
  if (type === 'PersistentVolumeClaim') {
    const bound = bagAt(item, 'min')?.['storage'] ?? bagAt(item, 'max')?.['storage'];
    const message = 'either minimum or maximum storage value is required, but neither was provided';
    if (bound === undefined) causes.required(`${at}.limits`, message);
  }
  checkNames('maxLimitRequestRatio');
  for (const name of [...names].sort()) checkBounds(causes, item, { type, name, at });
}

function checkLimitName(causes: Causes, name: string, type: string, at: string): void {
  if (type === 'Pod' || type === 'Container') checkContainerResourceName(causes, name, at);
  else checkStandardName(causes, name, at);
}

function checkBounds(
  causes: Causes,
  item: Bag,
  { type, name, at }: { readonly type: string; readonly name: string; readonly at: string },
): void {
  const amount = (side: string): string | undefined => {
    if (type === 'Pod' && side.startsWith('default')) return undefined;
    const value = bagAt(item, side)?.[name];
    return value === undefined ? undefined : scalarText(value);
  };
  const [min, max, standard, request] = [amount('min'), amount('max'), amount('default'), amount('defaultRequest')];
  const above = (one: string | undefined, other: string | undefined): boolean =>
    one !== undefined && other !== undefined && compareAmounts(one, other) > 0;
  const say = (side: string, value: unknown, message: string): void =>
    causes.invalid(`${at}.${side}[${name}]`, value, message);
  if (above(min, max)) say('min', min, `min value ${min} is greater than max value ${max}`);
  if (above(min, request))
    say('defaultRequest', request, `min value ${min} is greater than default request value ${request}`);
  if (above(request, max))
    say('defaultRequest', request, `default request value ${request} is greater than max value ${max}`);
  if (above(request, standard)) {
    const message = `default request value ${request} is greater than default limit value ${standard}`;
    say('defaultRequest', request, message);
  }
  if (above(min, standard)) say('default', min, `min value ${min} is greater than default value ${standard}`);
  if (above(standard, max)) say('default', max, `default value ${standard} is greater than max value ${max}`);
  const ratio = amount('maxLimitRequestRatio');
  if (above('1', ratio)) say('maxLimitRequestRatio', ratio, `ratio ${ratio} is less than 1`);
  if (ratio === undefined || min === undefined || max === undefined) return;
  const share = Number(parseAmount(max) ?? 0n) / Number(parseAmount(min) ?? 1n);
  if (Number(parseAmount(ratio) ?? 0n) / 1e9 > share)
    say('maxLimitRequestRatio', ratio, `ratio ${ratio} is greater than max/min = ${share.toFixed(6)}`);
}
