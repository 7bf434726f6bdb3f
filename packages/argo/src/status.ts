// From a report to the status of an Application, in upstream's own words and shapes.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go ApplicationStatus (3.6).

import type { HealthStatus, RefusalCode } from '@evenkeel/engine';
import {
  type DeliveryReport,
  type OperationReport,
  type ResourceReport,
  type Warning,
  type WarningKind,
  standingFailure,
} from '@evenkeel/delivery';
import type { Json, JsonObject } from '@evenkeel/resource';
import { holdSentence } from './guard.ts';
import { kubeTime } from '@evenkeel/std';
import { optionDoubts } from './sync-options.ts';
import {
  type Application,
  type ApplicationCondition,
  type ApplicationStatus,
  type ResourceStatus,
  asJson,
} from './application.ts';
import { healthCauses } from './health-causes.ts';
import { fitting, historyOf, operationStateOf, sizeOf } from './operation-state.ts';
import { controlPlaneNamespace } from './tracking.ts';

const healthWords: Readonly<Record<HealthStatus, string>> = {
  healthy: 'Healthy',
  suspended: 'Suspended',
  progressing: 'Progressing',
  missing: 'Missing',
  degraded: 'Degraded',
  unknown: 'Unknown',
};
const syncWords = { synced: 'Synced', drifted: 'OutOfSync', unknown: 'Unknown' } as const;
const rendererWords = {
  kustomize: 'Kustomize',
  helm: 'Helm',
  directory: 'Directory',
  plugin: 'Plugin',
  none: '',
} as const;

/** Which condition a refusal shows as. */
const conditionTypes: Readonly<Record<RefusalCode, string>> = {
  SOURCE_UNREACHABLE: 'ComparisonError',
  REVISION_NOT_FOUND: 'ComparisonError',
  SOURCE_UNVERIFIED: 'ComparisonError',
  PATH_NOT_FOUND: 'ComparisonError',
  RENDER_FAILED: 'ComparisonError',
  INVALID_OBJECT: 'SyncError',
  UNKNOWN_KIND: 'SyncError',
  EMPTY_RENDER: 'SyncError',
  PRUNE_BUDGET: 'SyncError',
  TWO_OWNERS: 'SharedResourceWarning',
  NOT_PERMITTED: 'InvalidSpecError',
  NAMESPACE_NOT_PERMITTED: 'UnknownError',
  OBJECT_NOT_PERMITTED: 'SyncError',
  UNSUPPORTED_FIELD: 'InvalidSpecError',
  INVALID_SPEC: 'InvalidSpecError',
  DESTINATION_UNKNOWN: 'InvalidSpecError',
  CLUSTER_UNREACHABLE: 'ComparisonError',
  APPLY_FAILED: 'SyncError',
  HOOK_FAILED: 'SyncError',
  HEALTH_FAILED: 'SyncError',
  TIMEOUT: 'SyncError',
  DEPENDENCY: 'BlockedWarning',
  TERMINATED: 'SyncError',
};

/** Which condition a warning shows as; of the rest the page tells. What is doubted shows as one, see `told`. */
const warningTypes: Partial<Readonly<Record<WarningKind, string>>> = {
  health: 'ComparisonError',
  closed: 'BlockedWarning',
  held: 'RevisionHeldWarning',
  repeated: 'RepeatedResourceWarning',
  orphans: 'OrphanedResourceWarning',
  excluded: 'ExcludedResourceWarning',
};

/** What is written of a report besides the report itself. */
export interface StatusOptions {
  readonly nowMs: number;
  /** status.resources carries the health of each. */
  readonly persistHealth?: boolean;
}

/** What the status says after this report. Times change only together with what they belong to. */
export function statusOf(application: Application, report: DeliveryReport, options: StatusOptions): ApplicationStatus {
  const before = application.status;
  const now = kubeTime(options.nowMs);
  const operationState =
    report.operation && report.operation.recorded !== true
      ? operationStateOf(application, withWhat(report.operation))
      : before.operationState;
  const history = historyOf(application, report, operationState);
  const {
    sourceType: _one,
    sourceTypes: _many,
    summary: _summary,
    resourceHealthSource: _source,
    conditions: _conditions,
    ...rest
  } = before;
  return {
    ...rest,
    sync: syncOf(application, report),
    health: healthOf(before.health, report, now),
    ...resourcesOf(application, report, options),
    ...conditionsOf(before.conditions ?? [], withOwnWarnings(application, report), now),
    ...summaryOf(report),
    ...sourceTypesOf(application, report),
    ...(operationState ? { operationState } : {}),
    ...(history.length > 0 || before.history ? { history } : {}),
    controllerNamespace: controlPlaneNamespace,
  };
}

/** An operation that came to nothing because nothing could be rendered, in upstream's words. */
function withWhat(operation: OperationReport): OperationReport {
  if (operation.phase !== 'error' || operation.blocked !== true) return operation;
  const { message } = operation;
  const what = message.startsWith('Failed to load ') ? message : `${loading}${message}`;
  return { ...operation, message: `ComparisonError: ${what}` };
}

