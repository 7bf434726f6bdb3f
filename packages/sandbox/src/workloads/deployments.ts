// The Deployment controller (pkg/controller/deployment, Kubernetes 1.35): one ReplicaSet per template, rolled over by
// strategy, with revisions, conditions and progress deadline.

import type { KubeObject } from '@evenkeel/resource';
import type { Actor, ControllerDeps } from './actor.ts';
import { type ControllerSpec, controllerKey, ownKey } from './controller.ts';
import { deploymentStatus } from './deployment-status.ts';
import { EventRecorder } from './events.ts';
import type { OwnerIndex } from './owner-index.ts';
import { annotateSets, cleanUpHistory, findNewSet, getOrCreateNewSet } from './revisions.ts';
import { rollingUpdate, scaleProportionally, scaleSet } from './rolling.ts';
import type { Rollout } from './rollout-limits.ts';
import { type TemplateView, isPodActive, specView, statusView } from './views.ts';

export interface DeploymentView {
  readonly replicas?: number;
  readonly paused?: boolean;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly progressDeadlineSeconds?: number;
  readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly strategy?: {
    readonly type?: string;
    readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string };
  };
  readonly template: TemplateView;
}

const collection = 'deployments.apps';

/** The Deployment controller. */
export function deploymentController(deps: ControllerDeps, index: OwnerIndex): ControllerSpec {
  const events = new EventRecorder(deps, 'deployment-controller');
  const bySet = controllerKey('Deployment');
  return {
    manager: 'kube-controller-manager',
    watches: {
      [collection]: ownKey,
      'replicasets.apps': bySet,
      // Recreate waits for old pods to be gone.
      pods: (event) => (event.type === 'DELETED' ? deploymentOfPod(deps, event.object) : []),
    },
    reconcile: (actor, namespace, name) => {
      const deployment = actor.get(collection, namespace, name);
      return deployment === undefined ? undefined : sync(actor, events, index, deployment);
    },
  };
}

function deploymentOfPod(deps: ControllerDeps, pod: KubeObject): readonly string[] {
  const owner = pod.metadata.ownerReferences?.find((each) => each.controller === true && each.kind === 'ReplicaSet');
  const namespace = pod.metadata.namespace ?? '';
  const set = owner === undefined ? undefined : deps.store.collection('replicasets.apps').get(namespace, owner.name);
  const deployment = set?.metadata.ownerReferences?.find(
    (each) => each.controller === true && each.kind === 'Deployment',
  );
  return deployment === undefined ? [] : [`${namespace}/${deployment.name}`];
}

function sync(actor: Actor, events: EventRecorder, index: OwnerIndex, deployment: KubeObject): number | undefined {
  const sets = ownedSets(actor, index, deployment);
  if (deployment.metadata.deletionTimestamp !== undefined)
    return deploymentStatus({ actor, deployment, sets, newSet: findNewSet(deployment, sets), events });
  const rollout: Rollout = { actor, events, deployment };
  const spec = specView<DeploymentView>(deployment);
  if (spec.paused === true || isScalingEvent(deployment, sets)) {
    const newSet = findNewSet(deployment, sets);
    scaleProportionally(rollout, ownedSets(actor, index, deployment), newSet);
    if (spec.paused === true && newSet === undefined) cleanUpHistory(actor, deployment, sets);
    const now = ownedSets(actor, index, deployment);
    return deploymentStatus({ actor, deployment, sets: now, newSet: findNewSet(deployment, now), events });
  }
  if (spec.strategy?.type === 'Recreate') recreate(rollout, index, sets);
  else {
    const newSet = getOrCreateNewSet(rollout, sets);
    if (newSet !== undefined) rollingUpdate(rollout, ownedSets(actor, index, deployment), newSet);
  }
  const now = ownedSets(actor, index, deployment);
  const newSet = findNewSet(deployment, now);
  if (newSet !== undefined) annotateSets(rollout, newSet, now);
  const created = newSet !== undefined && !sets.some((set) => set.metadata.uid === newSet.metadata.uid);
  const wait = deploymentStatus({ actor, deployment, sets: now, newSet, events, created });
  const after = actor.get(collection, deployment.metadata.namespace ?? '', deployment.metadata.name ?? '');
  if (after !== undefined && isComplete(after)) cleanUpHistory(actor, after, now);
  return wait;
}

/** The ReplicaSets of a deployment. */
export function ownedSets(actor: Actor, index: OwnerIndex, deployment: KubeObject): readonly KubeObject[] {
  return index
    .inCollection(deployment.metadata.uid ?? '', 'replicasets.apps')
    .flatMap((place) => actor.get('replicasets.apps', place.namespace, place.name) ?? []);
}

// A change of spec.replicas alone scales all sets in proportion.
function isScalingEvent(deployment: KubeObject, sets: readonly KubeObject[]): boolean {
  const wanted = specView<DeploymentView>(deployment).replicas ?? 1;
  return sets.some((set) => {
    if ((specView<{ replicas?: number }>(set).replicas ?? 0) === 0) return false;
    const desired = set.metadata.annotations?.['deployment.kubernetes.io/desired-replicas'];
    return desired !== undefined && Number(desired) !== wanted;
  });
}

function recreate(rollout: Rollout, index: OwnerIndex, sets: readonly KubeObject[]): void {
  const { actor, deployment } = rollout;
  const existing = findNewSet(deployment, sets);
  const old = sets.filter((set) => set !== existing);
  for (const set of old) scaleSet(rollout, set, 0);
  const oldPods = old.flatMap((set) =>
    index
      .inCollection(set.metadata.uid ?? '', 'pods')
      .flatMap((place) => actor.get('pods', place.namespace, place.name) ?? []),
  );
  if (oldPods.some((pod) => isPodActive(pod) || pod.metadata.deletionTimestamp !== undefined)) return;
  const newSet = getOrCreateNewSet(rollout, sets);
  if (newSet !== undefined) scaleSet(rollout, newSet, specView<DeploymentView>(deployment).replicas ?? 1);
}

function isComplete(deployment: KubeObject): boolean {
  const wanted = specView<DeploymentView>(deployment).replicas ?? 1;
  const status = statusView<{
    updatedReplicas?: number;
    replicas?: number;
    availableReplicas?: number;
    observedGeneration?: number;
  }>(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 1)
  );
}
