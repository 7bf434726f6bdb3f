// The plan: what has to be done to make live equal to desired, in which order, and what is waited for in between.
// Plain data. Dry run, preview, command and controller all use the same value.

import { type KubeObject, type ObjectRef, refKey, refOf } from '@evenkeel/resource';
import type { ApplyMethod } from '../diff/client-side.ts';
import type { ObjectDiff } from '../diff/diff.ts';
import { byKindThenName, kindRank, mustPrecede } from './order.ts';

/** When an object takes its turn. `failure` steps run only after another step failed. */
export type Phase = 'before' | 'main' | 'after' | 'failure';

/** When a hook's object is deleted. `recreate` means before it is created anew. */
export type HookDeletion = 'succeeded' | 'failed' | 'recreate';

/** One object as it should be, with its turn. */
export interface DesiredObject {
  readonly object: KubeObject;
  readonly phase: Phase;
  readonly wave: number;
  /** Present for an object that runs at every sync and is not part of the compared state. */
  readonly hook?: { readonly deletion: readonly HookDeletion[] } | undefined;
  readonly options?: StepOptions | undefined;
}

/** How one object is written, where that differs from the ordinary. */
export interface StepOptions {
  readonly replace?: boolean;
  /** Delete and create anew where an update is refused. */
  readonly recreate?: boolean;
  readonly skipValidation?: boolean;
  /** How this object is applied, where it differs from the rest. */
  readonly apply?: ApplyMethod | undefined;
  /** Another manager whose client-side applies the first server-side apply takes over. */
  readonly migrateFrom?: string | undefined;
  /** The object is written only where it does not exist yet. */
  readonly onlyIfMissing?: boolean;
}

/** A desired object beside the live one. */
export interface ComparedObject {
  readonly desired: DesiredObject;
  readonly live?: KubeObject | undefined;
  readonly diff: ObjectDiff;
}

/** An object that carries our mark and is no longer desired. */
export interface StrayObject {
  readonly live: KubeObject;
  readonly wave: number;
  /** Why it stays although pruning is on, in the words of the front end ("Prune=false"). */
  readonly keepReason?: string | undefined;
}

/** What decides the shape of a plan. */
export interface PlanPolicy {
  readonly prune: boolean;
  /** 'waves': prunes in their wave before the writes of it; 'stages': definitions, classes, the rest; prunes last. */
  readonly ordering: 'waves' | 'stages';
  /** Prune after everything else is written and healthy. */
  readonly pruneLast: boolean;
  /** Write objects that are in sync as well. */
  readonly applyInSync: boolean;
  /** Leave hooks out (a partial sync). */
  readonly skipHooks: boolean;
}

/** One request, or a short fixed sequence of them, for one object. */
export interface Step {
  readonly action: 'create' | 'update' | 'prune' | 'hook';
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  readonly phase: Phase;
  /** The object to write; for a prune, the live one. */
  readonly object: KubeObject;
  readonly hook?: { readonly deletion: readonly HookDeletion[] } | undefined;
  readonly options?: StepOptions | undefined;
}

/** Steps between two waits. Groups run one after the other, the steps of a group in parallel. */
export interface Stage {
  readonly phase: Phase;
  readonly wave: number;
  readonly groups: readonly (readonly Step[])[];
  /** Wait until everything this stage wrote is healthy (or gone) before the next stage begins. */
  readonly waitHealthy: boolean;
}

/** What has to be done. An empty `stages` means: nothing. */
export interface Plan {
  readonly stages: readonly Stage[];
  /** Strays that stay, each with its reason. */
  readonly kept: readonly { readonly ref: ObjectRef; readonly reason: string }[];
}

/** Everything a plan is made from. */
export interface PlanInput {
  readonly objects: readonly ComparedObject[];
  readonly strays: readonly StrayObject[];
  readonly policy: PlanPolicy;
}

/**
 * Makes the plan. Pure, and independent of the order of its input.
 * Waves mirror argoproj/argo-cd:gitops-engine/pkg/sync/sync_context.go (3.6); stages mirror
 * fluxcd/pkg:ssa/manager_apply.go (0.78) ApplyAllStaged.
 */
export function makePlan(input: PlanInput): Plan {
  const writes = input.objects.flatMap((entry) => writeStep(entry, input.policy));
  const kept = input.strays.flatMap((stray) => {
    const reason = stray.keepReason ?? (input.policy.prune ? undefined : 'pruning is off');
    return reason === undefined ? [] : [{ ref: refOf(stray.live), reason }];
  });
  const pruned = input.policy.prune ? input.strays.filter((stray) => stray.keepReason === undefined) : [];
  const prunes = pruned.map((stray) => ({ step: pruneStep(stray), wave: stray.wave }));
  const stages =
    input.policy.ordering === 'waves'
      ? stagesByWave(writes, placePrunes(prunes, writes, input.policy))
      : stagesByKind(writes, prunes);
  return { stages, kept };
}

interface PlacedStep {
  readonly step: Step;
  readonly wave: number;
}

function writeStep(entry: ComparedObject, policy: PlanPolicy): PlacedStep[] {
  const { object, phase, wave, hook, options } = entry.desired;
  if (hook && policy.skipHooks) return [];
  if (!hook && entry.live && options?.onlyIfMissing === true) return [];
  if (!hook && entry.live && !entry.diff.changed && !policy.applyInSync) return [];
  const action = hook ? 'hook' : entry.live ? 'update' : 'create';
  const step: Step = { action, ref: refOf(object), apiVersion: object.apiVersion, phase, object, hook, options };
  return [{ step, wave }];
}

