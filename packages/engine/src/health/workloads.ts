// Health of the kinds that run pods. Mirrors argoproj/argo-cd:gitops-engine/pkg/health/health_{deployment,statefulset,
// daemonset,replicaset,pod,job}.go (3.6), and says in addition which pods are waited for.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import { type Health, conditionsOf, fieldAt, isUnobserved, numberAt, textAt } from './health.ts';

const waitingForSpec = 'waiting for the controller to see the newest spec';

/** apps/Deployment. */
export function deploymentHealth(object: KubeObject): Health {
  if (fieldAt(object, 'spec', 'paused') === true) return { status: 'suspended', message: 'the Deployment is paused' };
  const observed = numberAt(object, ['status', 'observedGeneration'], 0);
  if (observed < (object.metadata.generation ?? 0)) return { status: 'progressing', message: waitingForSpec };
  const stuck = conditionsOf(object).find(
    (condition) => condition.type === 'Progressing' && condition.reason === 'ProgressDeadlineExceeded',
  );
  if (stuck) return { status: 'degraded', message: `rollout exceeded its progress deadline: ${stuck.message}` };
  const wanted = numberAt(object, ['spec', 'replicas'], 1);
  const total = numberAt(object, ['status', 'replicas'], 0);
  const updated = numberAt(object, ['status', 'updatedReplicas'], 0);
  const available = numberAt(object, ['status', 'availableReplicas'], 0);
  if (updated < wanted) return { status: 'progressing', message: `${updated} of ${wanted} pods updated` };
  if (total > updated) return { status: 'progressing', message: `${total - updated} old pods still to go` };
  if (available < updated) return { status: 'progressing', message: `${available} of ${updated} pods available` };
  return { status: 'healthy' };
}

/** apps/StatefulSet. */
export function statefulSetHealth(object: KubeObject): Health {
  const observed = numberAt(object, ['status', 'observedGeneration'], 0);
  if (observed === 0 || (object.metadata.generation ?? 0) > observed) {
    return { status: 'progressing', message: waitingForSpec };
  }
  const wanted = numberAt(object, ['spec', 'replicas'], 1);
  const ready = numberAt(object, ['status', 'readyReplicas'], 0);
  const updated = numberAt(object, ['status', 'updatedReplicas'], 0);
  if (ready < wanted) return { status: 'progressing', message: `${ready} of ${wanted} pods ready` };
  const strategy = textAt(object, 'spec', 'updateStrategy', 'type');
  if (strategy === 'OnDelete') return { status: 'healthy' };
  const partition = fieldAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  if (typeof partition === 'number' && partition > 0) {
    const target = wanted - partition;
    if (updated < target) return { status: 'progressing', message: `${updated} of ${target} pods updated` };
    return { status: 'healthy' };
  }
  if (textAt(object, 'status', 'updateRevision') !== textAt(object, 'status', 'currentRevision')) {
    return { status: 'progressing', message: `${updated} of ${wanted} pods updated` };
  }
  return { status: 'healthy' };
}

/** apps/DaemonSet. */
export function daemonSetHealth(object: KubeObject): Health {
  const observed = numberAt(object, ['status', 'observedGeneration'], 0);
  if (observed < (object.metadata.generation ?? 0)) return { status: 'progressing', message: waitingForSpec };
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return { status: 'healthy' };
  const wanted = numberAt(object, ['status', 'desiredNumberScheduled'], 0);
  const updated = numberAt(object, ['status', 'updatedNumberScheduled'], 0);
  const available = numberAt(object, ['status', 'numberAvailable'], 0);
  if (updated < wanted) return { status: 'progressing', message: `${updated} of ${wanted} pods updated` };
  if (available < wanted) return { status: 'progressing', message: `${available} of ${wanted} pods available` };
  return { status: 'healthy' };
}

