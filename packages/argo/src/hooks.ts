// Turns and hooks: the annotations that say when an object is applied, and when it is deleted again.
// Mirrors argoproj/argo-cd:gitops-engine/pkg/sync/{hook,syncwaves,resource} and controller/hook.go (3.6).

import type { DesiredObject, Hook, HookDeletion, Phase, StepOptions, StrayObject } from '@evenkeel/engine';
import type { Delivery, Farewell, RemovalOption } from '@evenkeel/delivery';
import type { KubeObject } from '@evenkeel/resource';
import { readObjectOptions } from './sync-options.ts';

/** Holds the object of a hook until its end has been seen. */
export const hookFinalizer = 'argocd.argoproj.io/hook-finalizer';

const hookAnnotation = 'argocd.argoproj.io/hook';
const deletionAnnotation = 'argocd.argoproj.io/hook-delete-policy';
const waveAnnotation = 'argocd.argoproj.io/sync-wave';
const optionsAnnotation = 'argocd.argoproj.io/sync-options';
const compareAnnotation = 'argocd.argoproj.io/compare-options';
const migrationAnnotation = 'argocd.argoproj.io/client-side-apply-migration-manager';
const helmHook = 'helm.sh/hook';
const helmDeletion = 'helm.sh/hook-delete-policy';
const helmWeight = 'helm.sh/hook-weight';
const helmPolicy = 'helm.sh/resource-policy';

const phases: Readonly<Record<string, Phase>> = {
  PreSync: 'before',
  Sync: 'main',
  PostSync: 'after',
  SyncFail: 'failure',
};
const helmPhases: Readonly<Record<string, { readonly phase: Phase; readonly at: 'install' | 'upgrade' }>> = {
  'pre-install': { phase: 'before', at: 'install' },
  'pre-upgrade': { phase: 'before', at: 'upgrade' },
  'post-install': { phase: 'after', at: 'install' },
  'post-upgrade': { phase: 'after', at: 'upgrade' },
};
const deletions: Readonly<Record<string, HookDeletion>> = {
  HookSucceeded: 'succeeded',
  HookFailed: 'failed',
  BeforeHookCreation: 'recreate',
};
const helmDeletions: Readonly<Record<string, HookDeletion>> = {
  'hook-succeeded': 'succeeded',
  'hook-failed': 'failed',
  'before-hook-creation': 'recreate',
};

/** The wave of an object; 0 where none is given or it is no integer. */
export function waveOf(object: KubeObject): number {
  const annotations = object.metadata.annotations ?? {};
  for (const text of [annotations[waveAnnotation], annotations[helmWeight]]) {
    if (text === undefined || !/^[+-]?\d+$/.test(text)) continue;
    const wave = Number(text);
    // Beyond all bounds it is no integer of upstream's either; and there is but one zero.
    if (Number.isSafeInteger(wave)) return wave + 0;
  }
  return 0;
}

/** True for an object that any hook annotation takes out of the compared state. */
export function isHook(object: KubeObject): boolean {
  const annotations = object.metadata.annotations ?? {};
  if (annotations[hookAnnotation] !== undefined) return !isSkipped(object);
  const helm = annotations[helmHook];
  return helm !== undefined && helm !== 'crd-install';
}

/** An object of Git that is left alone: never applied, never out of sync, never pruned. */
function isSkipped(object: KubeObject): boolean {
  const known = new Set(listOf(object, hookAnnotation).filter((name) => name === 'Skip' || name in phases));
  return known.size === 1 && known.has('Skip');
}

/** The turns of an object: none for one that is never applied. A hook has one for each of its phases. */
export function placeObject(object: KubeObject): readonly DesiredObject[] {
  if (isSkipped(object)) return [];
  const wave = waveOf(object);
  const options = stepOptions(object);
  if (!isHook(object)) return [{ object, phase: 'main', wave, options }];
  const held = withFinalizer(object);
  const deletion = deletionRules(object);
  return [...hookTurns(object)].map(([phase, at]) => ({
    object: held,
    phase,
    wave,
    hook: { deletion: deletion.length > 0 ? deletion : ['recreate'], ...(at === undefined ? {} : { at }) },
    options,
  }));
}

/** Hooks of Argo CD's own first; Helm's count only where there are none. A hook of install and upgrade runs at every sync. */
function hookTurns(object: KubeObject): ReadonlyMap<Phase, Hook['at']> {
  const own = listOf(object, hookAnnotation).flatMap((name) => phases[name] ?? []);
  if (own.length > 0) return new Map(own.map((phase) => [phase, undefined]));
  const turns = new Map<Phase, Hook['at']>();
  for (const name of listOf(object, helmHook)) {
    const turn = helmPhases[name];
    if (!turn) continue;
    const { phase, at } = turn;
    turns.set(phase, turns.has(phase) && turns.get(phase) !== at ? undefined : at);
  }
  return turns;
}

