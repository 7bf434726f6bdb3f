// The ReplicaSet controller (pkg/controller/replicaset, Kubernetes 1.35), for ReplicationControllers too.

import { bagsOf } from '../defaulting/drafts.ts';
import { ApiError } from '../api/status.ts';
import { conditionOf, upsertCondition } from './conditions.ts';
import type { Bag } from '../store/draft.ts';
import type { KubeObject } from '@evenkeel/resource';
import { type LabelSelector, labelSelectorMatch } from '../api/selectors.ts';
import type { Actor, ControllerDeps } from './actor.ts';
import { type ControllerSpec, controllerKey, controllerOf, ownKey } from './controller.ts';
import { EventRecorder } from './events.ts';
import type { OwnerIndex } from './owner-index.ts';
import { controllerReference, podFrom } from './templates.ts';
import {
  type ReplicaSetView,
  type TemplateView,
  isPodActive,
  isPodReady,
  podAvailability,
  specView,
  statusView,
} from './views.ts';

const burst = 500;

/** The controller of ReplicaSets, or of ReplicationControllers. */
export function replicaSetController(deps: ControllerDeps, index: OwnerIndex, legacy = false): ControllerSpec {
  const collection = legacy ? 'replicationcontrollers' : 'replicasets.apps';
  const kind = legacy ? 'ReplicationController' : 'ReplicaSet';
  const events = new EventRecorder(deps, legacy ? 'replication-controller' : 'replicaset-controller');
  const owned = controllerKey(kind);
  const orphanKeys = (pod: KubeObject): readonly string[] => {
    if (controllerOf(pod) !== undefined || pod.metadata.deletionTimestamp !== undefined) return [];
    return deps.store
      .collection(collection)
      .list(pod.metadata.namespace ?? '')
      .filter((set) => matcher(set)(pod.metadata.labels))
      .map((set) => `${set.metadata.namespace ?? ''}/${set.metadata.name ?? ''}`);
  };
  return {
    manager: 'kube-controller-manager',
    watches: {
      [collection]: ownKey,
      pods: (event) => {
        const keys = owned(event);
        return keys.length > 0 ? keys : orphanKeys(event.object);
      },
    },
    reconcile: (actor, namespace, name) => {
      const set = actor.get(collection, namespace, name);
      return set === undefined ? undefined : sync({ actor, events, collection, index }, set);
    },
  };
}

interface SyncDeps {
  readonly actor: Actor;
  readonly events: EventRecorder;
  readonly collection: string;
  readonly index: OwnerIndex;
}

function matcher(set: KubeObject): (labels: Readonly<Record<string, string>> | undefined) => boolean {
  const { selector } = specView<{ selector?: LabelSelector | Record<string, string> }>(set);
  return labelSelectorMatch(
    set.kind === 'ReplicationController'
      ? { matchLabels: selector as Record<string, string> }
      : (selector as LabelSelector),
  );
}

// What was refused is tried again: upstream begins in milliseconds and ends at many minutes.
const retryMs = 30_000;

function sync({ actor, events, collection, index }: SyncDeps, set: KubeObject): number | undefined {
  const spec = specView<ReplicaSetView>(set);
  const pods = claimPods(actor, index, set);
  const active = pods.filter(isPodActive);
  const failure = set.metadata.deletionTimestamp === undefined ? manage(actor, events, set, active) : undefined;
  const now = claimPods(actor, index, set);
  const terminating = now.filter((pod) => pod.metadata.deletionTimestamp !== undefined).length;
  const counted: Counted = { active: now.filter(isPodActive), terminating, template: spec.template, failure };
  const wait = writeStatus(actor, collection, set, counted);
  return failure === undefined ? wait : Math.min(wait ?? retryMs, retryMs);
}

/** The pods a set owns; pods without an owner that it selects are adopted, owned ones it no longer selects released. */
export function claimPods(actor: Actor, index: OwnerIndex, owner: KubeObject): readonly KubeObject[] {
  const matches = matcher(owner);
  const uid = owner.metadata.uid ?? '';
  const namespace = owner.metadata.namespace ?? '';
  const result: KubeObject[] = [];
  for (const place of index.inCollection(uid, 'pods')) {
    const pod = actor.get('pods', place.namespace, place.name);
    if (pod === undefined || controllerOf(pod)?.uid !== uid) continue;
    if (matches(pod.metadata.labels)) result.push(pod);
    else if (pod.metadata.deletionTimestamp === undefined) {
      actor.put('pods', pod, (draft) => {
        const rest = (draft.metadata.ownerReferences ?? []).filter((each) => each.uid !== uid);
        if (rest.length > 0) draft.metadata.ownerReferences = rest;
        else delete draft.metadata.ownerReferences;
      });
    }
  }
  if (owner.metadata.deletionTimestamp !== undefined) return result;
  for (const pod of orphans(actor, namespace)) {
    if (!matches(pod.metadata.labels)) continue;
    const adopted = actor.put('pods', pod, (draft) => {
      draft.metadata.ownerReferences = [...(draft.metadata.ownerReferences ?? []), controllerReference(owner)];
    });
    if (adopted !== undefined) result.push(adopted);
  }
  return result;
}

