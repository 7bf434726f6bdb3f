// Which check belongs to which kind.

import { type KubeObject, parseApiVersion } from '@evenkeel/resource';
import type { Health, HealthCheck } from './health.ts';
import {
  apiServiceHealth,
  autoscalerHealth,
  claimHealth,
  conditionHealth,
  crdHealth,
  ingressHealth,
  serviceHealth,
} from './others.ts';
import {
  cronJobHealth,
  daemonSetHealth,
  deploymentHealth,
  jobHealth,
  podHealth,
  replicaSetHealth,
  statefulSetHealth,
} from './workloads.ts';

const checks: ReadonlyMap<string, HealthCheck> = new Map<string, HealthCheck>([
  ['apps/Deployment', deploymentHealth],
  ['apps/StatefulSet', statefulSetHealth],
  ['apps/DaemonSet', daemonSetHealth],
  ['apps/ReplicaSet', replicaSetHealth],
  ['batch/Job', jobHealth],
  ['batch/CronJob', cronJobHealth],
  ['/Pod', podHealth],
  ['/Service', serviceHealth],
  ['/PersistentVolumeClaim', claimHealth],
  ['networking.k8s.io/Ingress', ingressHealth],
  ['extensions/Ingress', ingressHealth],
  ['autoscaling/HorizontalPodAutoscaler', autoscalerHealth],
  ['apiregistration.k8s.io/APIService', apiServiceHealth],
  ['apiextensions.k8s.io/CustomResourceDefinition', crdHealth],
]);

/**
 * The health of an object, or undefined for a kind that has none. `custom` is asked first: front ends and users plug
 * their own checks in. An object that is being deleted is progressing, as in Argo CD's gitops-engine.
 */
export function health(object: KubeObject, custom?: HealthCheck): Health | undefined {
  if (object.metadata.deletionTimestamp !== undefined) return { status: 'progressing', message: 'pending deletion' };
  const own = custom?.(object);
  if (own) return own;
  const { group } = parseApiVersion(object.apiVersion);
  const check = checks.get(`${group}/${object.kind}`);
  if (check) return check(object);
  return checks.has(`/${object.kind}`) && group === '' ? undefined : conditionHealth(object);
}
