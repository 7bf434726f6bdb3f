// ResourceQuotas: status.hard follows spec, status.used what is there (pkg/controller/resourcequota, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { type Amounts, addAmounts, amountsBag, amountsOf, count, onlyAmounts } from '../admission/amounts.ts';
import { isInScope, isUsedBy, usageOf } from '../admission/quota-usage.ts';
import { type Bag, type Draft, bagAt, sameValue } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import type { Actor, ControllerDeps } from './actor.ts';
import { type ControllerSpec, keyOf, ownKey } from './controller.ts';

const collection = 'resourcequotas';

// Deletions and changes of these give quota back; everything else is counted anew when its quota is.
const watched = [
  'pods',
  'services',
  'persistentvolumeclaims',
  'configmaps',
  'secrets',
  'replicationcontrollers',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'ingresses.networking.k8s.io',
];

/** Keeps the status of quotas. Objects of custom types are counted when their quota or a built-in object changes. */
export function quotaController(deps: ControllerDeps): ControllerSpec {
  const quotas = deps.store.collection(collection);
  const quotasNear = ({ object }: { readonly object: KubeObject }): readonly string[] =>
    quotas.list(object.metadata.namespace ?? '').map(keyOf);
  return {
    manager: 'kube-controller-manager',
    watches: { [collection]: ownKey, ...Object.fromEntries(watched.map((name) => [name, quotasNear])) },
    reconcile: (actor, namespace, name) => {
      const quota = actor.get(collection, namespace, name);
      if (quota !== undefined && quota.metadata.deletionTimestamp === undefined) writeStatus(actor, quota);
    },
  };
}

function writeStatus(actor: Actor, quota: KubeObject): void {
  const hard = bagAt(quota as unknown as Draft, 'spec')?.['hard'] ?? {};
  const names = [...amountsOf(hard).keys()];
  let used: Amounts = new Map(names.map((name) => [name, count(0)]));
  for (const { name } of actor.deps.store.collections) {
    if (!names.some((each) => isUsedBy(name, each))) continue;
    const total = usedOf(actor.deps.store, name, quota);
    used = addAmounts(
      used,
      onlyAmounts(total, (each) => names.includes(each)),
    );
  }
  const wanted: Bag = { hard: structuredClone(hard), used: amountsBag(used) };
  if (sameValue(quota['status'], wanted)) return;
  actor.updateStatus(collection, quota, (status) => {
    for (const key of Object.keys(status)) delete status[key];
    Object.assign(status, wanted);
  });
}

function usedOf(store: Store, name: string, quota: KubeObject): Amounts {
  let total: Amounts = new Map();
  for (const object of store.collection(name).list(quota.metadata.namespace ?? '')) {
    if (isInScope(quota, name, object)) total = addAmounts(total, usageOf(name, object, store.now()));
  }
  return total;
}
