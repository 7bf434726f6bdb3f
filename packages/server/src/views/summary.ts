// The row of an application: its own resource and its last report, in one shape.

import type { DeliveryDetail, DeliverySummary, Operation } from '@evenkeel/api';
import { type Delivery, type DeliveryReport, standingFailure, standingOf } from '@evenkeel/delivery';
import type { Backend } from '../backend.ts';
import type { FaceItem } from '../faces/face.ts';

/** The summary of an application. Before its first report everything about it is unknown. */
export function summaryOf(item: FaceItem, backend: Backend): DeliverySummary {
  const report = reportTold(item.key, backend);
  const { history: _history, hold: _hold, syncWindows: _windows, hydration: _hydration, deleting, ...fixed } = item;
  if (!report) {
    return {
      ...fixed,
      labels: { ...fixed.labels },
      standing: 'unknown',
      sync: 'unknown',
      health: 'unknown',
      sentence: 'waiting for the first comparison',
      counts: { objects: 0, drifted: 0, unhealthy: 0 },
    };
  }
  const sentence = deleting
    ? 'being deleted'
    : (item.hold?.sentence ?? unhydrated(item) ?? sentenceOf(report, backend.deliveries.delivery(item.key)));
  return {
    ...fixed,
    labels: { ...fixed.labels },
    standing: standingOf(report, item.suspended),
    sync: report.sync,
    health: report.health.status,
    ...(sentence === undefined ? {} : { sentence }),
    ...(report.commit ? { commit: report.commit } : {}),
    ...(report.operation ? { operation: shortOperation(report.operation) } : {}),
    counts: {
      objects: report.resources.filter((resource) => !resource.hook).length,
      drifted: report.resources.filter((resource) => resource.sync === 'drifted').length,
      unhealthy: report.resources.filter(
        (resource) => resource.health !== undefined && resource.health.status !== 'healthy',
      ).length,
    },
  };
}

/** The report as others may rely on it: an operation has ended when its end, and the history with it, is on record. */
function reportTold(key: string, { deliveries }: Backend): DeliveryReport | undefined {
  const report = deliveries.report(key);
  if (!report?.operation || deliveries.isOnRecord(key)) return report;
  return { ...report, operation: { ...report.operation, phase: 'running', finishedAtMs: undefined } };
}

function shortOperation(
  operation: NonNullable<DeliveryReport['operation']>,
): NonNullable<DeliverySummary['operation']> {
  const { phase, message, startedAtMs, finishedAtMs } = operation;
  return { phase, message, startedAtMs, ...(finishedAtMs === undefined ? {} : { finishedAtMs }) };
}

/** What is waited for or wrong, in one sentence; the most useful first. */
function sentenceOf(report: DeliveryReport, delivery: Delivery | undefined): string | undefined {
  const [refusal] = report.refusals;
  if (refusal) return refusal.sentence;
  const { operation, health } = report;
  if (operation && (operation.phase === 'running' || operation.phase === 'terminating')) return operation.message;
  const failed = standingFailure(report);
  if (failed) return `last sync failed: ${failed.message}`;
  if (report.closed) return report.closed.sentence;
  if (health.status === 'degraded') return health.message;
  if (report.sync === 'drifted') return driftSentence(report, delivery);
  return health.status === 'healthy' ? undefined : health.message;
}

function driftSentence(report: DeliveryReport, delivery: Delivery | undefined): string {
  const drifted = report.resources.filter((resource) => resource.sync === 'drifted');
  const [first] = drifted;
  // A field that our own manager owns was changed in Git and not here.
  const ours = delivery?.frontEnd.fieldManager;
  const byOther = (resource: (typeof drifted)[number]): (typeof resource.fields)[number] | undefined =>
    resource.fields.find((entry) => entry.owners.some(({ manager }) => manager !== ours));
  const changed = drifted.find((resource) => byOther(resource) !== undefined);
  const field = changed && byOther(changed);
  const more = drifted.length > 1 ? ` and ${drifted.length - 1} more` : '';
  const manual = delivery?.policy.automatic === false ? '; syncing is manual' : '';
  if (changed && field) {
    const { manager: who = 'somebody', time } = latestOther(field, ours) ?? {};
    const when = time === undefined ? '' : ` at ${time}`;
    return `${changed.ref.kind} ${changed.ref.name}: ${field.path} was changed by ${who}${when}${more}${manual}`;
  }
  if (!first) return `differs from Git${manual}`;
  const what =
    first.reason === 'missing' ? 'is missing' : first.reason === 'stray' ? 'is no longer in Git' : 'differs from Git';
  return `${first.ref.kind} ${first.ref.name} ${what}${more}${manual}`;
}

