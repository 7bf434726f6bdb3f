// An Application that is being deleted: hooks before, what it has live, hooks after, each held by a finalizer of its own.
// Mirrors argoproj/argo-cd:controller/appcontroller.go (3.6) finalizeApplicationDeletion.

import type { Deliveries, Delivery, Farewell } from '@evenkeel/delivery';
import type { Application } from './application.ts';
import { memoryOf } from './memory.ts';
import { approvedAtMs } from './policy.ts';

const cascadeFinalizer = /^resources-finalizer\.argocd\.argoproj\.io(\/(foreground|background))?$/;
const hookFinalizer = /^(pre|post)-delete-finalizer\.argocd\.argoproj\.io(\/cleanup)?$/;
const hookFinalizers: Readonly<Record<Farewell, string>> = {
  before: 'pre-delete-finalizer.argocd.argoproj.io',
  after: 'post-delete-finalizer.argocd.argoproj.io',
};

/** What was done of a departure, and what is left. */
export type Departure =
  /** Nothing holds the Application for our sake. */
  | { readonly kind: 'free' }
  /** One of our finalizers has served its purpose. */
  | { readonly kind: 'served'; readonly finalizer: string }
  | { readonly kind: 'waiting'; readonly sentence?: string | undefined }
  | { readonly kind: 'failed'; readonly sentence: string };

export interface DepartureInput {
  readonly application: Application;
  readonly deliveries: Deliveries;
  /** Enough to find what is live, whatever the spec says by now. */
  readonly leaving: Delivery;
  /** The whole delivery, for its hooks; a sentence where the spec makes none. */
  readonly whole: () => Delivery | string;
  /** Why nothing may be deleted, where that is so. */
  readonly staysBecause?: string | undefined;
  readonly signal: AbortSignal;
}

/** Does the step that is due. Level-based: call it again after every change. */
export async function depart(input: DepartureInput): Promise<Departure> {
  const finalizers = input.application.object.metadata.finalizers ?? [];
  const held = (finalizer: string): string | undefined => finalizers.find((entry) => entry === finalizer);
  const ours = finalizers.some((entry) => cascadeFinalizer.test(entry) || hookFinalizer.test(entry));
  if (ours && input.staysBecause !== undefined) return { kind: 'failed', sentence: input.staysBecause };
  const before = held(hookFinalizers.before);
  if (before) return runHooks(input, 'before', before);
  const cascade = finalizers.find((finalizer) => cascadeFinalizer.test(finalizer));
  if (cascade) return takeAlong(input, cascade);
  const after = held(hookFinalizers.after);
  if (after) return runHooks(input, 'after', after);
  for (const when of ['before', 'after'] as const) {
    const cleanup = held(`${hookFinalizers[when]}/cleanup`);
    if (cleanup) return clearHooks(input, when, cleanup);
  }
  return { kind: 'free' };
}

async function runHooks(input: DepartureInput, when: Farewell, finalizer: string): Promise<Departure> {
  const { application, deliveries, signal } = input;
  const delivery = input.whole();
  if (typeof delivery === 'string') return { kind: 'failed', sentence: delivery };
  const memory = memoryOf(application, delivery.fingerprint);
  const state = await deliveries.farewell({ delivery, memory, signal }, when);
  return state.kind === 'done' ? { kind: 'served', finalizer } : state;
}

async function takeAlong(input: DepartureInput, finalizer: string): Promise<Departure> {
  const { application, deliveries, leaving: delivery, signal } = input;
  const sinceMs = Date.parse(application.object.metadata.deletionTimestamp ?? '');
  const { left, asks, lost } = await deliveries.dismantle({
    delivery,
    memory: memoryOf(application, delivery.fingerprint),
    propagation: finalizer.endsWith('/background') ? 'Background' : 'Foreground',
    approved: (approvedAtMs(application) ?? -Infinity) >= sinceMs,
    signal,
  });
  if (left === 0) return { kind: 'served', finalizer };
  if (lost !== undefined) return { kind: 'failed', sentence: lost };
  return { kind: 'waiting', sentence: asks && `Resource ${asks} requires manual confirmation to delete` };
}

async function clearHooks(input: DepartureInput, when: Farewell, finalizer: string): Promise<Departure> {
  const { application, deliveries, leaving: delivery, signal } = input;
  const memory = memoryOf(application, delivery.fingerprint);
  const state = await deliveries.clearFarewell({ delivery, memory, propagation: 'Background', signal }, when);
  return state.kind === 'done' ? { kind: 'served', finalizer } : state;
}

/** The finalizers an Application needs for hooks that run when it goes: added with the first such hook, taken back with the last. */
export function withHookFinalizers(
  finalizers: readonly string[],
  farewells: readonly Farewell[],
): readonly string[] | undefined {
  const ours = (['before', 'after'] as const).flatMap((when) =>
    [hookFinalizers[when], `${hookFinalizers[when]}/cleanup`].map((finalizer) => ({ when, finalizer })),
  );
  const wanted = ours.filter(({ when }) => farewells.includes(when)).map(({ finalizer }) => finalizer);
  const others = finalizers.filter((entry) => !ours.some(({ finalizer }) => finalizer === entry));
  const same = ours.every(({ finalizer }) => finalizers.includes(finalizer) === wanted.includes(finalizer));
  return same ? undefined : [...others, ...wanted];
}
