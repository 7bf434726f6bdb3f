// Deployments, ReplicaSets, StatefulSets and DaemonSets: the refusals people meet, as pkg/apis/apps words them
// (Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { type LabelSelector, labelSelectorMatch } from '../api/selectors.ts';
import type { Cause } from '../api/status.ts';
import { type Bag, type Draft, bagAt, sameValue } from '../store/draft.ts';
import { Causes, RawText, formatValue } from './causes.ts';
import { checkNonNegative, checkOneOf, checkShare } from './choices.ts';
import { checkLabelSelector, isEmptySelector } from './label-selectors.ts';
import { checkTemplate } from './templates.ts';

export function validateDeployment(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  checkNonNegative(causes, spec, 'replicas');
  checkSelectorAndTemplate(causes, spec, 'deployment');
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
  checkSelectorAndTemplate(causes, spec, 'deployment');
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
  checkStatefulUpdate(causes, update);
  const retention = bagAt(spec, 'persistentVolumeClaimRetentionPolicy');
  for (const key of ['whenDeleted', 'whenScaled']) {
    const at = `spec.persistentVolumeClaimRetentionPolicy.${key}`;
    checkOneOf(causes, retention?.[key], at, ['Retain', 'Delete']);
  }
  checkNonNegative(causes, spec, 'replicas');
  checkNonNegative(causes, spec, 'minReadySeconds');
  checkNonNegative(causes, bagAt(spec, 'ordinals'), 'start', 'spec.ordinals');
  checkSelectorAndTemplate(causes, spec, 'statefulset');
  return causes.list;
}

function checkStatefulUpdate(causes: Causes, update: Bag | undefined): void {
  const rolling = bagAt(update, 'rollingUpdate');
  if (rolling === undefined) return;
  const at = 'spec.updateStrategy.rollingUpdate';
  if (update?.['type'] === 'OnDelete') {
    const shown = `{"Partition":${formatValue(rolling['partition'] ?? 0)},"MaxUnavailable":${formatValue(rolling['maxUnavailable'])}}`;
    causes.invalid(at, new RawText(shown), "only allowed for updateStrategy 'RollingUpdate'");
  } else checkNonNegative(causes, rolling, 'partition', at);
}

export function validateDaemonSet(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  checkSelectorAndTemplate(causes, spec, 'daemonset');
  checkNonNegative(causes, spec, 'minReadySeconds');
  const update = bagAt(spec, 'updateStrategy');
  if (update?.['type'] !== 'RollingUpdate' && update?.['type'] !== 'OnDelete') {
    causes.notSupported('spec.updateStrategy', goStrategy(update), ['RollingUpdate', 'OnDelete']);
  }
  if (update?.['type'] === 'RollingUpdate') checkDaemonRolling(causes, bagAt(update, 'rollingUpdate'));
  checkNonNegative(causes, spec, 'revisionHistoryLimit');
  return causes.list;
}

function checkDaemonRolling(causes: Causes, rolling: Bag | undefined): void {
  const at = 'spec.updateStrategy.rollingUpdate';
  const [unavailable, surge] = [isZero(rolling?.['maxUnavailable'] ?? 0), isZero(rolling?.['maxSurge'] ?? 0)];
  for (const key of ['maxUnavailable', 'maxSurge']) checkShare(causes, rolling?.[key], `${at}.${key}`);
  if (unavailable && surge) causes.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
  if (!unavailable && !surge)
    causes.invalid(`${at}.maxSurge`, rolling?.['maxSurge'], 'may not be set when maxUnavailable is non-zero');
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

// Selector and template belong together: the selector must be there, and select the template's pods.
function checkSelectorAndTemplate(causes: Causes, spec: Bag | undefined, kind: string): void {
  const selector = bagAt(spec, 'selector') as (LabelSelector & Bag) | undefined;
  const before = causes.list.length;
  if (selector === undefined) {
    if (kind !== 'daemonset') causes.required('spec.selector');
  } else checkLabelSelector(causes, selector, 'spec.selector');
  const sound = selector === undefined || causes.list.length === before;
  if (selector !== undefined && isEmptySelector(selector))
    causes.invalid('spec.selector', selector, `empty selector is invalid for ${kind}`);
  const template = bagAt(spec, 'template');
  const labels = bagAt(bagAt(template, 'metadata'), 'labels') as Record<string, string> | undefined;
  if (!sound) {
    const message = kind === 'statefulset' ? '' : 'invalid label selector';
    causes.invalid('spec.selector', selector, message);
  } else if ((selector === undefined || !isEmptySelector(selector)) && !labelSelectorMatch(selector)(labels)) {
    causes.invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`');
  }
  checkTemplate(causes, template, 'spec.template');
  const pod = bagAt(template, 'spec');
  checkOneOf(causes, pod?.['restartPolicy'], 'spec.template.spec.restartPolicy', ['Always']);
  if (pod?.['activeDeadlineSeconds'] !== undefined) {
    const name = kind === 'statefulset' ? 'StatefulSet' : kind === 'daemonset' ? 'DaemonSet' : 'ReplicaSet';
    causes.forbidden('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${name} is not Supported`);
  }
}

function checkRolling(causes: Causes, rolling: Bag | undefined, at: string): void {
  for (const key of ['maxUnavailable', 'maxSurge']) {
    checkShare(causes, rolling?.[key], `${at}.${key}`);
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
