// What a run shares: its context, its events, its way to fail, and how it reads the cluster.

import { type Health, type Step, health } from '@evenkeel/engine';
import type { ResourceType } from '@evenkeel/kube';
import type { Cluster } from '../cluster.ts';
import type { Delivery, StepReport } from '../model.ts';

/** What a running plan tells. */
export type RunEvent =
  | { readonly kind: 'step'; readonly step: StepReport }
  | { readonly kind: 'waiting'; readonly message: string };

export interface RunContext {
  readonly delivery: Delivery;
  readonly cluster: Cluster;
  /** Ends the run between two requests; what was written stays written. */
  readonly signal: AbortSignal;
  /** Distinguishes this run in names of hooks, of this process and of earlier ones. */
  readonly runId: string;
}

/** A run that ended before its last step. The message is one sentence. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure';
}

/** Resolves when the object is gone, by watching the cache; rejects with the signal's reason. */
export async function untilGone(step: Step, type: ResourceType, { cluster, signal }: RunContext): Promise<void> {
  if ((await cluster.client.get(type, step.ref, signal)) === undefined) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = cluster.live.onChange(({ kind, object }) => {
    if (kind === 'deleted' && object.metadata.name === step.ref.name && object.kind === step.ref.kind) resolve();
  });
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (cluster.live.get(step.ref) === undefined) return;
    await promise;
  } finally {
    stop();
    signal.removeEventListener('abort', abort);
  }
}

/** The health of what a step wrote, as the cache shows it now. */
export function healthOfStep(step: Step, { cluster, delivery }: RunContext): Health | undefined {
  const live = cluster.live.get(step.ref);
  if (step.action === 'prune')
    return live ? { status: 'progressing', message: 'pending deletion' } : { status: 'healthy' };
  if (!live) return { status: 'missing' };
  return health(live, delivery.frontEnd.health);
}
