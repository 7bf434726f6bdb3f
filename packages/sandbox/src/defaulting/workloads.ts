// Defaults and creation rules of the workload types, as the defaults.go and strategy.go files of apps, batch, core and
// autoscaling set them (Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Strategy } from '../api/strategy.ts';
import { type Bag, type Draft, bagAt, isBag, sameValue } from '../store/draft.ts';
import { validateNewPod, validatePod, validatePodUpdate } from '../validation/pods.ts';
import { validateEphemeralContainers, validateResize } from '../validation/pod-subresources.ts';
import { podWarnings, statefulSetWarnings, templateWarnings } from '../validation/warnings.ts';
import { validateCronJob, validateJob, validateJobUpdate } from '../validation/jobs.ts';
import {
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateSelectorUnchanged,
  validateStatefulSet,
  validateStatefulSetUpdate,
} from '../validation/workloads.ts';
import { validateScaler } from '../validation/scalers.ts';
import { type PodSpecDraft, bagsOf, fallback, memberBag, specOf } from './drafts.ts';
import { pairAddresses } from './pod-addresses.ts';
import { appArmorWarnings } from './app-armor.ts';
import { startPod } from './pod-admission.ts';
import { keepButEphemeral, keepButResources } from './pod-subresources.ts';
import { defaultPod, defaultPodSpec } from './pod-spec.ts';

function defaultTemplate(spec: Bag, ...path: readonly string[]): void {
  let holder: Bag | undefined = spec;
  for (const key of path) holder = bagAt(holder, key);
  const template = bagAt(holder, 'template');
  if (template === undefined) return;
  memberBag(template, 'metadata');
  defaultPodSpec(memberBag(template, 'spec') as PodSpecDraft);
}

function defaultDeployment(draft: Draft): void {
  const spec = specOf(draft);
  fallback(spec, 'replicas', 1);
  fallback(spec, 'revisionHistoryLimit', 10);
  fallback(spec, 'progressDeadlineSeconds', 600);
  const strategy = memberBag(spec, 'strategy');
  if (strategy['type'] === undefined || strategy['type'] === '') strategy['type'] = 'RollingUpdate';
  if (strategy['type'] === 'RollingUpdate') {
    const rolling = memberBag(strategy, 'rollingUpdate');
    fallback(rolling, 'maxUnavailable', '25%');
    fallback(rolling, 'maxSurge', '25%');
  }
  defaultTemplate(spec);
}

function defaultReplicaSet(draft: Draft): void {
  const spec = specOf(draft);
  fallback(spec, 'replicas', 1);
  defaultTemplate(spec);
}

function defaultStatefulSet(draft: Draft): void {
  const spec = specOf(draft);
  fallback(spec, 'podManagementPolicy', 'OrderedReady');
  fallback(spec, 'replicas', 1);
  fallback(spec, 'revisionHistoryLimit', 10);
  const strategy = memberBag(spec, 'updateStrategy');
  if (strategy['type'] === undefined || strategy['type'] === '') strategy['type'] = 'RollingUpdate';
  if (strategy['type'] === 'RollingUpdate') fallback(memberBag(strategy, 'rollingUpdate'), 'partition', 0);
  const retention = memberBag(spec, 'persistentVolumeClaimRetentionPolicy');
  fallback(retention, 'whenDeleted', 'Retain');
  fallback(retention, 'whenScaled', 'Retain');
  for (const claim of bagsOf(spec['volumeClaimTemplates'])) {
    fallback(claim, 'apiVersion', 'v1');
    fallback(claim, 'kind', 'PersistentVolumeClaim');
    fallback(memberBag(claim, 'spec'), 'volumeMode', 'Filesystem');
    fallback(memberBag(claim, 'status'), 'phase', 'Pending');
  }
  defaultTemplate(spec);
}

const templateGeneration = 'deprecated.daemonset.template.generation';

function defaultDaemonSet(draft: Draft): void {
  const spec = specOf(draft);
  if (draft.metadata.annotations?.[templateGeneration] === undefined) {
    draft.metadata.annotations = { ...draft.metadata.annotations, [templateGeneration]: '1' };
  }
  fallback(spec, 'revisionHistoryLimit', 10);
  const strategy = memberBag(spec, 'updateStrategy');
  if (strategy['type'] === undefined || strategy['type'] === '') strategy['type'] = 'RollingUpdate';
  if (strategy['type'] === 'RollingUpdate') {
    const rolling = memberBag(strategy, 'rollingUpdate');
    fallback(rolling, 'maxUnavailable', 1);
    fallback(rolling, 'maxSurge', 0);
  }
  defaultTemplate(spec);
}

