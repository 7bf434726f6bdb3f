// The `operation` of an Application: a sync that somebody asks for, as the engine takes it and as the status tells of it.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go Operation and SyncOperation (3.6).

import type { OperationReport, SyncRequest } from '@evenkeel/delivery';
import type { Refusal } from '@evenkeel/engine';
import type { Application, ApplicationSpec, RequestedOperation, RetryStrategy } from './application.ts';
import { optionPolicy } from './policy.ts';
import { readSyncOptions } from './sync-options.ts';
import { type SourceSettings, translateSources } from './sources/translate-sources.ts';
import { translateRetry } from './translate.ts';

/** The sync that somebody asked for by writing `operation`. */
export function requestOf(application: Application, settings?: SourceSettings): SyncRequest | undefined {
  const { operation, object } = application;
  const id = `requested-${object.metadata.resourceVersion ?? ''}`;
  if (!operation) return undefined;
  const problems = application.operationProblems ?? unknownOptions(operation);
  const request = problems.length > 0 ? undefined : readOperation(operation, application, { id, settings });
  return request ?? nonsense(problems, operation, id);
}

function unknownOptions({ sync }: RequestedOperation): readonly string[] {
  const { refusals } = readSyncOptions(sync?.syncOptions ?? [], 'operation.sync.syncOptions');
  return refusals.map(({ sentence }) => sentence);
}

/** An operation that no one can run ends as upstream ends it; one of which a part cannot be read is not run without that part. */
function nonsense(problems: readonly string[], operation: RequestedOperation, id: string): SyncRequest {
  const { initiatedBy } = operation;
  return {
    id,
    initiatedBy: { automated: initiatedBy?.automated === true, username: initiatedBy?.username },
    asked: operation,
    invalid: `Invalid operation request: ${problems.slice(0, 5).join(', ') || 'no operation specified'}`,
  };
}

/** How a sync that somebody asked for ends where its Application is refused: whoever waits for it has to hear why. */
export function refusedOperation(
  application: Application,
  refusals: readonly Refusal[],
  nowMs: number,
): OperationReport | undefined {
  const { operation } = application;
  if (!operation) return undefined;
  const initiatedBy = {
    automated: operation.initiatedBy?.automated === true,
    username: operation.initiatedBy?.username,
  };
  return {
    id: `refused-${nowMs}`,
    phase: 'error',
    message: refusals.map(({ sentence }) => sentence).join('; '),
    revision: operation.sync?.revision ?? '',
    fingerprint: '',
    startedAtMs: nowMs,
    finishedAtMs: nowMs,
    steps: [],
    retryCount: 0,
    initiatedBy,
    partial: true,
    request: { id: `refused-${nowMs}`, initiatedBy, asked: operation },
  };
}

/** What a process knows of its last operation; undefined where a later one is on record. */
export function unlessOutdated(
  last: OperationReport | undefined,
  { status }: Application,
): OperationReport | undefined {
  const recorded = status.operationState?.startedAt;
  // Times on record are to the second.
  const isOutdated =
    last && recorded !== undefined && Math.floor(last.startedAtMs / 1000) * 1000 < Date.parse(recorded);
  return isOutdated ? undefined : last;
}

/** Reads one operation; undefined where it asks for no sync. Options that are not known are left out: of one on record, too late. */
export function readOperation(
  operation: RequestedOperation,
  application: Application,
  { id, settings }: { readonly id: string; readonly settings?: SourceSettings | undefined },
): SyncRequest | undefined {
  const { sync, initiatedBy } = operation;
  const { spec } = application;
  if (!sync || application.operationProblems) return undefined;
  const only = (sync.resources ?? []).map((resource) => ({
    group: resource.group ?? '',
    kind: resource.kind,
    namespace: resource.namespace ?? '',
    name: resource.name,
  }));
  const sources = sync.sources && sync.sources.length > 0 ? sync.sources : sync.source ? [sync.source] : undefined;
  const options = sync.syncOptions ? optionPolicy(readSyncOptions(sync.syncOptions).options) : {};
  const force = sync.syncStrategy?.apply?.['force'] === true || sync.syncStrategy?.hook?.['force'] === true;
  return {
    id,
    revision: sync.revision === '' ? undefined : sync.revision,
    revisions: sync.revisions && sync.revisions.length > 0 ? sync.revisions : undefined,
    sources: sources && translateSources(application, settings, sources),
    manifests: sync.manifests && sync.manifests.length > 0 ? sync.manifests : undefined,
    prune: sync.prune === true,
    dryRun: sync.dryRun === true,
    only: only.length > 0 ? only : undefined,
    skipHooks: sync.syncStrategy?.apply !== undefined,
    initiatedBy: { automated: initiatedBy?.automated === true, username: initiatedBy?.username },
    policy: { ...options, ...(force ? { recreate: true } : {}) },
    ...requestedRetry(operation, spec),
    asked: operation,
  };
}

/** An operation that says nothing of retries has those of its Application, as upstream's API fills them in. */
function requestedRetry({ retry }: RequestedOperation, { syncPolicy }: ApplicationSpec): Pick<SyncRequest, 'retry'> {
  if (retry && Object.keys(retry).length > 0) return { retry: translateRetry({ limit: 0, ...retry }) };
  return { retry: translateRetry(syncPolicy?.retry ?? { limit: 0 }) };
}

/** The operation as status.operationState tells of it: what was asked for, with the revision it came to. */
export function operationJson({ spec }: Application, operation: OperationReport): RequestedOperation {
  const many = spec.sources !== undefined && spec.sources.length > 0;
  const revisions = operation.revision.split(',');
  const at = many ? { revisions } : { revision: operation.revision };
  const asked = operation.request?.asked as RequestedOperation | undefined;
  if (asked) return { ...asked, sync: { ...at, ...asked.sync } };
  return automatedOperation(spec, operation);
}

/** A limit of 0 is left out, as Argo CD leaves it out. */
function asWritten({ limit = 0, ...rest }: RetryStrategy): RetryStrategy {
  return limit === 0 ? rest : { limit, ...rest };
}

function automatedOperation(spec: ApplicationSpec, operation: OperationReport): RequestedOperation {
  const { automated, syncOptions, retry } = spec.syncPolicy ?? {};
  const many = spec.sources !== undefined && spec.sources.length > 0;
  const { healings, initiatedBy } = operation;
  const resources =
    healings === undefined
      ? undefined
      : operation.steps.map(({ ref: { group, kind, name } }) => ({ ...(group === '' ? {} : { group }), kind, name }));
  return {
    initiatedBy: initiatedBy.automated ? { automated: true } : { username: initiatedBy.username ?? 'unknown' },
    retry: retry === undefined ? { limit: 5 } : asWritten(retry),
    sync: {
      ...(many
        ? { revisions: operation.revision.split(','), sources: spec.sources }
        : { revision: operation.revision }),
      ...(!many && spec.source ? { source: spec.source } : {}),
      ...(automated?.prune === true ? { prune: true } : {}),
      ...(syncOptions ? { syncOptions } : {}),
      ...(resources ? { resources } : {}),
      ...(healings === undefined ? {} : { autoHealAttemptsCount: healings }),
    },
  };
}
