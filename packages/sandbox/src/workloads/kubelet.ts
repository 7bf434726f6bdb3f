// The simulated kubelet: takes pods that have a node through their life. A pod's next step is decided from its status and
// from what its containers are meant to do (behavior.ts), so that a resumed cluster carries on where it stopped.

import type { KubeObject } from '@evenkeel/resource';
import type { Actor, ControllerDeps } from './actor.ts';
import { type ControllerSpec, ownKey } from './controller.ts';
import { EventRecorder } from './events.ts';
import type { ContainerLogs } from './logs.ts';
import { PodRun, type PodRunDeps } from './pod-run.ts';
import { type PodSpecView, specView } from './views.ts';

/** The kubelets of all nodes. */
export function kubelet(deps: ControllerDeps, logs: ContainerLogs): ControllerSpec {
  const runs = new Map<string, PodRun>();
  const pulled = new Set<string>();
  const recorders = new Map<string, EventRecorder>();
  let addresses = 0;
  const recorderFor = (node: string): EventRecorder => {
    let recorder = recorders.get(node);
    if (recorder === undefined) {
      recorder = new EventRecorder(deps, 'kubelet', node);
      recorders.set(node, recorder);
    }
    return recorder;
  };
  const runDeps = (actor: Actor, pod: KubeObject): PodRunDeps => ({
    actor,
    logs,
    events: recorderFor(specView<PodSpecView>(pod).nodeName ?? ''),
    pulled,
    nextAddress: () => {
      addresses++;
      return `10.244.${Math.floor(addresses / 250) % 256}.${(addresses % 250) + 2}`;
    },
  });
  return {
    manager: 'kubelet',
    watches: { pods: (event) => ((specView<PodSpecView>(event.object).nodeName ?? '') === '' ? [] : ownKey(event)) },
    reconcile: (actor, namespace, name) => {
      const key = `${namespace}/${name}`;
      const pod = actor.get('pods', namespace, name);
      const known = runs.get(key);
      if (pod === undefined || (known !== undefined && known.uid !== pod.metadata.uid)) {
        runs.delete(key);
        if (pod === undefined) return undefined;
      }
      let run = runs.get(key);
      if (run === undefined) {
        run = new PodRun(pod, runDeps(actor, pod));
        runs.set(key, run);
      }
      return run.step(pod);
    },
  };
}
