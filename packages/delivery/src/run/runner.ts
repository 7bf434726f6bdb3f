// Runs a plan against a cluster and tells what happens. It decides nothing: order, waits and prunes are the plan's.

import type { Plan, Stage, Step } from '@evenkeel/engine';
import { createChannel } from '@evenkeel/std';
import { awaitOpening } from '../held.ts';
import type { StepReport } from '../model.ts';
import { awaitApproval } from './approval.ts';
import { type RunContext, type RunEvent, RunFailure, reportOf, stepKey, typeOf } from './context.ts';
import { waitForSteps } from './gate.ts';
import { clearEarlier, deleteHooks, nameHooks, releaseHooks, wasStarted } from './hooks.ts';
import { kubectlName, perform } from './perform.ts';

/** At most this many requests under way at once, as kubectl's apply of a list does in gitops-engine (20). */
const PARALLEL_MAX = 20;

/** What a run has done so far. */
export interface Run {
  /** Hooks that have been started. */
  readonly hooks: Step[];
  readonly reports: Map<string, StepReport>;
}

/** A run that has done nothing yet. */
export function startRun(): Run {
  return { hooks: [], reports: new Map() };
}

/**
 * Runs all stages in order and fills `run`. Yields a `step` event for each object; throws RunFailure when a step or a wait
 * fails (after the steps of the `failure` phase have run), and the signal's reason when aborted.
 */
export async function* runPlan(plan: Plan, context: RunContext, run: Run): AsyncIterable<RunEvent> {
  const { stages } = nameHooks(plan, context);
  const regular = stages.filter((stage) => stage.phase !== 'failure');
  const rescue = stages.filter((stage) => stage.phase === 'failure');
  try {
    for (const stage of regular) {
      const isLast = stage === regular.at(-1);
      yield* awaitOpening(context);
      yield* noted(runStage(stage, context, { run, isLast, others: stages.flatMap(hooksOf) }), run);
      await releaseHooks(hooksOf(stage), context);
    }
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    yield* noted(fail(error, rescue, context, run), run);
  }
  await deleteHooks(run.hooks, 'succeeded', context);
  const last = regular.at(-1);
  const message = last?.waitFor === 'nothing' ? 'all tasks run' : 'no more tasks';
  yield { kind: 'done', message: `successfully synced (${message})` };
}

async function* noted(events: AsyncIterable<RunEvent>, run: Run): AsyncIterable<RunEvent> {
  for await (const event of events) {
    if (event.kind === 'step') run.reports.set(stepKey(event.step), event.step);
    yield event;
  }
}

function hooksOf({ groups }: Pick<Stage, 'groups'>): readonly Step[] {
  return groups.flat().filter((step) => step.hook !== undefined);
}

interface StageRun {
  readonly run: Run;
  readonly isLast: boolean;
  /** All hooks of the plan. */
  readonly others: readonly Step[];
}

/** Prunes, then what clears the way for hooks, then writes group by group, then the wait. One failure does not keep the rest of a stage from its turn. */
async function* runStage(
  stage: Stage,
  context: RunContext,
  { run, isLast, others }: StageRun,
): AsyncIterable<RunEvent> {
  const steps = stage.groups.flat();
  const prunes = steps.filter((step) => step.action === 'prune');
  const hooks = hooksOf(stage);
  const failures: string[] = [];
  const told = async function* (group: readonly Step[]): AsyncIterable<RunEvent> {
    for await (const event of runGroup(group, context, others)) {
      if (event.kind === 'step' && event.step.status === 'failed') failures.push(event.step.message);
      yield event;
    }
  };
  yield* awaitApproval(prunes, context);
  yield* told(prunes);
  if (failures.length > 0) throw unapplied(failures);
  await clearEarlier(hooks, context, others);
  run.hooks.push(...hooks);
  for (const group of stage.groups) if (group[0]?.action !== 'prune') yield* told(group);
  const { waveDelayMs = 0 } = context.delivery.policy;
  // Nothing reacts to what is not waited for either: a namespace made on the way costs no delay.
  const reacts = !isLast && stage.waitFor !== 'nothing';
  if (failures.length === 0 && reacts && waveDelayMs > 0) await context.clock.sleep(waveDelayMs, context.signal);
  const { reports } = run;
  if (failures.length === 0) return yield* waitForSteps({ steps, waitFor: stage.waitFor, reports }, context);
  const started = hooks.filter((step) => reports.get(stepKey(step))?.status === 'running');
  try {
    yield* waitForSteps({ steps: started, waitFor: 'hooks', reports }, context);
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    throw new RunFailure(`${error.message},${failures.join(',')}`);
  }
  throw unapplied(failures);
}

function unapplied(reasons: readonly string[]): RunFailure {
  return new RunFailure(`one or more objects failed to apply, reason: ${reasons.join(',')}`);
}

/** What is left to do when a run has failed: rules of hooks, then the hooks that were kept for this. Always throws. */
async function* fail(
  failure: RunFailure,
  rescue: readonly Stage[],
  context: RunContext,
  run: Run,
): AsyncIterable<RunEvent> {
  await releaseHooks(run.hooks, context);
  await deleteHooks(run.hooks, 'failed', context);
  let message = failure.message;
  for (const stage of rescue) {
    try {
      yield* noted(runStage(stage, context, { run, isLast: true, others: rescue.flatMap(hooksOf) }), run);
    } catch (error) {
      if (!(error instanceof RunFailure)) throw error;
      message = `${message}\none or more SyncFail hooks failed, reason: ${error.message}`;
    }
    await releaseHooks(hooksOf(stage), context);
    await deleteHooks(hooksOf(stage), 'failed', context);
  }
  throw new RunFailure(message);
}

async function* runGroup(
  group: readonly Step[],
  context: RunContext,
  others: readonly Step[],
): AsyncIterable<RunEvent> {
  const events = createChannel<RunEvent>();
  for (const step of group) if (step.action === 'keep') events.push({ kind: 'step', step: keptReport(step) });
  const queue = group.filter((step) => step.action !== 'keep');
  const worker = async (): Promise<void> => {
    for (let step = queue.shift(); step; step = queue.shift()) {
      context.signal.throwIfAborted();
      events.push({ kind: 'step', step: await runStep(step, context, others) });
    }
  };
  const all = Promise.all(Array.from({ length: Math.min(PARALLEL_MAX, queue.length) }, worker));
  all.then(
    () => events.close(),
    (error: Error) => events.close(error),
  );
  yield* events;
}

function keptReport(step: Step): StepReport {
  return reportOf(step, 'synced', `${kubectlName(step)} unchanged`);
}

async function runStep(step: Step, context: RunContext, others: readonly Step[]): Promise<StepReport> {
  const status = step.action === 'prune' ? 'pruned' : step.hook ? 'running' : 'synced';
  try {
    const type = await typeOf(step, context);
    if (step.hook && wasStarted(step, context, others)) return reportOf(step, status, `${step.ref.name} created`);
    const { message, change } = await perform(step, type, context);
    const report = reportOf(step, status, step.hook ? `${step.ref.name} created` : message);
    return change ? { ...report, change } : report;
  } catch (error) {
    if (context.signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return reportOf(step, 'failed', `${step.ref.kind} "${step.ref.name}": ${reason}`);
  }
}
