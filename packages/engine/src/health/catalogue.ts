// Finds the check of a kind: bundled for exactly it, bundled for a family of groups, or native. Groups are built when first
// asked for.

import { type KubeObject, parseApiVersion } from '@evenkeel/resource';
import type { HealthCheck } from './health.ts';
import {
  apiServiceHealth,
  autoscalerHealth,
  claimHealth,
  ingressHealth,
  serviceHealth,
  workflowHealth,
} from './others.ts';
import { unknown } from './reading.ts';
import { groups } from './registry.ts';
import type { KindChecks } from './rules.ts';
import {
  daemonSetHealth,
  deploymentHealth,
  jobHealth,
  podHealth,
  replicaSetHealth,
  statefulSetHealth,
} from './workloads.ts';

/** Kinds judged by typed code in Argo CD, with the versions that code knows; undefined where it takes any. */
const native: ReadonlyMap<string, readonly [check: HealthCheck, versions?: readonly string[]]> = new Map<
  string,
  readonly [HealthCheck, (readonly string[])?]
>([
  ['apps/Deployment', [deploymentHealth, ['v1']]],
  ['apps/StatefulSet', [statefulSetHealth, ['v1']]],
  ['apps/DaemonSet', [daemonSetHealth, ['v1']]],
  ['apps/ReplicaSet', [replicaSetHealth, ['v1']]],
  ['batch/Job', [jobHealth, ['v1']]],
  ['/Pod', [podHealth, ['v1']]],
  ['/Service', [serviceHealth, ['v1']]],
  ['/PersistentVolumeClaim', [claimHealth, ['v1']]],
  ['networking.k8s.io/Ingress', [ingressHealth]],
  ['extensions/Ingress', [ingressHealth]],
  ['autoscaling/HorizontalPodAutoscaler', [autoscalerHealth, ['v1', 'v2']]],
  ['apiregistration.k8s.io/APIService', [apiServiceHealth, ['v1', 'v1beta1']]],
  ['argoproj.io/Workflow', [workflowHealth]],
]);

const built = new Map<string, KindChecks>();

function checksOf(group: string): KindChecks | undefined {
  const known = built.get(group);
  if (known) return known;
  const build = Object.hasOwn(groups, group) ? groups[group] : undefined;
  if (!build) return undefined;
  const made = build();
  built.set(group, made);
  return made;
}

/** The groups whose names or kinds hold a wildcard, in the order in which Argo CD tries them. */
const families: readonly string[] = Object.keys(groups)
  .filter((group) => group.startsWith('_.'))
  .toSorted();

/** The check of typed code alone, as where a user's script has no opinion: it stands for the bundled script, too. */
export function nativeCheckOf({ apiVersion, kind }: KubeObject): HealthCheck | undefined {
  const { group, version } = parseApiVersion(apiVersion);
  const [check, versions] = native.get(`${group}/${kind}`) ?? [];
  if (!check || versions === undefined || versions.includes(version)) return check;
  const gvk = group === '' ? `/${version}` : `${group}/${version}`;
  return () => unknown(`unsupported ${versionlessName(kind)} GVK: ${gvk}, Kind=${kind}`);
}

/**
 * The check of an object's kind, or undefined where it has none. Exact kinds come before families, and scripts before typed
 * code. Mirrors argoproj/argo-cd:util/lua/lua.go (3.6) GetHealthScript.
 */
export function checkOf(object: KubeObject): HealthCheck | undefined {
  const { group } = parseApiVersion(object.apiVersion);
  const own = checksOf(group);
  const exact = own && Object.hasOwn(own, object.kind) ? own[object.kind] : own?.['_'];
  if (exact) return exact;
  for (const family of families) {
    // A star stands for any characters but the slash, dots included; the dot after it has to be there.
    if (group.endsWith(family.slice(1))) return checksOf(family)?.['_'];
  }
  return nativeCheckOf(object);
}

function versionlessName(kind: string): string {
  return kind === 'HorizontalPodAutoscaler' ? 'HPA' : kind;
}
