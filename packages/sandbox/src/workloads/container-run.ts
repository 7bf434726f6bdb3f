// One simulated container: pulled, created, running, ended, restarted with growing pauses.

import type { KubeObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import type { Bag } from '../store/draft.ts';
import type { Actor } from './actor.ts';
import { type Behavior, behaviorOf, fullReference } from './behavior.ts';
import type { EventRecorder } from './events.ts';
import type { ContainerLogs } from './logs.ts';
import { missingEnvironment } from './pod-needs.ts';
import type { ContainerView } from './views.ts';

export interface ContainerRunDeps {
  readonly actor: Actor;
  readonly logs: ContainerLogs;
  readonly events: EventRecorder;
  /** Images on the nodes already. */
  readonly pulled: Set<string>;
}

type State =
  | {
      readonly kind: 'waiting';
      readonly reason: string;
      readonly message: string | undefined;
      readonly untilMs: number;
      readonly next: 'start' | 'pull' | 'check';
    }
  | { readonly kind: 'pulling'; readonly sinceMs: number; readonly untilMs: number }
  | { readonly kind: 'running'; readonly sinceMs: number }
  | { readonly kind: 'ended'; readonly code: number; readonly sinceMs: number; readonly atMs: number };

/** A container of a pod and what has become of it. */
export class ContainerRun {
  readonly spec: ContainerView;
  readonly init: boolean;
  readonly #deps: ContainerRunDeps;
  readonly #restartPolicy: string;
  readonly #behavior: Behavior;
  readonly #id: string;
  #state: State | undefined;
  #restarts = 0;
  #pullFailures = 0;
  #lastEnd: Bag | undefined;

  constructor(
    pod: KubeObject,
    spec: ContainerView,
    options: { readonly init: boolean; readonly restartPolicy: string; readonly deps: ContainerRunDeps },
  ) {
    this.spec = spec;
    this.init = options.init;
    this.#deps = options.deps;
    // An init container that restarts always is a sidecar.
    this.#restartPolicy =
      spec.restartPolicy ?? (options.init && options.restartPolicy === 'Always' ? 'OnFailure' : options.restartPolicy);
    const runsToEnd = this.#restartPolicy !== 'Always';
    this.#behavior = behaviorOf({ pod, container: spec, runsToEnd });
    this.#id = `sandbox://${this.#deps.actor.deps.chance.uid().replaceAll('-', '').repeat(2)}`;
  }

  get sidecar(): boolean {
    return this.init && this.spec.restartPolicy === 'Always';
  }

  get ended(): { readonly code: number } | undefined {
    return this.#state?.kind === 'ended' && !this.#willRestart(this.#state.code)
      ? { code: this.#state.code }
      : undefined;
  }

  get running(): boolean {
    return this.#state?.kind === 'running';
  }

  /** True where its probes say so, or it has none. */
  ready(nowMs: number): boolean {
    if (this.#state?.kind !== 'running' || this.#behavior.readyAfterMs === undefined) return false;
    return nowMs - this.#state.sinceMs >= this.#scaled(this.#behavior.readyAfterMs);
  }

  /** Continues a container that ran when the cluster stopped. */
  resume(status: Bag): void {
    const state = (status['state'] ?? {}) as {
      running?: { startedAt?: string };
      terminated?: { exitCode: number; startedAt?: string; finishedAt?: string };
    };
    this.#restarts = typeof status['restartCount'] === 'number' ? status['restartCount'] : 0;
    if (state.terminated !== undefined) {
      const { exitCode, startedAt = '', finishedAt = '' } = state.terminated;
      this.#state = {
        kind: 'ended',
        code: exitCode,
        sinceMs: Date.parse(startedAt) || 0,
        atMs: Date.parse(finishedAt) || 0,
      };
    }
    if (state.running !== undefined)
      this.#state = { kind: 'running', sinceMs: Date.parse(state.running.startedAt ?? '') || this.#now() };
  }

  /** Goes as far as it can now. Returns how many milliseconds until it can go on; undefined where nothing is to come. */
  step(pod: KubeObject): number | undefined {
    for (let count = 0; count < 10; count++) {
      const wait = this.#once(pod);
      if (wait !== 0) return wait;
    }
    return 0;
  }

  /** Ends at once, as containers of a pod that is deleted do. */
  stop(): void {
    if (this.#state?.kind === 'running') this.#end(0, this.#state.sinceMs);
  }

  #once(pod: KubeObject): number | undefined {
    const now = this.#now();
    const state = this.#state;
    if (state === undefined) return this.#beginPull(pod, now);
    switch (state.kind) {
      case 'waiting':
        if (now < state.untilMs) return state.untilMs - now;
        return state.next === 'start'
          ? this.#start(pod, now)
          : state.next === 'check'
            ? this.#create(pod, now)
            : this.#beginPull(pod, now);
      case 'pulling':
        return now < state.untilMs ? state.untilMs - now : this.#finishPull(pod, state);
      case 'running':
        return this.#whileRunning(pod, state, now);
      case 'ended':
        return undefined;
    }
  }

  #beginPull(pod: KubeObject, now: number): number {
    const { image } = this.spec;
    if (
      this.#behavior.pullError === undefined &&
      this.#deps.pulled.has(image) &&
      this.spec.imagePullPolicy !== 'Always'
    ) {
      this.#say(
        pod,
        'Normal',
        'Pulled',
        `Container image "${image}" already present on machine and can be accessed by the pod`,
      );
      return this.#create(pod, now);
    }
    this.#say(pod, 'Normal', 'Pulling', `Pulling image "${image}"`);
    const pullMs = this.#deps.pulled.has(image) ? Math.min(this.#behavior.pullMs, 150) : this.#behavior.pullMs;
    this.#state = { kind: 'pulling', sinceMs: now, untilMs: now + this.#scaled(pullMs) };
    return this.#scaled(pullMs);
  }

  #finishPull(pod: KubeObject, state: Extract<State, { kind: 'pulling' }>): number {
    const { image } = this.spec;
    const { pullError } = this.#behavior;
    const now = this.#now();
    if (pullError === undefined) {
      this.#deps.pulled.add(image);
      const took = Math.max(1, Math.round((now - state.sinceMs) * this.#deps.actor.deps.speed));
      this.#say(
        pod,
        'Normal',
        'Pulled',
        `Successfully pulled image "${image}" in ${took}ms (${took}ms including waiting). Image size: 52428800 bytes.`,
      );
      return this.#create(pod, now);
    }
    this.#pullFailures++;
    this.#say(pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${pullError}`);
    this.#say(pod, 'Warning', 'Failed', 'Error: ErrImagePull');
    const first = this.#state?.kind === 'pulling' && this.#pullFailures === 1;
    if (first) {
      const untilMs = now + this.#scaled(2000);
      this.#state = { kind: 'waiting', reason: 'ErrImagePull', message: pullError, untilMs, next: 'pull' };
      return this.#scaled(2000);
    }
    this.#say(pod, 'Normal', 'BackOff', `Back-off pulling image "${image}"`);
    this.#say(pod, 'Warning', 'Failed', 'Error: ImagePullBackOff');
    const pause = this.#scaled(backOffMs(this.#pullFailures - 1));
    const message = `Back-off pulling image "${image}": ErrImagePull: ${pullError}`;
    this.#state = { kind: 'waiting', reason: 'ImagePullBackOff', message, untilMs: now + pause, next: 'pull' };
    return pause;
  }

  #create(pod: KubeObject, now: number): number {
    const missing = missingEnvironment(this.#deps.actor, pod, this.spec);
    if (missing !== undefined) {
      this.#say(pod, 'Warning', 'Failed', `Error: ${missing}`);
      const pause = this.#scaled(5000);
      this.#state = {
        kind: 'waiting',
        reason: 'CreateContainerConfigError',
        message: missing,
        untilMs: now + pause,
        next: 'check',
      };
      return pause;
    }
    const startMs = this.#scaled(80);
    this.#state = {
      kind: 'waiting',
      reason: this.init ? 'PodInitializing' : 'ContainerCreating',
      message: undefined,
      untilMs: now + startMs,
      next: 'start',
    };
    return startMs;
  }

  #start(pod: KubeObject, now: number): number {
    this.#say(pod, 'Normal', 'Created', `Container created`);
    this.#say(pod, 'Normal', 'Started', `Container started`);
    this.#state = { kind: 'running', sinceMs: now };
    for (const line of this.#behavior.output) this.#deps.logs.print(pod, this.spec.name, line);
    return 0;
  }

  #whileRunning(pod: KubeObject, state: Extract<State, { kind: 'running' }>, now: number): number | undefined {
    const { exit, readyAfterMs } = this.#behavior;
    const waits: number[] = [];
    if (exit !== undefined) {
      const left = state.sinceMs + this.#scaled(exit.afterMs) - now;
      if (left <= 0) return this.#exited(pod, exit.code, state.sinceMs);
      waits.push(left);
    }
    const untilReady = readyAfterMs === undefined ? 0 : state.sinceMs + this.#scaled(readyAfterMs) - now;
    if (untilReady > 0) waits.push(untilReady);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  #exited(pod: KubeObject, code: number, sinceMs: number): number | undefined {
    this.#end(code, sinceMs);
    if (!this.#willRestart(code)) return undefined;
    this.#restarts++;
    const pause = this.#scaled(this.#restarts === 1 ? 0 : backOffMs(this.#restarts - 2));
    const text = `${Math.round(backOffMs(this.#restarts - 2) / 1000)}s`;
    const where = `${pod.metadata.name ?? ''}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid ?? ''})`;
    if (this.#restarts > 1)
      this.#say(pod, 'Warning', 'BackOff', `Back-off restarting failed container ${this.spec.name} in pod ${where}`);
    this.#state = {
      kind: 'waiting',
      reason: 'CrashLoopBackOff',
      message: `back-off ${text} restarting failed container=${this.spec.name} pod=${where}`,
      untilMs: this.#now() + pause,
      next: 'start',
    };
    return pause;
  }

  #end(code: number, sinceMs: number): void {
    const atMs = this.#now();
    this.#state = { kind: 'ended', code, sinceMs, atMs };
    this.#lastEnd = this.#terminated(code, sinceMs, atMs);
  }

  #willRestart(code: number): boolean {
    return this.#restartPolicy === 'Always' || (this.#restartPolicy === 'OnFailure' && code !== 0);
  }

  #terminated(code: number, sinceMs: number, atMs: number): Bag {
    return {
      exitCode: code,
      reason: code === 0 ? 'Completed' : 'Error',
      startedAt: kubeTime(sinceMs),
      finishedAt: kubeTime(atMs),
      containerID: this.#id,
    };
  }

  /** Its entry in containerStatuses. `waitingFor` is shown while it has not begun. */
  status(waitingFor: string): Bag {
    const now = this.#now();
    const state = this.#stateBag(waitingFor);
    const began = this.#state?.kind === 'running' || this.#state?.kind === 'ended' || this.#restarts > 0;
    const done = this.init && !this.sidecar && this.ended?.code === 0;
    return {
      name: this.spec.name,
      state,
      lastState: this.#restarts > 0 && this.#lastEnd !== undefined ? { terminated: this.#lastEnd } : {},
      ready: done || this.ready(now),
      restartCount: this.#restarts,
      image: began ? fullReference(this.spec.image) : this.spec.image,
      imageID: began ? `${fullReference(this.spec.image).replace(/[:@][^/]*$/, '')}@sha256:${'0'.repeat(64)}` : '',
      ...(began ? { containerID: this.#id } : {}),
      started: this.running,
    };
  }

  #stateBag(waitingFor: string): Bag {
    const state = this.#state;
    if (state === undefined || state.kind === 'pulling') {
      const failing = this.#pullFailures > 0;
      return {
        waiting: {
          reason: failing ? 'ImagePullBackOff' : waitingFor,
          ...(failing
            ? {
                message: `Back-off pulling image "${this.spec.image}": ErrImagePull: ${this.#behavior.pullError ?? ''}`,
              }
            : {}),
        },
      };
    }
    switch (state.kind) {
      case 'running':
        return { running: { startedAt: kubeTime(state.sinceMs) } };
      case 'ended':
        return { terminated: this.#terminated(state.code, state.sinceMs, state.atMs) };
      case 'waiting':
        return {
          waiting: { reason: state.reason, ...(state.message === undefined ? {} : { message: state.message }) },
        };
    }
  }

  #say(pod: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#deps.events.record(pod, {
      type,
      reason,
      message,
      fieldPath: `spec.${this.init ? 'initContainers' : 'containers'}{${this.spec.name}}`,
    });
  }

  #scaled(ms: number): number {
    return ms / this.#deps.actor.deps.speed;
  }

  #now(): number {
    return this.#deps.actor.deps.clock.now();
  }
}

// 10 s, doubled each time, up to five minutes.
function backOffMs(failures: number): number {
  return Math.min(300_000, 10_000 * 2 ** Math.max(0, failures));
}
