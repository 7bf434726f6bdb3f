// The orders in which Helm installs and uninstalls kinds. Mirrors helm:pkg/release/v1/util/kind_sorter.go (v4.3.0) and
// helm:pkg/releaseutil/kind_sorter.go (v3.22.0), which does not know the two webhook configurations.

import type { HelmVersion } from '../chart/chart.ts';
import { compareGoStrings } from '../go-text.ts';

const INSTALL_ORDER: readonly string[] = [
  'PriorityClass',
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

const WEBHOOK_KINDS: readonly string[] = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

const SERVICE_BEFORE_WORKLOADS: readonly string[] = ['Service'];

/** Kinds in the order of installation; kinds that are not named come last, by name. */
export function installOrder(version: HelmVersion): readonly string[] {
  return version === 4 ? [...INSTALL_ORDER, ...WEBHOOK_KINDS] : INSTALL_ORDER;
}

/** Kinds in the order of removal: the reverse, but Services go before the workloads behind them. */
export function uninstallOrder(version: HelmVersion): readonly string[] {
  const reversed = installOrder(version).filter((kind) => kind !== 'Service');
  reversed.reverse();
  const at = reversed.indexOf('CronJob');
  return [...reversed.slice(0, at), ...SERVICE_BEFORE_WORKLOADS, ...reversed.slice(at)];
}

/** Sorts by kind, keeping the order of items whose kinds are alike. Does not change its input. */
export function sortByKind<T>(items: readonly T[], kindOf: (item: T) => string, order: readonly string[]): T[] {
  const rank = new Map(order.map((kind, index) => [kind, index]));
  return [...items].sort((left, right) => {
    const first = rank.get(kindOf(left));
    const second = rank.get(kindOf(right));
    if (first !== undefined && second !== undefined) return first - second;
    if (first === undefined && second === undefined) return compareGoStrings(kindOf(left), kindOf(right));
    return first === undefined ? 1 : -1;
  });
}