function pruneStep(stray: StrayObject): Step {
  return {
    action: 'prune',
    ref: refOf(stray.live),
    apiVersion: stray.live.apiVersion,
    phase: 'main',
    object: stray.live,
  };
}

/** Prune waves run backwards: the wave that was applied last is pruned first; `pruneLast` puts them behind everything. */
function placePrunes(
  prunes: readonly PlacedStep[],
  writes: readonly PlacedStep[],
  policy: PlanPolicy,
): readonly PlacedStep[] {
  const waves = [...new Set(prunes.map((prune) => prune.wave))].sort((left, right) => left - right);
  const mirrored = new Map(waves.map((wave, index) => [wave, waves[waves.length - 1 - index] ?? wave]));
  if (!policy.pruneLast) return prunes.map(({ step, wave }) => ({ step, wave: mirrored.get(wave) ?? wave }));
  const mainWaves = writes.filter(({ step }) => step.phase === 'main').map(({ wave }) => wave);
  const last = Math.max(0, ...mainWaves, ...waves) + 1;
  return prunes.map(({ step }) => ({ step, wave: last }));
}

const phaseRank: Readonly<Record<Phase, number>> = { before: -1, main: 0, after: 1, failure: 2 };

function stagesByWave(writes: readonly PlacedStep[], prunes: readonly PlacedStep[]): Stage[] {
  const lifted = liftPrerequisites(writes);
  const buckets = new Map<string, { phase: Phase; wave: number; steps: Step[] }>();
  for (const { step, wave } of [...prunes, ...lifted]) {
    const key = `${step.phase}/${wave}`;
    const bucket = buckets.get(key) ?? { phase: step.phase, wave, steps: [] };
    bucket.steps.push(step);
    buckets.set(key, bucket);
  }
  const ordered = [...buckets.values()].sort(
    (left, right) => phaseRank[left.phase] - phaseRank[right.phase] || left.wave - right.wave,
  );
  const hasHooks = lifted.some(({ step }) => step.hook !== undefined);
  const waitHealthy = ordered.length > 1 || hasHooks;
  return ordered.map(({ phase, wave, steps }) => ({ phase, wave, groups: groupSteps(steps), waitHealthy }));
}

/** A namespace or a definition that would come after what needs it takes the turn of its first dependant. */
function liftPrerequisites(writes: readonly PlacedStep[]): readonly PlacedStep[] {
  const before = (left: PlacedStep, right: PlacedStep): boolean =>
    phaseRank[left.step.phase] - phaseRank[right.step.phase] < 0 ||
    (left.step.phase === right.step.phase && left.wave < right.wave);
  return writes.map((entry) => {
    if (entry.step.object.kind !== 'Namespace' && entry.step.object.kind !== 'CustomResourceDefinition') return entry;
    const first = writes
      .filter((other) => other !== entry && mustPrecede(entry.step.object, other.step.object))
      .reduce<PlacedStep | undefined>((best, other) => (!best || before(other, best) ? other : best), undefined);
    if (!first || !before(first, entry)) return entry;
    return { step: { ...entry.step, phase: first.step.phase }, wave: first.wave };
  });
}

/** Prunes first, together; then writes kind by kind, each kind in parallel. */
function groupSteps(steps: readonly Step[]): readonly (readonly Step[])[] {
  const prunes = steps.filter((step) => step.action === 'prune').sort((left, right) => compareSteps(right, left));
  const writes = steps.filter((step) => step.action !== 'prune').sort(compareSteps);
  const groups: Step[][] = prunes.length > 0 ? [prunes] : [];
  let kind: string | undefined;
  for (const step of writes) {
    if (step.object.kind !== kind) groups.push([]);
    kind = step.object.kind;
    groups.at(-1)?.push(step);
  }
  return groups;
}

function compareSteps(left: Step, right: Step): number {
  const kinds = kindRank(left.object.kind) - kindRank(right.object.kind);
  if (kinds !== 0) return kinds;
  if (left.object.kind !== right.object.kind) return left.object.kind < right.object.kind ? -1 : 1;
  return byKindThenName(left.object, right.object);
}

function stagesByKind(writes: readonly PlacedStep[], prunes: readonly PlacedStep[]): Stage[] {
  const stageOf = (step: Step): number => {
    const { kind } = step.object;
    if (kind === 'CustomResourceDefinition' || kind === 'Namespace' || kind === 'ClusterRole') return 0;
    return kind.endsWith('Class') ? 1 : 2;
  };
  const stages: Stage[] = [];
  for (const number of [0, 1, 2]) {
    const steps = writes.map(({ step }) => step).filter((step) => stageOf(step) === number);
    if (steps.length === 0) continue;
    stages.push({ phase: 'main', wave: number, groups: groupSteps(steps), waitHealthy: number < 2 });
  }
  if (prunes.length > 0) {
    const steps = prunes.map(({ step }) => step);
    stages.push({ phase: 'main', wave: 3, groups: groupSteps(steps), waitHealthy: false });
  }
  return stages;
}

/** The number of objects a plan creates, updates and prunes. */
export function planSummary(plan: Plan): Readonly<Record<Step['action'], number>> {
  const counts = { create: 0, update: 0, prune: 0, hook: 0 };
  for (const stage of plan.stages) {
    for (const step of stage.groups.flat()) counts[step.action] += 1;
  }
  return counts;
}

/** The keys of all objects a plan touches. */
export function planKeys(plan: Plan): ReadonlySet<string> {
  return new Set(plan.stages.flatMap((stage) => stage.groups.flat().map((step) => refKey(step.ref))));
}
