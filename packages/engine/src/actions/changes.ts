// The changes actions are made of.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { at } from '../health/reading.ts';
import { type ActionDefinition, ActionError, type ActionRun, type Draft } from './definition.ts';

/** Sets a field, making the maps on the way. */
export function set(draft: Draft, path: readonly string[], value: Json): void {
  let map: Record<string, unknown> = draft;
  for (const key of path.slice(0, -1)) {
    const next = map[key];
    const isThere = typeof next === 'object' && next !== null && !Array.isArray(next);
    const child = isThere ? (next as Record<string, unknown>) : {};
    map[key] = child;
    map = child;
  }
  map[path.at(-1) ?? ''] = value;
}

/** Takes a field away, if it is there. */
export function unset(draft: Draft, path: readonly string[]): void {
  let map: unknown = draft;
  for (const key of path.slice(0, -1)) {
    if (typeof map !== 'object' || map === null) return;
    map = (map as Readonly<Record<string, unknown>>)[key];
  }
  if (typeof map === 'object' && map !== null) delete (map as Record<string, unknown>)[path.at(-1) ?? ''];
}

/** Sets an annotation. */
export function annotate(draft: Draft, key: string, value: string): void {
  set(draft, ['metadata', 'annotations', key], value);
}

/** The annotation of an object, or undefined. */
export function annotation({ metadata }: KubeObject, key: string): string | undefined {
  return metadata.annotations?.[key];
}

/** True for what Lua takes for true: anything but false and nothing. */
export function isSet(object: KubeObject, path: string): boolean {
  return (at(object, path) ?? false) !== false;
}

/** A number as people and scripts write it. Throws {@link ActionError} with Argo CD's words. */
export function numberOf(text: string | undefined): number {
  const trimmed = (text ?? '').trim();
  const isNumber = /^[+-]?(\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|0x[0-9a-f]+)$/i.test(trimmed);
  if (!isNumber) throw new ActionError(`invalid number: ${text ?? ''}`);
  return Number(trimmed);
}

/** The parts of an instant run together: `2026-03-04T05:06:07Z` is `202603040506` to the minute. */
export function stamp(now: string): string {
  return now.replaceAll(/[-:T]/g, '').slice(0, 12);
}

/** Sets `spec.replicas` to a parameter. */
export const scale: ActionDefinition = {
  iconClass: 'fa fa-fw fa-plus-circle',
  params: () => [{ name: 'replicas' }],
  run: (draft, { parameters }) => set(draft, ['spec', 'replicas'], numberOf(parameters['replicas'])),
};

/** Restarts pods as `kubectl rollout restart` does. */
export const restart: ActionDefinition = {
  iconClass: 'fa fa-fw fa-redo',
  run: (draft, { now }) =>
    set(draft, ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'], now),
};

/** Flux's kinds: suspend and resume, and where the kind works at intervals, reconcile at once. */
export function fluxActions(canReconcile: boolean): Readonly<Record<string, ActionDefinition>> {
  const isSuspended = (object: KubeObject): boolean => isSet(object, 'spec.suspend');
  return {
    ...(canReconcile
      ? {
          reconcile: {
            isDisabled: isSuspended,
            run: (draft: Draft, { now }: ActionRun) =>
              annotate(draft, 'reconcile.fluxcd.io/requestedAt', `By Argo CD at: ${now.replace(/Z$/, '')}`),
          },
        }
      : {}),
    suspend: { isDisabled: isSuspended, run: suspend },
    resume: { isDisabled: (object) => !isSuspended(object), run: resume },
  };
}

/** Sets spec.suspend. */
export function suspend(draft: Draft): void {
  set(draft, ['spec', 'suspend'], true);
}

/** Clears spec.suspend where it is set. */
export function resume(draft: Draft): void {
  if (isSet(draft as unknown as KubeObject, 'spec.suspend')) set(draft, ['spec', 'suspend'], false);
}

/** A copy without empty maps and lists, as templates are copied into what is made from them. */
export function pruned(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) {
    const list = value.map((entry) => pruned(entry)).filter((entry) => entry !== undefined);
    return list.length > 0 ? list : undefined;
  }
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const kept: Record<string, Json> = {};
  for (const [key, entry] of Object.entries(value)) {
    const copy = pruned(entry);
    if (copy !== undefined) kept[key] = copy;
  }
  return Object.keys(kept).length > 0 ? kept : undefined;
}

/** A reference to the object something is made from. */
export function ownerOf({ apiVersion, kind, metadata }: KubeObject): JsonObject {
  return { apiVersion, kind, name: metadata.name, ...(metadata.uid === undefined ? {} : { uid: metadata.uid }) };
}
