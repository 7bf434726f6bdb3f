// One operation: a plan being run, with a report that is true at every moment and a deadline that always ends it.

import type { Plan } from '@evenkeel/engine';
import { type Clock, formatDurationMs } from '@evenkeel/std';
import type { Cluster } from '../cluster.ts';
import type { Delivery, Initiator, OperationPhase, OperationReport, StepReport, SyncRequest } from '../model.ts';
import { runPlan } from './runner.ts';

export interface OperationInput {
  readonly id: string;
  readonly plan: Plan;
  readonly delivery: Delivery;
  readonly cluster: Cluster;
  readonly revision: string;
  readonly retryCount: number;
  readonly initiatedBy: Initiator;
  readonly request: SyncRequest | undefined;
  /** It undoes changes made by hand at a revision that is live already. */
  readonly heals: boolean;
  readonly clock: Clock;
  /** Called when the report says something new; `urgent` at the end of the operation. */
  readonly onProgress: (urgent: boolean) => void;
}

/** A running or finished operation. */
export interface Operation {
  readonly report: OperationReport;
  /** Resolves when it has ended, however it ended. */
  readonly done: Promise<void>;
  /** Ends it between two requests. `why` becomes its message. */
  terminate(why: string): void;
}

/** Aborts a run because somebody asked, or something newer took its place. */
class Termination extends Error {
  override readonly name = 'Termination';
}

/** Starts the plan at once. */
export function startOperation(input: OperationInput): Operation {
  const controller = new AbortController();
  const { clock, delivery } = input;
  let report = beginningOf(input);
  const update = (change: Partial<OperationReport>, urgent: boolean): void => {
    report = { ...report, ...change };
    input.onProgress(urgent);
  };
  const finish = (phase: OperationPhase, message: string): void =>
    update({ phase, message, finishedAtMs: clock.now(), steps: settleSteps(report.steps, phase) }, true);
  const cancelDeadline = clock.after(delivery.policy.timeoutMs, () =>
    controller.abort(
      new Termination(`gave up after ${formatDurationMs(delivery.policy.timeoutMs)}: ${report.message}`),
    ),
  );
  const run = async (): Promise<void> => {
    const context = {
      delivery,
      cluster: input.cluster,
      signal: controller.signal,
      runId: `${input.revision.slice(0, 7)}-${report.startedAtMs}`,
    };
    for await (const event of runPlan(input.plan, context)) {
      if (event.kind === 'waiting') update({ message: event.message }, false);
      else update({ steps: upsertStep(report.steps, event.step), message: event.step.message }, false);
    }
  };
  const done = run()
    .then(
      () => finish('succeeded', 'successfully synced'),
      (error: unknown) => finish(error instanceof Termination ? 'failed' : phaseOf(error), messageOf(error)),
    )
    .finally(cancelDeadline);
  return {
    get report() {
      return report;
    },
    done,
    terminate(why) {
      if (report.phase !== 'running') return;
      update({ phase: 'terminating', message: why }, true);
      controller.abort(new Termination(why));
    },
  };
}

function beginningOf({ plan, delivery, clock, request, ...input }: OperationInput): OperationReport {
  return {
    id: input.id,
    phase: 'running',
    message: 'started',
    revision: input.revision,
    fingerprint: delivery.fingerprint,
    startedAtMs: clock.now(),
    steps: plan.kept.map(({ ref, reason }) => ({
      ref,
      version: '',
      status: 'kept',
      message: reason,
      hook: false,
      phase: 'main',
    })),
    retryCount: input.retryCount,
    initiatedBy: input.initiatedBy,
    // Undoing drift deploys nothing new: it runs no hooks and is no entry of the history.
    partial: request?.only !== undefined || input.heals,
    request,
  };
}

function phaseOf(error: unknown): OperationPhase {
  return error instanceof Error && error.name === 'RunFailure' ? 'failed' : 'error';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function upsertStep(steps: readonly StepReport[], step: StepReport): readonly StepReport[] {
  const same = (other: StepReport): boolean =>
    other.phase === step.phase &&
    other.ref.group === step.ref.group &&
    other.ref.kind === step.ref.kind &&
    other.ref.namespace === step.ref.namespace &&
    other.ref.name === step.ref.name;
  return [...steps.filter((other) => !same(other)), step];
}

/** A hook that was running when everything succeeded has succeeded too. */
function settleSteps(steps: readonly StepReport[], phase: OperationPhase): readonly StepReport[] {
  if (phase !== 'succeeded') return steps;
  return steps.map((step) => (step.status === 'running' ? { ...step, status: 'synced' } : step));
}
