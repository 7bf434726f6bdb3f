// HorizontalPodAutoscalers (pkg/apis/autoscaling/validation, Kubernetes 1.35).

import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import { Causes } from './causes.ts';
import { checkOneOf } from './choices.ts';
import { checkContainerResourceName } from './container-resources.ts';
import { labelProblem, pathSegmentProblem } from './names.ts';
import { parseAmount } from './quantities.ts';

export function validateScaler(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const min = spec?.['minReplicas'];
  const max = typeof spec?.['maxReplicas'] === 'number' ? spec['maxReplicas'] : 0;
  if (typeof min === 'number' && min < 1) causes.invalid('spec.minReplicas', min, 'must be greater than or equal to 1');
  if (max < 1) causes.invalid('spec.maxReplicas', max, 'must be greater than 0');
  if (typeof min === 'number' && max < min)
    causes.invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`');
  checkReference(causes, bagAt(spec, 'scaleTargetRef'), 'spec.scaleTargetRef');
  checkMetrics(causes, bagsOf(spec?.['metrics']), min);
  const behavior = bagAt(spec, 'behavior');
  for (const direction of ['scaleUp', 'scaleDown'])
    checkRules(causes, bagAt(behavior, direction), `spec.behavior.${direction}`);
  return causes.list;
}

function checkReference(causes: Causes, target: Bag | undefined, at: string): void {
  for (const key of ['kind', 'name']) {
    const value = scalarText(target?.[key] ?? '');
    const problem = pathSegmentProblem(value);
    if (value === '') causes.required(`${at}.${key}`);
    else if (problem !== undefined) causes.invalid(`${at}.${key}`, value, problem);
  }
  const apiVersion = scalarText(target?.['apiVersion'] ?? '');
  if (apiVersion === '') causes.invalid(`${at}.apiVersion`, '', 'apiVersion must specify API group');
  else if (apiVersion.split('/').length > 2)
    causes.invalid(`${at}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
}

const sources = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;
const types = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

function checkMetrics(causes: Causes, metrics: readonly Bag[], min: unknown): void {
  let hasExternal = false;
  for (const [index, metric] of metrics.entries()) {
    checkMetric(causes, metric, `spec.metrics[${index}]`);
    hasExternal ||= metric['type'] === 'Object' || metric['type'] === 'External';
  }
  if (min === 0 && !hasExternal) {
    const message = 'must specify at least one Object or External metric to support scaling to zero replicas';
    causes.forbidden('spec.metrics', message);
  }
}

function checkMetric(causes: Causes, metric: Bag, at: string): void {
  const type = scalarText(metric['type'] ?? '');
  if (type === '') causes.required(`${at}.type`, 'must specify a metric source type');
  if (!types.includes(type)) causes.notSupported(`${at}.type`, type, types);
  const present = Object.values(sources).filter((source) => metric[source] !== undefined);
  const [first] = present;
  if (first !== undefined) checkSource(causes, first, bagAt(metric, first) ?? {}, `${at}.${first}`);
  const expected = sources[type as keyof typeof sources] as string | undefined;
  if (expected === undefined) causes.notSupported(`${at}.type`, type, types);
  else if (metric[expected] === undefined)
    causes.required(`${at}.${expected}`, 'must populate information for the given metric source');
  if (present.length === 1) return;
  for (const extra of present)
    if (extra !== expected) causes.forbidden(`${at}.${extra}`, 'must populate the given metric source only');
}

