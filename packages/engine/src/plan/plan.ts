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
  readonly hook?: Hook | undefined;
  readonly options?: StepOptions | undefined;
}

/** An object that runs at every sync and is not part of the compared state. */
export interface Hook {
  readonly deletion: readonly HookDeletion[];
  /** At the first sync alone, or at all others; at every one where not said. */
  readonly at?: 'install' | 'upgrade' | undefined;
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
  /** Its kind may be unknown until the sync is under way: nothing is rehearsed then. */
  readonly skipRehearsal?: boolean;
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
  /** No sync has a turn for it: it stays, and counts in no wave. */
  readonly apart?: boolean | undefined;
  /** It goes after everything else of the main phase, whatever the policy says of the others. */
  readonly pruneLast?: boolean | undefined;
  /** Somebody has to agree before it goes. */
  readonly confirm?: boolean | undefined;
  /** Its presence is no difference, although it is pruned with the others. */
  readonly extraneous?: boolean | undefined;
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
  /** Objects that are in sync take their turn too: nothing is sent for them, but the next wave waits for their health. */
  readonly keepInSync?: boolean;
  /** Leave hooks out (a partial sync). */
  readonly skipHooks: boolean;
}

/** One request, or a short fixed sequence of them, for one object. */
export interface Step {
  /** `keep` sends nothing: the object is as it should be. */
  readonly action: 'create' | 'update' | 'prune' | 'hook' | 'keep';
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  readonly phase: Phase;
  /** The object to write; for a prune, the live one. */
  readonly object: KubeObject;
  readonly hook?: Hook | undefined;
  readonly options?: StepOptions | undefined;
  /** A prune that waits until somebody agrees. */
  readonly confirm?: boolean | undefined;
}

/** Steps between two waits. Groups run one after the other, the steps of a group in parallel. */
export interface Stage {
  readonly phase: Phase;
  readonly wave: number;
  readonly groups: readonly (readonly Step[])[];
  /** What is waited for before the next stage begins: health of everything (and that prunes are gone), hooks alone, nothing. */
  readonly waitFor: 'all' | 'hooks' | 'nothing';
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
    const reason = stray.keepReason ?? (input.policy.prune ? undefined : 'ignored (requires pruning)');
    return reason === undefined ? [] : [{ ref: refOf(stray.live), reason }];
  });
  const pruned = input.policy.prune ? input.strays.filter((stray) => stray.keepReason === undefined) : [];
  const prunes = pruned.map((stray) => ({ step: pruneStep(stray), wave: stray.wave, last: stray.pruneLast === true }));
  const stages =
    input.policy.ordering === 'waves'
      ? stagesByWave(writes, placePrunes(prunes, writes, input))
      : stagesByKind(writes, prunes);
  return { stages, kept };
}

interface PlacedStep {
  readonly step: Step;
  readonly wave: number;
}

interface PlacedPrune extends PlacedStep {
  readonly last: boolean;
}

function writeStep(entry: ComparedObject, policy: PlanPolicy): PlacedStep[] {
  const { object, phase, wave, hook, options } = entry.desired;
  if (hook && policy.skipHooks) return [];
  if (!hook && entry.live && options?.onlyIfMissing === true) return [];
  const inSync = !hook && entry.live !== undefined && !entry.diff.changed && !policy.applyInSync;
  if (inSync && policy.keepInSync !== true) return [];
  const action = hook ? 'hook' : inSync ? 'keep' : entry.live ? 'update' : 'create';
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
    ...(stray.confirm === true ? { confirm: true } : {}),
  };
}

/**
 * Prune waves run backwards: the wave that was applied last is pruned first; `pruneLast` puts prunes behind everything. Strays
 * that stay count among the waves that are mirrored, as upstream's tasks that prune nothing do.
 */
function placePrunes(
  prunes: readonly PlacedPrune[],
  writes: readonly PlacedStep[],
  { strays, policy }: PlanInput,
): readonly PlacedStep[] {
  const waves = [...new Set(strays.filter(({ apart }) => apart !== true).map((stray) => stray.wave))].sort(
    (left, right) => left - right,
  );
  const mirrored = new Map(waves.map((wave, index) => [wave, waves[waves.length - 1 - index] ?? wave]));
  const mainWaves = writes.filter(({ step }) => step.phase === 'main').map(({ wave }) => wave);
  const behind = [...mainWaves, ...waves].reduce((most, wave) => Math.max(most, wave), 0) + 1;
  return prunes.map(({ step, wave, last }) => ({
    step,
    wave: policy.pruneLast || last ? behind : (mirrored.get(wave) ?? wave),
  }));
}

