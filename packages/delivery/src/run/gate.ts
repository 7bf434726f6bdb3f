// The wait between two stages: until everything a stage wrote is healthy, and everything it pruned is gone.

import type { Stage, Step } from '@evenkeel/engine';
import { type KubeObject, refKey, refOf } from '@evenkeel/resource';
import { createChannel } from '@evenkeel/std';
import { type RunContext, type RunEvent, RunFailure, healthOfStep } from './context.ts';

/** Waits by watching; sends no request. Throws RunFailure when something is degraded. */
export async function* waitForStage(stage: Stage, context: RunContext): AsyncIterable<RunEvent> {
  const steps = stage.groups.flat();
  const keys = new Set(steps.map((step) => refKey(step.ref)));
  const changes = createChannel<KubeObject>();
  const stop = context.cluster.live.onChange(({ object }) => {
    if (keys.has(refKey(refOf(object)))) changes.push(object);
  });
  const abort = (): void => changes.close(context.signal.reason as Error);
  context.signal.addEventListener('abort', abort, { once: true });
  try {
    let said = '';
    const look = (): string | undefined => pendingOf(steps, context);
    let pending = look();
    if (pending === undefined) return;
    yield { kind: 'waiting', message: (said = pending) };
    for await (const _change of changes) {
      pending = look();
      if (pending === undefined) return;
      if (pending !== said) yield { kind: 'waiting', message: (said = pending) };
    }
  } finally {
    stop();
    context.signal.removeEventListener('abort', abort);
  }
}

/** What is still waited for, as one sentence; undefined when nothing is. */
function pendingOf(steps: readonly Step[], context: RunContext): string | undefined {
  const waiting: string[] = [];
  for (const step of steps) {
    const found = healthOfStep(step, context);
    if (!found || found.status === 'healthy') continue;
    const named = `${step.ref.kind} ${step.ref.name}`;
    if (found.status === 'missing' && step.hook) continue;
    if (found.status === 'missing') throw new RunFailure(`${named} is missing, it might have been deleted`);
    if (found.status === 'degraded' || found.status === 'unknown') {
      throw new RunFailure(`${named} is ${found.status}${found.message ? `: ${found.message}` : ''}`);
    }
    if (found.status === 'suspended' && !step.hook) continue;
    waiting.push(`${named}${found.message ? ` (${found.message})` : ''}`);
  }
  if (waiting.length === 0) return undefined;
  const [first = '', ...more] = waiting;
  return more.length === 0 ? `waiting for ${first}` : `waiting for ${first} and ${more.length} more`;
}