/** apps/ReplicaSet. */
export function replicaSetHealth(object: KubeObject): Health {
  if (isUnobserved(object)) return { status: 'progressing', message: waitingForSpec };
  const failure = conditionsOf(object).find(
    (condition) => condition.type === 'ReplicaFailure' && condition.status === 'True',
  );
  if (failure) return { status: 'degraded', message: failure.message };
  const wanted = numberAt(object, ['spec', 'replicas'], 1);
  const available = numberAt(object, ['status', 'availableReplicas'], 0);
  if (available < wanted) return { status: 'progressing', message: `${available} of ${wanted} pods available` };
  return { status: 'healthy' };
}

/** batch/Job. */
export function jobHealth(object: KubeObject): Health {
  for (const condition of conditionsOf(object)) {
    if (condition.status !== 'True') continue;
    if (condition.type === 'Failed') return { status: 'degraded', message: condition.message };
    if (condition.type === 'Complete') return { status: 'healthy', message: condition.message };
    if (condition.type === 'Suspended') return { status: 'suspended', message: condition.message };
  }
  const active = numberAt(object, ['status', 'active'], 0);
  return { status: 'progressing', message: `${active} pods running` };
}

/** batch/CronJob: healthy by itself; a suspended one says so. */
export function cronJobHealth(object: KubeObject): Health {
  if (fieldAt(object, 'spec', 'suspend') === true) return { status: 'suspended', message: 'the CronJob is suspended' };
  return { status: 'healthy' };
}

/** Reasons of a waiting container that will not pass by waiting. */
const brokenWaits: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** v1/Pod. */
export function podHealth(object: KubeObject): Health {
  const phase = textAt(object, 'status', 'phase');
  const message = textAt(object, 'status', 'message');
  const broken = brokenContainer(object);
  if (broken && textAt(object, 'spec', 'restartPolicy') !== 'Never') return { status: 'degraded', message: broken };
  switch (phase) {
    case 'Succeeded':
      return { status: 'healthy' };
    case 'Failed':
      return {
        status: 'degraded',
        message: message || broken || textAt(object, 'status', 'reason') || 'the Pod failed',
      };
    case 'Running':
      return runningPodHealth(object);
    case 'Pending':
      return { status: 'progressing', message: message || pendingReason(object) };
    default:
      return { status: 'progressing', message: message || 'the Pod has not started' };
  }
}

function runningPodHealth(object: KubeObject): Health {
  if (textAt(object, 'spec', 'restartPolicy') !== 'Always' && fieldAt(object, 'spec', 'restartPolicy') !== undefined) {
    return { status: 'progressing', message: 'running to completion' };
  }
  const ready = conditionsOf(object).find((condition) => condition.type === 'Ready');
  if (ready?.status === 'True') return { status: 'healthy' };
  const restarted = containerStatuses(object).find(
    (status) => fieldAt(status, 'lastState', 'terminated') !== undefined,
  );
  if (restarted && textAt(restarted, 'state', 'waiting', 'reason') !== '') {
    return { status: 'degraded', message: `container ${textAt(restarted, 'name')} keeps restarting` };
  }
  return { status: 'progressing', message: ready?.message || 'waiting for the readiness probe' };
}

function pendingReason(object: KubeObject): string {
  const scheduled = conditionsOf(object).find((condition) => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False') return scheduled.message || 'waiting to be scheduled';
  return 'containers are being created';
}

/** "container web: ImagePullBackOff: Back-off pulling image …", or undefined where every container can still start. */
function brokenContainer(object: KubeObject): string | undefined {
  for (const status of containerStatuses(object)) {
    const reason = textAt(status, 'state', 'waiting', 'reason');
    if (!brokenWaits.has(reason)) continue;
    const detail = textAt(status, 'state', 'waiting', 'message');
    return `container ${textAt(status, 'name')}: ${reason}${detail === '' ? '' : `: ${detail}`}`;
  }
  return undefined;
}

function containerStatuses(object: KubeObject): readonly JsonObject[] {
  const all: JsonObject[] = [];
  for (const field of ['initContainerStatuses', 'containerStatuses']) {
    const list = fieldAt(object, 'status', field);
    if (Array.isArray(list)) all.push(...(list as readonly JsonObject[]));
  }
  return all;
}
