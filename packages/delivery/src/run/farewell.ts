// Hooks of a delivery that goes: before its objects are deleted, and after. Level-based: whoever calls looks again when one
// of them has changed. Mirrors argoproj/argo-cd:controller/hook.go (3.6).

import { health, worseHealth } from '@evenkeel/engine';
import { isKubeError } from '@evenkeel/kube';
import { type KubeObject, gvkOf, refKey, refOf } from '@evenkeel/resource';
import type { Cluster } from '../cluster.ts';
import type { Delivery, DeliveryMemory, Farewell } from '../model.ts';
import { orLost } from '../reach.ts';
import type { FarewellObject } from '../prepare.ts';

/** How far the hooks are. */
export type FarewellState =
  | { readonly kind: 'done' }
  | { readonly kind: 'waiting'; readonly sentence: string }
  | { readonly kind: 'failed'; readonly sentence: string };

export interface FarewellInput {
  readonly delivery: Delivery;
  readonly memory: DeliveryMemory;
  readonly when: Farewell;
  readonly cluster: Cluster;
  readonly signal: AbortSignal;
}

const words: Readonly<Record<Farewell, string>> = { before: 'PreDelete', after: 'PostDelete' };

/** Creates the hooks that are not there, and looks how those fare that are. Failed ones are deleted, so that they can be tried again. */
export async function runFarewells(
  input: FarewellInput & { readonly objects: readonly FarewellObject[] },
): Promise<FarewellState> {
  const { objects, delivery, when, cluster } = input;
  await orLost(cluster, cluster.live.watch(objects.flatMap(({ type }) => type ?? [])));
  await orLost(cluster, cluster.live.read(objects.map(({ object }) => refOf(object))));
  const live = await liveHooks(input);
  const there = new Set(live.map((object) => refKey(refOf(object))));
  const missing = objects.filter(({ object }) => !there.has(refKey(refOf(object))));
  await Promise.all(missing.map((hook) => create(hook, input)));
  if (missing.length > 0) return { kind: 'waiting', sentence: `waiting for ${words[when]} hooks to complete` };
  const judged = live.map((object) => ({
    object,
    status: health(object, delivery.frontEnd.health)?.status ?? 'healthy',
  }));
  const failed = judged.filter(({ status }) => status === 'degraded');
  if (failed.length > 0) {
    await Promise.all(failed.map(({ object }) => remove(object, input)));
    const names = failed.map(({ object: { metadata } }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
    return { kind: 'failed', sentence: `${words[when]} hook(s) failed: ${names.join(', ')}` };
  }
  const running = judged.filter(({ status }) => status === 'progressing').length;
  if (running === 0) return { kind: 'done' };
  return { kind: 'waiting', sentence: `waiting for ${running} ${words[when]} hooks to complete` };
}

/** Deletes hooks whose rule names how all of them together ended; those that say nothing always go. */
export async function clearFarewells(input: FarewellInput): Promise<FarewellState> {
  const { delivery, when } = input;
  const live = await liveHooks(input);
  const outcome = live.reduce<ReturnType<typeof worseHealth>>(
    (worst, object) => worseHealth(worst, health(object, delivery.frontEnd.health)?.status ?? 'healthy'),
    'healthy',
  );
  const due = live.filter((object) => {
    const rules = delivery.frontEnd.farewellRules?.(object) ?? [];
    if (rules.length === 0) return true;
    return (
      (outcome === 'degraded' && rules.includes('failed')) || (outcome === 'healthy' && rules.includes('succeeded'))
    );
  });
  const fresh = due.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  await Promise.all(fresh.map((object) => remove(object, input)));
  if (due.length === 0) return { kind: 'done' };
  return { kind: 'waiting', sentence: `waiting for ${due.length} ${words[when]} hooks to be deleted` };
}

async function liveHooks({ delivery, memory, when, cluster }: FarewellInput): Promise<readonly KubeObject[]> {
  const types = await Promise.all(memory.inventory.map((entry) => cluster.client.discovery.preferred(entry)));
  await cluster.live.watch(types.filter((type) => type !== undefined));
  return cluster.live
    .owned(delivery.key)
    .filter((object) => delivery.frontEnd.farewell?.(object).includes(when) === true);
}

async function create({ object, type }: FarewellObject, { cluster, delivery, signal }: FarewellInput): Promise<void> {
  const known = type ?? (await cluster.client.discovery.resolve(gvkOf(object)));
  if (!known) return;
  try {
    const written = await cluster.client.create(known, object, {
      fieldManager: delivery.frontEnd.fieldManager,
      signal,
    });
    cluster.live.observe(known, written);
  } catch (error) {
    if (!isKubeError(error, 409)) throw error;
  }
}

async function remove(object: KubeObject, { cluster, signal }: FarewellInput): Promise<void> {
  const type = await cluster.client.discovery.resolve(gvkOf(object));
  if (type) await cluster.client.delete(type, refOf(object), { propagationPolicy: 'Background', signal });
}
