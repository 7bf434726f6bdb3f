// The Job controller (pkg/controller/job, Kubernetes 1.35): runs pods until enough have succeeded or too many failed.

import type { KubeObject } from '@evenkeel/resource';
import { type Bag, bagAt, scalarText } from '../store/draft.ts';
import type { Actor, ControllerDeps } from './actor.ts';
import { conditionOf, upsertCondition } from './conditions.ts';
import { type ControllerSpec, controllerKey, controllerOf, ownKey } from './controller.ts';
import { EventRecorder } from './events.ts';
import type { OwnerIndex } from './owner-index.ts';
import { podFrom } from './templates.ts';
import { type TemplateView, isPodActive, isPodReady, specView, statusView } from './views.ts';

interface JobView {
  readonly parallelism?: number;
  readonly completions?: number;
  readonly backoffLimit?: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly suspend?: boolean;
  readonly completionMode?: string;
  readonly template: TemplateView;
}

const collection = 'jobs.batch';
const tracking = 'batch.kubernetes.io/job-tracking';
const indexAnnotation = 'batch.kubernetes.io/job-completion-index';

/** The Job controller. */
export function jobController(deps: ControllerDeps, index: OwnerIndex): ControllerSpec {
  const events = new EventRecorder(deps, 'job-controller');
  return {
    manager: 'kube-controller-manager',
    watches: { [collection]: ownKey, pods: controllerKey('Job') },
    reconcile: (actor, namespace, name) => {
      const job = actor.get(collection, namespace, name);
      return job === undefined ? undefined : new Sync(actor, events, index, job).run();
    },
  };
}

class Sync {
  readonly #actor: Actor;
  readonly #events: EventRecorder;
  readonly #index: OwnerIndex;
  readonly #job: KubeObject;
  readonly #spec: JobView;

  constructor(actor: Actor, events: EventRecorder, index: OwnerIndex, job: KubeObject) {
    this.#actor = actor;
    this.#events = events;
    this.#index = index;
    this.#job = job;
    this.#spec = specView<JobView>(job);
  }

  run(): number | undefined {
    const pods = this.#pods();
    this.#untrack(pods);
    const current =
      this.#actor.get(collection, this.#job.metadata.namespace ?? '', this.#job.metadata.name ?? '') ?? this.#job;
    const status = statusView<Bag>(current);
    const end =
      conditionOf(status, 'Complete')?.['status'] === 'True' || conditionOf(status, 'Failed')?.['status'] === 'True';
    if (end) return this.#afterEnd(status);
    if (this.#job.metadata.deletionTimestamp !== undefined) return undefined;
    if (this.#spec.suspend === true) return this.#suspend(pods);
    const succeeded = numberAt(status, 'succeeded');
    const failed = numberAt(status, 'failed');
    const wanted = this.#spec.completions;
    const active = pods.filter(isPodActive);
    const wait = this.#deadline(status);
    const complete = wanted === undefined ? succeeded > 0 && active.length === 0 : succeeded >= wanted;
    if (complete)
      return this.#finish(
        'Complete',
        { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' },
        [],
      );
    if (failed > (this.#spec.backoffLimit ?? 6)) {
      return this.#finish(
        'Failed',
        { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' },
        active,
      );
    }
    if (wait !== undefined && wait <= 0) {
      return this.#finish(
        'Failed',
        { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' },
        active,
      );
    }
    const pause = this.#pause(pods, failed);
    if (pause <= 0) this.#start(active, succeeded);
    this.#writeStatus();
    return pause > 0 ? Math.min(pause, wait ?? pause) : wait;
  }

  #pods(): readonly KubeObject[] {
    return this.#index
      .inCollection(this.#job.metadata.uid ?? '', 'pods')
      .flatMap((place) => this.#actor.get('pods', place.namespace, place.name) ?? [])
      .filter((pod) => controllerOf(pod)?.uid === this.#job.metadata.uid);
  }

  #untrack(pods: readonly KubeObject[]): void {
    for (const pod of pods) {
      const { phase } = statusView<{ phase?: string }>(pod);
      const over = phase === 'Succeeded' || phase === 'Failed' || pod.metadata.deletionTimestamp !== undefined;
      if (!over || !(pod.metadata.finalizers ?? []).includes(tracking)) continue;
      this.#countIn(phase === 'Succeeded' ? 'succeeded' : 'failed');
      this.#actor.update('pods', pod, (draft) => {
        const rest = (draft.metadata.finalizers ?? []).filter((each) => each !== tracking);
        if (rest.length > 0) draft.metadata.finalizers = rest;
        else delete draft.metadata.finalizers;
      });
    }
  }

  #countIn(key: 'succeeded' | 'failed'): void {
    this.#actor.updateStatus(collection, this.#job, (status) => (status[key] = numberAt(status, key) + 1));
  }

  #start(active: readonly KubeObject[], succeeded: number): void {
    const left = this.#spec.completions === undefined ? Number.POSITIVE_INFINITY : this.#spec.completions - succeeded;
    const anySucceeded = this.#spec.completions === undefined && succeeded > 0;
    const wanted = anySucceeded ? active.length : Math.min(this.#spec.parallelism ?? 1, left);
    for (let count = active.length; count < wanted; count++) this.#createPod(this.#pods());
    for (const pod of active.slice(wanted)) this.#deletePod(pod);
  }

  // After failures new pods wait: ten seconds after the first, twice as long after each other, ten minutes at most.
  #pause(pods: readonly KubeObject[], failed: number): number {
    if (failed === 0 || pods.some(isPodActive)) return 0;
    const ends = pods.filter((pod) => statusView<{ phase?: string }>(pod).phase === 'Failed').map(endOf);
    const wait = Math.min(backOffMaxMs, backOffMs * 2 ** (failed - 1)) / this.#actor.deps.speed;
    return Math.max(0, ...ends) + wait - this.#actor.deps.clock.now();
  }

