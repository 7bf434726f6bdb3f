// The scheduler: gives pods nodes, by node selectors, taints being left aside and room being plenty.

import type { KubeObject } from '@evenkeel/resource';
import type { Actor } from './actor.ts';
import type { ControllerSpec } from './controller.ts';
import { ownKey } from './controller.ts';
import { EventRecorder } from './events.ts';
import { type PodSpecView, specView } from './views.ts';
import { type Bag, bagAt } from '../store/draft.ts';
import { upsertCondition } from './conditions.ts';
import type { ControllerDeps } from './actor.ts';

/** The scheduler. */
export function scheduler(deps: ControllerDeps): ControllerSpec {
  const events = new EventRecorder(deps, 'default-scheduler');
  const load = new Map<string, number>();
  const waiting = new Set<string>();
  return {
    manager: 'kube-scheduler',
    watches: {
      pods: (event) => {
        if (event.type === 'DELETED') {
          const node = specView<PodSpecView>(event.object).nodeName ?? '';
          load.set(node, (load.get(node) ?? 1) - 1);
          waiting.delete(ownKey(event)[0] ?? '');
        }
        return event.type === 'ADDED' || (specView<PodSpecView>(event.object).nodeName ?? '') === ''
          ? ownKey(event)
          : [];
      },
      nodes: () => [...waiting],
      persistentvolumeclaims: () => [...waiting],
    },
    reconcile: (actor, namespace, name) => {
      const pod = actor.get('pods', namespace, name);
      const key = `${namespace}/${name}`;
      waiting.delete(key);
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
      const spec = specView<PodSpecView>(pod);
      if ((spec.nodeName ?? '') !== '' || (spec.schedulingGates ?? []).length > 0) return;
      const problem = place(actor, pod, events, load);
      if (problem === undefined) return;
      waiting.add(key);
      refuse(actor, pod, events, problem);
    },
  };
}

function place(actor: Actor, pod: KubeObject, events: EventRecorder, load: Map<string, number>): string | undefined {
  const spec = specView<PodSpecView>(pod);
  const nodes = actor.list('nodes');
  const missing = missingClaim(actor, pod);
  if (missing !== undefined)
    return `0/${nodes.length} nodes are available: ${missing}. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`;
  const selector = Object.entries(spec.nodeSelector ?? {});
  const fitting = nodes.filter(
    (node) =>
      specView<{ unschedulable?: boolean }>(node).unschedulable !== true &&
      selector.every(([key, value]) => node.metadata.labels?.[key] === value),
  );
  const chosen = fitting.toSorted(
    (a, b) => (load.get(a.metadata.name ?? '') ?? 0) - (load.get(b.metadata.name ?? '') ?? 0),
  )[0];
  if (chosen === undefined) {
    const unschedulable = nodes.filter(
      (node) => specView<{ unschedulable?: boolean }>(node).unschedulable === true,
    ).length;
    const reasons = [
      ...(nodes.length - unschedulable > 0
        ? [`${nodes.length - unschedulable} node(s) didn't match Pod's node affinity/selector`]
        : []),
      ...(unschedulable > 0 ? [`${unschedulable} node(s) were unschedulable`] : []),
    ];
    return `0/${nodes.length} nodes are available: ${reasons.join(', ')}. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`;
  }
  const nodeName = chosen.metadata.name ?? '';
  load.set(nodeName, (load.get(nodeName) ?? 0) + 1);
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
