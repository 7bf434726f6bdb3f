// Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs and CronJobs: the refusals people meet, as pkg/apis/apps and
// pkg/apis/batch word them (Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { type LabelSelector, labelSelectorMatch } from '../api/selectors.ts';
import type { Cause } from '../api/status.ts';
import { type Bag, type Draft, bagAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes, RawText, formatValue } from './causes.ts';
import { checkCronSchedule } from './cron-schedule.ts';
import { checkNonNegative, checkOneOf } from './choices.ts';
import { checkLabelSelector, isEmptySelector } from './label-selectors.ts';
import { checkLabels } from './names.ts';
import { checkPodSpec } from './pods.ts';

export function validateDeployment(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  checkNonNegative(causes, spec, 'replicas');
  checkSelectorAndTemplate(causes, spec, ['Always']);
  const strategy = bagAt(spec, 'strategy');
  const type = strategy?.['type'];
  if (type === 'Recreate' && strategy?.['rollingUpdate'] !== undefined) {
    causes.forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'");
  } else if (type !== undefined && type !== 'Recreate' && type !== 'RollingUpdate') {
    causes.notSupported('spec.strategy', goStrategy(strategy), ['Recreate', 'RollingUpdate']);
  }
  if (type === 'RollingUpdate') checkRolling(causes, bagAt(strategy, 'rollingUpdate'), 'spec.strategy.rollingUpdate');
  checkNonNegative(causes, spec, 'minReadySeconds');
  checkNonNegative(causes, spec, 'revisionHistoryLimit');
  checkNonNegative(causes, spec, 'progressDeadlineSeconds');
  const deadline = spec?.['progressDeadlineSeconds'];
  const minReady = spec?.['minReadySeconds'] ?? 0;
  if (typeof deadline === 'number' && typeof minReady === 'number' && deadline <= minReady) {
    causes.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
  }
  return causes.list;
}

export function validateReplicaSet(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  checkNonNegative(causes, spec, 'replicas');
  checkNonNegative(causes, spec, 'minReadySeconds');
  checkSelectorAndTemplate(causes, spec, ['Always']);
  return causes.list;
}

export function validateStatefulSet(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const policy = spec?.['podManagementPolicy'];
  if (policy !== 'OrderedReady' && policy !== 'Parallel')
    causes.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'");
  const update = bagAt(spec, 'updateStrategy');
  if (update?.['type'] !== 'RollingUpdate' && update?.['type'] !== 'OnDelete') {
    causes.invalid('spec.updateStrategy', goStrategy(update), "must be 'RollingUpdate' or 'OnDelete'");
  }
  checkNonNegative(causes, spec, 'replicas');
  checkNonNegative(causes, spec, 'minReadySeconds');
  checkSelectorAndTemplate(causes, spec, ['Always']);
  return causes.list;
}

export function validateDaemonSet(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  checkSelectorAndTemplate(causes, spec, ['Always']);
  checkNonNegative(causes, spec, 'minReadySeconds');
  const update = bagAt(spec, 'updateStrategy');
  if (update?.['type'] !== 'RollingUpdate' && update?.['type'] !== 'OnDelete') {
    causes.notSupported('spec.updateStrategy', goStrategy(update), ['RollingUpdate', 'OnDelete']);
  }
  return causes.list;
}

export function validateJob(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  checkJobSpec(causes, bagAt(draft, 'spec'), 'spec');
  return causes.list;
}

export function validateCronJob(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const schedule = spec?.['schedule'];
  if (schedule === undefined || schedule === '') causes.required('spec.schedule');
  else checkCronSchedule(causes, scalarText(schedule), 'spec.schedule');
  checkOneOf(causes, spec?.['concurrencyPolicy'], 'spec.concurrencyPolicy', ['Allow', 'Forbid', 'Replace']);
  checkNonNegative(causes, spec, 'successfulJobsHistoryLimit');
  checkNonNegative(causes, spec, 'failedJobsHistoryLimit');
  checkNonNegative(causes, spec, 'startingDeadlineSeconds');
  checkJobSpec(causes, bagAt(bagAt(spec, 'jobTemplate'), 'spec'), 'spec.jobTemplate.spec');
  return causes.list;
}

/** spec.selector may not change. */
export function validateSelectorUnchanged(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  immutable(causes, draft, old, ['selector']);
  return causes.list;
}

const statefulSetMutable = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

