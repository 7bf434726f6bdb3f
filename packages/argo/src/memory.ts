// What an Application remembers of its past, read back from its status: all that a process needs to go on where another
// one ended.

import { type DeliveryMemory, type OperationReport, type StepReport, asksToPrune } from '@evenkeel/delivery';
import type { JsonObject } from '@evenkeel/resource';
import { type Application, type HistoryEntry, type OperationState, sourcesOf } from './application.ts';
import { readOperation } from './operation.ts';
import type { SourceSettings } from './sources/translate-sources.ts';

const phasesByWord: Readonly<Record<string, OperationReport['phase']>> = {
  Running: 'running',
  Terminating: 'terminating',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Error: 'error',
};

/**
 * Reads the memory of an Application; `fingerprint` is that of its present intention. `settings` are those that its own sources
 * are translated with: an operation with sources of its own is taken up with the same.
 */
export function memoryOf(application: Application, fingerprint: string, settings?: SourceSettings): DeliveryMemory {
  const { status, spec } = application;
  const inventory = (status.resources ?? [])
    .filter((resource) => resource.hook !== true)
    .map((resource) => ({
      group: resource.group ?? '',
      version: resource.version,
      kind: resource.kind,
      namespace: resource.namespace ?? '',
      name: resource.name,
    }));
  const wanted = spelled(sourcesOf(spec));
  const state = status.operationState;
  return {
    inventory,
    settledRevision: settledRevisionOf(application, wanted),
    installed: (status.history ?? []).length > 0,
    sinceMs: Date.parse(application.object.metadata.creationTimestamp ?? '') || 0,
    ...(state ? { lastOperation: recordedOperation(application, state, { fingerprint, wanted, settings }) } : {}),
  };
}

function recordedOperation(
  application: Application,
  state: OperationState,
  {
    fingerprint,
    wanted,
    settings,
  }: { readonly fingerprint: string; readonly wanted: string; readonly settings: SourceSettings | undefined },
): OperationReport {
  const { syncResult, operation } = state;
  const sameSource = spelled(sourcesOf(syncResult ?? {})) === wanted;
  const automated = operation.initiatedBy?.automated === true;
  const id = `recorded-${state.startedAt}`;
  const healings = operation.sync?.autoHealAttemptsCount;
  return {
    id,
    phase: phasesByWord[state.phase] ?? 'error',
    message: state.message ?? '',
    revision: historyRevision(syncResult) ?? '',
    fingerprint: sameSource ? fingerprint : '',
    startedAtMs: Date.parse(state.startedAt),
    finishedAtMs: state.finishedAt === undefined ? undefined : Date.parse(state.finishedAt),
    steps: (syncResult?.resources ?? []).flatMap(recordedStep),
    retryCount: state.retryCount ?? 0,
    initiatedBy: { automated, username: operation.initiatedBy?.username },
    partial: (operation.sync?.resources ?? []).length > 0,
    ...(healings === undefined ? {} : { healings }),
    // It has not been tried: who agrees after a restart is not kept waiting for an attempt that no policy leaves.
    ...(asksToPrune(state.message ?? '') ? { blocked: true } : {}),
    ...(automated ? {} : { request: readOperation(operation, application, { id, settings }) }),
    recorded: true,
  };
}

const phasesOfStep: Readonly<Record<string, StepReport['phase']>> = {
  PreSync: 'before',
  Sync: 'main',
  PostSync: 'after',
  SyncFail: 'failure',
};

/** Hooks are what must not be begun twice; everything else tells by itself whether it is done. */
function recordedStep(entry: JsonObject): readonly StepReport[] {
  const text = (name: string): string => {
    const value = entry[name];
    return typeof value === 'string' ? value : '';
  };
  if (text('hookType') === '') return [];
  const phase = text('hookPhase');
  return [
    {
      ref: { group: text('group'), kind: text('kind'), namespace: text('namespace'), name: text('name') },
      version: text('version'),
      status: phase === 'Failed' ? 'failed' : phase === 'Running' ? 'running' : 'synced',
      message: text('message'),
      hook: true,
      phase: phasesOfStep[text('syncPhase')] ?? 'main',
      settled: phase === 'Succeeded',
    },
  ];
}

/**
 * A value in one spelling, whoever wrote it: Argo CD leaves out what is empty, adds `jsonnet: {}` to every directory, and has an
 * order of fields of its own.
 */
function spelled(value: unknown): string {
  return JSON.stringify(essence(value)) ?? '';
}

function essence(value: unknown): unknown {
  if (value === null || value === '' || value === false) return undefined;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((entry) => essence(entry) ?? {});
  const fields = Object.entries(value ?? {})
    .map(([name, field]) => [name, essence(field)] as const)
    .filter(([, field]) => field !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/** The revisions of a history entry or a sync, as operations name them. */
export function historyRevision(entry: Pick<HistoryEntry, 'revision' | 'revisions'> | undefined): string | undefined {
  if (!entry) return undefined;
  return entry.revisions && entry.revisions.length > 0 ? entry.revisions.join(',') : entry.revision;
}

function settledRevisionOf({ status, spec }: Application, wanted: string): string | undefined {
  const { sync } = status;
  if (sync?.status !== 'Synced') return undefined;
  const { comparedTo } = sync;
  const sameSource = spelled(comparedTo?.['sources'] ?? [comparedTo?.['source']]) === wanted;
  const sameDestination = spelled(comparedTo?.['destination']) === spelled(spec.destination);
  return sameSource && sameDestination ? (sync.revisions?.join(',') ?? sync.revision) : undefined;
}
