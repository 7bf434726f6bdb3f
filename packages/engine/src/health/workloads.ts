// Health of the native kinds that run pods, in the words of Argo CD. Mirrors argoproj/argo-cd:gitops-engine/pkg/health (3.6)
// health_{deployment,statefulset,daemonset,replicaset,job,pod}.go.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health } from './health.ts';
import { amount, at, degraded, healthy, items, progressing, say, suspended, text, unknown } from './reading.ts';
import { matcher } from './rules.ts';

/** True while the controller has not seen the newest spec. */
function isBehind(object: KubeObject): boolean {
  return (object.metadata.generation ?? 0) > amount(object, 'status.observedGeneration');
}

function rollingOut(what: string): Health {
  return progressing(`Waiting for rollout to finish: ${what}`);
}

/** apps/Deployment. */
export function deploymentHealth(object: KubeObject): Health {
  if (at(object, 'spec.paused') === true) return suspended('Deployment is paused');
  if (isBehind(object)) return rollingOut('observed deployment generation less than desired generation');
  const told = items(object, 'status.conditions').find(matcher('Progressing'));
  if (told?.['reason'] === 'ProgressDeadlineExceeded') {
    return degraded(`Deployment "${object.metadata.name}" exceeded its progress deadline`);
  }
  const wanted = at(object, 'spec.replicas');
  const [all, updated] = [amount(object, 'status.replicas'), amount(object, 'status.updatedReplicas')];
  if (typeof wanted === 'number' && updated < wanted) {
    return rollingOut(`${updated} out of ${wanted} new replicas have been updated...`);
  }
  if (all > updated) return rollingOut(`${all - updated} old replicas are pending termination...`);
  const available = amount(object, 'status.availableReplicas');
  if (available < updated) return rollingOut(`${available} of ${updated} updated replicas are available...`);
  return healthy();
}

/** apps/ReplicaSet. */
export function replicaSetHealth(object: KubeObject): Health {
  if (isBehind(object)) return rollingOut('observed replica set generation less than desired generation');
  const failure = items(object, 'status.conditions').find(matcher('ReplicaFailure'));
  if (failure?.['status'] === 'True') return degraded(text(failure, 'message'));
  const wanted = at(object, 'spec.replicas');
  const available = amount(object, 'status.availableReplicas');
  if (typeof wanted === 'number' && available < wanted) {
    return rollingOut(`${available} out of ${wanted} new replicas are available...`);
  }
  return healthy();
}

/** apps/DaemonSet. */
export function daemonSetHealth(object: KubeObject): Health {
  if (isBehind(object)) return rollingOut('observed daemon set generation less than desired generation');
  const [wanted, updated, available] = [
    amount(object, 'status.desiredNumberScheduled'),
    amount(object, 'status.updatedNumberScheduled'),
    amount(object, 'status.numberAvailable'),
  ];
  if (at(object, 'spec.updateStrategy.type') === 'OnDelete') {
    return healthy(`daemon set ${updated} out of ${wanted} new pods have been updated`);
  }
  const lead = `Waiting for daemon set "${object.metadata.name}" rollout to finish`;
  if (updated < wanted) return progressing(`${lead}: ${updated} out of ${wanted} new pods have been updated...`);
  if (available < wanted) return progressing(`${lead}: ${available} of ${wanted} updated pods are available...`);
  return healthy();
}

