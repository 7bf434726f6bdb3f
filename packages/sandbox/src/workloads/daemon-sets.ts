// The DaemonSet controller (pkg/controller/daemon, Kubernetes 1.35): one pod on each node that fits.

import type { KubeObject } from '@evenkeel/resource';
import { type Bag, bagAt } from '../store/draft.ts';
import type { Actor, ControllerDeps } from './actor.ts';
import { recordRevision } from './controller-revisions.ts';
import { type ControllerSpec, controllerKey, controllerOf, ownKey } from './controller.ts';
import { EventRecorder } from './events.ts';
import { type PlacedSpec, nodeMisfit } from './node-fit.ts';
import type { OwnerIndex } from './owner-index.ts';
import { amountOf } from './rollout-limits.ts';
import { podFrom } from './templates.ts';
import { type TemplateView, isPodReady, podAvailability, specView, statusView } from './views.ts';

interface DaemonSetView {
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly updateStrategy?: {
    readonly type?: string;
    readonly rollingUpdate?: { readonly maxUnavailable?: number | string };
  };
  readonly template: TemplateView;
}

const collection = 'daemonsets.apps';
const revisionLabel = 'controller-revision-hash';

const tolerations = [
  'not-ready',
  'unreachable',
  'disk-pressure',
  'memory-pressure',
  'pid-pressure',
  'unschedulable',
].map((name) => ({
  key: `node.kubernetes.io/${name}`,
  operator: 'Exists',
  effect: name === 'not-ready' || name === 'unreachable' ? 'NoExecute' : 'NoSchedule',
}));

/** The DaemonSet controller. */
export function daemonSetController(deps: ControllerDeps, index: OwnerIndex): ControllerSpec {
  const events = new EventRecorder(deps, 'daemonset-controller');
  const all = deps.store.collection(collection);
  return {
    manager: 'kube-controller-manager',
    watches: {
      [collection]: ownKey,
      pods: controllerKey('DaemonSet'),
      nodes: () => all.list().map((set) => `${set.metadata.namespace ?? ''}/${set.metadata.name ?? ''}`),
    },
    reconcile: (actor, namespace, name) => {
      const set = actor.get(collection, namespace, name);
      return set === undefined ? undefined : sync(actor, events, index, set);
    },
  };
}

function sync(actor: Actor, events: EventRecorder, index: OwnerIndex, set: KubeObject): number | undefined {
  const spec = specView<DaemonSetView>(set);
  const revision = recordRevision(actor, index, set, spec.template, spec.revisionHistoryLimit ?? 10);
  const hash = revision.slice((set.metadata.name ?? '').length + 1);
  const nodes = fittingNodes(actor, spec);
  const byNode = podsByNode(actor, index, set);
  if (set.metadata.deletionTimestamp === undefined) {
    for (const node of nodes) if (byNode.get(node) === undefined) createPod(actor, events, set, { node, hash });
    for (const [node, pod] of byNode) {
      const { phase } = statusView<{ phase?: string }>(pod);
      const failed = phase === 'Failed' || phase === 'Succeeded';
      if ((!nodes.includes(node) || failed) && pod.metadata.deletionTimestamp === undefined)
        deletePod(actor, events, set, pod);
    }
    roll({ actor, events, set, nodes, byNode }, hash);
  }
  return writeStatus(actor, index, set, { nodes, hash });
}

function fittingNodes(actor: Actor, spec: DaemonSetView): readonly string[] {
  const template: PlacedSpec = spec.template.spec;
  const placed = { ...template, tolerations: [...(template.tolerations ?? []), ...tolerations] };
  return actor
    .list('nodes')
    .filter((node) => nodeMisfit(node, placed) === undefined)
    .map((node) => node.metadata.name ?? '');
}

// A pod that is not placed yet says by its affinity where it is to go.
function nodeOf(pod: KubeObject): string {
  const { nodeName = '', affinity } = specView<PlacedSpec>(pod);
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return nodeName === '' ? (terms[0]?.matchFields?.[0]?.values?.[0] ?? '') : nodeName;
}

function podsByNode(actor: Actor, index: OwnerIndex, set: KubeObject): ReadonlyMap<string, KubeObject> {
  const result = new Map<string, KubeObject>();
  for (const place of index.inCollection(set.metadata.uid ?? '', 'pods')) {
    const pod = actor.get('pods', place.namespace, place.name);
    if (pod !== undefined && controllerOf(pod)?.uid === set.metadata.uid) result.set(nodeOf(pod), pod);
  }
  return result;
}

