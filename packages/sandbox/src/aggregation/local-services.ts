// APIServices of what the server itself serves: one for each group version, always available
// (kubernetes:pkg/controlplane/apiserver/aggregator.go and crdregistration, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Registry } from '../api/registry.ts';
import type { Draft } from '../store/draft.ts';
import { Actor, type ControllerDeps } from '../workloads/actor.ts';

export const apiServices = 'apiservices.apiregistration.k8s.io';
const managed = 'kube-aggregator.kubernetes.io/automanaged';

// Group priority, then the versions with theirs.
const priorities: Readonly<Record<string, readonly [number, Readonly<Record<string, number>>]>> = {
  '': [18_000, { v1: 1 }],
  apps: [17_800, { v1: 15 }],
  'events.k8s.io': [17_750, { v1: 15 }],
  'authentication.k8s.io': [17_700, { v1: 15 }],
  'authorization.k8s.io': [17_600, { v1: 15 }],
  autoscaling: [17_500, { v1: 15, v2: 30 }],
  batch: [17_400, { v1: 15 }],
  'certificates.k8s.io': [17_300, { v1: 15 }],
  'networking.k8s.io': [17_200, { v1: 15 }],
  policy: [17_100, { v1: 15 }],
  'rbac.authorization.k8s.io': [17_000, { v1: 15 }],
  'storage.k8s.io': [16_800, { v1: 15 }],
  'apiextensions.k8s.io': [16_700, { v1: 15 }],
  'admissionregistration.k8s.io': [16_700, { v1: 15 }],
  'scheduling.k8s.io': [16_600, { v1: 15 }],
  'coordination.k8s.io': [16_500, { v1: 15 }],
  'node.k8s.io': [16_300, { v1: 15 }],
  'discovery.k8s.io': [16_200, { v1: 15 }],
  'resource.k8s.io': [16_200, { v1: 21 }],
  'flowcontrol.apiserver.k8s.io': [16_100, { v1: 21 }],
};

/** Creates what is missing of the built-in ones, and keeps those of custom types in step with `registry`. */
export function registerLocalServices(deps: ControllerDeps, registry: Registry): () => void {
  const actor = new Actor(deps, 'kube-apiserver');
  const exists = (name: string): boolean => actor.get(apiServices, '', name) !== undefined;
  for (const [group, versions] of registry.groups()) {
    for (const version of versions) {
      const [minimum, byVersion] = priorities[group] ?? [];
      const priority = byVersion?.[version];
      if (minimum === undefined || priority === undefined || exists(`${version}.${group}`)) continue;
      create(actor, { group, version, groupPriorityMinimum: minimum, versionPriority: priority }, 'onstart');
    }
  }
  const settle = (): void => settleCustom(actor, registry);
  settle();
  return settle;
}

interface Spec {
  readonly group: string;
  readonly version: string;
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
}

function create(actor: Actor, spec: Spec, how: 'onstart' | 'true'): void {
  const created = actor.create(apiServices, {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${spec.version}.${spec.group}`, labels: { [managed]: how } },
    spec: { ...spec },
  } as Draft);
  if (created !== undefined) markAvailable(actor, created);
}

// Nobody is recorded as the owner of this status, as upstream.
function markAvailable(actor: Actor, service: KubeObject): void {
  actor.put(apiServices, service, (draft) => {
    const condition = {
      type: 'Available',
      status: 'True',
      lastTransitionTime: actor.now(),
      reason: 'Local',
      message: 'Local APIServices are always available',
    };
    draft['status'] = { conditions: [condition] };
  });
}

function settleCustom(actor: Actor, registry: Registry): void {
  const wanted = new Set<string>();
  for (const type of registry.all()) {
    if (type.custom === undefined) continue;
    const { group, version } = type;
    const name = `${version}.${group}`;
    wanted.add(name);
    if (actor.get(apiServices, '', name) === undefined)
      create(actor, { group, version, groupPriorityMinimum: 1000, versionPriority: 100 }, 'true');
  }
  for (const service of actor.list(apiServices)) {
    if (service.metadata.labels?.[managed] === 'true' && !wanted.has(service.metadata.name ?? ''))
      actor.delete(apiServices, service);
  }
}