  #createPod(pods: readonly KubeObject[]): void {
    const indexed = this.#spec.completionMode === 'Indexed';
    const next = indexed ? freeIndex(pods) : undefined;
    const labels = next === undefined ? {} : { [indexAnnotation]: String(next) };
    const name = this.#job.metadata.name ?? '';
    const pod = podFrom(this.#spec.template, this.#job, {
      labels,
      finalizers: [tracking],
      generateName: next === undefined ? `${name}-` : `${name}-${next}-`,
    });
    if (next !== undefined) {
      pod.metadata.annotations = { ...pod.metadata.annotations, [indexAnnotation]: String(next) };
      const spec = bagAt(pod, 'spec') ?? {};
      spec['hostname'] ??= `${name}-${next}`;
    }
    const created = this.#actor.create('pods', pod);
    if (created !== undefined) this.#say('Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name ?? ''}`);
  }

  #deletePod(pod: KubeObject): void {
    this.#actor.delete('pods', pod);
    this.#say('Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name ?? ''}`);
  }

  #suspend(pods: readonly KubeObject[]): undefined {
    for (const pod of pods.filter(isPodActive)) this.#deletePod(pod);
    const before = conditionOf(statusView<Bag>(this.#job), 'Suspended');
    if (before?.['status'] !== 'True') this.#say('Normal', 'Suspended', 'Job suspended');
    this.#actor.updateStatus(collection, this.#job, (status) => {
      upsertCondition(
        status,
        { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' },
        this.#actor.now(),
        {
          lastProbeTime: this.#actor.now(),
        },
      );
      delete status['startTime'];
    });
    this.#writeStatus(true);
  }

  #finish(
    type: 'Complete' | 'Failed',
    why: { readonly reason: string; readonly message: string },
    active: readonly KubeObject[],
  ): undefined {
    for (const pod of active) this.#deletePod(pod);
    this.#writeStatus();
    const now = this.#actor.now();
    this.#actor.updateStatus(collection, this.#job, (status) => {
      for (const each of [type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', type]) {
        const lastProbeTime = scalarText(conditionOf(status, each)?.['lastProbeTime'] ?? now);
        upsertCondition(status, { type: each, status: 'True', ...why }, now, { lastProbeTime });
      }
      if (type === 'Complete') status['completionTime'] ??= now;
      delete status['active'];
      status['ready'] = 0;
    });
    if (type === 'Complete') this.#say('Normal', 'Completed', 'Job completed');
    else this.#say('Warning', why.reason, why.message);
  }

  #afterEnd(status: Bag): number | undefined {
    const ttl = this.#spec.ttlSecondsAfterFinished;
    if (ttl === undefined || this.#job.metadata.deletionTimestamp !== undefined) return undefined;
    const end = conditionOf(status, 'Complete') ?? conditionOf(status, 'Failed');
    const left =
      Date.parse(scalarText(end?.['lastTransitionTime'])) +
      (ttl * 1000) / this.#actor.deps.speed -
      this.#actor.deps.clock.now();
    if (left > 0) return left;
    this.#actor.delete(collection, this.#job, { propagation: 'Foreground' });
    return undefined;
  }

  #deadline(status: Bag): number | undefined {
    const seconds = this.#spec.activeDeadlineSeconds;
    const start = status['startTime'];
    if (seconds === undefined || typeof start !== 'string')
      return seconds === undefined ? undefined : (seconds * 1000) / this.#actor.deps.speed;
    return Date.parse(start) + (seconds * 1000) / this.#actor.deps.speed - this.#actor.deps.clock.now();
  }

  #writeStatus(suspended = false): void {
    const pods = this.#pods();
    const active = pods.filter(isPodActive);
    const ready = active.filter(isPodReady).length;
    const terminating = pods.filter(
      (pod) =>
        pod.metadata.deletionTimestamp !== undefined &&
        !['Succeeded', 'Failed'].includes(statusView<{ phase?: string }>(pod).phase ?? ''),
    ).length;
    let resumed = false;
    this.#actor.updateStatus(collection, this.#job, (status) => {
      if (!suspended) status['startTime'] ??= this.#actor.now();
      if (this.#spec.completionMode === 'Indexed') status['completedIndexes'] = doneIndexes(pods);
      if (!suspended && conditionOf(status, 'Suspended')?.['status'] === 'True') {
        upsertCondition(
          status,
          { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' },
          this.#actor.now(),
        );
        resumed = true;
      }
      if (active.length > 0) status['active'] = active.length;
      else delete status['active'];
      status['ready'] = ready;
      status['terminating'] = terminating;
      status['uncountedTerminatedPods'] = bagAt(status, 'uncountedTerminatedPods') ?? {};
    });
    if (resumed) this.#say('Normal', 'Resumed', 'Job resumed');
  }

  #say(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#events.record(this.#job, { type, reason, message });
  }
}

