// Hooks: objects that run at a sync and are deleted by their own rules. A finalizer holds each until its end was seen.
// Mirrors argoproj/argo-cd:gitops-engine/pkg/sync/sync_context.go (3.6).

import type { HookDeletion, Phase, Plan, Step } from '@evenkeel/engine';
import { type ResourceType, isKubeError } from '@evenkeel/kube';
import { type KubeObject, gvkOf, refKey } from '@evenkeel/resource';
import { type RunContext, healthOfStep, stepKey, typeOf, untilGone } from './context.ts';

const phaseNames: Readonly<Record<Phase, string>> = {
  before: 'presync',
  main: 'sync',
  after: 'postsync',
  failure: 'syncfail',
};

/** What names of hooks are made from. */
export type HookNaming = Pick<RunContext, 'revision' | 'startedAtMs' | 'retryCount'>;

/** Our own: which operation a hook was created by, so that another process knows it for one of the same operation. */
const runAnnotation = 'evenkeel.dev/run';

function runOf({ revision, startedAtMs, retryCount }: HookNaming): string {
  return `${revision.slice(0, 12)}-${Math.floor(startedAtMs / 1000)}-${retryCount}`;
}

/**
 * Gives hooks with a generated name their name for this operation, "<generateName><revision>-<phase>-<unix time>", so that
 * they are found again while they run, by this process or the next.
 */
export function nameHooks(plan: Plan, naming: HookNaming): Plan {
  const { revision, startedAtMs } = naming;
  const short = revision.length >= 8 ? revision.slice(0, 7) : revision;
  const named = (step: Step): Step => {
    const { name, generateName, ...metadata } = step.object.metadata;
    if (!step.hook) return step;
    const annotations = { ...metadata.annotations, [runAnnotation]: runOf(naming) };
    if (name !== undefined && name !== '') {
      return { ...step, object: { ...step.object, metadata: { ...step.object.metadata, annotations } } };
    }
    const suffix = `${short}-${phaseNames[step.phase]}-${Math.floor(startedAtMs / 1000)}`.toLowerCase();
    const fixed = `${generateName ?? 'hook-'}${suffix}`;
    const object = { ...step.object, metadata: { ...metadata, annotations, name: fixed } };
    return { ...step, object, ref: { ...step.ref, name: fixed } };
  };
  const stages = plan.stages.map((stage) => ({ ...stage, groups: stage.groups.map((group) => group.map(named)) }));
  return { ...plan, stages };
}

/**
 * True for a hook that an earlier process has started in this very operation: it is neither deleted nor started again. One
 * that says so itself is one of these, told or not; `others` names those that run more than once.
 */
export function wasStarted(step: Step, context: RunContext, others: readonly Step[]): boolean {
  const { earlier, cluster } = context;
  if (!earlier) return false;
  const key = stepKey(step);
  if (earlier.some((report) => report.hook && stepKey(report) === key)) return true;
  if (others.filter((other) => refKey(other.ref) === refKey(step.ref)).length > 1) return false;
  const { annotations, deletionTimestamp } = cluster.live.get(step.ref)?.metadata ?? {};
  return deletionTimestamp === undefined && annotations?.[runAnnotation] === runOf(context);
}

/** True for a hook that an earlier process has seen the end of. */
export function wasSettled(step: Step, { earlier }: RunContext): boolean {
  const key = stepKey(step);
  return earlier?.some((report) => report.hook && report.settled === true && stepKey(report) === key) === true;
}

/** Clears the way for the hooks of a stage: what an earlier operation left of them is let go, and deleted where their rule says so. */
export async function clearEarlier(
  hooks: readonly Step[],
  context: RunContext,
  others: readonly Step[],
): Promise<void> {
  await Promise.all(
    hooks.map(async (step) => {
      const type = await typeOf(step, context);
      if (!context.cluster.live.get(step.ref) || wasStarted(step, context, others)) return;
      await releaseHook(step, type, context);
      if (step.hook?.deletion.includes('recreate') !== true) return;
      await deleteHook(step, type, context);
      await untilGone(step, type, context);
    }),
  );
}

/** Ends the hold on hooks whose end has been seen. */
export async function releaseHooks(hooks: readonly Step[], context: RunContext): Promise<void> {
  await Promise.all(hooks.map(async (step) => releaseHook(step, await typeOf(step, context), context)));
}

/** Deletes the hooks among `steps` whose rule names this outcome. */
export async function deleteHooks(
  steps: readonly Step[],
  outcome: Exclude<HookDeletion, 'recreate'>,
  context: RunContext,
): Promise<void> {
  const due = steps.filter((step) => step.hook?.deletion.includes(outcome) === true);
  if (due.length === 0) return;
  // What is deleted can no longer tell that it has run.
  await context.recorded();
  await Promise.all(due.map(async (step) => deleteHook(step, await typeOf(step, context), context)));
}

/** Ends hooks that still run when their operation is called off; those that have ended go where their rule says so. */
export async function abandonHooks(steps: readonly Step[], context: RunContext): Promise<readonly Step[]> {
  const ended: Step[] = [];
  for (const step of steps) {
    const type = await context.cluster.client.discovery.resolve(gvkOf(step.object));
    const live = context.cluster.live.get(step.ref);
    if (!type || !live) continue;
    const status = healthOfStep(step, context)?.status ?? 'healthy';
    await releaseHook(step, type, context);
    const runs = status === 'progressing' || status === 'suspended';
    if (runs) ended.push(step);
    if (runs || step.hook?.deletion.includes('failed') === true) await deleteHook(step, type, context);
  }
  return ended;
}

async function deleteHook(step: Step, type: ResourceType, { cluster, delivery, signal }: RunContext): Promise<void> {
  await cluster.client.delete(type, step.ref, { propagationPolicy: delivery.policy.propagation, signal });
}

const TRIES_MAX = 5;

async function releaseHook(step: Step, type: ResourceType, { cluster, delivery, signal }: RunContext): Promise<void> {
  const { hookFinalizer, fieldManager } = delivery.frontEnd;
  if (hookFinalizer === undefined) return;
  let live: KubeObject | undefined = cluster.live.get(step.ref);
  for (let attempt = 0; live?.metadata.finalizers?.includes(hookFinalizer) === true; attempt += 1) {
    const finalizers = live.metadata.finalizers.filter((finalizer) => finalizer !== hookFinalizer);
    // The version makes it a conflict when somebody else changed the list meanwhile.
    const metadata = { finalizers, resourceVersion: live.metadata.resourceVersion ?? '' };
    try {
      const written = await cluster.client.patch(type, step.ref, 'merge', { metadata }, { fieldManager, signal });
      if (written.metadata.deletionTimestamp === undefined) cluster.live.observe(type, written);
      return;
    } catch (error) {
      if (isKubeError(error, 404)) return;
      if (!isKubeError(error, 409) || attempt >= TRIES_MAX) throw error;
      live = await cluster.client.get(type, step.ref, signal);
    }
  }
}
