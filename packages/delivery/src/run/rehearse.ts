// A dry run: the same requests as the operation would send, none of which changes anything.

import type { Plan, Step } from '@evenkeel/engine';
import { isKubeError } from '@evenkeel/kube';
import type { StepReport } from '../model.ts';
import { createApproval } from './approval.ts';
import { applyObject } from './apply.ts';
import { type RunContext, reportOf, typeOf } from './context.ts';
import { nameHooks } from './hooks.ts';
import { applyInputOf, kubectlName } from './perform.ts';

const PARALLEL_MAX = 20;

type RehearsalInput = Pick<RunContext, 'delivery' | 'cluster' | 'clock' | 'signal' | 'revision'>;

/** What each step of the plan would come to. */
export async function rehearsePlan(plan: Plan, input: RehearsalInput): Promise<readonly StepReport[]> {
  const context = {
    ...input,
    startedAtMs: input.clock.now(),
    retryCount: 0,
    approval: createApproval(undefined),
    recorded: () => Promise.resolve(),
  };
  const steps = nameHooks(plan, context).stages.flatMap(({ groups }) => groups.flat());
  const reports: StepReport[] = [];
  for (let from = 0; from < steps.length; from += PARALLEL_MAX) {
    const some = steps.slice(from, from + PARALLEL_MAX);
    reports.push(...(await Promise.all(some.map((step) => rehearse(step, context)))));
  }
  return reports;
}

async function rehearse(step: Step, context: RunContext): Promise<StepReport> {
  const name = kubectlName(step);
  if (step.action === 'prune') return { ...reportOf(step, 'pruned', 'pruned (dry run)'), settled: true };
  if (step.action === 'keep') return { ...reportOf(step, 'synced', `${name} unchanged (dry run)`), settled: true };
  try {
    const input = applyInputOf(step, await typeOf(step, context), context);
    await applyObject({ ...input, dryRun: true });
    const done = input.live ? 'configured' : 'created';
    return { ...reportOf(step, 'synced', `${name} ${done} (dry run)`), settled: true };
  } catch (error) {
    if (context.signal.aborted) throw error;
    // Its namespace may be made by the very sync that is rehearsed.
    if (isKubeError(error, 404)) return { ...reportOf(step, 'synced', `${name} created (dry run)`), settled: true };
    const reason = error instanceof Error ? error.message : String(error);
    return reportOf(step, 'failed', `${step.ref.kind} "${step.ref.name}": ${reason}`);
  }
}
