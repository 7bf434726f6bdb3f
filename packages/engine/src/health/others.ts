// Health of the native kinds that run no pods. Mirrors argoproj/argo-cd:gitops-engine/pkg/health (3.6).

import type { KubeObject } from '@evenkeel/resource';
import { type Health, conditionsOf, fieldAt, textAt } from './health.ts';

/** v1/Service: a load balancer is waited for, everything else is there at once. */
export function serviceHealth(object: KubeObject): Health {
  if (textAt(object, 'spec', 'type') !== 'LoadBalancer') return { status: 'healthy' };
  const ingress = fieldAt(object, 'status', 'loadBalancer', 'ingress');
  if (Array.isArray(ingress) && ingress.length > 0) return { status: 'healthy' };
  return { status: 'progressing', message: 'waiting for a load balancer address' };
}

/** networking.k8s.io/Ingress. */
export function ingressHealth(object: KubeObject): Health {
  const ingress = fieldAt(object, 'status', 'loadBalancer', 'ingress');
  if (Array.isArray(ingress) && ingress.length > 0) return { status: 'healthy' };
  return { status: 'progressing', message: 'waiting for an address from the ingress controller' };
}

/** v1/PersistentVolumeClaim. */
export function claimHealth(object: KubeObject): Health {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Bound') return { status: 'healthy' };
  if (phase === 'Lost') return { status: 'degraded', message: 'the volume is lost' };
  if (phase === 'Pending') return { status: 'progressing', message: 'waiting for a volume' };
  return { status: 'unknown' };
}

const hpaFailures: ReadonlySet<string> = new Set([
  'FailedGetScale',
  'FailedUpdateScale',
  'FailedGetResourceMetric',
  'InvalidSelector',
]);
const hpaProgress: ReadonlySet<string> = new Set([
  'SucceededGetScale',
  'SucceededRescale',
  'ReadyForNewScale',
  'ScaleDownStabilized',
  'ScaleUpStabilized',
  'DesiredWithinRange',
  'TooFewReplicas',
  'TooManyReplicas',
  'ValidMetricFound',
]);

/** autoscaling/HorizontalPodAutoscaler. */
export function autoscalerHealth(object: KubeObject): Health {
  const conditions = conditionsOf(object);
  for (const condition of conditions) {
    if (condition.status === 'False' && hpaFailures.has(condition.reason)) {
      return { status: 'degraded', message: condition.message };
    }
  }
  for (const condition of conditions) {
    if (hpaProgress.has(condition.reason)) return { status: 'healthy', message: condition.message };
  }
  return { status: 'progressing', message: 'waiting for the autoscaler' };
}

/** apiregistration.k8s.io/APIService. */
export function apiServiceHealth(object: KubeObject): Health {
  const available = conditionsOf(object).find((condition) => condition.type === 'Available');
  if (available?.status === 'True') return { status: 'healthy' };
  return { status: 'progressing', message: available?.message ?? 'waiting to be processed' };
}

/** apiextensions.k8s.io/CustomResourceDefinition. */
export function crdHealth(object: KubeObject): Health {
  const conditions = conditionsOf(object);
  const refused = conditions.find((condition) => condition.type === 'NamesAccepted' && condition.status === 'False');
  if (refused) return { status: 'degraded', message: refused.message };
  const established = conditions.find((condition) => condition.type === 'Established');
  if (established?.status === 'True') return { status: 'healthy' };
  return { status: 'progressing', message: 'waiting for the type to be served' };
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
    return { status: 'progressing', message: 'waiting for the controller to see the newest spec' };
  }
  const reconciling = find('Reconciling');
  if (reconciling?.status === 'True') return { status: 'progressing', message: reconciling.message };
  const stalled = find('Stalled');
  if (stalled?.status === 'True') return { status: 'degraded', message: stalled.message };
  if (ready?.status === 'True') return { status: 'healthy', message: ready.message };
  if (ready?.status === 'False') return { status: 'degraded', message: ready.message };
  return { status: 'progressing', message: ready?.message ?? 'waiting for Ready' };
}
