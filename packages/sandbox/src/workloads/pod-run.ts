// One simulated pod: its init containers in order, then its containers together, its phase, conditions and end.

import type { KubeObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt } from '../store/draft.ts';
import { nodeAddress } from './nodes.ts';
import { upsertCondition } from './conditions.ts';
import { ContainerRun, type ContainerRunDeps } from './container-run.ts';
import { missingVolumeSource } from './pod-needs.ts';
import { type PodSpecView, specView } from './views.ts';

export interface PodRunDeps extends ContainerRunDeps {
  readonly nextAddress: () => string;
}

/** A pod that has a node. */
export class PodRun {
  readonly uid: string;
  readonly #deps: PodRunDeps;
  readonly #init: readonly ContainerRun[];
  readonly #main: readonly ContainerRun[];
  readonly #restartPolicy: string;
  readonly #startedAt: string;
  readonly #address: string;
  #stopAtMs: number | undefined;

  constructor(pod: KubeObject, deps: PodRunDeps) {
    const spec = specView<PodSpecView>(pod);
    this.uid = pod.metadata.uid ?? '';
    this.#deps = deps;
    this.#restartPolicy = spec.restartPolicy ?? 'Always';
    const make = (container: PodSpecView['containers'][number], init: boolean): ContainerRun =>
      new ContainerRun(pod, container, { init, restartPolicy: this.#restartPolicy, deps });
    this.#init = (spec.initContainers ?? []).map((container) => make(container, true));
    this.#main = spec.containers.map((container) => make(container, false));
    const status = bagAt(pod as unknown as Draft, 'status');
    this.#startedAt =
      typeof status?.['startTime'] === 'string' ? status['startTime'] : kubeTime(deps.actor.deps.clock.now());
    this.#address =
      typeof status?.['podIP'] === 'string'
        ? status['podIP']
        : spec.hostNetwork === true
          ? nodeAddress(0)
          : deps.nextAddress();
    this.#resume(status);
  }

  /** Moves on as far as it can and writes the status. Returns when to look again, in milliseconds. */
  step(pod: KubeObject): number | undefined {
    const phase = bagAt(pod as unknown as Draft, 'status')?.['phase'];
    if (pod.metadata.deletionTimestamp !== undefined) return this.#terminate(pod);
    if (phase === 'Succeeded' || phase === 'Failed') return undefined;
    const missing = missingVolumeSource(this.#deps.actor, pod);
    if (missing !== undefined && !this.#begun()) {
      this.#deps.events.record(pod, { type: 'Warning', reason: 'FailedMount', message: missing });
      this.#write(pod);
      return 1000 / this.#deps.actor.deps.speed;
    }
    const wait = this.#advance(pod);
    this.#write(pod);
    return wait;
  }

  #begun(): boolean {
    return [...this.#init, ...this.#main].some((container) => container.running || container.ended !== undefined);
  }

  #advance(pod: KubeObject): number | undefined {
    const waits: number[] = [];
    for (const container of this.#init) {
      const wait = container.step(pod);
      if (wait !== undefined) waits.push(wait);
      const done = container.sidecar ? container.running : container.ended?.code === 0;
      if (!done) return waits.length === 0 ? undefined : Math.min(...waits);
    }
    for (const container of this.#main) {
      const wait = container.step(pod);
      if (wait !== undefined) waits.push(wait);
    }
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  // Containers end soon after the pod is deleted; the pod goes then, or when its grace period is over.
  #terminate(pod: KubeObject): number | undefined {
    const { actor } = this.#deps;
    const now = actor.deps.clock.now();
    if (this.#stopAtMs === undefined) {
      const grace = pod.metadata.deletionGracePeriodSeconds ?? 0;
      const running = [...this.#init, ...this.#main].some((container) => container.running);
      if (running) {
        for (const container of this.#main) {
          if (container.running) {
            this.#deps.events.record(pod, {
              type: 'Normal',
              reason: 'Killing',
              message: `Stopping container ${container.spec.name}`,
              fieldPath: `spec.containers{${container.spec.name}}`,
            });
          }
        }
      }
      this.#stopAtMs = now + (running ? Math.min(grace * 1000, 300) / actor.deps.speed : 0);
    }
    if (now < this.#stopAtMs) return this.#stopAtMs - now;
    for (const container of [...this.#init, ...this.#main]) container.stop();
    if ((pod.metadata.finalizers ?? []).length > 0) {
      this.#write(pod);
      if ((pod.metadata.deletionGracePeriodSeconds ?? 0) > 0) actor.delete('pods', pod, { graceSeconds: 0 });
      return undefined;
    }
    actor.delete('pods', pod, { graceSeconds: 0 });
    return undefined;
  }

  #write(pod: KubeObject): void {
    const { actor } = this.#deps;
    actor.updateStatus('pods', pod, (status, current) => this.#fill(status, current));
  }

  #fill(status: Bag, pod: KubeObject): void {
    const now = this.#deps.actor.now();
    const nowMs = this.#deps.actor.deps.clock.now();
    const initDone = this.#init.every((container) =>
      container.sidecar ? container.running : container.ended?.code === 0,
    );
    const phase = this.#phase(initDone);
    const finished = phase === 'Succeeded' || phase === 'Failed';
    status['phase'] = phase;
    status['observedGeneration'] = pod.metadata.generation ?? 1;
    status['startTime'] = this.#startedAt;
    status['hostIP'] = nodeAddress(0);
    status['hostIPs'] = [{ ip: nodeAddress(0) }];
    if (this.#begun() || phase === 'Running') {
      status['podIP'] = this.#address;
      status['podIPs'] = [{ ip: this.#address }];
    }
    const waitingMain = this.#init.length > 0 && !initDone ? 'PodInitializing' : 'ContainerCreating';
    status['containerStatuses'] = this.#main.map((container) => container.status(waitingMain));
    if (this.#init.length > 0)
      status['initContainerStatuses'] = this.#init.map((container) => container.status('PodInitializing'));
    const unready = this.#main.filter((container) => !container.ready(nowMs)).map((container) => container.spec.name);
    const unreadyText = `containers with unready status: [${unready.join(' ')}]`;
    const extra = { observedGeneration: pod.metadata.generation ?? 1, lastProbeTime: null };
    const set = (type: string, on: boolean, reason?: string, message?: string): void =>
      upsertCondition(
        status,
        {
          type,
          status: on ? 'True' : 'False',
          ...(on || reason === undefined ? {} : { reason, message: message ?? '' }),
        },
        now,
        extra,
      );
    set('PodReadyToStartContainers', this.#begun() && !finished);
    const waitingInit = this.#init
      .filter((container) => container.ended?.code !== 0)
      .map((container) => container.spec.name);
    set(
      'Initialized',
      initDone,
      'ContainersNotInitialized',
      `containers with incomplete status: [${waitingInit.join(' ')}]`,
    );
    const reason = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : 'ContainersNotReady';
    set('Ready', unready.length === 0 && initDone, reason, finished ? '' : unreadyText);
    set('ContainersReady', unready.length === 0 && initDone, reason, finished ? '' : unreadyText);
    upsertCondition(status, { type: 'PodScheduled', status: 'True' }, now, extra);
  }

  #phase(initDone: boolean): string {
    const failedInit = this.#init.some((container) => container.ended !== undefined && container.ended.code !== 0);
    if (failedInit) return 'Failed';
    if (!initDone) return 'Pending';
    const ends = this.#main.map((container) => container.ended);
    if (ends.every((end) => end !== undefined)) return ends.every((end) => end.code === 0) ? 'Succeeded' : 'Failed';
    return this.#main.some(
      (container) => container.running || container.ended !== undefined || this.#hasRestarted(container),
    )
      ? 'Running'
      : 'Pending';
  }

  #hasRestarted(container: ContainerRun): boolean {
    const { restartCount } = container.status('');
    return typeof restartCount === 'number' && restartCount > 0;
  }

  #resume(status: Bag | undefined): void {
    const known = [...bagsOf(status?.['containerStatuses']), ...bagsOf(status?.['initContainerStatuses'])];
    for (const container of [...this.#init, ...this.#main]) {
      const before = known.find((each) => each['name'] === container.spec.name);
      if (before !== undefined) container.resume(before);
    }
  }
}
