// When to go back by itself: health fell soon after a sync, and an earlier revision was healthy. Pure: what is remembered is handed in
// and handed out.

import type { DeliveryReport } from '../model.ts';

/** Revisions at which a delivery was healthy, the latest first. Two are enough: the present one, and the one to go back to. */
export type HealthyRevisions = readonly string[];

export interface RollbackInput {
  readonly report: DeliveryReport;
  readonly healthy: HealthyRevisions;
  /** How long after a sync falling health is put down to it. */
  readonly windowMs: number;
  /** It has been taken back already, and stays there until the next commit. */
  readonly held: boolean;
  readonly nowMs: number;
}

export interface RollbackVerdict {
  readonly healthy: HealthyRevisions;
  /** Where to go back to, and why. */
  readonly rollback?: { readonly to: string; readonly from: string; readonly because: string } | undefined;
}

const rememberedMax = 2;

/**
 * Learns from a report which revisions are healthy, and says whether to go back. A revision that was healthy and falls ill long after its
 * sync is no place to go back to any more; one that falls ill within the window is not healthy either.
 */
export function judgeRollback({ report, healthy, windowMs, held, nowMs }: RollbackInput): RollbackVerdict {
  const revision = report.revisions.join(',');
  const { operation, sync, health } = report;
  const isBusy = operation?.phase === 'terminating' || operation?.phase === 'running';
  if (revision === '' || sync === 'unknown' || isBusy) return { healthy };
  if (sync === 'synced' && health.status === 'healthy') {
    if (healthy[0] === revision) return { healthy };
    return { healthy: [revision, ...healthy.filter((each) => each !== revision)].slice(0, rememberedMax) };
  }
  if (health.status !== 'degraded') return { healthy };
  const others = healthy.filter((each) => each !== revision);
  const [to] = others;
  const sinceMs = nowMs - (operation?.finishedAtMs ?? Number.NEGATIVE_INFINITY);
  const isFresh = operation?.revision === revision && sinceMs <= windowMs;
  if (held || !isFresh || to === undefined) return { healthy: others };
  return { healthy: others, rollback: { to, from: revision, because: health.message ?? 'it is degraded' } };
}
