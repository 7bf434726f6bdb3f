// Syncs that may not run now: how long they wait, and what is told of them meanwhile.

import type { Clock } from '@evenkeel/std';
import type { Closed } from './limits.ts';
import type { Delivery, DeliveryReport, OperationReport, SyncRequest } from './model.ts';

/** A sync somebody asked for that waits for its time. */
export interface Held {
  readonly sinceMs: number;
  /** Somebody ended it before its time came. */
  readonly ended?: string | undefined;
}

/** How long a wait may be before we look again, whatever was worked out: clocks are set and zones change. */
const LOOK_AGAIN_MS = 3_600_000;

/** How soon to look again after a window whose end cannot be told. */
const UNKNOWN_END_MS = 60_000;

/** Why the sync that is decided may not run now; undefined where it may. */
export function closedNow(
  delivery: Delivery,
  {
    request,
    resumes,
    nowMs,
  }: { request: SyncRequest | undefined; resumes: OperationReport | undefined; nowMs: number },
): Closed | undefined {
  const manual = request !== undefined && !request.initiatedBy.automated;
  return delivery.limits?.closed({ manual, nowMs, startedAtMs: resumes?.startedAtMs });
}

/** What a running sync waits with. */
interface Running {
  readonly delivery: Delivery;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly startedAtMs: number;
  readonly manual?: boolean;
}

/** How soon a running sync looks again: the window may be changed while it waits. */
const LOOK_WHILE_RUNNING_MS = 5000;

/**
 * Between two stages of a running sync: waits while a time has begun in which none may run, unless it lets those finish that
 * began before. Rejects with the signal's reason.
 */
export async function* awaitOpening({
  delivery,
  clock,
  signal,
  startedAtMs,
  manual = false,
}: Running): AsyncIterable<{ readonly kind: 'waiting'; readonly message: string }> {
  for (;;) {
    const closed = delivery.limits?.closed({ manual, nowMs: clock.now(), startedAtMs });
    if (!closed) return;
    yield { kind: 'waiting', message: closed.sentence };
    await clock.sleep(Math.min(waitMs(closed, clock.now()), LOOK_WHILE_RUNNING_MS), signal);
  }
}

/** When to look again at a delivery whose time has not come. */
export function waitMs({ untilMs }: Closed, nowMs: number): number {
  if (untilMs === undefined) return UNKNOWN_END_MS;
  return Math.min(Math.max(untilMs - nowMs, 0), LOOK_AGAIN_MS);
}

interface Waiting {
  readonly delivery: Delivery;
  readonly request: SyncRequest;
  readonly held: Held;
  readonly nowMs: number;
}

/** The report of a delivery that waits; where somebody asked, the sync shows as running and says what it waits for. */
export function heldReport(report: DeliveryReport, closed: Closed, waiting: Waiting | undefined): DeliveryReport {
  const told: DeliveryReport = {
    ...report,
    closed,
    warnings: [...report.warnings, { kind: 'closed', sentence: closed.sentence }],
  };
  if (!waiting) return told;
  const { delivery, request, held, nowMs } = waiting;
  const end = held.ended === undefined ? {} : { finishedAtMs: nowMs };
  return {
    ...told,
    operation: {
      id: request.id,
      phase: held.ended === undefined ? 'running' : 'failed',
      message: held.ended ?? closed.sentence,
      revision: report.revisions.join(','),
      fingerprint: delivery.fingerprint,
      startedAtMs: held.sinceMs,
      ...end,
      steps: [],
      retryCount: 0,
      initiatedBy: request.initiatedBy,
      partial: request.only !== undefined,
      request,
    },
  };
}