function numberAt(status: Bag, key: string): number {
  const value = status[key];
  return typeof value === 'number' ? value : 0;
}

const backOffMs = 10_000;
const backOffMaxMs = 600_000;

function endOf(pod: KubeObject): number {
  const containers = statusView<{
    containerStatuses?: readonly { state?: { terminated?: { finishedAt?: string } } }[];
  }>(pod).containerStatuses;
  const ends = (containers ?? []).map((each) => Date.parse(each.state?.terminated?.finishedAt ?? '') || 0);
  return Math.max(0, ...ends);
}

function indexOf(pod: KubeObject): number {
  return Number(pod.metadata.annotations?.[indexAnnotation] ?? '-1');
}

// As ranges: "0,2-4".
function doneIndexes(pods: readonly KubeObject[]): string {
  const done = pods.filter((pod) => statusView<{ phase?: string }>(pod).phase === 'Succeeded').map(indexOf);
  const ranges: [number, number][] = [];
  for (const index of [...new Set(done)].sort((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open !== undefined && open[1] === index - 1) open[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}${to === from + 1 ? ',' : '-'}${to}`)).join(',');
}

function freeIndex(pods: readonly KubeObject[]): number {
  const taken = new Set(
    pods.filter((pod) => isPodActive(pod) || statusView<{ phase?: string }>(pod).phase === 'Succeeded').map(indexOf),
  );
  let index = 0;
  while (taken.has(index)) index++;
  return index;
}
