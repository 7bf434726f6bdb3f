// Ends of operations that are on no record yet. A commit that went live stands in the history of its application, so nothing
// takes the place of such an end; and where a process was killed between its last write and the record of it, the next one
// knows by the times of our own writes.

import type { Plan } from '@evenkeel/engine';
import type { KubeObject } from '@evenkeel/resource';
import type { Comparison } from './compare/compare.ts';
import { type Found, isRunning } from './found.ts';
import type { Delivery, DeliveryMemory, OperationReport } from './model.ts';
import { hasHooks } from './run/operation.ts';
import type { RenderedDelivery } from './sources.ts';

/** True for an operation that has ended, as long as its end is on no record. */
export function isOwed({
  operation,
  onRecord,
}: Pick<Found, 'operation'> & { readonly onRecord?: OperationReport | undefined }): boolean {
  return operation !== undefined && !isRunning(operation.report) && operation.report !== onRecord;
}

/** Records and the times of writes are to the second. */
const SECOND_MS = 1000;

/**
 * Whether an operation has to be on record before it begins: hooks must not run twice; and one that follows upon another
 * within a second could not be told from it by the times of its writes.
 */
export function hasToBeOnRecord(
  plan: Plan,
  {
    last,
    healings,
    nowMs,
  }: { readonly last: OperationReport | undefined; readonly healings: number; readonly nowMs: number },
): boolean {
  if (hasHooks(plan)) return true;
  return healings === 0 && last?.finishedAtMs !== undefined && nowMs - last.finishedAtMs < 2 * SECOND_MS;
}

interface Seen {
  readonly delivery: Delivery;
  readonly memory: DeliveryMemory;
  readonly rendered: RenderedDelivery;
  readonly compared: Comparison;
  readonly last: OperationReport | undefined;
}

/**
 * The operation by which an earlier process brought this revision live and did not live to say so; undefined where there was
 * none. Everything is as the revision wants it, no operation on record came to it, and we have written since the last that is.
 */
export function unrecordedOperation(
  { operation }: Found,
  { delivery, memory, rendered, compared, last }: Seen,
): OperationReport | undefined {
  const revision = rendered.revisions.join(',');
  const { sinceMs } = memory;
  if (operation || sinceMs === undefined || !delivery.policy.automatic || delivery.policy.suspended) return undefined;
  if (isRunning(last) || (last?.phase === 'succeeded' && last.revision === revision)) return undefined;
  const own = compared.resources.filter(({ hook, extraneous }) => !hook && extraneous !== true);
  if (compared.refusals.length > 0 || own.length === 0 || own.some(({ sync }) => sync !== 'synced')) return undefined;
  const { fieldManager } = delivery.frontEnd;
  const writtenAtMs = Math.max(0, ...compared.objects.map(({ live }) => (live ? writtenMs(live, fieldManager) : 0)));
  if (writtenAtMs < sinceMs || writtenAtMs <= (last?.finishedAtMs ?? last?.startedAtMs ?? 0)) return undefined;
  return {
    id: `unrecorded-${writtenAtMs}`,
    phase: 'succeeded',
    message: 'successfully synced (its end was recorded by a later process)',
    revision,
    fingerprint: delivery.fingerprint,
    startedAtMs: writtenAtMs,
    finishedAtMs: writtenAtMs,
    steps: [],
    retryCount: 0,
    initiatedBy: { automated: true },
    partial: false,
  };
}

/**
 * When a manager last applied an object, its status aside. Where a status is an ordinary field, as that of an Application, the
 * time of an entry that holds it is that of the status: it tells nothing.
 */
export function writtenMs({ metadata }: KubeObject, manager: string): number {
  const own = (metadata.managedFields ?? []).filter(
    (entry) => entry.manager === manager && !entry.subresource && entry.fieldsV1?.['f:status'] === undefined,
  );
  return Math.max(0, ...own.map(({ time }) => (time === undefined ? 0 : Date.parse(time))));
}
