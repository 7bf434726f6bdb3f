// One operation: a plan being run, with a report that is true at every moment and a deadline that always ends it.

import type { Plan } from '@evenkeel/engine';
import { type Clock, formatDurationMs } from '@evenkeel/std';
import type { Cluster } from '../cluster.ts';
import type {
  Delivery,
  Initiator,
  OperationPhase,
  OperationReport,
  RetryPolicy,
  StepReport,
  SyncRequest,
} from '../model.ts';
import { retryDelayMs } from '../retry-delay.ts';
import { createApproval } from './approval.ts';
import { type RunContext, stepKey } from './context.ts';
import { abandonHooks } from './hooks.ts';
import { type Run, runPlan, startRun } from './runner.ts';

export interface OperationInput {
  readonly id: string;
  readonly plan: Plan;
  readonly delivery: Delivery;
  readonly cluster: Cluster;
  readonly revision: string;
  readonly retryCount: number;
  readonly retry: RetryPolicy;
  readonly initiatedBy: Initiator;
  readonly request: SyncRequest | undefined;
  /** It undoes changes made by hand at a revision that is live already, the how manieth time in a row. */
  readonly healings: number;
  /** Nothing is done before it is on record that it runs. */
  readonly recordFirst: boolean;
  /** The same operation as an earlier process left it. */
  readonly resumed?: Pick<OperationReport, 'startedAtMs' | 'steps'> | undefined;
  readonly clock: Clock;
  /** Called when the report says something new; `urgent` at the end of the operation. */
  readonly onProgress: (urgent: boolean) => void;
}

/** A running or finished operation. */
export interface Operation {
  readonly report: OperationReport;
  /** Resolves when it has ended, however it ended. */
  readonly done: Promise<void>;
  readonly isRecordedFirst: boolean;
  /** It is on record that it runs: hooks, which must not run twice, may be created. */
  begin(): void;
  /** Ends it between two requests, and hooks that still run with it. `why` becomes its message. */
  terminate(why: string): void;
  /** Stops it as it is, for another process to take up. */
  leave(): void;
  /** Somebody agrees to what is waited for. */
  approve(atMs: number): void;
}

/** Aborts a run because somebody asked, or something newer took its place. */
class Termination extends Error {
  override readonly name = 'Termination';
  /** Hooks go on, for the next process to find. */
  readonly leavesHooks: boolean;
  constructor(why: string, leavesHooks = false) {
    super(why);
    this.leavesHooks = leavesHooks;
  }
}

/** How long the deletion of hooks may take when an operation is called off. */
const ABANDON_MS = 30_000;

/** Starts the plan at once. */
export function startOperation(input: OperationInput): Operation {
  return new RunningOperation(input);
}

/** One that has ended already. */
export function endedOperation(report: OperationReport): Operation {
  const nothing = (): void => undefined;
  const rest = { begin: nothing, terminate: nothing, leave: nothing, approve: nothing };
  return { report, done: Promise.resolve(), isRecordedFirst: false, ...rest };
}

class RunningOperation implements Operation {
  readonly done: Promise<void>;
  readonly isRecordedFirst: boolean;
  // The plan and its objects are not kept: what has ended is remembered for as long as its delivery.
  readonly #ends: Pick<OperationInput, 'clock' | 'retry' | 'onProgress'>;
  readonly #controller = new AbortController();
  readonly #approval: ReturnType<typeof createApproval>;
  readonly #steps = new Map<string, StepReport>();
  #begun = Promise.withResolvers<void>();
  #base: Omit<OperationReport, 'steps'>;
  #report: OperationReport | undefined;

  constructor(input: OperationInput) {
    const { clock, delivery, retry, onProgress } = input;
    this.#ends = { clock, retry, onProgress };
    const { steps, ...base } = beginningOf(input);
    this.#base = base;
    for (const step of steps) this.#steps.set(stepKey(step), step);
    this.#approval = createApproval(delivery.policy.approvedAtMs);
    const { timeoutMs } = delivery.policy;
    const cancelDeadline = clock.after(timeoutMs, () =>
      this.#controller.abort(new Termination(`gave up after ${formatDurationMs(timeoutMs)}: ${this.#base.message}`)),
    );
    this.isRecordedFirst = input.recordFirst;
    if (!input.recordFirst) this.begin();
    this.#controller.signal.addEventListener('abort', () => this.begin(), { once: true });
    this.done = this.#run(input).finally(cancelDeadline);
  }

  begin(): void {
    this.#begun.resolve();
  }

  get report(): OperationReport {
    this.#report ??= { ...this.#base, steps: [...this.#steps.values()] };
    return this.#report;
  }