export function validateStatefulSetUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const next = without(bagAt(draft, 'spec'), statefulSetMutable);
  const before = without(bagAt(old as unknown as Draft, 'spec'), statefulSetMutable);
  if (!sameValue(next, before)) {
    causes.forbidden(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    );
  }
  return causes.list;
}

export function validateJobUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const suspended = bagAt(old as unknown as Draft, 'spec')?.['suspend'] === true;
  const status = bagAt(old as unknown as Draft, 'status');
  const templateMutable = suspended && status?.['startTime'] === undefined;
  const indexed = bagAt(draft, 'spec')?.['completionMode'] === 'Indexed';
  immutable(causes, draft, old, [
    ...(indexed ? [] : ['completions']),
    'selector',
    ...(templateMutable ? [] : ['template']),
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ]);
  return causes.list;
}

function immutable(causes: Causes, draft: Draft, old: KubeObject, keys: readonly string[]): void {
  const next = bagAt(draft, 'spec');
  const before = bagAt(old as unknown as Draft, 'spec');
  for (const key of keys) {
    if (!sameValue(next?.[key], before?.[key])) causes.invalid(`spec.${key}`, next?.[key], 'field is immutable');
  }
}

function without(spec: Bag | undefined, keys: ReadonlySet<string>): Bag {
  return Object.fromEntries(Object.entries(spec ?? {}).filter(([key]) => !keys.has(key)));
}

function checkJobSpec(causes: Causes, spec: Bag | undefined, at: string): void {
  for (const key of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
  ]) {
    checkNonNegative(causes, spec, key, at);
  }
  const template = bagAt(bagAt(spec, 'template'), 'spec');
  checkPodSpec(causes, template, `${at}.template.spec`);
  const policy = template?.['restartPolicy'];
  if (policy === 'Always' || policy === undefined) {
    causes.required(`${at}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"');
  }
}

// Selector and template belong together: the selector must be there, and select the template's pods.
function checkSelectorAndTemplate(causes: Causes, spec: Bag | undefined, restartPolicies: readonly string[]): void {
  const selector = bagAt(spec, 'selector') as (LabelSelector & Bag) | undefined;
  if (selector === undefined) causes.required('spec.selector');
  else checkLabelSelector(causes, selector, 'spec.selector');
  if (selector !== undefined && isEmptySelector(selector)) {
    causes.invalid('spec.selector', selector, 'empty selector is invalid for deployment');
  }
  const template = bagAt(spec, 'template');
  const labels = bagAt(bagAt(template, 'metadata'), 'labels') as Record<string, string> | undefined;
  if ((selector === undefined || !isEmptySelector(selector)) && !labelSelectorMatch(selector)(labels)) {
    causes.invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`');
  }
  checkLabels(causes, labels, 'spec.template.labels');
  checkPodSpec(causes, bagAt(template, 'spec'), 'spec.template.spec');
  const policy = bagAt(template, 'spec')?.['restartPolicy'];
  if (typeof policy === 'string' && !restartPolicies.includes(policy)) {
    causes.notSupported('spec.template.spec.restartPolicy', policy, restartPolicies);
  }
}

function checkRolling(causes: Causes, rolling: Bag | undefined, at: string): void {
  for (const key of ['maxUnavailable', 'maxSurge']) {
    const value = rolling?.[key];
    if (typeof value === 'number' && value < 0)
      causes.invalid(`${at}.${key}`, value, 'must be greater than or equal to 0');
    if (typeof value === 'string' && !/^\d+%$/.test(value)) {
      causes.invalid(
        `${at}.${key}`,
        value,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      );
    }
  }
  if (isZero(rolling?.['maxUnavailable']) && isZero(rolling?.['maxSurge'])) {
    causes.invalid(`${at}.maxUnavailable`, rolling?.['maxUnavailable'], 'may not be 0 when `maxSurge` is 0');
  }
  const unavailable = rolling?.['maxUnavailable'];
  if (typeof unavailable === 'string' && Number.parseInt(unavailable, 10) > 100) {
    causes.invalid(`${at}.maxUnavailable`, unavailable, 'must not be greater than 100%');
  }
}

function isZero(value: unknown): boolean {
  return value === 0 || (typeof value === 'string' && /^0+%$/.test(value));
}

// The strategy as Go prints its internal struct, which is what the refusal shows.
function goStrategy(strategy: Bag | undefined): RawText {
  const rolling = strategy?.['rollingUpdate'] === undefined ? 'null' : formatValue(strategy['rollingUpdate']);
  return new RawText(`{"Type":${formatValue(strategy?.['type'] ?? '')},"RollingUpdate":${rolling}}`);
}