function checkSource(causes: Causes, kind: string, source: Bag, at: string): void {
  if (kind === 'object') checkReference(causes, bagAt(source, 'describedObject'), `${at}.describedObject`);
  if (kind === 'resource' || kind === 'containerResource') checkResourceNames(causes, kind, source, at);
  else {
    const name = scalarText(bagAt(source, 'metric')?.['name'] ?? '');
    const problem = pathSegmentProblem(name);
    if (name === '') causes.required(`${at}.metric.name`, 'must specify a metric name');
    else if (problem !== undefined) causes.invalid(`${at}.metric.name`, name, problem);
  }
  const target = bagAt(source, 'target') ?? {};
  checkTarget(causes, target, `${at}.target`);
  const has = (key: string): boolean => target[key] !== undefined;
  if (kind === 'resource' || kind === 'containerResource') {
    if (!has('averageUtilization') && !has('averageValue')) {
      const message = 'must set either a target raw value or a target utilization';
      causes.required(`${at}.target.averageUtilization`, message);
    }
    if (has('averageUtilization') && has('averageValue')) {
      const message = 'may not set both a target raw value and a target utilization';
      causes.forbidden(`${at}.target.averageValue`, message);
    }
  } else if (kind === 'pods') {
    if (!has('averageValue'))
      causes.required(`${at}.target.averageValue`, 'must specify a positive target averageValue');
  } else if (!has('value') && !has('averageValue')) {
    const message =
      kind === 'object'
        ? 'must set either a target value or averageValue'
        : 'must set either a target value for metric or a per-pod target';
    causes.required(`${at}.target.averageValue`, message);
  } else if (kind === 'external' && has('value') && has('averageValue')) {
    causes.forbidden(`${at}.target.value`, 'may not set both a target value for metric and a per-pod target');
  }
}

function checkResourceNames(causes: Causes, kind: string, source: Bag, at: string): void {
  const name = scalarText(source['name'] ?? '');
  if (name === '') causes.required(`${at}.name`, 'must specify a resource name');
  if (kind === 'resource') return;
  if (name !== '') checkContainerResourceName(causes, name, `${at}.name`);
  const container = scalarText(source['container'] ?? '');
  const problem = labelProblem(container);
  if (container === '') causes.required(`${at}.container`, 'must specify a container');
  else if (problem !== undefined) causes.invalid(`${at}.container`, container, problem);
}

function checkTarget(causes: Causes, target: Bag, at: string): void {
  const type = target['type'] ?? '';
  if (type === '') causes.required(`${at}.type`, 'must specify a metric target type');
  if (type !== 'Utilization' && type !== 'Value' && type !== 'AverageValue')
    causes.invalid(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue');
  for (const key of ['value', 'averageValue']) {
    const amount = target[key];
    if (amount !== undefined && (parseAmount(amount) ?? 1n) <= 0n)
      causes.invalid(`${at}.${key}`, amount, 'must be positive');
  }
  const share = target['averageUtilization'];
  if (typeof share === 'number' && share < 1)
    causes.invalid(`${at}.averageUtilization`, share, 'must be greater than 0');
}

function checkRules(causes: Causes, rules: Bag | undefined, at: string): void {
  if (rules === undefined) return;
  const window = rules['stabilizationWindowSeconds'];
  if (typeof window === 'number' && window < 0)
    causes.invalid(`${at}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero');
  if (typeof window === 'number' && window > 3600)
    causes.invalid(`${at}.stabilizationWindowSeconds`, window, 'must be less than or equal to 3600');
  checkOneOf(causes, rules['selectPolicy'], `${at}.selectPolicy`, ['Disabled', 'Max', 'Min']);
  const policies = bagsOf(rules['policies']);
  if (policies.length === 0) causes.required(`${at}.policies`, 'must specify at least one Policy');
  for (const [index, policy] of policies.entries()) {
    const place = `${at}.policies[${index}]`;
    checkOneOf(causes, policy['type'] ?? '', `${place}.type`, ['Percent', 'Pods']);
    for (const key of ['value', 'periodSeconds']) {
      const value = typeof policy[key] === 'number' ? policy[key] : 0;
      if (value <= 0) causes.invalid(`${place}.${key}`, value, 'must be greater than zero');
      if (key === 'periodSeconds' && value > 1800)
        causes.invalid(`${place}.${key}`, value, 'must be less than or equal to 1800');
    }
  }
}