  terminate(why: string): void {
    if (this.#base.phase !== 'running') return;
    // One that waits for its next attempt runs nothing that could be stopped.
    if (this.#base.finishedAtMs !== undefined) return this.#update({ phase: 'failed', message: why }, true);
    this.#update({ phase: 'terminating', message: 'operation is terminating' }, true);
    this.#controller.abort(new Termination(why));
  }

  leave(): void {
    this.#controller.abort(new Termination('the controller stops', true));
  }

  approve(atMs: number): void {
    if (atMs !== this.#approval.atMs) this.#approval.grant(atMs);
  }

  async #run({ plan, delivery, cluster, clock, revision, resumed, initiatedBy }: OperationInput): Promise<void> {
    const run = startRun();
    const context: RunContext = {
      delivery,
      cluster,
      clock,
      signal: this.#controller.signal,
      revision,
      startedAtMs: this.#base.startedAtMs,
      manual: !initiatedBy.automated,
      retryCount: this.#base.retryCount,
      approval: this.#approval,
      recorded: () => this.#recorded(),
      earlier: resumed?.steps,
    };
    let message = '';
    try {
      await this.#begun.promise;
      for await (const event of runPlan(plan, context, run)) {
        if (event.kind === 'done') message = event.message;
        else if (event.kind === 'waiting') this.#update({ message: event.message }, false);
        else this.#note(event.step);
      }
      this.#finish('succeeded', message);
    } catch (error) {
      await this.#failed(error, context, run);
    }
  }

  /** Whoever keeps the record calls `begin` when it holds the report as it is now. */
  async #recorded(): Promise<void> {
    const { signal } = this.#controller;
    signal.throwIfAborted();
    this.#begun = Promise.withResolvers<void>();
    this.#ends.onProgress(true);
    await this.#begun.promise;
    signal.throwIfAborted();
  }

  async #failed(error: unknown, context: RunContext, run: Run): Promise<void> {
    const isFailure = error instanceof Error && error.name === 'RunFailure';
    const text = error instanceof Error ? error.message : String(error);
    if (!(error instanceof Termination)) return this.#finish(isFailure ? 'failed' : 'error', text);
    // Nothing is reported of an operation that another process takes up.
    if (error.leavesHooks) return;
    try {
      const signal = AbortSignal.timeout(ABANDON_MS);
      for (const step of await abandonHooks(run.hooks, { ...context, signal })) {
        const report = run.reports.get(stepKey(step));
        if (report) this.#steps.set(stepKey(step), { ...report, status: 'failed', message: 'Terminated' });
      }
      this.#finish('failed', text);
    } catch (problem) {
      const why = problem instanceof Error ? problem.message : String(problem);
      this.#finish('error', `${text}; Operation termination had errors: ${why}`);
    }
  }

  #note(step: StepReport): void {
    this.#steps.set(stepKey(step), step);
    this.#update({ message: step.hook || step.status === 'failed' ? step.message : runningMessage }, false);
  }

  #finish(phase: OperationPhase, message: string): void {
    const { clock, retry } = this.#ends;
    const finishedAtMs = clock.now();
    const failed = phase !== 'succeeded' && this.#base.phase !== 'terminating';
    const { retryCount } = this.#base;
    if (failed && retryCount < retry.limit && retry.problem !== undefined) {
      this.#update({ phase: 'error', message: `${message} (failed to retry: ${retry.problem})`, finishedAtMs }, true);
      return;
    }
    if (failed && retryCount < retry.limit) {
      const at = kitchen(finishedAtMs + retryDelayMs(retry, retryCount));
      const said = `${message}. Retrying attempt #${retryCount + 1} at ${at}.`;
      this.#update({ phase: 'running', message: said, finishedAtMs, retryCount: retryCount + 1 }, true);
      return;
    }
    const times = failed && retryCount > 0 ? ` (retried ${retryCount} times).` : '';
    this.#update({ phase, message: `${message}${times}`, finishedAtMs }, true);
  }

  #update(change: Partial<OperationReport>, urgent: boolean): void {
    this.#base = { ...this.#base, ...change };
    this.#report = undefined;
    this.#ends.onProgress(urgent);
  }
}

/** True where a plan runs hooks. */
export function hasHooks({ stages }: Plan): boolean {
  return stages.some(({ groups }) => groups.some((group) => group.some((step) => step.hook !== undefined)));
}

const runningMessage = 'one or more tasks are running';

/** "3:04PM", in UTC: Go's time.Kitchen, as argoproj/argo-cd:controller/appcontroller.go (3.2 to 3.6) writes it. */
function kitchen(epochMs: number): string {
  const date = new Date(epochMs);
  const hours = date.getUTCHours();
  const minutes = String(date.getUTCMinutes()).padStart(2, '0');
  return `${hours % 12 === 0 ? 12 : hours % 12}:${minutes}${hours < 12 ? 'AM' : 'PM'}`;
}

function beginningOf({ plan, delivery, clock, request, resumed, ...input }: OperationInput): OperationReport {
  const kept: StepReport[] = plan.kept.map(({ ref, reason }) => ({
    ref,
    version: '',
    status: 'kept',
    message: reason,
    hook: false,
    phase: 'main',
  }));
  const { startedAtMs = clock.now(), steps = [] } = resumed ?? {};
  return {
    id: input.id,
    phase: 'running',
    message: 'started',
    revision: input.revision,
    fingerprint: delivery.fingerprint,
    startedAtMs,
    steps: [...steps, ...kept],
    retryCount: input.retryCount,
    initiatedBy: input.initiatedBy,
    // Undoing drift deploys nothing new: it runs no hooks and is no entry of the history.
    partial: request?.only !== undefined || input.healings > 0,
    ...(input.healings > 0 ? { healings: input.healings } : {}),
    request,
  };
}
