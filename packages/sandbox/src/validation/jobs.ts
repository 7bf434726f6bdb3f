// Jobs and CronJobs (pkg/apis/batch/validation, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { type LabelSelector, labelSelectorMatch } from '../api/selectors.ts';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes, OmittedValue } from './causes.ts';
import { checkNonNegative, checkOneOf } from './choices.ts';
import { checkCronSchedule } from './cron-schedule.ts';
import { checkLabelSelector } from './label-selectors.ts';
import { checkDomainPath, labelProblem, qualifiedNameProblem } from './names.ts';
import { checkTemplate } from './templates.ts';

export function validateJob(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec') ?? {};
  checkGeneratedSelector(causes, draft, spec);
  checkWholeSpec(causes, spec);
  checkIndexedName(causes, draft, spec);
  return causes.list;
}

function checkWholeSpec(causes: Causes, spec: Bag): void {
  checkJobSpec(causes, spec, 'spec');
  const selector = bagAt(spec, 'selector') as (LabelSelector & Bag) | undefined;
  if (selector === undefined) causes.required('spec.selector');
  else checkLabelSelector(causes, selector, 'spec.selector');
  const labels = bagAt(bagAt(bagAt(spec, 'template'), 'metadata'), 'labels') as Record<string, string> | undefined;
  if (selector === undefined || !labelSelectorMatch(selector)(labels))
    causes.invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`');
}

function checkGeneratedSelector(causes: Causes, draft: Draft, spec: Bag): void {
  if (spec['manualSelector'] === true) return;
  const expected = { matchLabels: { 'batch.kubernetes.io/controller-uid': draft.metadata.uid ?? '' } };
  const selector = bagAt(spec, 'selector');
  if (selector === undefined) causes.required('spec.selector');
  else if (!sameValue(selector, expected)) causes.invalid('spec.selector', selector, '`selector` not auto-generated');
}

// Pods of an indexed job are named after their index, and that name is a label.
function checkIndexedName(causes: Causes, draft: Draft, spec: Bag): void {
  const { completions } = spec;
  if (spec['completionMode'] !== 'Indexed' || typeof completions !== 'number' || completions <= 0) return;
  const longest = `${draft.metadata.name ?? ''}-${completions - 1}`;
  if (labelProblem(longest) !== undefined) {
    const message = `will not able to create pod with invalid DNS label: ${longest}`;
    causes.invalid('metadata.name', draft.metadata.name ?? '', message);
  }
}

export function validateCronJob(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec') ?? {};
  const schedule = scalarText(spec['schedule'] ?? '');
  const { timeZone } = spec;
  if (schedule === '') causes.required('spec.schedule');
  else if (/TZ=/.test(schedule)) {
    const message =
      timeZone === undefined
        ? 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
        : 'cannot use both timeZone field and TZ or CRON_TZ in schedule';
    causes.invalid('spec.schedule', schedule, message);
  } else checkCronSchedule(causes, schedule, 'spec.schedule');
  checkNonNegative(causes, spec, 'startingDeadlineSeconds');
  if (timeZone !== undefined) checkTimeZone(causes, scalarText(timeZone));
  checkOneOf(causes, spec['concurrencyPolicy'], 'spec.concurrencyPolicy', ['Allow', 'Forbid', 'Replace']);
  checkJobSpec(causes, bagAt(bagAt(spec, 'jobTemplate'), 'spec') ?? {}, 'spec.jobTemplate.spec');
  checkNonNegative(causes, spec, 'successfulJobsHistoryLimit');
  checkNonNegative(causes, spec, 'failedJobsHistoryLimit');
  const name = draft.metadata.name ?? '';
  if (name.length > 52) causes.invalid('metadata.name', name, 'must be no more than 52 characters');
  return causes.list;
}

function checkTimeZone(causes: Causes, zone: string): void {
  if (zone === '') causes.invalid('spec.timeZone', zone, 'timeZone must be nil or non-empty string');
  else if (zone.toLowerCase() === 'local') {
    const message = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    causes.invalid('spec.timeZone', zone, message);
  } else if (!knowsZone(zone)) causes.invalid('spec.timeZone', zone, `unknown time zone ${zone}`);
}

function knowsZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export function validateJobUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const next = bagAt(draft, 'spec');
  const before = bagAt(old as unknown as Draft, 'spec');
  // Upstream checks the spec twice on updates, which shows in the causes.
  checkWholeSpec(causes, next ?? {});
  const started = bagAt(old as unknown as Draft, 'status')?.['startTime'] !== undefined;
  const templateMutable = before?.['suspend'] === true && !started && sameBeyondScheduling(next, before);
  const keys = [
    ...(next?.['completionMode'] === 'Indexed' ? [] : ['completions']),
    'selector',
    ...(templateMutable ? [] : ['template']),
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ];
  for (const key of keys) {
    if (!sameValue(next?.[key], before?.[key])) causes.invalid(`spec.${key}`, next?.[key], 'field is immutable');
  }
  return causes.list;
}

// A job that waits may still be told where its pods run, and how they are labelled.
function sameBeyondScheduling(next: Bag | undefined, before: Bag | undefined): boolean {
  return sameValue(unscheduled(bagAt(next, 'template')), unscheduled(bagAt(before, 'template')));
}

function unscheduled(template: Bag | undefined): Bag {
  const { labels: _labels, annotations: _annotations, ...metadata } = bagAt(template, 'metadata') ?? {};
  const {
    nodeSelector: _selector,
    affinity: _affinity,
    tolerations: _tolerations,
    schedulingGates: _gates,
    ...spec
  } = bagAt(template, 'spec') ?? {};
  return { metadata, spec };
}

function checkJobSpec(causes: Causes, spec: Bag, at: string): void {
  for (const key of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ]) {
    checkNonNegative(causes, spec, key, at);
  }
  if (spec['maxFailedIndexes'] !== undefined && spec['backoffLimitPerIndex'] === undefined)
    causes.required(`${at}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified');
  if (spec['managedBy'] !== undefined) checkDomainPath(causes, scalarText(spec['managedBy']), `${at}.managedBy`);
  checkCompletion(causes, spec, at);
  checkFailurePolicy(causes, spec, `${at}.podFailurePolicy`);
  const policies = spec['podFailurePolicy'] === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  checkOneOf(causes, spec['podReplacementPolicy'], `${at}.podReplacementPolicy`, policies);
  const template = bagAt(spec, 'template');
  checkTemplate(causes, template, `${at}.template`);
  const policy = bagAt(template, 'spec')?.['restartPolicy'];
  const field = `${at}.template.spec.restartPolicy`;
  if (policy === 'Always' || policy === undefined) causes.required(field, 'valid values: "OnFailure", "Never"');
  else if (policy !== 'OnFailure' && policy !== 'Never') causes.notSupported(field, policy, ['OnFailure', 'Never']);
  else if (spec['podFailurePolicy'] !== undefined && policy !== 'Never')
    causes.invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified');
}