function createPod(
  actor: Actor,
  events: EventRecorder,
  set: KubeObject,
  at: { readonly node: string; readonly hash: string },
): void {
  const pod = podFrom(specView<DaemonSetView>(set).template, set, {
    labels: { [revisionLabel]: at.hash, 'pod-template-generation': String(set.metadata.generation ?? 1) },
  });
  const spec = bagAt(pod, 'spec') ?? {};
  const field = { key: 'metadata.name', operator: 'In', values: [at.node] };
  spec['affinity'] = {
    ...bagAt(spec, 'affinity'),
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [field] }] } },
  };
  const given = Array.isArray(spec['tolerations']) ? (spec['tolerations'] as Bag[]) : [];
  spec['tolerations'] = [...given, ...tolerations.map((each): Bag => ({ ...each }))];
  const created = actor.create('pods', pod);
  if (created !== undefined)
    events.record(set, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created pod: ${created.metadata.name ?? ''}`,
    });
}

function deletePod(actor: Actor, events: EventRecorder, set: KubeObject, pod: KubeObject): void {
  actor.delete('pods', pod);
  events.record(set, {
    type: 'Normal',
    reason: 'SuccessfulDelete',
    message: `Deleted pod: ${pod.metadata.name ?? ''}`,
  });
}

interface Rolling {
  readonly actor: Actor;
  readonly events: EventRecorder;
  readonly set: KubeObject;
  readonly nodes: readonly string[];
  readonly byNode: ReadonlyMap<string, KubeObject>;
}

// Pods of an older template go, as many at a time as may be unavailable.
function roll({ actor, events, set, nodes, byNode }: Rolling, hash: string): void {
  const spec = specView<DaemonSetView>(set);
  if (spec.updateStrategy?.type === 'OnDelete') return;
  const limit = Math.max(1, amountOf(spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, nodes.length, Math.ceil));
  const pods = nodes.map((node) => byNode.get(node));
  const unavailable = pods.filter(
    (pod) => pod === undefined || pod.metadata.deletionTimestamp !== undefined || !isPodReady(pod),
  ).length;
  let room = limit - unavailable;
  for (const pod of pods) {
    if (
      pod === undefined ||
      pod.metadata.deletionTimestamp !== undefined ||
      pod.metadata.labels?.[revisionLabel] === hash
    )
      continue;
    if (isPodReady(pod) && room <= 0) continue;
    if (isPodReady(pod)) room--;
    deletePod(actor, events, set, pod);
  }
}

function writeStatus(
  actor: Actor,
  index: OwnerIndex,
  set: KubeObject,
  at: { readonly nodes: readonly string[]; readonly hash: string },
): number | undefined {
  const minReady = specView<DaemonSetView>(set).minReadySeconds ?? 0;
  const nowMs = actor.deps.clock.now();
  const pods = [...podsByNode(actor, index, set)]
    .filter(([node, pod]) => at.nodes.includes(node) && pod.metadata.deletionTimestamp === undefined)
    .map(([, pod]) => pod);
  const available = pods.filter((pod) => podAvailability(pod, minReady, nowMs) === true).length;
  const updated = pods.filter((pod) => pod.metadata.labels?.[revisionLabel] === at.hash).length;
  const waits = pods
    .map((pod) => podAvailability(pod, minReady, nowMs))
    .filter((wait): wait is number => typeof wait === 'number' && Number.isFinite(wait));
  actor.updateStatus(collection, set, (status, now) => {
    status['currentNumberScheduled'] = pods.length;
    status['desiredNumberScheduled'] = at.nodes.length;
    status['numberMisscheduled'] = 0;
    status['numberReady'] = pods.filter(isPodReady).length;
    setCount(status, 'numberAvailable', available);
    setCount(status, 'numberUnavailable', at.nodes.length - available);
    setCount(status, 'updatedNumberScheduled', updated);
    status['observedGeneration'] = now.metadata.generation ?? 1;
  });
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

function setCount(status: Bag, key: string, count: number): void {
  if (count > 0) status[key] = count;
  else delete status[key];
}
