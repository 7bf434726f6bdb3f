// In which order kinds are applied inside a wave.

import { type KubeObject, parseApiVersion } from '@evenkeel/resource';

/** Mirrors argoproj/argo-cd:gitops-engine/pkg/sync/sync_tasks.go (3.6) kindOrder; kinds not named come last. */
const kindOrder: readonly string[] = [
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'SecretList',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleList',
  'ClusterRoleBinding',
  'ClusterRoleBindingList',
  'Role',
  'RoleList',
  'RoleBinding',
  'RoleBindingList',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
];

const rank: ReadonlyMap<string, number> = new Map(kindOrder.map((kind, index) => [kind, index]));

/** The place of a kind in the order of application; kinds not named share the last place. */
export function kindRank(kind: string): number {
  return rank.get(kind) ?? kindOrder.length;
}

/** Compares two objects by kind order, then by name. */
export function byKindThenName(left: KubeObject, right: KubeObject): number {
  const kinds = kindRank(left.kind) - kindRank(right.kind);
  if (kinds !== 0) return kinds;
  const leftName = `${left.metadata.name}/${left.metadata.namespace ?? ''}/${left.kind}`;
  const rightName = `${right.metadata.name}/${right.metadata.namespace ?? ''}/${right.kind}`;
  if (leftName === rightName) return 0;
  return leftName < rightName ? -1 : 1;
}

/** True when objects of `other` cannot exist before `first` does: its namespace, or the definition of its kind. */
export function mustPrecede(first: KubeObject, other: KubeObject): boolean {
  const { group } = parseApiVersion(first.apiVersion);
  if (group === '' && first.kind === 'Namespace') return other.metadata.namespace === first.metadata.name;
  if (group !== 'apiextensions.k8s.io' || first.kind !== 'CustomResourceDefinition') return false;
  const spec = first['spec'] as { readonly group?: string; readonly names?: { readonly kind?: string } } | undefined;
  return spec?.group === parseApiVersion(other.apiVersion).group && spec?.names?.kind === other.kind;
}
