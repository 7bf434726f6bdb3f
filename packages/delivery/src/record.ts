// Writes down what reports say, for people and auditors: commits, syncs, drift, health, and the waterline. Nothing is ever
// reconciled from it.

import type { ChangedObject, DriftedField, History, WaterlineState } from '@evenkeel/history';
import type { Delivery, DeliveryReport, OperationReport, ResourceReport, StepReport } from './model.ts';

/** The one word for how a delivery stands: what its row shows, and its waterline. */
export function standingOf(report: DeliveryReport, suspended: boolean): WaterlineState {
  const running = report.operation?.phase === 'running' || report.operation?.phase === 'terminating';
  if (report.health.status === 'degraded') return 'degraded';
  if (report.sync === 'unknown') return 'unknown';
  if (running) return 'progressing';
  if (report.health.status === 'missing') return 'missing';
  if (report.sync === 'drifted') return suspended ? 'suspended' : 'drifted';
  if (report.health.status === 'progressing') return 'progressing';
  if (report.health.status === 'suspended' || suspended) return 'suspended';
  return report.health.status === 'unknown' ? 'unknown' : 'level';
}

interface Seen {
  readonly revision: string;
  readonly operation: string;
  readonly drifting: boolean;
  readonly health: string;
}

/** Makes a listener for `onReport` that records every change between two reports of the same delivery. */
export function createRecorder(history: History): (report: DeliveryReport, delivery: Delivery) => void {
  const seen = new Map<string, Seen>();
  return (report, delivery) => {
    const before = seen.get(report.key);
    const now: Seen = {
      revision: report.revisions.join(','),
      operation: operationMark(report.operation),
      drifting: isDrifting(report, delivery.frontEnd.fieldManager),
      health: report.health.status,
    };
    seen.set(report.key, now);
    history.setState(report.key, standingOf(report, delivery.policy.suspended));
    if (before?.revision !== now.revision) recordCommit(history, report, delivery);
    if (before?.operation !== now.operation) recordOperation(history, report);
    if (before && before.drifting !== now.drifting)
      recordDrift(history, report, { drifting: now.drifting, ours: delivery.frontEnd.fieldManager });
    if (before && before.health !== now.health) recordHealth(history, report, before.health);
  };
}

function operationMark(operation: OperationReport | undefined): string {
  // One read back from the resource was recorded by the process that ran it.
  return operation && operation.recorded !== true
    ? `${operation.id}/${operation.startedAtMs}/${operation.finishedAtMs === undefined ? 'running' : operation.phase}`
    : '';
}

/** Drift is a difference nobody asked for: live objects changed while the revision that was synced is still the newest. */
function isDrifting(report: DeliveryReport, ours: string): boolean {
  return (
    report.sync === 'drifted' &&
    report.resources.some((resource) => resource.reason === 'changed' && ownedByOthers(resource, ours))
  );
}

/** A field that our own manager owns differs because Git changed, which is no drift. */
function ownedByOthers(resource: ResourceReport, ours: string): boolean {
  return resource.fields.some((field) => field.owners.some(({ manager }) => manager !== ours));
}

function recordCommit(history: History, report: DeliveryReport, delivery: Delivery): void {
  const { commit } = report;
  if (!commit || report.revisions[0] !== commit.sha) return;
  history.record({
    kind: 'commit',
    app: report.key,
    repository: delivery.sources[0]?.url ?? '',
    revision: commit.sha,
    author: { name: commit.author, email: commit.email },
    message: commit.message,
    committedAt: commit.dateMs,
  });
}

function recordOperation(history: History, report: DeliveryReport): void {
  const { operation } = report;
  if (!operation || operation.id.startsWith('recorded-')) return;
  const who = operation.initiatedBy;
  const initiator = who.automated
    ? ({ kind: 'automatic' } as const)
    : ({ kind: 'user', ...(who.username === undefined ? {} : { name: who.username }) } as const);
  const base = { app: report.key, operation: operation.id, revision: operation.revision, initiator };
  if (operation.finishedAtMs === undefined) {
    history.record({ kind: 'sync-started', at: operation.startedAtMs, ...base });
    return;
  }
  history.record({
    kind: 'sync-finished',
    at: operation.finishedAtMs,
    ...base,
    phase: operation.phase === 'succeeded' ? 'succeeded' : operation.phase === 'error' ? 'error' : 'failed',
    message: operation.message,
    changes: operation.steps.filter(isTold).map(changeOf),
  });
}

/** What was as it should be, or was left, is no part of the history. */
function isTold({ status, change, hook }: StepReport): boolean {
  if (status === 'kept') return false;
  return status !== 'synced' || change !== undefined || hook;
}

function changeOf(step: StepReport): ChangedObject {
  const object = `${step.ref.kind} ${step.ref.namespace === '' ? '' : `${step.ref.namespace}/`}${step.ref.name}`;
  if (step.status === 'failed') return { object, change: 'failed' };
  if (step.status === 'pruned') return { object, change: 'deleted' };
  return { object, change: step.change === 'created' ? 'created' : 'updated' };
}

function recordDrift(
  history: History,
  report: DeliveryReport,
  { drifting, ours }: { readonly drifting: boolean; readonly ours: string },
): void {
  if (!drifting) {
    history.record({
      kind: 'drift-ended',
      app: report.key,
      how: report.operation?.initiatedBy.automated === true ? 'healed' : 'synced',
    });
    return;
  }
  const fields: DriftedField[] = report.resources.flatMap((resource) =>
    resource.fields.map((field) => ({
      object: `${resource.ref.kind} ${resource.ref.name}`,
      path: field.path,
      ...causeOf(field, ours),
    })),
  );
  history.record({ kind: 'drift-started', app: report.key, fields });
}

/** Of all managers of a field but ours, the one that wrote last. */
function causeOf({ owners }: ResourceReport['fields'][number], ours: string): Pick<DriftedField, 'manager' | 'time'> {
  const others = owners.filter(({ manager }) => manager !== ours);
  const [last] = others.toSorted((left, right) => ((left.time ?? '') < (right.time ?? '') ? 1 : -1));
  if (!last) return owners[0] ? { manager: owners[0].manager } : {};
  return { manager: last.manager, ...(last.time === undefined ? {} : { time: last.time }) };
}

function recordHealth(history: History, report: DeliveryReport, from: string): void {
  const { message } = report.health;
  history.record({
    kind: 'health',
    app: report.key,
    from,
    to: report.health.status,
    ...(message === undefined ? {} : { message }),
  });
}
