// Pods leave nodes with NoExecute taints that they do not tolerate, or no longer (pkg/controller/tainteviction, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Actor, ControllerDeps } from './actor.ts';
import { upsertCondition } from './conditions.ts';
import { type ControllerSpec, keyOf, ownKey } from './controller.ts';
import { EventRecorder } from './events.ts';
import { type PlacedSpec, type TaintView, type TolerationView, bears, taintsOf } from './node-fit.ts';
import { specView } from './views.ts';

/** The eviction controller. */
export function taintEvictionController(deps: ControllerDeps): ControllerSpec {
  const events = new EventRecorder(deps, 'taint-eviction-controller');
  /** Since when pods bear with the taints of their nodes, in milliseconds. */
  const since = new Map<string, number>();
  const onNode = (node: KubeObject): readonly string[] =>
    deps.store
      .collection('pods')
      .list()
      .filter((pod) => specView<PlacedSpec>(pod).nodeName === node.metadata.name)
      .map(keyOf);
  return {
    manager: 'kube-controller-manager',
    watches: {
      pods: ownKey,
      nodes: ({ object, previous }) =>
        noExecute(object).length + (previous === undefined ? 0 : noExecute(previous).length) > 0 ? onNode(object) : [],
    },
    reconcile: (actor, namespace, name) => {
      const pod = actor.get('pods', namespace, name);
      const wait = pod === undefined ? undefined : patience(actor, pod);
      const uid = pod?.metadata.uid ?? '';
      if (pod === undefined || wait === undefined || pod.metadata.deletionTimestamp !== undefined) {
        since.delete(uid);
        return undefined;
      }
      const now = deps.clock.now();
      const begun = since.get(uid) ?? now;
      since.set(uid, begun);
      const left = begun + (wait * 1000) / deps.speed - now;
      if (left > 0) return left;
      since.delete(uid);
      evict(actor, events, pod);
      return undefined;
    },
  };
}

function noExecute(node: KubeObject): readonly TaintView[] {
  return taintsOf(node).filter(({ effect }) => effect === 'NoExecute');
}

/** For how many seconds a pod bears its node's taints; undefined for as long as they are there. */
function patience(actor: Actor, pod: KubeObject): number | undefined {
  const { nodeName = '', tolerations = [] } = specView<PlacedSpec>(pod);
  const node = nodeName === '' ? undefined : actor.get('nodes', '', nodeName);
  const taints = node === undefined ? [] : noExecute(node);
  if (taints.length === 0) return undefined;
  const used: TolerationView[] = [];
  for (const taint of taints) {
    const bearing = tolerations.filter((each) => bears(each, taint));
    if (bearing.length === 0) return 0;
    used.push(...bearing);
  }
  const limits = used.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return limits.length === 0 ? undefined : Math.max(0, Math.min(...limits));
}

function evict(actor: Actor, events: EventRecorder, pod: KubeObject): void {
  const { namespace = '', name = '' } = pod.metadata;
  events.record(pod, {
    type: 'Normal',
    reason: 'TaintManagerEviction',
    message: `Marking for deletion Pod ${namespace}/${name}`,
  });
  const why = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  } as const;
  actor.updateStatus('pods', pod, (status) => upsertCondition(status, why, actor.now()));
  actor.delete('pods', pod);
}