const phaseRank: Readonly<Record<Phase, number>> = { before: -1, main: 0, after: 1, failure: 2 };

/**
 * One stage for each wave of each phase; steps of the failure phase run together. The last stage is waited for only where
 * it has hooks, and where it is the only one, only its hooks: objects may take as long as they like to become healthy then.
 */
function stagesByWave(writes: readonly PlacedStep[], prunes: readonly PlacedStep[]): Stage[] {
  const buckets = new Map<string, { phase: Phase; wave: number; steps: PlacedStep[] }>();
  for (const placed of [...prunes, ...liftPrerequisites(writes)]) {
    const { phase } = placed.step;
    const wave = phase === 'failure' ? 0 : placed.wave;
    const key = `${phase}/${wave}`;
    const bucket = buckets.get(key) ?? { phase, wave, steps: [] };
    bucket.steps.push(placed);
    buckets.set(key, bucket);
  }
  const ordered = [...buckets.values()].sort(
    (left, right) => phaseRank[left.phase] - phaseRank[right.phase] || left.wave - right.wave,
  );
  const last = ordered.findLast(({ phase }) => phase !== 'failure');
  return ordered.map((bucket) => {
    const { phase, wave, steps } = bucket;
    const hasHooks = steps.some(({ step }) => step.hook !== undefined);
    const ends = bucket === last && !hasHooks;
    const waitFor = ends ? 'nothing' : ordered.length > 1 ? 'all' : 'hooks';
    return { phase, wave, groups: groupSteps(steps), waitFor };
  });
}

/**
 * A namespace or a definition that would come after what needs it takes the turn of its first dependant. A hook of several
 * phases stands here once for each: its first is lifted, and the others keep their turns.
 */
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
    const key = refKey(entry.step.ref);
    if (writes.some((other) => before(other, entry) && refKey(other.step.ref) === key)) return entry;
    return { step: { ...entry.step, phase: first.step.phase }, wave: first.wave };
  });
}

/** Prunes first, together; then writes wave by wave and kind by kind, each kind in parallel. */
function groupSteps(placed: readonly PlacedStep[]): readonly (readonly Step[])[] {
  const prunes = placed
    .map(({ step }) => step)
    .filter((step) => step.action === 'prune')
    .sort((left, right) => compareSteps(right, left));
  const writes = placed
    .filter(({ step }) => step.action !== 'prune')
    .sort((left, right) => left.wave - right.wave || compareSteps(left.step, right.step));
  const groups: Step[][] = prunes.length > 0 ? [prunes] : [];
  let before: PlacedStep | undefined;
  for (const write of writes) {
    if (before?.step.object.kind !== write.step.object.kind || before.wave !== write.wave) groups.push([]);
    before = write;
    groups.at(-1)?.push(write.step);
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
    const placed = writes.filter(({ step }) => stageOf(step) === number).map(({ step }) => ({ step, wave: number }));
    if (placed.length === 0) continue;
    const waitFor = number < 2 ? 'all' : 'nothing';
    stages.push({ phase: 'main', wave: number, groups: groupSteps(placed), waitFor });
  }
  if (prunes.length > 0) stages.push({ phase: 'main', wave: 3, groups: groupSteps(prunes), waitFor: 'nothing' });
  return stages;
}

/** The number of objects a plan creates, updates and prunes. */
export function planSummary(plan: Plan): Readonly<Record<Step['action'], number>> {
  const counts = { create: 0, update: 0, prune: 0, hook: 0, keep: 0 };
  for (const stage of plan.stages) {
    for (const step of stage.groups.flat()) counts[step.action] += 1;
  }
  return counts;
}

/** The keys of all objects a plan touches. */
export function planKeys(plan: Plan): ReadonlySet<string> {
  return new Set(plan.stages.flatMap((stage) => stage.groups.flat().map((step) => refKey(step.ref))));
}
