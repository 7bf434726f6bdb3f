// Whether to start an operation, and why. Pure: the same report and memory always give the same answer.

import { type Refusal, worseHealth } from '@evenkeel/engine';
import { backoffDelayMs } from '@evenkeel/std';
import {
  type Delivery,
  type DeliveryMemory,
  type DeliveryReport,
  type OperationReport,
  type ResourceReport,
  type SyncRequest,
  refusedReport,
} from './model.ts';
import { retryDelayMs } from './retry-delay.ts';

/** What to do next. */
export type Decision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wait'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  /** What was asked for is nothing that can be done. */
  | { readonly kind: 'reject'; readonly sentence: string }
  | {
      readonly kind: 'sync';
      readonly cause: 'requested' | 'revision' | 'drift' | 'retry' | 'resumed';
      readonly retryCount: number;
      /** What was asked for, now or before. */
      readonly request?: SyncRequest | undefined;
      /** The how manieth time in a row drift is undone. */
      readonly healings?: number;
    };

export interface DecisionInput {
  readonly delivery: Delivery;
  readonly report: DeliveryReport;
  readonly memory: DeliveryMemory;
  readonly request?: SyncRequest | undefined;
  readonly nowMs: number;
}

/**
 * Decides. A request goes first; then what was begun before; then the automatic policy. A failed attempt at the same
 * revision and intention is repeated only as the retry policy says, but a newer revision is never held up by it.
 * Mirrors argoproj/argo-cd:controller/appcontroller.go (3.6) autoSync, less its dead ends.
 */
export function decide(input: DecisionInput): Decision {
  const { delivery, report, request, memory } = input;
  if (request?.invalid !== undefined) return { kind: 'reject', sentence: request.invalid };
  if (delivery.policy.suspended && !request) return { kind: 'nothing' };
  if (report.sync === 'unknown') return { kind: 'nothing' };
  const empty = refuseEmpty(input);
  if (empty) return { kind: 'refuse', refusal: empty };
  if (request) return { kind: 'sync', cause: 'requested', retryCount: 0, request };
  const last = memory.lastOperation;
  if (last && isInterrupted(input, last))
    return { kind: 'sync', cause: 'resumed', retryCount: last.retryCount, request: last.request, ...healed(last) };
  if (last && awaitsRetry(input, last)) return retried(input, last);
  if (!delivery.policy.automatic || report.sync === 'synced') return { kind: 'nothing' };
  if (nothingToDo(report, delivery)) return { kind: 'nothing' };
  return decideAutomatic(input);
}

function decideAutomatic(input: DecisionInput): Decision {
  const { delivery, report, memory } = input;
  const last = memory.lastOperation;
  const sameAttempt = last !== undefined && isSameAttempt(input, last);
  // A commit that changed nothing needed no operation; what differs afterwards is drift all the same.
  const settled = !sameAttempt && memory.settledRevision === report.revisions.join(',');
  if (settled) return healing(input, undefined);
  if (!last || !sameAttempt || last.blocked === true) return { kind: 'sync', cause: 'revision', retryCount: 0 };
  if (last.phase === 'succeeded') return healing(input, last);
  // Read from a record that knows no attempts to come: what is left of the policy counts.
  const { retry } = delivery.policy;
  if (last.retryCount >= retry.limit || retry.problem !== undefined) return { kind: 'nothing' };
  return retried(input, { ...last, retryCount: last.retryCount + 1 });
}

function isSameAttempt({ delivery, report }: DecisionInput, last: OperationReport): boolean {
  return last.revision === report.revisions.join(',') && last.fingerprint === delivery.fingerprint;
}

/** A failed operation whose next attempt is due at some time; one of ours gives way to a newer revision at once. */
function awaitsRetry(input: DecisionInput, last: OperationReport): boolean {
  if (last.phase !== 'running' || last.finishedAtMs === undefined) return false;
  if (!last.initiatedBy.automated) return true;
  return input.delivery.policy.automatic && isSameAttempt(input, last);
}

/** `last.retryCount` counts the attempt to come. */
function retried({ delivery, nowMs }: DecisionInput, last: OperationReport): Decision {
  const retry = last.request?.retry ?? delivery.policy.retry;
  const dueMs = (last.finishedAtMs ?? nowMs) + retryDelayMs(retry, last.retryCount - 1);
  if (dueMs > nowMs)
    return { kind: 'wait', afterMs: dueMs - nowMs, reason: `retry ${last.retryCount} of ${retry.limit}` };
  const request = last.request && again(last, retry);
  return { kind: 'sync', cause: 'retry', retryCount: last.retryCount, request, ...healed(last) };
}

