// Runs a plan against a cluster and tells what happens. It decides nothing: order, waits and prunes are the plan's.

import type { Plan, Stage, Step } from '@evenkeel/engine';
import { type ResourceType, isKubeError } from '@evenkeel/kube';
import { type KubeObject, gvkOf } from '@evenkeel/resource';
import { createChannel } from '@evenkeel/std';
import type { StepReport } from '../model.ts';
import { type RunContext, type RunEvent, RunFailure, untilGone } from './context.ts';
import { type ApplyInput, applyObject, replaceObject } from './apply.ts';
import { deleteHooks, nameHooks, runHook } from './hooks.ts';
import { waitForStage } from './gate.ts';

/** At most this many requests under way at once, as kubectl's apply of a list does in gitops-engine (20). */
const PARALLEL_MAX = 20;

/**
 * Runs all stages in order. Yields a `step` event for each object; throws RunFailure when a step or a wait fails (after
 * the steps of the `failure` phase have run), and the signal's reason when aborted.
 */
export async function* runPlan(plan: Plan, context: RunContext): AsyncIterable<RunEvent> {
  const { stages } = nameHooks(plan, context.runId);
  const regular = stages.filter((stage) => stage.phase !== 'failure');
  const onFailure = stages.filter((stage) => stage.phase === 'failure');
  const done: Step[] = [];
  try {
    for (const stage of regular) yield* runStage(stage, context, done);
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    for (const stage of onFailure) yield* runStage(stage, context, done);
    await deleteHooks(done, 'failed', context);
    throw error;
  }
  await deleteHooks(done, 'succeeded', context);
}

async function* runStage(stage: Stage, context: RunContext, done: Step[]): AsyncIterable<RunEvent> {
  const failures: string[] = [];
  for (const group of stage.groups) {
    for await (const event of runGroup(group, context)) {
      if (event.kind === 'step' && event.step.status === 'failed') failures.push(event.step.message);
      yield event;
    }
    done.push(...group);
    if (failures.length > 0)
      throw new RunFailure(
        failures.length === 1 ? (failures[0] ?? '') : `${failures.length} objects failed: ${failures.join('; ')}`,
      );
  }
  if (!stage.waitHealthy) return;
  yield* waitForStage(stage, context);
}

async function* runGroup(group: readonly Step[], context: RunContext): AsyncIterable<RunEvent> {
  const events = createChannel<RunEvent>();
  const queue = [...group];
  const worker = async (): Promise<void> => {
    for (let step = queue.shift(); step; step = queue.shift()) {
      context.signal.throwIfAborted();
      events.push({ kind: 'step', step: await runStep(step, context) });
    }
  };
  const all = Promise.all(Array.from({ length: Math.min(PARALLEL_MAX, group.length) }, worker));
  all.then(
    () => events.close(),
    (error: Error) => events.close(error),
  );
  yield* events;
}

async function runStep(step: Step, context: RunContext): Promise<StepReport> {
  const base = {
    ref: step.ref,
    version: gvkOf({ apiVersion: step.apiVersion, kind: step.ref.kind }).version,
    hook: step.hook !== undefined,
    phase: step.phase,
  };
  try {
    const type = await typeOf(step, context);
    const message = await perform(step, type, context);
    return {
      ...base,
      status: step.action === 'prune' ? 'pruned' : step.action === 'hook' ? 'running' : 'synced',
      message,
    };
  } catch (error) {
    if (context.signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return { ...base, status: 'failed', message: `${step.ref.kind} "${step.ref.name}": ${reason}` };
  }
}

/** How long a kind whose definition was applied a moment ago may take to be served. */
const DISCOVERY_TRIES = 20;
const DISCOVERY_WAIT_MS = 100;

async function typeOf(step: Step, { cluster, signal }: RunContext): Promise<ResourceType> {
  const gvk = gvkOf({ apiVersion: step.apiVersion, kind: step.ref.kind });
  for (let attempt = 0; attempt < DISCOVERY_TRIES; attempt += 1) {
    const type = await cluster.client.discovery.resolve(gvk);
    if (type) {
      await cluster.live.watch([type]);
      return type;
    }
    cluster.client.discovery.invalidate();
    await new Promise((resolve) => setTimeout(resolve, DISCOVERY_WAIT_MS));
    signal.throwIfAborted();
  }
  throw new Error(`the cluster serves no kind "${gvk.kind}" of ${step.apiVersion}`);
}

async function perform(step: Step, type: ResourceType, context: RunContext): Promise<string> {
  if (step.action === 'prune') return prune(step, type, context);
  if (step.action === 'hook') return runHook(step, type, context);
  return write(step, type, context);
}

async function prune(step: Step, type: ResourceType, { cluster, delivery, signal }: RunContext): Promise<string> {
  const { uid } = step.object.metadata;
  const found = await cluster.client.delete(type, step.ref, {
    propagationPolicy: delivery.policy.propagation,
    ...(uid === undefined ? {} : { preconditions: { uid } }),
    signal,
  });
  return found ? 'pruned' : 'was gone already';
}

async function write(step: Step, type: ResourceType, context: RunContext): Promise<string> {
  const { cluster, delivery } = context;
  const live = cluster.live.get(step.ref);
  const input: ApplyInput = {
    delivery,
    cluster,
    type,
    object: step.object,
    live,
    options: step.options,
    signal: context.signal,
  };
  const replace = delivery.policy.replace || step.options?.replace === true;
  const recreate = delivery.policy.recreate || step.options?.recreate === true;
  // Replacing by force deletes first, as `kubectl replace --force` does.
  if (replace && recreate && live) return recreateObject(step, input, context);
  try {
    const written = await (replace ? replaceObject(input) : applyObject(input));
    cluster.live.observe(type, written);
    return replace ? (live ? 'replaced' : 'created') : describeWrite(step, written);
  } catch (error) {
    if (!recreate || !isKubeError(error, 422)) throw error;
    return recreateObject(step, input, context);
  }
}

async function recreateObject(step: Step, input: ApplyInput, context: RunContext): Promise<string> {
  const { cluster, signal } = context;
  await cluster.client.delete(input.type, step.ref, { propagationPolicy: 'Foreground', signal });
  await untilGone(step, input.type, context);
  const written = await applyObject({ ...input, live: undefined });
  cluster.live.observe(input.type, written);
  return 'deleted and created anew';
}

function describeWrite(step: Step, written: KubeObject): string {
  return `${step.ref.kind.toLowerCase()}/${written.metadata.name ?? step.ref.name} ${step.action === 'create' ? 'created' : 'configured'}`;
}