function healthOf(
  before: ApplicationStatus['health'],
  report: DeliveryReport,
  now: string,
): NonNullable<ApplicationStatus['health']> {
  // Of what cannot be rendered now, the health that was found last is the best that is known.
  if (before && isUnrendered(report) && report.health.status === 'unknown') return before;
  const status = healthWords[report.health.status];
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
  const message = healthCauses(report);
  return { status, lastTransitionTime, ...(message === undefined ? {} : { message }) };
}

/** Nothing is known of what should be, and nothing was found in the cluster either. */
function isUnrendered({ sync, resources }: DeliveryReport): boolean {
  return sync === 'unknown' && resources.length === 0;
}

function summaryOf({ images, resources, links = [] }: DeliveryReport): Pick<ApplicationStatus, 'summary'> {
  const isAppOfApps = resources.some(({ ref }) => ref.group === 'argoproj.io' && ref.kind === 'Application');
  const summary = {
    ...(links.length > 0 ? { externalURLs: links } : {}),
    ...(images.length > 0 ? { images: images.toSorted() } : {}),
    ...(isAppOfApps ? { isAppOfApps } : {}),
  };
  return { summary };
}

function sourceTypesOf({ spec, status }: Application, { renderers }: DeliveryReport): Partial<ApplicationStatus> {
  const words = renderers.map((renderer) => rendererWords[renderer as keyof typeof rendererWords]);
  const many = spec.sources !== undefined && spec.sources.length > 0;
  const [first] = words;
  if (first === undefined) {
    return many
      ? { sourceTypes: status.sourceTypes ?? [] }
      : status.sourceType
        ? { sourceType: status.sourceType }
        : {};
  }
  return many ? { sourceTypes: words } : { sourceType: first };
}

/** How much of a status its list of objects may take: what every watcher of Applications is sent at each change. */
const RESOURCES_BYTES_MAX = 50_000;

/**
 * The objects, as upstream lists them. Of very many, those in sync and in health are left out, but for one of each kind, by
 * which a later process knows what to watch; `leftOut` counts them.
 */
function resourcesOf(
  { status }: Application,
  report: DeliveryReport,
  { persistHealth = false }: StatusOptions,
): Pick<ApplicationStatus, 'resources' | 'resourceHealthSource'> {
  const source = persistHealth ? {} : { resourceHealthSource: 'appTree' };
  if (isUnrendered(report))
    return { ...(status.resources ? { resources: status.resources.map(unknownNow) } : {}), ...source };
  const listed = report.resources
    .filter((resource) => !resource.hook || resource.present === true)
    .map((resource) => ({ resource, entry: resourceOf(resource, persistHealth) }))
    .sort((left, right) => (keyOf(left.entry) < keyOf(right.entry) ? -1 : 1));
  const all = listed.map(({ entry }) => entry);
  if (sizeOf(all) <= RESOURCES_BYTES_MAX) return { resources: all, ...source };
  const kinds = new Set<string>();
  const telling = listed.filter(({ resource: { ref, sync, health, hook } }) => {
    const kind = `${ref.group}/${ref.kind}`;
    const isFirst = !kinds.has(kind);
    kinds.add(kind);
    return isFirst || hook || sync !== 'synced' || (health !== undefined && health.status !== 'healthy');
  });
  return {
    resources: fitting(
      telling.map(({ entry }) => entry),
      RESOURCES_BYTES_MAX,
    ),
    ...source,
  };
}

/** An object that was told of before its source could not be read any more. */
function unknownNow(resource: ResourceStatus): ResourceStatus {
  return resource.status === undefined ? resource : { ...resource, status: syncWords.unknown };
}

/** How many objects of a report its status leaves out for their number. */
export function leftOut(report: DeliveryReport, { resources = [] }: ApplicationStatus): number {
  if (report.sync === 'unknown') return 0;
  return report.resources.filter(({ hook, present }) => !hook || present === true).length - resources.length;
}

function keyOf({ group = '', kind, namespace = '', name }: ResourceStatus): string {
  return [group, kind, namespace, name].join('/');
}

function resourceOf(resource: ResourceReport, persistHealth: boolean): ResourceStatus {
  const { ref, health } = resource;
  // Upstream's own quirk: what a hook left behind counts as something to prune.
  const requiresPruning = resource.reason === 'stray' || (resource.hook && resource.present === true);
  return {
    ...(ref.group === '' ? {} : { group: ref.group }),
    version: resource.version,
    kind: ref.kind,
    ...(ref.namespace === '' ? {} : { namespace: ref.namespace }),
    name: ref.name,
    ...(resource.hook ? { hook: true } : { status: syncWords[resource.sync] }),
    ...(persistHealth && health
      ? { health: { status: healthWords[health.status], ...(health.message ? { message: health.message } : {}) } }
      : {}),
    ...(requiresPruning ? { requiresPruning: true } : {}),
    ...(resource.needsApproval === true ? { requiresDeletionConfirmation: true } : {}),
    ...(resource.wave === 0 ? {} : { syncWave: resource.wave }),
  };
}