/** A further attempt to undo drift is the same attempt to undo it. */
function healed({ healings }: OperationReport): { readonly healings?: number } {
  return healings === undefined ? {} : { healings };
}

/**
 * What somebody asked for earlier and has to be done now: taken up again after a restart, or tried again. Decides what is
 * rendered, before `decide` has anything to look at.
 */
export function pendingRequest(
  input: Pick<DecisionInput, 'delivery' | 'nowMs'>,
  last: OperationReport | undefined,
): SyncRequest | undefined {
  if (!last?.request) return undefined;
  const whole = { ...input, report: refusedReport(input.delivery.key, []), memory: { inventory: [] } };
  if (isInterrupted(whole, last)) return last.request;
  if (last.initiatedBy.automated || !awaitsRetry(whole, last)) return undefined;
  const decision = retried(whole, last);
  return decision.kind === 'sync' ? decision.request : undefined;
}

/** A request as it is tried again: at the revision it had, or at the newest. */
function again({ request, revision }: OperationReport, retry: { readonly refresh?: boolean | undefined }): SyncRequest {
  const { revision: _asked, revisions: _each, ...rest } = request ?? { id: 'retry', initiatedBy: { automated: true } };
  if (retry.refresh === true || rest.manifests) return rest;
  const revisions = revision.split(',').filter((one) => one !== '');
  return revisions.length > 0 ? { ...rest, revisions } : rest;
}

/** An operation on record as running that this process does not run: whoever ran it is gone, and left it half done. */
function isInterrupted({ delivery }: DecisionInput, last: OperationReport): boolean {
  if (last.recorded !== true || last.phase !== 'running' || last.finishedAtMs !== undefined) return false;
  return !last.initiatedBy.automated || delivery.policy.automatic;
}

/**
 * Drift is undone at once the first time, and then at growing intervals: whoever makes it may not give in.
 * Mirrors argoproj/argo-cd:controller/appcontroller.go (3.6) selfHealRemainingBackoff and its cool-down.
 */
function healing({ delivery: { policy }, nowMs }: DecisionInput, last: OperationReport | undefined): Decision {
  if (!policy.selfHeal) return { kind: 'nothing' };
  const sinceMs = nowMs - (last?.finishedAtMs ?? 0);
  const cooledDown = policy.healing !== undefined && sinceMs > policy.healing.maxMs + COOL_DOWN_MS;
  const before = cooledDown ? 0 : (last?.healings ?? 0);
  const dueMs = policy.healing && before > 0 ? backoffDelayMs(policy.healing, before - 1) : 0;
  if (last && dueMs > sinceMs) return { kind: 'wait', afterMs: dueMs - sinceMs, reason: `self-heal ${before + 1}` };
  return { kind: 'sync', cause: 'drift', retryCount: 0, healings: before + 1 };
}

/** Quiet for this much longer than the longest interval, drift counts as new. */
const COOL_DOWN_MS = 30_000;

/** What differs is to be pruned, and pruning is off; or it belongs to somebody else. */
function nothingToDo({ resources, namespaceMetadata }: DeliveryReport, { policy }: Delivery): boolean {
  const ours = resources.filter((resource) => resource.sync !== 'synced' && resource.foreign !== true);
  if (ours.length === 0) return namespaceMetadata === undefined && resources.some(({ foreign }) => foreign === true);
  return !policy.prune && ours.every((resource) => resource.reason === 'stray');
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
  const waits = operation?.phase === 'running' && operation.finishedAtMs !== undefined;
  if (operation?.phase !== 'failed' && operation?.phase !== 'error' && !waits) return undefined;
  return sync !== 'synced' && operation.revision === revisions.join(',') ? operation : undefined;
}

/** The health of a whole from its parts: the worst that counts. Missing parts count only when all are missing. */
export function aggregateHealth(resources: readonly ResourceReport[]): DeliveryReport['health'] {
  let worst: DeliveryReport['health'] = { status: 'healthy' };
  let missing = 0;
  let counted = 0;
  for (const { health, hook, reason, ref } of resources) {
    if (hook) continue;
    counted += 1;
    // What is to be pruned is there; how it is does not count any more.
    if (reason === 'stray') continue;
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
