// status.operationState and status.history: what the last operation did, in upstream's words.
// Mirrors argoproj/argo-cd:controller/{sync,state}.go (3.6).

import type { DeliveryReport, OperationReport, StepReport } from '@evenkeel/delivery';
import type { JsonObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import {
  type Application,
  type ApplicationSource,
  type HistoryEntry,
  type OperationState,
  type RequestedOperation,
  sourcesOf,
} from './application.ts';
import { operationJson } from './operation.ts';

const phaseWords = {
  running: 'Running',
  terminating: 'Terminating',
  succeeded: 'Succeeded',
  failed: 'Failed',
  error: 'Error',
} as const;
const stepWords = {
  synced: 'Synced',
  failed: 'SyncFailed',
  pruned: 'Pruned',
  kept: 'PruneSkipped',
  running: 'Synced',
} as const;
const phaseOfStep = { before: 'PreSync', main: 'Sync', after: 'PostSync', failure: 'SyncFail' } as const;

/** The state of an operation. */
export function operationStateOf(application: Application, operation: OperationReport): OperationState {
  const requested = operationJson(application, operation);
  const { managedNamespaceMetadata } = application.spec.syncPolicy ?? {};
  return {
    operation: requested,
    phase: phaseWords[operation.phase],
    message: operation.message,
    startedAt: kubeTime(operation.startedAtMs),
    ...(operation.finishedAtMs === undefined ? {} : { finishedAt: kubeTime(operation.finishedAtMs) }),
    ...(operation.retryCount > 0 ? { retryCount: operation.retryCount } : {}),
    syncResult: {
      ...whereOf(application, operation, requested),
      ...(operation.steps.length > 0 ? { resources: fittingSteps(operation.steps) } : {}),
      ...(managedNamespaceMetadata ? { managedNamespaceMetadata } : {}),
    },
  };
}

/** What was synced, and at which revision: what the operation itself named before what the Application does. */
function whereOf(
  { spec }: Application,
  operation: OperationReport,
  { sync }: RequestedOperation,
): Pick<HistoryEntry, 'revisions' | 'source' | 'sources'> & { readonly revision: string } {
  const named = sync?.source || (sync?.sources ?? []).length > 0;
  const { source, sources } = named ? (sync ?? {}) : spec;
  if (sources && sources.length > 0) {
    return { revision: '', revisions: operation.revision.split(','), sources: sourcesOf({ sources }) };
  }
  return { revision: operation.revision, ...(source ? { source } : {}) };
}

function stepOf(step: StepReport): JsonObject {
  const { ref } = step;
  return {
    group: ref.group,
    version: step.version,
    kind: ref.kind,
    namespace: ref.namespace,
    name: ref.name,
    status: stepWords[wentWrongLater(step) ? 'synced' : step.status],
    message: step.message,
    ...(step.hook ? { hookType: phaseOfStep[step.phase] } : {}),
    hookPhase: hookPhaseOf(step),
    syncPhase: phaseOfStep[step.phase],
    ...(step.images ? { images: step.images } : {}),
  };
}

/** It was written, and what it does has failed. */
function wentWrongLater({ status, change, stands }: StepReport): boolean {
  return status === 'failed' && (stands === true || change !== undefined);
}

/** Objects have one too: they run until their health was waited for, which at the last wave it never is. */
function hookPhaseOf({ status, settled, hook }: StepReport): string {
  if (status === 'failed') return 'Failed';
  if (status === 'pruned' || status === 'kept' || settled === true) return 'Succeeded';
  return hook && status === 'synced' ? 'Succeeded' : 'Running';
}

/** How much of a status its list of steps may take: what every watcher of Applications is sent at each change. */
const STEPS_BYTES_MAX = 30_000;

/** The steps, without those that say least where all are too many: what was as it should be, and then what went well. */
function fittingSteps(steps: readonly StepReport[]): readonly JsonObject[] {
  const all = steps.map(stepOf);
  if (sizeOf(all) <= STEPS_BYTES_MAX) return all;
  const telling = steps.filter((step) => step.hook || step.status !== 'synced' || !step.message.endsWith(' unchanged'));
  if (sizeOf(telling.map(stepOf)) <= STEPS_BYTES_MAX) return telling.map(stepOf);
  const first = telling.filter((step) => step.hook || step.status === 'failed');
  const rest = telling.filter((step) => !first.includes(step));
  return fitting([...first, ...rest].map(stepOf), STEPS_BYTES_MAX);
}

/** As many as go into so many bytes. */
export function fitting<T>(list: readonly T[], bytesMax: number): readonly T[] {
  let bytes = 0;
  return list.filter((entry) => {
    bytes += sizeOf(entry) + 1;
    return bytes <= bytesMax;
  });
}

/** The size of a value as JSON. */
export function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}

/** Times are to the second, in which somebody may ask twice: what they told with it tells the two apart. */
function isSame(left: OperationState, right: OperationState): boolean {
  const told = ({ operation, syncResult }: OperationState): string =>
    JSON.stringify([operation.info, syncResult?.['revision'], syncResult?.['revisions']]);
  return left.startedAt === right.startedAt && left.finishedAt === right.finishedAt && told(left) === told(right);
}

/** Entries are kept as upstream keeps them (10 unless the spec says otherwise), one for each whole sync that succeeded. */
export function historyOf(
  application: Application,
  report: DeliveryReport,
  state: OperationState | undefined,
): readonly HistoryEntry[] {
  const before = application.status.history ?? [];
  const { operation } = report;
  const limit = application.spec.revisionHistoryLimit ?? 10;
  const kept = limit <= 0 ? [] : before.slice(-limit);
  if (!operation || operation.recorded === true || operation.phase !== 'succeeded') return before;
  if (operation.partial || !state?.finishedAt) return before;
  if (limit <= 0) return [];
  // The end of an operation and its entry are written together.
  const recorded = application.status.operationState;
  if (recorded?.phase === 'Succeeded' && isSame(recorded, state)) return kept;
  const last = before.at(-1);
  const { resources: _steps, managedNamespaceMetadata: _metadata, revision, ...where } = state.syncResult ?? {};
  const entry: HistoryEntry = {
    id: (last?.id ?? -1) + 1,
    ...(revision === undefined || revision === '' ? {} : { revision }),
    ...(where as { readonly source?: ApplicationSource }),
    deployStartedAt: state.startedAt,
    deployedAt: state.finishedAt,
    initiatedBy: operation.initiatedBy.automated
      ? { automated: true }
      : { username: operation.initiatedBy.username ?? 'unknown' },
  };
  return [...before, entry].slice(-limit);
}