type Owner = DeliveryReport['resources'][number]['fields'][number]['owners'][number];

/** Of all managers of a field but ours, the one that wrote last: who caused the difference. */
function latestOther({ owners }: { readonly owners: readonly Owner[] }, ours: string | undefined): Owner | undefined {
  const others = owners.filter(({ manager }) => manager !== ours);
  return others.toSorted((left, right) => ((left.time ?? '') < (right.time ?? '') ? 1 : -1))[0];
}

/** Everything about one application. Looks up the commits of its history. */
export async function detailOf(item: FaceItem, backend: Backend): Promise<DeliveryDetail> {
  const report = reportTold(item.key, backend);
  const running = report?.operation?.phase === 'running';
  const busy = item.deleting ? 'the application is being deleted' : running ? 'a sync is running' : undefined;
  const suspended = item.frontEnd === 'flux' && item.suspended ? 'reconciliation is suspended' : undefined;
  const history = await Promise.all(
    item.history.map(async (entry) => {
      const commit = await backend.commit(item.source.url, entry.revision.split(',')[0] ?? '');
      return { ...entry, ...(commit ? { commit } : {}) };
    }),
  );
  return {
    ...summaryOf(item, backend),
    renderers: [...(report?.renderers ?? [])],
    images: [...(report?.images ?? [])],
    refusals: (report?.refusals ?? []).map(({ code, sentence, remedy, at }) => ({
      code,
      sentence,
      ...(remedy === undefined ? {} : { remedy }),
      ...(at === undefined ? {} : { file: at.file, ...(at.line === undefined ? {} : { line: at.line }) }),
    })),
    warnings: (report?.warnings ?? []).map(({ sentence }) => sentence),
    ...(report?.orphans ? { orphans: [...report.orphans] } : {}),
    resources: (report?.resources ?? []).map(resourceView),
    ...(report?.operation ? { currentOperation: operationView(report.operation) } : {}),
    history,
    ...(item.hold ? { hold: item.hold } : {}),
    ...(item.syncWindows ? { syncWindows: item.syncWindows } : {}),
    ...(item.hydration ? { hydration: item.hydration } : {}),
    actions: {
      sync: reason(busy ?? suspended),
      refresh: reason(item.deleting ? busy : suspended),
      terminate: reason(running ? undefined : 'no sync is running'),
      remove: reason(item.deleting ? busy : undefined),
    },
  };
}

/** What is live may be as Git has it, and yet not what was asked for last. */
function unhydrated({ hydration }: FaceItem): string | undefined {
  return hydration?.phase === 'failed' ? hydration.message : undefined;
}

function reason(disabledReason: string | undefined): { disabledReason?: string } {
  return disabledReason === undefined ? {} : { disabledReason };
}

/** A resource of a report in the API's shape. */
export function resourceView(resource: DeliveryReport['resources'][number]): DeliveryDetail['resources'][number] {
  const { ref, version, sync, wave, hook, health, fields } = resource;
  return {
    ref,
    version,
    sync,
    wave,
    hook,
    ...(resource.reason === undefined ? {} : { reason: resource.reason }),
    ...(health
      ? { health: { status: health.status, ...(health.message === undefined ? {} : { message: health.message }) } }
      : {}),
    fields: fields.map((field) => ({
      path: field.path,
      ...(field.desired === undefined ? {} : { desired: field.desired }),
      ...(field.live === undefined ? {} : { live: field.live }),
      owners: field.owners.map(({ manager, time }) => ({ manager, ...(time === undefined ? {} : { time }) })),
    })),
  };
}

function operationView(operation: NonNullable<DeliveryReport['operation']>): Operation {
  const { phase, message, revision, startedAtMs, finishedAtMs, initiatedBy, retryCount, steps } = operation;
  return {
    phase,
    message,
    revision,
    startedAtMs,
    ...(finishedAtMs === undefined ? {} : { finishedAtMs }),
    initiatedBy: {
      automated: initiatedBy.automated,
      ...(initiatedBy.username === undefined ? {} : { username: initiatedBy.username }),
    },
    retryCount,
    steps: steps.map(({ ref, version, status, message: said, hook }) => ({
      ref,
      version,
      status,
      message: said,
      hook,
    })),
  };
}