function defaultJobSpec(spec: Bag): void {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1;
  fallback(spec, 'parallelism', 1);
  fallback(spec, 'backoffLimit', spec['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647);
  fallback(spec, 'completionMode', 'NonIndexed');
  fallback(spec, 'suspend', false);
  fallback(spec, 'manualSelector', false);
  fallback(spec, 'podReplacementPolicy', spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed');
  for (const rule of bagsOf(bagAt(spec, 'podFailurePolicy')?.['rules'])) {
    for (const pattern of bagsOf(rule['onPodConditions'])) fallback(pattern, 'status', 'True');
  }
  defaultTemplate(spec);
}

// The job's own labels on its pods and its selector come from its uid, which is known only at creation.
function prepareJob(draft: Draft): void {
  const spec = specOf(draft);
  if (spec['manualSelector'] === true) return;
  const uid = draft.metadata.uid ?? '';
  const template = memberBag(memberBag(spec, 'template'), 'metadata');
  const labels = memberBag(template, 'labels');
  labels['batch.kubernetes.io/controller-uid'] = uid;
  labels['batch.kubernetes.io/job-name'] = draft.metadata.name ?? '';
  labels['controller-uid'] = uid;
  labels['job-name'] = draft.metadata.name ?? '';
  draft.metadata.labels ??= { ...(labels as Record<string, string>) };
  const selector = memberBag(spec, 'selector');
  fallback(memberBag(selector, 'matchLabels'), 'batch.kubernetes.io/controller-uid', uid);
}

function defaultCronJob(draft: Draft): void {
  const spec = specOf(draft);
  fallback(spec, 'concurrencyPolicy', 'Allow');
  fallback(spec, 'suspend', false);
  fallback(spec, 'successfulJobsHistoryLimit', 3);
  fallback(spec, 'failedJobsHistoryLimit', 1);
  memberBag(memberBag(spec, 'jobTemplate'), 'metadata');
  defaultTemplate(spec, 'jobTemplate', 'spec');
}

function defaultReplicationController(draft: Draft): void {
  const spec = specOf(draft);
  fallback(spec, 'replicas', 1);
  const labels = bagAt(bagAt(bagAt(spec, 'template'), 'metadata'), 'labels');
  if (labels !== undefined) {
    fallback(spec, 'selector', { ...labels });
    if (draft.metadata.labels === undefined) draft.metadata.labels = { ...(labels as Record<string, string>) };
  }
  defaultTemplate(spec);
}

function defaultScaler(draft: Draft): void {
  const spec = specOf(draft);
  fallback(spec, 'minReplicas', 1);
  if (bagsOf(spec['metrics']).length === 0) {
    spec['metrics'] = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ];
  }
  const behavior = bagAt(spec, 'behavior');
  if (behavior === undefined) return;
  defaultScalingRules(memberBag(behavior, 'scaleUp'), 0, [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ]);
  defaultScalingRules(memberBag(behavior, 'scaleDown'), undefined, [
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ]);
}

function defaultScalingRules(rules: Bag, window: number | undefined, policies: Bag[]): void {
  if (window !== undefined) fallback(rules, 'stabilizationWindowSeconds', window);
  fallback(rules, 'selectPolicy', 'Max');
  fallback(rules, 'policies', policies);
}

function emptyStatus(draft: Draft): void {
  draft['status'] = {};
}

function zeroReplicas(draft: Draft): void {
  draft['status'] = { replicas: 0 };
}

const restartAt = (object: { readonly [key: string]: unknown }): number => {
  const spec = object['spec'];
  const seconds = isBag(spec) ? spec['terminationGracePeriodSeconds'] : undefined;
  return typeof seconds === 'number' ? seconds : 30;
};

// Before there were revisions, changes of the template were counted, and still are.
function countTemplate(draft: Draft, old: KubeObject): void {
  const before = Number(old.metadata.annotations?.[templateGeneration] ?? '1');
  const same = sameValue(bagAt(draft, 'spec')?.['template'], bagAt(old as unknown as Draft, 'spec')?.['template']);
  const count = same ? before : before + 1;
  draft.metadata.annotations = { ...draft.metadata.annotations, [templateGeneration]: String(count) };
}

export const workloadStrategies: Readonly<Record<string, Strategy>> = {
  pods: {
    generation: true,
    // Where a pod runs is not part of what was asked for.
    generationChanged: (draft, old) =>
      !sameValue(
        { ...bagAt(draft, 'spec'), nodeName: '' },
        { ...bagAt(old as unknown as Draft, 'spec'), nodeName: '' },
      ),
    returnsDeleted: true,
    defaults: (draft) => {
      defaultPod(specOf(draft) as PodSpecDraft);
      pairAddresses(draft);
      // Times that are always answered with.
      for (const condition of bagsOf(bagAt(draft, 'status')?.['conditions'])) {
        fallback(condition, 'lastProbeTime', null);
        fallback(condition, 'lastTransitionTime', null);
      }
    },
    prepareCreate: startPod,
    validate: validatePod,
    validateCreate: validateNewPod,
    warnings: (draft) => [...appArmorWarnings(draft), ...podWarnings(draft)],
    validateUpdate: validatePodUpdate,
    graceSeconds: restartAt,
    keepBeside: { ephemeralcontainers: keepButEphemeral, resize: keepButResources },
    validateSubresource: { ephemeralcontainers: validateEphemeralContainers, resize: validateResize },
  },
  podtemplates: {
    generation: true,
    returnsDeleted: true,
    defaults: (draft) => defaultTemplate(draft as unknown as Bag),
  },
  replicationcontrollers: {
    generation: true,
    propagation: 'Orphan',
    defaults: defaultReplicationController,
    prepareCreate: zeroReplicas,
  },
  'deployments.apps': {
    generation: true,
    // Its controller copies annotations to replica sets.
    generationChanged: (draft, old) =>
      !sameValue(draft['spec'], old['spec']) ||
      !sameValue(draft.metadata.annotations ?? {}, old.metadata.annotations ?? {}),
    defaults: (draft) => {
      defaultDeployment(draft);
      for (const condition of bagsOf(bagAt(draft, 'status')?.['conditions'])) {
        fallback(condition, 'lastUpdateTime', null);
        fallback(condition, 'lastTransitionTime', null);
      }
    },
    prepareCreate: emptyStatus,
    validate: validateDeployment,
    warnings: templateWarnings(),
    validateUpdate: validateSelectorUnchanged,
  },
  'replicasets.apps': {
    generation: true,
    defaults: defaultReplicaSet,
    prepareCreate: zeroReplicas,
    validate: validateReplicaSet,
    warnings: templateWarnings(),
    validateUpdate: validateSelectorUnchanged,
  },
  'statefulsets.apps': {
    generation: true,
    defaults: defaultStatefulSet,
    prepareCreate: (draft) => {
      draft['status'] = { availableReplicas: 0, replicas: 0 };
      // Always answered with, and owned by nobody while nobody set it.
      fallback(specOf(draft), 'serviceName', '');
    },
    validate: validateStatefulSet,
    warnings: statefulSetWarnings,
    validateUpdate: validateStatefulSetUpdate,
  },
  'daemonsets.apps': {
    generation: true,
    updateFirst: true,
    prepareUpdate: countTemplate,
    defaults: defaultDaemonSet,
    prepareCreate: (draft) => {
      draft['status'] = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };
    },
    validate: validateDaemonSet,
    warnings: templateWarnings(),
    validateUpdate: validateSelectorUnchanged,
  },
  'jobs.batch': {
    generation: true,
    propagation: 'Orphan',
    defaults: (draft) => defaultJobSpec(specOf(draft)),
    prepareCreate: (draft) => {
      prepareJob(draft);
      draft['status'] = {};
    },
    validate: validateJob,
    warnings: templateWarnings(),
    validateUpdate: validateJobUpdate,
  },
  'cronjobs.batch': {
    generation: true,
    defaults: defaultCronJob,
    prepareCreate: emptyStatus,
    validate: validateCronJob,
    warnings: templateWarnings('jobTemplate', 'spec'),
  },
  'horizontalpodautoscalers.autoscaling': {
    defaults: defaultScaler,
    prepareCreate: (draft) => {
      draft['status'] = { desiredReplicas: 0, currentMetrics: null };
    },
    validate: validateScaler,
  },
};