function deletionRules(object: KubeObject): readonly HookDeletion[] {
  return [
    ...listOf(object, deletionAnnotation).flatMap((name) => deletions[name] ?? []),
    ...listOf(object, helmDeletion).flatMap((name) => helmDeletions[name] ?? []),
  ];
}

function withFinalizer(object: KubeObject): KubeObject {
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(hookFinalizer)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, hookFinalizer] } };
}

/** When an object runs as its Application is deleted. */
export function farewellsOf(object: KubeObject): readonly Farewell[] {
  const annotations = object.metadata.annotations ?? {};
  if (annotations[hookAnnotation] === undefined && annotations[helmHook] === undefined) return [];
  const names = [...listOf(object, hookAnnotation), ...listOf(object, helmHook)];
  const found: Farewell[] = [];
  if (names.includes('PreDelete') || names.includes('pre-delete')) found.push('before');
  if (names.includes('PostDelete') || names.includes('post-delete')) found.push('after');
  return found;
}

/** When such an object is deleted again. One that says nothing has the rule of all hooks, which no end of it fulfils. */
export function farewellRules(object: KubeObject): readonly HookDeletion[] {
  const rules = deletionRules(object);
  return rules.length > 0 ? rules : ['recreate'];
}

/** How an object says it is to be written. */
export function stepOptions(object: KubeObject): StepOptions | undefined {
  const annotation = object.metadata.annotations?.[optionsAnnotation];
  const migrateFrom = object.metadata.annotations?.[migrationAnnotation];
  if (annotation === undefined && migrateFrom === undefined) return undefined;
  const options = readObjectOptions(annotation);
  const serverSide = options.get('ServerSideApply');
  return {
    replace: options.get('Replace') === 'true',
    recreate: options.get('Force') === 'true',
    skipValidation: options.get('Validate') === 'false',
    skipRehearsal: options.get('SkipDryRunOnMissingResource') === 'true',
    ...(serverSide === undefined ? {} : { apply: serverSide === 'true' ? 'server' : 'client' }),
    ...(migrateFrom === undefined ? {} : { migrateFrom }),
  };
}

/** What becomes of a live object that is no longer desired: its own option before that of the Application. */
export function strayObject(live: KubeObject, { policy }: Delivery): StrayObject {
  const annotations = live.metadata.annotations ?? {};
  const options = readObjectOptions(annotations[optionsAnnotation]);
  const prune = removalOption(options.get('Prune')) ?? (options.has('Prune') ? undefined : policy.pruneOption);
  return {
    live,
    wave: waveOf(live),
    // A sync passes over what is skipped, whether Git still has it or not.
    keepReason: prune === 'never' || isSkipped(live) ? 'ignored (no prune)' : undefined,
    apart: isSkipped(live),
    confirm: prune === 'confirm',
    pruneLast: options.get('PruneLast') === 'true',
    extraneous: splitList(annotations[compareAnnotation] ?? '').includes('IgnoreExtraneous'),
  };
}

/**
 * What keeps a live object when its Application is deleted with everything it has live. Definitions stay, because everything
 * of their kind would go with them. Agreement to prunes is asked for here too.
 */
export function departureOf(live: KubeObject, delivery: Delivery): RemovalOption | undefined {
  const annotations = live.metadata.annotations ?? {};
  const options = readObjectOptions(annotations[optionsAnnotation]);
  const own =
    removalOption(options.get('Delete')) ?? (options.has('Delete') ? undefined : delivery.policy.deleteOption);
  const isSelf = live.kind === 'Application' && live.metadata.name === delivery.name;
  if (own === 'never' || live.kind === 'CustomResourceDefinition') return 'never';
  if (isSelf && live.metadata.namespace === delivery.namespace) return 'never';
  if (splitList(annotations[helmPolicy] ?? '').includes('keep')) return 'never';
  return own === 'confirm' || strayObject(live, delivery).confirm === true ? 'confirm' : undefined;
}

/** "false" or "confirm" of the options Prune and Delete. */
export function removalOption(value: string | undefined): RemovalOption | undefined {
  if (value === 'false') return 'never';
  return value === 'confirm' ? 'confirm' : undefined;
}

function listOf(object: KubeObject, annotation: string): readonly string[] {
  const text = object.metadata.annotations?.[annotation];
  return text === undefined ? [] : splitList(text);
}

function splitList(text: string): readonly string[] {
  return text.split(',').map((part) => part.trim());
}
