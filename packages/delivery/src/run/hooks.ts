// Hooks: objects that run at a sync and are deleted by their own rules.

import type { HookDeletion, Step } from '@evenkeel/engine';
import type { ResourceType } from '@evenkeel/kube';
import { gvkOf } from '@evenkeel/resource';
import { type RunContext, untilGone } from './context.ts';

/** Starts a hook: an earlier run of it is deleted first where its rule says so, then it is created. */
export async function runHook(step: Step, type: ResourceType, context: RunContext): Promise<string> {
  const { cluster, delivery, signal } = context;
  const { name, generateName, ...metadata } = step.object.metadata;
  const fixed = name ?? `${generateName ?? 'hook-'}${context.runId}`;
  const object = { ...step.object, metadata: { ...metadata, name: fixed } };
  if (step.hook?.deletion.includes('recreate') === true && cluster.live.get(step.ref)) {
    await cluster.client.delete(type, step.ref, { propagationPolicy: 'Foreground', signal });
    await untilGone(step, type, context);
  }
  const written = await cluster.client.apply(type, object, {
    fieldManager: delivery.frontEnd.fieldManager,
    force: true,
    signal,
  });
  cluster.live.observe(type, written);
  return `hook ${fixed} created`;
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
