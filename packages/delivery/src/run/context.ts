// What a run shares: its context, its events, its way to fail, and how it reads the cluster.

import { type Health, type Step, health } from '@evenkeel/engine';
import type { ResourceType } from '@evenkeel/kube';
import { gvkOf, refKey } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import type { Cluster } from '../cluster.ts';
import { imagesOf } from '../images.ts';
import type { Delivery, StepReport } from '../model.ts';
import type { Approval } from './approval.ts';

/** What a running plan tells. */
export type RunEvent =
  | { readonly kind: 'step'; readonly step: StepReport }
  | { readonly kind: 'waiting'; readonly message: string }
  | { readonly kind: 'done'; readonly message: string };

export interface RunContext {
  readonly delivery: Delivery;
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Ends the run between two requests; what was written stays written. */
  readonly signal: AbortSignal;
  readonly revision: string;
  readonly startedAtMs: number;
  /** Somebody asked for it. */
  readonly manual?: boolean;
  /** How manieth attempt at the operation this is. */
  readonly retryCount: number;
  readonly approval: Approval;
  /** Resolves when everything reported so far is on record. */
  readonly recorded: () => Promise<void>;
  /** What an earlier process saw of this very operation; undefined where this one began it. */
  readonly earlier?: readonly StepReport[] | undefined;
}

/** A run that ended before its last step. The message is one sentence. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure';
}

/** Names one step among those of an operation. */
export function stepKey({ phase, ref }: Pick<StepReport, 'phase' | 'ref'>): string {
  return `${phase}:${refKey(ref)}`;
}

/** "apps/Deployment/web", as upstream names what is waited for. */
export function stepName({ ref }: Pick<Step, 'ref'>): string {
  return `${ref.group}/${ref.kind}/${ref.name}`;
}

/** The report of a step. */
export function reportOf(step: Step, status: StepReport['status'], message: string): StepReport {
  const images = step.action === 'prune' ? [] : imagesOf([step.object]);
  return {
    ref: step.ref,
    version: gvkOf({ apiVersion: step.apiVersion, kind: step.ref.kind }).version,
    hook: step.hook !== undefined,
    phase: step.phase,
    status,
    message,
    ...(images.length > 0 ? { images } : {}),
  };
}

/** How long a kind whose definition was applied a moment ago may take to be served. */
const DISCOVERY_TRIES = 20;
const DISCOVERY_WAIT_MS = 100;

/** The type of what a step writes, watched from now on. Waits a moment for a kind that is about to be served. */
export async function typeOf(step: Step, { cluster, clock, signal }: RunContext): Promise<ResourceType> {
  const gvk = gvkOf({ apiVersion: step.apiVersion, kind: step.ref.kind });
  for (let attempt = 0; attempt < DISCOVERY_TRIES; attempt += 1) {
    const type = await cluster.client.discovery.resolve(gvk);
    if (type) {
      await cluster.live.watch([type]);
      return type;
    }
    cluster.client.discovery.invalidate();
    await clock.sleep(DISCOVERY_WAIT_MS, signal);
  }
  throw new Error(`the cluster serves no kind "${gvk.kind}" of ${step.apiVersion}`);
}

/** Resolves when the object is gone, by watching the cache; rejects with the signal's reason. */
export async function untilGone(step: Step, type: ResourceType, { cluster, signal }: RunContext): Promise<void> {
  const seen = await cluster.client.get(type, step.ref, signal);
  if (seen === undefined) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const isGone = (): boolean => {
    const live = cluster.live.get(step.ref);
    return live === undefined || live.metadata.uid !== seen.metadata.uid;
  };
  const stop = cluster.live.onChange(({ object }) => {
    if (object.metadata.name === step.ref.name && object.kind === step.ref.kind && isGone()) resolve();
  });
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    if (isGone()) return;
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
