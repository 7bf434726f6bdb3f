// Kinds of the cluster itself: nodes, priority and runtime classes, leases, API services, certificate requests
// (their validation packages under pkg/apis, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes, RawText } from './causes.ts';
import { checkNonNegative, checkOneOf } from './choices.ts';
import { checkLabelName, cidrProblem, labelProblem, labelValueProblem } from './names.ts';

export function validateNode(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  checkTaints(causes, spec);
  for (const [index, range] of (listAt(spec, 'podCIDRs') ?? []).entries()) {
    const problem = cidrProblem(scalarText(range));
    if (problem !== undefined) causes.invalid(`spec.podCIDRs[${index}]`, range, problem);
  }
  return causes.list;
}

function checkTaints(causes: Causes, spec: Bag | undefined): void {
  const seen = new Set<string>();
  for (const [index, taint] of bagsOf(spec?.['taints']).entries()) {
    const at = `metadata.taints[${index}]`;
    const [key, value] = [scalarText(taint['key'] ?? ''), scalarText(taint['value'] ?? '')];
    const effect = scalarText(taint['effect'] ?? '');
    checkLabelName(causes, key, `${at}.key`);
    const problem = labelValueProblem(value);
    if (problem !== undefined) causes.invalid(`${at}.value`, value, problem);
    if (effect === '') causes.required(`${at}.effect`);
    else checkOneOf(causes, effect, `${at}.effect`, ['NoSchedule', 'PreferNoSchedule', 'NoExecute']);
    if (seen.has(`${key}:${effect}`)) {
      const shown = JSON.stringify({ Key: key, Value: value, Effect: effect, TimeAdded: null });
      causes.duplicate(at, new RawText(`${shown}: taints must be unique by key and effect pair`));
    }
    seen.add(`${key}:${effect}`);
  }
}

export function validateNodeUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const [next, before] = [bagAt(draft, 'spec'), bagAt(old as unknown as Draft, 'spec')];
  const ranges = listAt(before, 'podCIDRs') ?? [];
  // Upstream checks taints twice on updates, which shows in the causes.
  checkTaints(causes, next);
  if (ranges.length > 0 && !sameValue(next?.['podCIDRs'], before?.['podCIDRs']))
    causes.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid');
  if ((before?.['providerID'] ?? '') !== '' && next?.['providerID'] !== before?.['providerID'])
    causes.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid');
  return causes.list;
}

const systemPriorities: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

export function validatePriorityClass(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const name = draft.metadata.name ?? '';
  const value = typeof draft['value'] === 'number' ? draft['value'] : 0;
  if (name.startsWith('system-')) {
    if (systemPriorities[name] === undefined) {
      const message = `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`;
      causes.forbidden('metadata.name', message);
    }
  } else if (value > 1_000_000_000)
    causes.forbidden('value', 'maximum allowed value of a user defined priority is 1000000000');
  checkOneOf(causes, draft['preemptionPolicy'], 'preemptionPolicy', ['PreemptLowerPriority', 'Never']);
  return causes.list;
}

export function validatePriorityClassUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  if (!sameValue(draft['value'], old['value'])) causes.forbidden('value', 'may not be changed in an update.');
  if (!sameValue(draft['preemptionPolicy'], old['preemptionPolicy']))
    causes.invalid('preemptionPolicy', draft['preemptionPolicy'], 'field is immutable');
  return causes.list;
}

export function validateLease(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const seconds = spec?.['leaseDurationSeconds'];
  if (typeof seconds === 'number' && seconds <= 0)
    causes.invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0');
  checkNonNegative(causes, spec, 'leaseTransitions');
  return causes.list;
}

export function validateRuntimeClass(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const handler = scalarText(draft['handler'] ?? '');
  const problem = labelProblem(handler);
  if (problem !== undefined) causes.invalid('handler', handler, problem);
  return causes.list;
}

export function validateRuntimeClassUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  if (!sameValue(draft['handler'], old['handler'])) causes.invalid('handler', draft['handler'], 'field is immutable');
  return causes.list;
}

export function validateApiService(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec') ?? {};
  const required = `${scalarText(spec['version'] ?? '')}.${scalarText(spec['group'] ?? '')}`;
  const name = draft.metadata.name ?? '';
  if (name !== required)
    causes.invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: "${required}"`);
  for (const [key, max] of [
    ['groupPriorityMinimum', 20_000],
    ['versionPriority', 1000],
  ] as const) {
    const value = typeof spec[key] === 'number' ? spec[key] : 0;
    if (value <= 0 || value > max) causes.invalid(`spec.${key}`, value, `must be positive and less than ${max}`);
  }
  checkApiServiceTarget(causes, spec);
  return causes.list;
}

function checkApiServiceTarget(causes: Causes, spec: Bag): void {
  const service = bagAt(spec, 'service');
  if (service === undefined) {
    if ((spec['caBundle'] ?? '') !== '')
      causes.invalid('spec.caBundle', '0 bytes', 'local APIServices may not have a caBundle');
    if (spec['insecureSkipTLSVerify'] === true)
      causes.invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify');
    return;
  }
  for (const key of ['namespace', 'name']) if ((service[key] ?? '') === '') causes.required(`spec.service.${key}`);
}