// Nearly all pods have a controller: the scan is over the namespace, and cheap.
function orphans(actor: Actor, namespace: string): readonly KubeObject[] {
  return actor
    .list('pods', namespace)
    .filter(
      (pod) =>
        pod.metadata.ownerReferences === undefined && pod.metadata.deletionTimestamp === undefined && isPodActive(pod),
    );
}

// Returns why a pod could not be created, where one could not.
function manage(
  actor: Actor,
  events: EventRecorder,
  set: KubeObject,
  active: readonly KubeObject[],
): string | undefined {
  const spec = specView<ReplicaSetView>(set);
  const wanted = spec.replicas ?? 1;
  const missing = wanted - active.length;
  for (let count = 0; count < Math.min(missing, burst); count++) {
    const pod = actor.attempt('pods', podFrom(spec.template, set, {}));
    if (pod instanceof ApiError) {
      events.record(set, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${pod.message}` });
      return pod.message;
    }
    events.record(set, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created pod: ${pod.metadata.name ?? ''}`,
    });
  }
  if (missing >= 0) return undefined;
  for (const pod of [...active].sort(deletionOrder).slice(0, -missing)) {
    actor.delete('pods', pod);
    events.record(set, {
      type: 'Normal',
      reason: 'SuccessfulDelete',
      message: `Deleted pod: ${pod.metadata.name ?? ''}`,
    });
  }
  return undefined;
}

/** Which pod to take away first: unassigned, pending, not ready, cheaper to delete, younger. */
export function deletionOrder(a: KubeObject, b: KubeObject): number {
  const rank = (pod: KubeObject): number => {
    if ((specView<{ nodeName?: string }>(pod).nodeName ?? '') === '') return 0;
    if (statusView<{ phase?: string }>(pod).phase !== 'Running') return 1;
    return isPodReady(pod) ? 3 : 2;
  };
  const cost = (pod: KubeObject): number =>
    Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? '0');
  const age = Number(b.metadata.resourceVersion ?? 0) - Number(a.metadata.resourceVersion ?? 0);
  return (
    rank(a) - rank(b) ||
    cost(a) - cost(b) ||
    Date.parse(b.metadata.creationTimestamp ?? '') - Date.parse(a.metadata.creationTimestamp ?? '') ||
    age
  );
}

interface Counted {
  readonly active: readonly KubeObject[];
  readonly terminating: number;
  readonly template: TemplateView;
  readonly failure: string | undefined;
}

function writeStatus(actor: Actor, collection: string, set: KubeObject, counted: Counted): number | undefined {
  const { active, terminating, template, failure } = counted;
  const minReady = specView<ReplicaSetView>(set).minReadySeconds ?? 0;
  const nowMs = actor.deps.clock.now();
  const labels = Object.entries(template.metadata?.labels ?? {});
  const waits = active
    .map((pod) => podAvailability(pod, minReady, nowMs))
    .filter((wait): wait is number => typeof wait === 'number' && Number.isFinite(wait));
  const counts: Readonly<Record<string, number>> = {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value))
      .length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: active.filter((pod) => podAvailability(pod, minReady, nowMs) === true).length,
  };
  actor.updateStatus(collection, set, (status, now) => {
    for (const [key, count] of Object.entries(counts)) {
      if (count > 0 || key === 'replicas') status[key] = count;
      else delete status[key];
    }
    if (collection === 'replicasets.apps') status['terminatingReplicas'] = terminating;
    status['observedGeneration'] = now.metadata.generation ?? 1;
    setFailure(status, failure, actor.now());
  });
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

// The first refusal stays until pods can be created again.
function setFailure(status: Bag, failure: string | undefined, now: string): void {
  const known = conditionOf(status, 'ReplicaFailure') !== undefined;
  if (failure !== undefined && !known) {
    const saying = { status: 'True', reason: 'FailedCreate', message: failure } as const;
    upsertCondition(status, { type: 'ReplicaFailure', ...saying }, now);
  } else if (failure === undefined && known) {
    const rest = bagsOf(status['conditions']).filter((each) => each['type'] !== 'ReplicaFailure');
    if (rest.length > 0) status['conditions'] = rest;
    else delete status['conditions'];
  }
}
