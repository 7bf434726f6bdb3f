// Whether to start an operation, and why. Pure: the same report and memory always give the same answer.

import { type Refusal, worseHealth } from '@evenkeel/engine';
import { backoffDelayMs } from '@evenkeel/std';
import type { Delivery, DeliveryMemory, DeliveryReport, ResourceReport, SyncRequest } from './model.ts';

/** What to do next. */
export type Decision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wait'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  | {
      readonly kind: 'sync';
      readonly cause: 'requested' | 'revision' | 'drift' | 'retry';
      readonly retryCount: number;
    };

export interface DecisionInput {
  readonly delivery: Delivery;
  readonly report: DeliveryReport;
  readonly memory: DeliveryMemory;
  readonly request?: SyncRequest | undefined;
  readonly nowMs: number;
}

/**
 * Decides. A request goes first; then the automatic policy. A failed attempt at the same revision and intention is
 * repeated only as the retry policy says, but a newer revision is never held up by it.
 * Mirrors argoproj/argo-cd:controller/appcontroller.go (3.6) autoSync, less its dead ends.
 */
export function decide(input: DecisionInput): Decision {
  const { delivery, report, request } = input;
  if (delivery.policy.suspended && !request) return { kind: 'nothing' };
  if (report.sync === 'unknown') return { kind: 'nothing' };
  const empty = refuseEmpty(input);
  if (empty) return { kind: 'refuse', refusal: empty };
  if (request) return { kind: 'sync', cause: 'requested', retryCount: 0 };
  if (isInterrupted(input))
    return { kind: 'sync', cause: 'retry', retryCount: input.memory.lastOperation?.retryCount ?? 0 };
  if (!delivery.policy.automatic || report.sync === 'synced') return { kind: 'nothing' };
  if (onlyPrunesLeft(report.resources) && !delivery.policy.prune) return { kind: 'nothing' };
  return decideAutomatic(input);
}

function decideAutomatic({ delivery, report, memory, nowMs }: DecisionInput): Decision {
  const last = memory.lastOperation;
  const sameAttempt =
    last !== undefined && last.revision === report.revisions.join(',') && last.fingerprint === delivery.fingerprint;
  // A commit that changed nothing needed no operation; what differs afterwards is drift all the same.
  const settled = !sameAttempt && memory.settledRevision === report.revisions.join(',');
  if (settled) return healing(delivery);
  if (!last || !sameAttempt || last.blocked === true) return { kind: 'sync', cause: 'revision', retryCount: 0 };
  if (last.phase === 'succeeded') return healing(delivery);
  const { retry } = delivery.policy;
  if (last.retryCount >= retry.limit) return { kind: 'nothing' };
  const dueMs = (last.finishedAtMs ?? nowMs) + backoffDelayMs(retry, last.retryCount);
  if (dueMs > nowMs)
    return { kind: 'wait', afterMs: dueMs - nowMs, reason: `retry ${last.retryCount + 1} of ${retry.limit}` };
  return { kind: 'sync', cause: 'retry', retryCount: last.retryCount + 1 };
}

/** An operation on record as running that this process does not run: whoever ran it is gone, and left it half done. */
function isInterrupted({ delivery, memory: { lastOperation: last }, report }: DecisionInput): boolean {
  return (
    last?.recorded === true &&
    last.phase === 'running' &&
    last.initiatedBy.automated &&
    delivery.policy.automatic &&
    report.sync !== 'unknown'
  );
}

function healing({ policy }: Delivery): Decision {
  return policy.selfHeal ? { kind: 'sync', cause: 'drift', retryCount: 0 } : { kind: 'nothing' };
}

function onlyPrunesLeft(resources: readonly ResourceReport[]): boolean {
  return resources.every((resource) => resource.sync === 'synced' || resource.reason === 'stray');
}

/** Emptiness is refused only where it would take something away. */
function refuseEmpty({ delivery, report, request }: DecisionInput): Refusal | undefined {
  const live = report.resources.filter((resource) => !resource.hook);
  const strays = live.filter((resource) => resource.reason === 'stray');
  if (strays.length === 0 || strays.length < live.length || delivery.policy.allowEmpty) return undefined;
  const prunes = request?.prune ?? delivery.policy.prune;
  if (!prunes) return undefined;
  return {
    code: 'EMPTY_RENDER',
    sentence: `the source renders to nothing, and syncing would prune all ${strays.length} live objects`,
    remedy: 'Restore the files in Git, or set allowEmpty if everything should really go.',
  };
}

/** The failed operation that says why a delivery is not in sync; one at an earlier revision says nothing about this one. */
export function standingFailure(report: DeliveryReport): DeliveryReport['operation'] {
  const { operation, sync, revisions } = report;
  if (operation?.phase !== 'failed' && operation?.phase !== 'error') return undefined;
  return sync !== 'synced' && operation.revision === revisions.join(',') ? operation : undefined;
}

/** The health of a whole from its parts: the worst that counts. Missing parts count only when all are missing. */
export function aggregateHealth(resources: readonly ResourceReport[]): DeliveryReport['health'] {
  let worst: DeliveryReport['health'] = { status: 'healthy' };
  let missing = 0;
  let counted = 0;
  for (const { health, hook, reason, ref } of resources) {
    if (hook || reason === 'stray') continue;
    counted += 1;
    if (reason === 'missing') {
      missing += 1;
      continue;
    }
    if (!health || health.status === 'missing') continue;
    if (health.status !== worst.status && worseHealth(health.status, worst.status) === health.status) {
      worst = {
        status: health.status,
        message: `${ref.kind} ${ref.name}${health.message ? `: ${health.message}` : ''}`,
      };
    }
  }
  if (counted > 0 && missing === counted) return { status: 'missing', message: 'nothing of it exists yet' };
  return worst;
}