/** Why nothing is tried any more, as upstream says it; what somebody asked for says only its own. */
function failureSentence({ initiatedBy, phase, revision, message }: NonNullable<DeliveryReport['operation']>): string {
  if (!initiatedBy.automated || phase === 'running') return message;
  return `Failed last sync attempt to [${revision.split(',').join(' ')}]: ${message}`;
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
      ...(spec.ignoreDifferences ? { ignoreDifferences: asJson(spec.ignoreDifferences) } : {}),
    },
  };
}

/** What keeps the sources from being read, whatever it is. */
const loading = 'Failed to load target state: ';
const loadingCodes: ReadonlySet<RefusalCode> = new Set([
  'SOURCE_UNREACHABLE',
  'REVISION_NOT_FOUND',
  'PATH_NOT_FOUND',
  'RENDER_FAILED',
]);

/** What waits for somebody's answer, and has failed of nothing. */
const asked: ReadonlySet<RefusalCode> = new Set(['EMPTY_RENDER', 'PRUNE_BUDGET']);

function conditionOf({ code, sentence }: DeliveryReport['refusals'][number]): { type: string; message: string } {
  return { type: conditionTypes[code], message: loadingCodes.has(code) ? `${loading}${sentence}` : sentence };
}

function conditionsOf(
  before: readonly ApplicationCondition[],
  report: DeliveryReport,
  now: string,
): Pick<ApplicationStatus, 'conditions'> {
  const { refusals } = report;
  const failed = standingFailure(report);
  // What a sync has failed of is told once, as the end of the sync.
  const beside = failed
    ? refusals.filter(({ code }) => conditionTypes[code] !== 'SyncError' || asked.has(code))
    : refusals;
  const wanted = beside.map(conditionOf);
  const isTold = wanted.length > 0 && wanted.length === refusals.length;
  if (failed && !isTold) wanted.push({ type: 'SyncError', message: failureSentence(failed) });
  wanted.push(...told(report.warnings));
  if (wanted.length === 0) return {};
  return {
    conditions: wanted.map(({ type, message }) => {
      const known = before.find((condition) => condition.type === type && condition.message === message);
      return { type, message, lastTransitionTime: known?.lastTransitionTime ?? now };
    }),
  };
}

/** The conditions that warnings show as. */
function told(warnings: readonly Warning[]): readonly { type: string; message: string }[] {
  const each = warnings.flatMap(({ kind, sentence }) => {
    const type = warningTypes[kind];
    return type === undefined ? [] : [{ type, message: sentence }];
  });
  const doubts = warnings.filter(({ kind }) => kind === 'doubt').map(({ sentence }) => sentence);
  return doubts.length === 0 ? each : [...each, { type: 'UnknownOptionWarning', message: someOf(doubts) }];
}

const DOUBTS_MAX = 5;

function someOf(sentences: readonly string[]): string {
  const more = sentences.length > DOUBTS_MAX ? `; and ${sentences.length - DOUBTS_MAX} more` : '';
  return sentences.slice(0, DOUBTS_MAX).join('; ') + more;
}

/** What the Application says by itself, beside what was found: where it is held, and options nobody knows. */
function withOwnWarnings(application: Application, report: DeliveryReport): DeliveryReport {
  const held = holdSentence(application, report.revisions);
  const doubts = optionDoubts(application.spec.syncPolicy?.syncOptions ?? []);
  const own: readonly Warning[] = [
    ...(held === undefined ? [] : [{ kind: 'held', sentence: held } as const]),
    ...doubts.map((sentence) => ({ kind: 'doubt', sentence }) as const),
  ];
  return own.length === 0 ? report : { ...report, warnings: [...report.warnings, ...own] };
}

/** Says in the status that an Application cannot be deleted, and why. */
export function withDeletionError(
  status: ApplicationStatus,
  message: string | undefined,
  nowMs: number,
): ApplicationStatus {
  const rest = (status.conditions ?? []).filter(({ type }) => type !== 'DeletionError');
  const known = status.conditions?.find((condition) => condition.type === 'DeletionError');
  if (message === undefined) return known ? { ...status, conditions: rest } : status;
  const lastTransitionTime = known?.message === message ? known.lastTransitionTime : undefined;
  const condition = { type: 'DeletionError', message, lastTransitionTime: lastTransitionTime ?? kubeTime(nowMs) };
  return { ...status, conditions: [...rest, condition] };
}

/** The status as plain JSON. */
export function statusJson(status: ApplicationStatus): JsonObject {
  return JSON.parse(JSON.stringify(status)) as Record<string, Json>;
}
