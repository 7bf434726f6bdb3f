// Turns and hooks: the annotations that say when an object is applied.
// Mirrors argoproj/argo-cd:gitops-engine/pkg/sync/{hook,syncwaves,resource} (3.6).

import type { DesiredObject, HookDeletion, Phase, Refusal } from '@evenkeel/engine';
import type { KubeObject } from '@evenkeel/resource';
import { readObjectOptions } from './sync-options.ts';

const hookAnnotation = 'argocd.argoproj.io/hook';
const deletionAnnotation = 'argocd.argoproj.io/hook-delete-policy';
const waveAnnotation = 'argocd.argoproj.io/sync-wave';
const optionsAnnotation = 'argocd.argoproj.io/sync-options';
const migrationAnnotation = 'argocd.argoproj.io/client-side-apply-migration-manager';
const helmHook = 'helm.sh/hook';
const helmDeletion = 'helm.sh/hook-delete-policy';
const helmWeight = 'helm.sh/hook-weight';

const phases: Readonly<Record<string, Phase>> = {
  PreSync: 'before',
  Sync: 'main',
  PostSync: 'after',
  SyncFail: 'failure',
};
const helmPhases: Readonly<Record<string, Phase>> = {
  'pre-install': 'before',
  'pre-upgrade': 'before',
  'post-install': 'after',
  'post-upgrade': 'after',
};
const deletions: Readonly<Record<string, HookDeletion>> = {
  HookSucceeded: 'succeeded',
  HookFailed: 'failed',
  BeforeHookCreation: 'recreate',
  'hook-succeeded': 'succeeded',
  'hook-failed': 'failed',
  'before-hook-creation': 'recreate',
};

/** The wave of an object; 0 where none is given or it is no integer. */
export function waveOf(object: KubeObject): number {
  const annotations = object.metadata.annotations ?? {};
  const text = annotations[waveAnnotation] ?? annotations[helmWeight] ?? '0';
  return /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}

/** True for an object that any hook annotation takes out of the compared state. */
export function isHook(object: KubeObject): boolean {
  const annotations = object.metadata.annotations ?? {};
  if (annotations[hookAnnotation] !== undefined) return true;
  const helm = annotations[helmHook];
  return helm !== undefined && !splitList(helm).includes('crd-install');
}

/** The turns of an object: none for one that is never applied; a refusal names a hook we cannot run. */
export function placeObject(object: KubeObject): readonly DesiredObject[] | Refusal {
  const wave = waveOf(object);
  const annotations = object.metadata.annotations ?? {};
  const options = stepOptions(object);
  if (!isHook(object)) return [{ object, phase: 'main', wave, options }];
  const own = annotations[hookAnnotation];
  const names = splitList(own ?? annotations[helmHook] ?? '');
  const table = own === undefined ? helmPhases : phases;
  if (own !== undefined && names.includes('Skip')) return [];
  const unsupported = names.find((name) => name === 'PreDelete' || name === 'PostDelete');
  if (own !== undefined && unsupported !== undefined) {
    return {
      code: 'UNSUPPORTED_FIELD',
      sentence: `${object.kind} "${object.metadata.name ?? ''}": the hook "${unsupported}" is not supported yet`,
      remedy: 'Remove the annotation argocd.argoproj.io/hook, or use PreSync, Sync, PostSync or SyncFail.',
    };
  }
  const turns = new Set(names.flatMap((name) => table[name] ?? []));
  const listed = splitList(
    annotations[deletionAnnotation] ?? (own === undefined ? (annotations[helmDeletion] ?? '') : ''),
  );
  const deletion = listed.flatMap((name) => deletions[name] ?? []);
  const hook = { deletion: deletion.length > 0 ? deletion : (['recreate'] as const) };
  return [...turns].map((phase) => ({ object, phase, wave, hook, options }));
}

function stepOptions(object: KubeObject): DesiredObject['options'] {
  const annotation = object.metadata.annotations?.[optionsAnnotation];
  const migrateFrom = object.metadata.annotations?.[migrationAnnotation];
  if (annotation === undefined && migrateFrom === undefined) return undefined;
  const options = readObjectOptions(annotation);
  const serverSide = options.get('ServerSideApply');
  return {
    replace: options.get('Replace') === 'true',
    recreate: options.get('Force') === 'true',
    skipValidation: options.get('Validate') === 'false',
    ...(serverSide === undefined ? {} : { apply: serverSide === 'true' ? 'server' : 'client' }),
    ...(migrateFrom === undefined ? {} : { migrateFrom }),
  };
}

/** Why a live object is not pruned although it is no longer desired; undefined where it may be. */
export function keepReason(live: KubeObject): string | undefined {
  const prune = readObjectOptions(live.metadata.annotations?.[optionsAnnotation]).get('Prune');
  if (prune === 'false') return 'ignored (no prune)';
  if (prune === 'confirm')
    return 'waiting for pruning confirmation, which is not supported yet: remove Prune=confirm to prune it';
  return undefined;
}

function splitList(text: string): readonly string[] {
  return text.split(',').map((part) => part.trim());
}