/** apps/StatefulSet. */
export function statefulSetHealth(object: KubeObject): Health {
  if (amount(object, 'status.observedGeneration') === 0 || isBehind(object)) {
    return progressing('Waiting for statefulset spec update to be observed...');
  }
  const wanted = at(object, 'spec.replicas');
  const [isReady, updated] = [amount(object, 'status.readyReplicas'), amount(object, 'status.updatedReplicas')];
  if (typeof wanted === 'number' && isReady < wanted) {
    return progressing(`Waiting for ${wanted - isReady} pods to be ready...`);
  }
  const strategy = at(object, 'spec.updateStrategy.type');
  if (strategy === 'RollingUpdate' && at(object, 'spec.updateStrategy.rollingUpdate') !== undefined) {
    const partition = at(object, 'spec.updateStrategy.rollingUpdate.partition');
    const due = Number(wanted) - Number(partition);
    if (partition !== undefined && wanted !== undefined && updated < due) {
      const counts = `${updated} out of ${due} new pods have been updated...`;
      return progressing(`Waiting for partitioned roll out to finish: ${counts}`);
    }
    return healthy(`partitioned roll out complete: ${updated} new pods have been updated...`);
  }
  if (strategy === 'OnDelete') return healthy(`statefulset has ${isReady} ready pods`);
  const [next, current] = [text(object, 'status.updateRevision'), text(object, 'status.currentRevision')];
  if (next !== current) {
    return progressing(`waiting for statefulset rolling update to complete ${updated} pods at revision ${next}...`);
  }
  const pods = amount(object, 'status.currentReplicas');
  return healthy(`statefulset rolling update complete ${pods} pods at revision ${current}...`);
}

/** batch/Job. The last word of each kind of condition counts. */
export function jobHealth(object: KubeObject): Health {
  let [message, failure] = ['', undefined as string | undefined];
  let [isComplete, isSuspended] = [false, false];
  for (const condition of items(object, 'status.conditions')) {
    const { type, status } = condition;
    if (type === 'Failed') failure = text(condition, 'message');
    if (type === 'Complete' || type === 'Suspended') message = text(condition, 'message');
    if (type === 'Suspended' && status === 'True') isSuspended = true;
    if (type === 'Failed' || type === 'Complete' || type === 'Suspended') isComplete = true;
  }
  if (!isComplete) return progressing(message);
  if (failure !== undefined) return degraded(failure);
  return isSuspended ? suspended(message) : healthy(message);
}

/** The annotation by which a pod that may end is judged like one that shall run. Hooks are judged by their end. */
const ignoreRestartPolicy = 'argocd.argoproj.io/ignore-restart-policy';

/** v1/Pod. */
export function podHealth(object: KubeObject): Health {
  const policy = at(object, 'spec.restartPolicy');
  const { annotations } = object.metadata;
  const isHook = annotations?.['argocd.argoproj.io/hook'] !== undefined || annotations?.['helm.sh/hook'] !== undefined;
  const isLasting = policy === 'Always' || (annotations?.[ignoreRestartPolicy] === 'true' && !isHook);
  if (isLasting) {
    const stuck = items(object, 'status.containerStatuses').filter(isStuck);
    if (stuck.length > 0) return degraded(stuck.map((entry) => text(entry, 'state.waiting.message')).join(', '));
  }
  const message = text(object, 'status.message');
  switch (text(object, 'status.phase')) {
    case 'Pending':
      return progressing(message);
    case 'Succeeded':
      return healthy(message);
    case 'Failed':
      return degraded(message === '' ? failureOf(object) : message);
    case 'Running':
      if (isLasting) return runningHealth(object, message);
      return policy === 'OnFailure' || policy === 'Never' ? progressing(message) : unknown(message);
    default:
      return unknown(message);
  }
}

function runningHealth(object: KubeObject, message: string): Health {
  const isReady = items(object, 'status.conditions').find(matcher('Ready'))?.['status'] === 'True';
  if (isReady) return healthy(message);
  const hasEnded = items(object, 'status.containerStatuses').some(
    (entry) => at(entry, 'lastState.terminated') !== undefined,
  );
  return say(hasEnded ? 'degraded' : 'progressing', message);
}

function isStuck(container: JsonObject): boolean {
  const reason = text(container, 'state.waiting.reason');
  return reason.startsWith('Err') || reason.endsWith('Error') || reason.endsWith('BackOff');
}

/** Why a failed pod failed: the first container that says so. */
function failureOf(object: KubeObject): string {
  const containers = [...items(object, 'status.initContainerStatuses'), ...items(object, 'status.containerStatuses')];
  for (const container of containers) {
    const message = text(container, 'state.terminated.message');
    if (message !== '') return message;
    if (at(container, 'state.terminated.reason') === 'OOMKilled') return 'OOMKilled';
    const code = amount(container, 'state.terminated.exitCode');
    if (code !== 0) return `container "${text(container, 'name')}" failed with exit code ${code}`;
  }
  return '';
}
