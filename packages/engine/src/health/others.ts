// Health of the native kinds that run no pods, in the words of Argo CD, and the generic contract of conditions.
// Mirrors argoproj/argo-cd:gitops-engine/pkg/health (3.6).

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { type Health, conditionsOf, fieldAt } from './health.ts';
import { at, degraded, entries, healthy, items, progressing, say, text, unknown, size } from './reading.ts';
import { matcher, phase } from './rules.ts';

/** v1/Service: a load balancer is waited for, everything else is there at once. */
export function serviceHealth(object: KubeObject): Health {
  return at(object, 'spec.type') === 'LoadBalancer' ? ingressHealth(object) : healthy();
}

/** Ingress, of both groups. */
export function ingressHealth(object: KubeObject): Health {
  return size(object, 'status.loadBalancer.ingress') > 0 ? healthy() : progressing();
}

const claimPhases = phase('status.phase', {
  Lost: ['degraded', ''],
  Pending: ['progressing', ''],
  Bound: ['healthy', ''],
});

/** v1/PersistentVolumeClaim. */
export function claimHealth(object: KubeObject): Health {
  return claimPhases(object) ?? unknown();
}

const autoscalerFailures = [
  'AbleToScale/FailedGetScale',
  'AbleToScale/FailedUpdateScale',
  'ScalingActive/FailedGetResourceMetric',
  'ScalingActive/FailedGetObjectMetric',
  'ScalingActive/FailedGetPodsMetric',
  'ScalingActive/FailedGetExternalMetric',
  'ScalingActive/FailedComputeMetricsReplicas',
  'ScalingActive/InvalidSelector',
].map(matcher);
const autoscalerSuccesses = [matcher('AbleToScale=True'), matcher('ScalingLimited=True')];

/** autoscaling/HorizontalPodAutoscaler. Version 1 keeps its conditions in an annotation. */
export function autoscalerHealth(object: KubeObject): Health {
  const list = object.apiVersion === 'autoscaling/v1' ? annotated(object) : items(object, 'status.conditions');
  if (typeof list === 'string') return unknown(list);
  const bad = list.find((entry) => autoscalerFailures.some((matches) => matches(entry)));
  if (bad) return degraded(text(bad, 'message'));
  const good = list.find((entry) => autoscalerSuccesses.some((matches) => matches(entry)));
  return good ? healthy(text(good, 'message')) : progressing('Waiting to Autoscale');
}

function annotated({ metadata }: KubeObject): readonly JsonObject[] | string {
  const written = metadata.annotations?.['autoscaling.alpha.kubernetes.io/conditions'];
  if (written === undefined) return [];
  try {
    return entries({ list: JSON.parse(written) as Json }, 'list').map(lowerKeys);
  } catch {
    return 'failed to convert conditions annotation to typed: invalid character in annotation';
  }
}

/** Go's decoder takes field names in any case. */
function lowerKeys(entry: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key.toLowerCase(), value]));
}

/** apiregistration.k8s.io/APIService. */
export function apiServiceHealth(object: KubeObject): Health {
  const told = items(object, 'status.conditions').find(matcher('Available'));
  if (!told) return progressing('Waiting to be processed');
  const message = `${text(told, 'reason')}: ${text(told, 'message')}`;
  return say(told['status'] === 'True' ? 'healthy' : 'progressing', message);
}

/** Argo's Workflow, the one custom kind that Argo CD judges without a script. */
export function workflowHealth(object: KubeObject): Health {
  const message = text(object, 'status.message');
  switch (text(object, 'status.phase')) {
    case '':
    case 'Pending':
    case 'Running':
      return progressing(message);
    case 'Succeeded':
      return healthy(message);
    case 'Failed':
    case 'Error':
      return degraded(message);
    default:
      return unknown(message);
  }
}

/**
 * The generic contract of conditions: Stalled, Reconciling, Ready, and observedGeneration.
 * Mirrors kubernetes-sigs/cli-utils:pkg/kstatus/status/generic.go (0.37) checkGenericProperties.
 * Undefined for an object that follows no such contract.
 */
export function conditionHealth(object: KubeObject): Health | undefined {
  const observed = fieldAt(object, 'status', 'observedGeneration');
  const conditions = conditionsOf(object);
  const find = (type: string): (typeof conditions)[number] | undefined =>
    conditions.find((entry) => entry.type === type);
  const ready = find('Ready');
  if (!ready && !find('Reconciling') && !find('Stalled')) return undefined;
  if (typeof observed === 'number' && observed < (object.metadata.generation ?? 0)) {
    return progressing('waiting for the controller to see the newest spec');
  }
  const reconciling = find('Reconciling');
  if (reconciling?.status === 'True') return progressing(reconciling.message);
  const stalled = find('Stalled');
  if (stalled?.status === 'True') return degraded(stalled.message);
  if (ready?.status === 'True') return healthy(ready.message);
  if (ready?.status === 'False') return degraded(ready.message);
  return progressing(ready?.message ?? 'waiting for Ready');
}