function checkCompletion(causes: Causes, spec: Bag, at: string): void {
  const mode = spec['completionMode'];
  checkOneOf(causes, mode, `${at}.completionMode`, ['NonIndexed', 'Indexed']);
  const [parallelism, completions, failed] = [spec['parallelism'], spec['completions'], spec['maxFailedIndexes']];
  if (mode === 'Indexed') {
    if (completions === undefined) causes.required(`${at}.completions`, 'when completion mode is Indexed');
    if (typeof parallelism === 'number' && parallelism > 100_000) {
      const message = 'must be less than or equal to 100000 when completion mode is Indexed';
      causes.invalid(`${at}.parallelism`, parallelism, message);
    }
    if (typeof completions === 'number' && typeof failed === 'number' && failed > completions)
      causes.invalid(`${at}.maxFailedIndexes`, failed, 'must be less than or equal to completions');
  } else if (mode === undefined || mode === 'NonIndexed') {
    for (const key of ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy'])
      if (spec[key] !== undefined) causes.invalid(`${at}.${key}`, spec[key], 'requires indexed completion mode');
  }
}

function checkFailurePolicy(causes: Causes, spec: Bag, at: string): void {
  for (const [index, rule] of bagsOf(bagAt(spec, 'podFailurePolicy')?.['rules']).entries()) {
    const place = `${at}.rules[${index}]`;
    const action = scalarText(rule['action'] ?? '');
    const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
    if (action === '')
      causes.required(`${place}.action`, `valid values: ${JSON.stringify(actions).replaceAll(',', ' ')}`);
    else if (action === 'FailIndex' && spec['backoffLimitPerIndex'] === undefined)
      causes.invalid(`${place}.action`, action, 'requires the backoffLimitPerIndex to be set');
    else checkOneOf(causes, action, `${place}.action`, actions);
    const codes = bagAt(rule, 'onExitCodes');
    const conditions = bagsOf(rule['onPodConditions']);
    if (codes !== undefined) checkExitCodes(causes, codes, `${place}.onExitCodes`);
    for (const [conditionIndex, condition] of conditions.entries()) {
      const type = scalarText(condition['type'] ?? '');
      const problem = qualifiedNameProblem(type);
      const field = `${place}.onPodConditions[${conditionIndex}]`;
      if (problem !== undefined) causes.invalid(`${field}.type`, type, problem);
      checkOneOf(causes, condition['status'], `${field}.status`, ['False', 'True', 'Unknown']);
    }
    const omitted = new OmittedValue();
    if (codes !== undefined && conditions.length > 0)
      causes.invalid(place, omitted, 'specifying both OnExitCodes and OnPodConditions is not supported');
    if (codes === undefined && conditions.length === 0)
      causes.invalid(place, omitted, 'specifying one of OnExitCodes and OnPodConditions is required');
  }
}

function checkExitCodes(causes: Causes, codes: Bag, at: string): void {
  checkOneOf(causes, codes['operator'] ?? '', `${at}.operator`, ['In', 'NotIn']);
  const values = listAt(codes, 'values') ?? [];
  if (values.length === 0) causes.invalid(`${at}.values`, null, 'at least one value is required');
  if (values.length > 255) causes.tooMany(`${at}.values`, values.length, 255);
  for (const [index, value] of values.entries()) {
    if (codes['operator'] === 'In' && value === 0)
      causes.invalid(`${at}.values[${index}]`, value, 'must not be 0 for the In operator');
    if (values.indexOf(value) < index) causes.duplicate(`${at}.values[${index}]`, value);
  }
  const ordered = values.every((value, index) => index === 0 || Number(values[index - 1]) <= Number(value));
  if (!ordered) causes.invalid(`${at}.values`, values, 'must be ordered');
}
