// Hooks: objects that run at a sync and are deleted by their own rules.

import type { HookDeletion, Plan, Step } from '@evenkeel/engine';
import type { ResourceType } from '@evenkeel/kube';
import { gvkOf } from '@evenkeel/resource';
import { type RunContext, untilGone } from './context.ts';

/** Starts a hook: an earlier run of it is deleted first where its rule says so, then it is created. */
export async function runHook(step: Step, type: ResourceType, context: RunContext): Promise<string> {
  const { cluster, delivery, signal } = context;
  if (step.hook?.deletion.includes('recreate') === true && cluster.live.get(step.ref)) {
    await cluster.client.delete(type, step.ref, { propagationPolicy: 'Foreground', signal });
    await untilGone(step, type, context);
  }
  const written = await cluster.client.apply(type, step.object, {
    fieldManager: delivery.frontEnd.fieldManager,
    force: true,
    signal,
  });
  cluster.live.observe(type, written);
  return `hook ${step.ref.name} created`;
}

/**
 * Gives hooks with a generated name their name for this run, so that they can be found again while they run.
 * Mirrors argoproj/argo-cd:gitops-engine/pkg/sync/sync_context.go (3.6) getSyncTasks.
 */
export function nameHooks(plan: Plan, runId: string): Plan {
  const named = (step: Step): Step => {
    const { name, generateName, ...metadata } = step.object.metadata;
    if (!step.hook || (name !== undefined && name !== '')) return step;
    const fixed = `${generateName ?? 'hook-'}${step.phase}-${runId}`;
    const object = { ...step.object, metadata: { ...metadata, name: fixed } };
    return { ...step, object, ref: { ...step.ref, name: fixed } };
  };
  const stages = plan.stages.map((stage) => ({ ...stage, groups: stage.groups.map((group) => group.map(named)) }));
  return { ...plan, stages };
}

/** Deletes the hooks among `steps` whose rule names this outcome. */
export async function deleteHooks(
  steps: readonly Step[],
  outcome: Exclude<HookDeletion, 'recreate'>,
  { cluster, signal }: RunContext,
): Promise<void> {
  for (const step of steps) {
    if (step.hook?.deletion.includes(outcome) !== true) continue;
    const type = await cluster.client.discovery.resolve(gvkOf(step.object));
    if (type) await cluster.client.delete(type, step.ref, { propagationPolicy: 'Background', signal });
  }
}
