// From a report to the status of an Application, in upstream's own words and shapes.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go ApplicationStatus (3.6).

import type { HealthStatus, RefusalCode } from '@evenkeel/engine';
import {
  type DeliveryMemory,
  type DeliveryReport,
  type OperationReport,
  type ResourceReport,
  standingFailure,
} from '@evenkeel/delivery';
import type { Json, JsonObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import {
  type Application,
  type ApplicationCondition,
  type ApplicationStatus,
  type HistoryEntry,
  type OperationState,
  type RequestedOperation,
  asJson,
  sourcesOf,
} from './application.ts';

const healthWords: Readonly<Record<HealthStatus, string>> = {
  healthy: 'Healthy',
  suspended: 'Suspended',
  progressing: 'Progressing',
  missing: 'Missing',
  degraded: 'Degraded',
  unknown: 'Unknown',
};
const syncWords = { synced: 'Synced', drifted: 'OutOfSync', unknown: 'Unknown' } as const;
const phaseWords = {
  running: 'Running',
  terminating: 'Terminating',
  succeeded: 'Succeeded',
  failed: 'Failed',
  error: 'Error',
} as const;
const rendererWords = { kustomize: 'Kustomize', helm: 'Helm', directory: 'Directory' } as const;

/** Which condition a refusal shows as. */
const conditionTypes: Readonly<Record<RefusalCode, string>> = {
  SOURCE_UNREACHABLE: 'ComparisonError',
  REVISION_NOT_FOUND: 'ComparisonError',
  PATH_NOT_FOUND: 'ComparisonError',
  RENDER_FAILED: 'ComparisonError',
  INVALID_OBJECT: 'SyncError',
  UNKNOWN_KIND: 'SyncError',
  EMPTY_RENDER: 'SyncError',
  PRUNE_BUDGET: 'SyncError',
  TWO_OWNERS: 'SharedResourceWarning',
  NOT_PERMITTED: 'InvalidSpecError',
  UNSUPPORTED_FIELD: 'InvalidSpecError',
  INVALID_SPEC: 'InvalidSpecError',
  DESTINATION_UNKNOWN: 'InvalidSpecError',
  CLUSTER_UNREACHABLE: 'ComparisonError',
  APPLY_FAILED: 'SyncError',
  HOOK_FAILED: 'SyncError',
  HEALTH_FAILED: 'SyncError',
  TIMEOUT: 'SyncError',
  DEPENDENCY: 'SyncError',
  TERMINATED: 'SyncError',
};

/** What the status says after this report. Times change only together with what they belong to. */
export function statusOf(application: Application, report: DeliveryReport, nowMs: number): ApplicationStatus {
  const before = application.status;
  const now = kubeTime(nowMs);
  const [renderer] = report.renderers;
  const operationState =
    report.operation && report.operation.recorded !== true
      ? operationStateOf(application, report.operation)
      : before.operationState;
  const history = historyOf(application, report, operationState);
  const healthStatus = healthWords[report.health.status];
  const status: ApplicationStatus = {
    ...before,
    sync: syncOf(application, report),
    health: {
      status: healthStatus,
      lastTransitionTime: before.health?.status === healthStatus ? (before.health.lastTransitionTime ?? now) : now,
    },
    resources:
      report.sync === 'unknown' && report.resources.length === 0
        ? (before.resources ?? [])
        : report.resources.map(resourceOf),
    conditions: conditionsOf(before.conditions ?? [], report, now),
    ...(report.images.length > 0 ? { summary: { images: report.images } } : {}),
    ...(renderer === undefined ? {} : { sourceType: rendererWords[renderer as keyof typeof rendererWords] }),
    ...(operationState ? { operationState } : {}),
    ...(history.length > 0 ? { history } : {}),
    controllerNamespace: 'argocd',
  };
  return status;
}

function syncOf(application: Application, report: DeliveryReport): NonNullable<ApplicationStatus['sync']> {
  const { spec } = application;
  const many = spec.sources !== undefined && spec.sources.length > 0;
  const [revision] = report.revisions;
  return {
    status: syncWords[report.sync],
    ...(many ? { revisions: report.revisions } : revision === undefined ? {} : { revision }),
    comparedTo: {
      ...(many ? { sources: asJson(spec.sources) } : { source: asJson(spec.source ?? {}) }),
      destination: asJson(spec.destination ?? {}),
    },
  };
}

function resourceOf(resource: ResourceReport): NonNullable<ApplicationStatus['resources']>[number] {
  const { ref } = resource;
  return {
    ...(ref.group === '' ? {} : { group: ref.group }),
    version: resource.version,
    kind: ref.kind,
    ...(ref.namespace === '' ? {} : { namespace: ref.namespace }),
    name: ref.name,
    ...(resource.hook ? { hook: true } : { status: syncWords[resource.sync] }),
    ...(resource.health ? { health: { status: healthWords[resource.health.status] } } : {}),
    ...(resource.reason === 'stray' ? { requiresPruning: true } : {}),
    ...(resource.wave === 0 ? {} : { syncWave: resource.wave }),
  };
}

function conditionsOf(
  before: readonly ApplicationCondition[],
  report: DeliveryReport,
  now: string,
): readonly ApplicationCondition[] {
  const wanted = report.refusals.map(({ code, sentence }) => ({ type: conditionTypes[code], message: sentence }));
  const failed = standingFailure(report);
  if (failed && wanted.length === 0) wanted.push({ type: 'SyncError', message: failed.message });
  for (const warning of report.warnings) {
    if (warning.startsWith('error setting app health: ')) wanted.push({ type: 'ComparisonError', message: warning });
    if (/more than once/.test(warning)) wanted.push({ type: 'RepeatedResourceWarning', message: warning });
    if (warning.endsWith('is excluded in the settings')) {
      wanted.push({ type: 'ExcludedResourceWarning', message: warning });
    }
  }
  return wanted.map(({ type, message }) => {
    const known = before.find((condition) => condition.type === type && condition.message === message);
    return { type, message, lastTransitionTime: known?.lastTransitionTime ?? now };
  });
}

function operationStateOf(application: Application, operation: OperationReport): OperationState {
  const { spec } = application;
  const revisions = operation.revision.split(',');
  const many = spec.sources !== undefined && spec.sources.length > 0;
  const where = many
    ? { revision: '', revisions, sources: sourcesOf(spec) }
    : { revision: operation.revision, ...(spec.source ? { source: spec.source } : {}) };
  const requested: RequestedOperation = {
    ...(operation.initiatedBy.automated
      ? { initiatedBy: { automated: true } }
      : { initiatedBy: { username: operation.initiatedBy.username ?? 'unknown' } }),
    sync: { ...(many ? { revisions } : { revision: operation.revision }), ...askedFor(operation) },
  };
  return {
    operation: requested,
    phase: phaseWords[operation.phase],
    message: operation.message,
    startedAt: kubeTime(operation.startedAtMs),
    ...(operation.finishedAtMs === undefined ? {} : { finishedAt: kubeTime(operation.finishedAtMs) }),
    ...(operation.retryCount > 0 ? { retryCount: operation.retryCount } : {}),
    syncResult: {
      ...where,
      resources: operation.steps.map((step) => stepOf(step)),
    },
  };
}

/** What was asked for besides the revision, so that a sync cut short by a restart is taken up as it was meant. */
function askedFor({ request }: OperationReport): Omit<NonNullable<RequestedOperation['sync']>, 'revision'> {
  if (!request) return {};
  const { prune, dryRun, only, skipHooks } = request;
  return {
    ...(prune === undefined ? {} : { prune }),
    ...(dryRun === true ? { dryRun } : {}),
    ...(only === undefined ? {} : { resources: only.map((ref) => ({ ...ref })) }),
    ...(skipHooks === true ? { syncStrategy: { apply: {} } } : {}),
  };
}

const stepWords = {
  synced: 'Synced',
  failed: 'SyncFailed',
  pruned: 'Pruned',
  kept: 'PruneSkipped',
  running: 'Synced',
} as const;
const phaseOfStep = { before: 'PreSync', main: 'Sync', after: 'PostSync', failure: 'SyncFail' } as const;
const hookPhases = {
  synced: 'Succeeded',
  failed: 'Failed',
  pruned: 'Succeeded',
  kept: 'Succeeded',
  running: 'Running',
} as const;

function stepOf(step: OperationReport['steps'][number]): JsonObject {
  const { ref } = step;
  return {
    group: ref.group,
    version: step.version,
    kind: ref.kind,
    namespace: ref.namespace,
    name: ref.name,
    message: step.message,
    syncPhase: phaseOfStep[step.phase],
    ...(step.hook
      ? { hookType: phaseOfStep[step.phase], hookPhase: hookPhases[step.status] }
      : { status: stepWords[step.status], hookPhase: step.status === 'failed' ? 'Failed' : 'Running' }),
  };
}

/** Entries are kept as upstream keeps them (10 unless the spec says otherwise), one for each whole sync that succeeded. */
function historyOf(
  application: Application,
  report: DeliveryReport,
  state: OperationState | undefined,
): readonly HistoryEntry[] {
  const before = application.status.history ?? [];
  const { operation } = report;
  if (
    !operation ||
    operation.recorded === true ||
    operation.phase !== 'succeeded' ||
    operation.partial ||
    !state?.finishedAt
  )
    return before;
  const last = before.at(-1);
  const isNew = last?.deployStartedAt !== state.startedAt || historyRevision(last) !== operation.revision;
  if (!isNew || (last !== undefined && Date.parse(last.deployedAt) > operation.startedAtMs + 1000)) return before;
  const limit = application.spec.revisionHistoryLimit ?? 10;
  if (limit === 0) return [];
  const { spec } = application;
  const many = spec.sources !== undefined && spec.sources.length > 0;
  const entry: HistoryEntry = {
    id: (last?.id ?? -1) + 1,
    ...(many
      ? { revisions: operation.revision.split(','), sources: sourcesOf(spec) }
      : { revision: operation.revision, ...(spec.source ? { source: spec.source } : {}) }),
    deployStartedAt: state.startedAt,
    deployedAt: state.finishedAt,
    initiatedBy: operation.initiatedBy.automated
      ? { automated: true }
      : { username: operation.initiatedBy.username ?? 'unknown' },
  };
  return [...before, entry].slice(-limit);
}

/** The revisions of a history entry, as operations name them. */
export function historyRevision(entry: HistoryEntry | undefined): string | undefined {
  if (!entry) return undefined;
  return entry.revisions && entry.revisions.length > 0 ? entry.revisions.join(',') : entry.revision;
}

const phasesByWord: Readonly<Record<string, OperationReport['phase']>> = {
  Running: 'running',
  Terminating: 'terminating',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Error: 'error',
};

/** What an Application remembers of its past, read back from its status. */
export function memoryOf(application: Application, fingerprint: string): DeliveryMemory {
  const inventory = (application.status.resources ?? [])
    .filter((resource) => resource.hook !== true)
    .map((resource) => ({
      group: resource.group ?? '',
      version: resource.version,
      kind: resource.kind,
      namespace: resource.namespace ?? '',
      name: resource.name,
    }));
  const wanted = JSON.stringify(sourcesOf(application.spec));
  const settledRevision = settledRevisionOf(application, wanted);
  const state = application.status.operationState;
  if (!state) return { inventory, settledRevision };
  const { syncResult } = state;
  const sameSource = JSON.stringify(syncResult?.sources ?? [syncResult?.source]) === wanted;
  return {
    inventory,
    settledRevision,
    lastOperation: {
      id: `recorded-${state.startedAt}`,
      phase: phasesByWord[state.phase] ?? 'error',
      message: state.message ?? '',
      revision:
        syncResult?.revisions && syncResult.revisions.length > 0
          ? syncResult.revisions.join(',')
          : (syncResult?.revision ?? ''),
      fingerprint: sameSource ? fingerprint : '',
      startedAtMs: Date.parse(state.startedAt),
      finishedAtMs: state.finishedAt === undefined ? undefined : Date.parse(state.finishedAt),
      steps: [],
      retryCount: state.retryCount ?? 0,
      initiatedBy: {
        automated: state.operation.initiatedBy?.automated === true,
        username: state.operation.initiatedBy?.username,
      },
      partial: (state.operation.sync?.resources ?? []).length > 0,
      recorded: true,
    },
  };
}

function settledRevisionOf({ status, spec }: Application, wanted: string): string | undefined {
  const { sync } = status;
  if (sync?.status !== 'Synced') return undefined;
  const { comparedTo } = sync;
  const sameSource = JSON.stringify(comparedTo?.['sources'] ?? [comparedTo?.['source']]) === wanted;
  const sameDestination = JSON.stringify(comparedTo?.['destination']) === JSON.stringify(spec.destination ?? {});
  return sameSource && sameDestination ? (sync.revisions?.join(',') ?? sync.revision) : undefined;
}

/** The status as plain JSON. */
export function statusJson(status: ApplicationStatus): JsonObject {
  return JSON.parse(JSON.stringify(status)) as Record<string, Json>;
}
