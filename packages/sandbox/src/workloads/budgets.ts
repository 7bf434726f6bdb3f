// PodDisruptionBudgets: how many pods may be evicted now (pkg/controller/disruption, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { type LabelSelector, labelSelectorMatch } from '../api/selectors.ts';
import type { Actor, ControllerDeps } from './actor.ts';
import { upsertCondition } from './conditions.ts';
import { type ControllerSpec, controllerOf, ownKey } from './controller.ts';
import { amountOf } from './rollout-limits.ts';
import { isPodActive, isPodReady, specView } from './views.ts';

interface BudgetView {
  readonly selector?: LabelSelector;
  readonly minAvailable?: number | string;
  readonly maxUnavailable?: number | string;
}

const collection = 'poddisruptionbudgets.policy';

const owners: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicasets.apps',
  StatefulSet: 'statefulsets.apps',
  ReplicationController: 'replicationcontrollers',
};

/** Keeps the status of disruption budgets. */
export function budgetController(deps: ControllerDeps): ControllerSpec {
  const budgets = deps.store.collection(collection);
  return {
    manager: 'kube-controller-manager',
    watches: {
      [collection]: ownKey,
      pods: ({ object }) =>
        budgets
          .list(object.metadata.namespace ?? '')
          .filter((budget) => labelSelectorMatch(specView<BudgetView>(budget).selector)(object.metadata.labels))
          .map((budget) => `${budget.metadata.namespace ?? ''}/${budget.metadata.name ?? ''}`),
    },
    reconcile: (actor, namespace, name) => {
      const budget = actor.get(collection, namespace, name);
      if (budget !== undefined) writeStatus(actor, budget);
    },
  };
}

function writeStatus(actor: Actor, budget: KubeObject): void {
  const spec = specView<BudgetView>(budget);
  const matches = labelSelectorMatch(spec.selector);
  const pods = actor
    .list('pods', budget.metadata.namespace ?? '')
    .filter((pod) => matches(pod.metadata.labels) && isPodActive(pod));
  const healthy = pods.filter(isPodReady).length;
  const expected = typeof spec.minAvailable === 'number' ? pods.length : expectedPods(actor, pods);
  const desired =
    spec.maxUnavailable === undefined
      ? amountOf(spec.minAvailable ?? 0, expected, Math.ceil)
      : Math.max(0, expected - amountOf(spec.maxUnavailable, expected, Math.ceil));
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired);
  actor.updateStatus(collection, budget, (status, now) => {
    status['currentHealthy'] = healthy;
    status['desiredHealthy'] = desired;
    status['disruptionsAllowed'] = allowed;
    status['expectedPods'] = expected;
    status['observedGeneration'] = now.metadata.generation ?? 1;
    const condition = {
      type: 'DisruptionAllowed',
      status: allowed > 0 ? 'True' : 'False',
      reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
      message: '',
    } as const;
    upsertCondition(status, condition, actor.now(), { observedGeneration: now.metadata.generation ?? 1 });
  });
}

// The scale of the controllers that the pods belong to, each counted once.
function expectedPods(actor: Actor, pods: readonly KubeObject[]): number {
  const seen = new Set<string>();
  let total = 0;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined || seen.has(owner.uid)) continue;
    seen.add(owner.uid);
    const set = actor.get(owners[owner.kind] ?? '', pod.metadata.namespace ?? '', owner.name);
    total += set === undefined ? 0 : (specView<{ replicas?: number }>(set).replicas ?? 1);
  }
  return total;
}
