// OpenKruise workloads.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { amount, at, degraded, healthy, progressing, suspended, size } from '../reading.ts';
import { isObserved, type KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  AdvancedCronJob: advancedCronJob,
  BroadcastJob: broadcastJob,
  CloneSet: cloneSet,
  DaemonSet: daemonSet,
  StatefulSet: statefulSet,
});

function advancedCronJob(object: KubeObject): Health {
  const hasRun = at(object, 'status.lastScheduleTime') !== undefined;
  if (!hasRun && at(object, 'spec.paused') === true) return suspended('AdvancedCronJob is Paused');
  if (size(object, 'status.active') > 0) return progressing('AdvancedCronJobs has active jobs');
  return hasRun
    ? healthy('AdvancedCronJobs has run successfully')
    : degraded('AdvancedCronJobs has not run successfully');
}

function broadcastJob(object: KubeObject): Health {
  const is = (word: string): boolean => at(object, 'status.phase') === word;
  if (at(object, 'status.desired') === at(object, 'status.succeeded') && is('completed')) {
    return healthy('BroadcastJob is completed successfully');
  }
  if (at(object, 'status.active') !== 0 && is('running')) return progressing('BroadcastJob is still running');
  if (at(object, 'status.failed') !== 0 && is('failed')) return degraded('BroadcastJob failed');
  if (is('paused') && at(object, 'spec.paused') === true) return suspended('BroadcastJob is Paused');
  return progressing('BroadcastJob is still running');
}

const initializing = progressing('Waiting for initialization');

/** Later generations roll out in parts; the first has nothing to be held back from. */
function isUpdate(object: KubeObject): boolean {
  return (object.metadata.generation ?? 0) > 1;
}

function cloneSet(object: KubeObject): Health {
  if (at(object, 'status') === undefined || !isObserved(object)) return initializing;
  const available = at(object, 'status.updatedAvailableReplicas');
  if (at(object, 'spec.updateStrategy.paused') === true || available === undefined)
    return suspended('Cloneset is paused');
  if (at(object, 'spec.updateStrategy.partition') !== 0 && isUpdate(object)) {
    const isHeld = amount(object, 'status.updatedReplicas') >= amount(object, 'status.expectedUpdatedReplicas');
    return isHeld ? suspended('Cloneset needs manual intervention') : initializing;
  }
  if (available === at(object, 'status.replicas')) return healthy('All Cloneset workloads are ready and updated');
  return degraded('Some replicas are not ready or available');
}

function daemonSet(object: KubeObject): Health {
  if (at(object, 'status') === undefined || !isObserved(object)) return initializing;
  const updated = at(object, 'status.updatedNumberScheduled');
  const isPaused = at(object, 'spec.updateStrategy.rollingUpdate.paused') === true;
  if (isPaused || updated === undefined) return suspended('Daemonset is paused');
  const desired = at(object, 'status.desiredNumberScheduled');
  const partition = amount(object, 'spec.updateStrategy.rollingUpdate.partition');
  if (partition !== 0 && isUpdate(object)) {
    const isHeld = Number(updated) > Number(desired) - partition;
    return isHeld ? suspended('Daemonset needs manual intervention') : initializing;
  }
  if (updated !== desired) return initializing;
  if (at(object, 'status.numberAvailable') === desired) return healthy('All Daemonset workloads are ready and updated');
  if (at(object, 'status.numberUnavailable') === desired) return degraded('Some pods are not ready or available');
  return initializing;
}

function statefulSet(object: KubeObject): Health {
  if (at(object, 'status') === undefined || !isObserved(object)) return initializing;
  const available = at(object, 'status.updatedAvailableReplicas');
  const isPaused = at(object, 'spec.updateStrategy.rollingUpdate.paused') === true;
  if (isPaused || available === undefined) return suspended('Statefulset is paused');
  if (at(object, 'spec.updateStrategy.rollingUpdate.partition') !== 0 && isUpdate(object)) {
    const free = amount(object, 'status.replicas') - amount(object, 'spec.updateStrategy.rollingUpdate.partition');
    const isHeld = amount(object, 'status.updatedReplicas') > free;
    return isHeld ? suspended('Statefulset needs manual intervention') : initializing;
  }
  if (available === at(object, 'status.replicas')) return healthy('All Statefulset workloads are ready and updated');
  return degraded('Some replicas are not ready or available');
}
