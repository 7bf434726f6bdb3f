// What admission adds to a new pod on a stock server, beside its service account: the default tolerations and the
// priority; and the quality of service class that the server works out.

import { syncAppArmor } from './app-armor.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import { type ContainerDraft, type PodSpecDraft, bagsOf, specOf } from './drafts.ts';
import { applyPriority, applyRuntimeClass } from './pod-classes.ts';

/** Sets the state that a pod starts in. */
export function startPod(draft: Draft): void {
  syncAppArmor(draft);
  const spec = specOf(draft) as PodSpecDraft;
  const status: Bag = { phase: 'Pending', qosClass: qosClassOf(spec) };
  if (bagsOf(spec['schedulingGates']).length > 0) {
    status['conditions'] = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
        lastProbeTime: null,
        lastTransitionTime: draft.metadata.creationTimestamp ?? null,
      },
    ];
  }
  draft['status'] = status;
}

/** Completes a pod at creation, as the admission plugins for priorities, runtime classes and tolerations do. */
export function admitPod(store: Store, draft: Draft): void {
  const spec = specOf(draft) as PodSpecDraft;
  addTolerations(spec);
  applyPriority(store, draft);
  applyRuntimeClass(store, draft);
}

function addTolerations(spec: PodSpecDraft): void {
  const tolerations = bagsOf(spec['tolerations']);
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const covered = tolerations.some(
      (each) =>
        (each['key'] === key || each['key'] === undefined || each['key'] === '') &&
        (each['effect'] === 'NoExecute' || each['effect'] === undefined || each['effect'] === ''),
    );
    if (!covered) tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  }
  spec['tolerations'] = tolerations;
}

/** Guaranteed, Burstable or BestEffort, by the containers' cpu and memory. */
export function qosClassOf(spec: PodSpecDraft): string {
  const containers: ContainerDraft[] = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const sides = containers.map((container) => ({
    requests: amounts(container.resources, 'requests'),
    limits: amounts(container.resources, 'limits'),
  }));
  if (sides.every(({ requests, limits }) => requests.size === 0 && limits.size === 0)) return 'BestEffort';
  const guaranteed = sides.every(
    ({ requests, limits }) =>
      limits.has('cpu') &&
      limits.has('memory') &&
      [...limits].every(([name, amount]) => (requests.get(name) ?? amount) === amount),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function amounts(resources: Bag | undefined, side: string): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const [name, amount] of Object.entries(bagAt(resources, side) ?? {})) {
    if (name === 'cpu' || name === 'memory') result.set(name, scalarText(amount));
  }
  return result;
}
