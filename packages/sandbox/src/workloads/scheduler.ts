// The scheduler: gives pods nodes. It filters as the real one does and takes the emptiest node of those that are left; nobody
// is pushed out for anybody else.

import type { KubeObject } from '@evenkeel/resource';
import type { Actor } from './actor.ts';
import type { ControllerSpec } from './controller.ts';
import { ownKey } from './controller.ts';
import { EventRecorder } from './events.ts';
import { type PlacedSpec, nodeMisfit } from './node-fit.ts';
import { NodeLoads } from './node-loads.ts';
import { asksForNeighbours, neighbourMisfit } from './pod-affinity.ts';
import { type PodSpecView, specView } from './views.ts';
import { type Bag, bagAt } from '../store/draft.ts';
import { upsertCondition } from './conditions.ts';
import type { ControllerDeps } from './actor.ts';

/** The scheduler. */
export function scheduler(deps: ControllerDeps): ControllerSpec {
  const events = new EventRecorder(deps, 'default-scheduler');
  const loads = new NodeLoads();
  const waiting = new Set<string>();
  return {
    manager: 'kube-scheduler',
    watches: {
      pods: (event) => {
        const makesRoom = loads.track(event);
        if (event.type === 'DELETED') waiting.delete(ownKey(event)[0] ?? '');
        const unplaced = isUnplaced(event.object);
        const placed = !unplaced && event.previous !== undefined && isUnplaced(event.previous);
        return [...(event.type === 'ADDED' || unplaced ? ownKey(event) : []), ...(makesRoom || placed ? waiting : [])];
      },
      nodes: () => [...waiting],
      persistentvolumeclaims: () => [...waiting],
    },
    reconcile: (actor, namespace, name) => {
      const pod = actor.get('pods', namespace, name);
      const key = `${namespace}/${name}`;
      waiting.delete(key);
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
      if (!isUnplaced(pod) || (specView<PodSpecView>(pod).schedulingGates ?? []).length > 0) return;
      const problem = place(actor, pod, events, loads);
      if (problem === undefined) return;
      waiting.add(key);
      refuse(actor, pod, events, problem);
    },
  };
}

function isUnplaced(pod: KubeObject): boolean {
  return (specView<PodSpecView>(pod).nodeName ?? '') === '';
}

function place(actor: Actor, pod: KubeObject, events: EventRecorder, loads: NodeLoads): string | undefined {
  const nodes = actor.list('nodes');
  const missing = missingClaim(actor, pod);
  if (missing !== undefined) return unavailable(nodes.length, missing, new Map([[unhelpful, nodes.length]]));
  const misfits = misfitsOf(actor, pod, nodes, loads);
  const chosen = nodes
    .filter((node) => !misfits.has(node))
    .toSorted((a, b) => loads.count(a.metadata.name ?? '') - loads.count(b.metadata.name ?? ''))[0];
  if (chosen === undefined) return nodes.length === 0 ? 'no nodes available to schedule pods' : refusal(misfits);
  const nodeName = chosen.metadata.name ?? '';
  const bound = actor.put('pods', pod, (draft) => {
    draft['spec'] = { ...bagAt(draft, 'spec'), nodeName };
    const status: Bag = { ...bagAt(draft, 'status') };
    upsertCondition(status, { type: 'PodScheduled', status: 'True' }, actor.now(), {
      observedGeneration: 1,
      lastProbeTime: null,
    });
    draft['status'] = status;
  });
  if (bound !== undefined) {
    events.record(bound, {
      type: 'Normal',
      reason: 'Scheduled',
      message: `Successfully assigned ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''} to ${nodeName}`,
    });
  }
  return undefined;
}

interface Misfit {
  readonly reasons: readonly string[];
  /** Other pods are in the way: they might be moved. */
  readonly resolvable: boolean;
}

// In the order of the scheduler's filters; the first that refuses a node names the reason.
function misfitsOf(
  actor: Actor,
  pod: KubeObject,
  nodes: readonly KubeObject[],
  loads: NodeLoads,
): ReadonlyMap<KubeObject, Misfit> {
  const spec = specView<PlacedSpec>(pod);
  const alone = !loads.someKeepOthersAway && !asksForNeighbours(pod);
  const pods = alone ? [] : actor.list('pods').filter((each) => !isUnplaced(each));
  const labelsOf = (namespace: string): KubeObject['metadata']['labels'] =>
    actor.get('namespaces', '', namespace)?.metadata.labels;
  const result = new Map<KubeObject, Misfit>();
  for (const node of nodes) {
    const own = nodeMisfit(node, spec);
    const shortages = own === undefined ? loads.shortages(node, pod) : [];
    const neighbours =
      own === undefined && shortages.length === 0 && !alone
        ? neighbourMisfit(node, pod, { nodes, pods, labelsOf })
        : undefined;
    const reasons = [own, ...shortages, neighbours].filter((each) => each !== undefined);
    if (reasons.length > 0)
      result.set(node, {
        reasons,
        resolvable: own === undefined && !/match pod affinity|missing/.test(neighbours ?? ''),
      });
  }
  return result;
}

const unhelpful = 'Preemption is not helpful for scheduling';

function refusal(misfits: ReadonlyMap<KubeObject, Misfit>): string {
  const reasons = new Map<string, number>();
  const preemption = new Map<string, number>();
  const add = (counts: Map<string, number>, text: string): void => void counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const misfit of misfits.values()) {
    for (const reason of misfit.reasons) add(reasons, reason);
    add(preemption, misfit.resolvable ? 'No preemption victims found for incoming pod' : unhelpful);
  }
  return unavailable(misfits.size, histogram(reasons), preemption);
}

function unavailable(nodes: number, why: string, preemption: ReadonlyMap<string, number>): string {
  const none = `0/${nodes} nodes are available:`;
  return `${none} ${why}. preemption: ${none} ${histogram(preemption)}.`;
}

function histogram(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .map(([text, count]) => `${count} ${text}`)
    .sort()
    .join(', ');
}

function missingClaim(actor: Actor, pod: KubeObject): string | undefined {
  for (const volume of specView<PodSpecView>(pod).volumes ?? []) {
    const name = volume.persistentVolumeClaim?.claimName;
    if (name === undefined) continue;
    const claim = actor.get('persistentvolumeclaims', pod.metadata.namespace ?? '', name);
    if (claim === undefined) return `persistentvolumeclaim "${name}" not found`;
    const phase = (claim['status'] as { phase?: string } | undefined)?.phase;
    if (phase !== 'Bound') return 'pod has unbound immediate PersistentVolumeClaims';
  }
  return undefined;
}

function refuse(actor: Actor, pod: KubeObject, events: EventRecorder, message: string): void {
  const before = (pod['status'] as { conditions?: readonly { type: string; message?: string }[] } | undefined)
    ?.conditions;
  if (before?.find((each) => each.type === 'PodScheduled')?.message === message) return;
  events.record(pod, { type: 'Warning', reason: 'FailedScheduling', message });
  actor.updateStatus('pods', pod, (status) => {
    upsertCondition(status, { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }, actor.now(), {
      observedGeneration: 1,
      lastProbeTime: null,
    });
  });
}
