// The Application as it is read: the fields this front end understands, and no others.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import type { KnownCluster } from './clusters/known-cluster.ts';
import { applicationSpecSchema, operationSchema, readStatusSchema } from './crd/application.ts';
import { conform } from './crd/conform.ts';

export interface NameValue {
  readonly name: string;
  readonly value: string;
}

/** spec.source and each of spec.sources. */
export interface ApplicationSource {
  readonly repoURL?: string;
  readonly path?: string;
  readonly targetRevision?: string;
  readonly chart?: string;
  readonly ref?: string;
  readonly name?: string;
  readonly tagPrefix?: string;
  readonly helm?: JsonObject;
  readonly kustomize?: JsonObject;
  readonly directory?: JsonObject;
  readonly plugin?: JsonObject;
}

/** spec.sourceHydrator: a source that is rendered into a branch, which is then what is synced. */
export interface SourceHydrator {
  readonly drySource: Omit<ApplicationSource, 'chart' | 'ref' | 'name' | 'tagPrefix'>;
  readonly syncSource: { readonly targetBranch: string; readonly path: string; readonly repoURL?: string };
  readonly hydrateTo?: { readonly targetBranch: string };
}

export interface AutomatedPolicy {
  readonly enabled?: boolean;
  readonly prune?: boolean;
  readonly selfHeal?: boolean;
  readonly allowEmpty?: boolean;
}

export interface RetryStrategy {
  readonly limit?: number;
  readonly refresh?: boolean;
  readonly backoff?: { readonly duration?: string; readonly factor?: number; readonly maxDuration?: string };
}

export interface ApplicationSpec {
  readonly project?: string;
  readonly destination?: { readonly server?: string; readonly name?: string; readonly namespace?: string };
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly sourceHydrator?: SourceHydrator;
  readonly syncPolicy?: {
    readonly automated?: AutomatedPolicy;
    readonly syncOptions?: readonly string[];
    readonly retry?: RetryStrategy;
    readonly managedNamespaceMetadata?: JsonObject;
  };
  readonly ignoreDifferences?: readonly JsonObject[];
  readonly info?: readonly NameValue[];
  readonly revisionHistoryLimit?: number;
}

/** The top-level `operation`: writing it asks for a sync. */
export interface RequestedOperation {
  readonly sync?: {
    readonly revision?: string;
    readonly revisions?: readonly string[];
    readonly prune?: boolean;
    readonly dryRun?: boolean;
    readonly syncStrategy?: { readonly apply?: JsonObject; readonly hook?: JsonObject };
    readonly resources?: readonly {
      readonly group?: string;
      readonly kind: string;
      readonly name: string;
      readonly namespace?: string;
    }[];
    readonly source?: ApplicationSource;
    readonly sources?: readonly ApplicationSource[];
    readonly manifests?: readonly string[];
    readonly syncOptions?: readonly string[];
    /** The how manieth time in a row this undoes drift. */
    readonly autoHealAttemptsCount?: number;
  };
  readonly initiatedBy?: { readonly username?: string; readonly automated?: boolean };
  readonly info?: readonly NameValue[];
  readonly retry?: RetryStrategy;
}

/** One entry of status.history. */
export interface HistoryEntry {
  readonly id: number;
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly source?: ApplicationSource;
  readonly sources?: readonly ApplicationSource[];
  readonly deployStartedAt?: string;
  readonly deployedAt: string;
  readonly initiatedBy?: { readonly username?: string; readonly automated?: boolean };
}

/** One entry of status.resources. */
export interface ResourceStatus {
  readonly group?: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly status?: string;
  readonly health?: { readonly status: string; readonly message?: string };
  readonly hook?: boolean;
  readonly requiresPruning?: boolean;
  readonly syncWave?: number;
  readonly requiresDeletionConfirmation?: boolean;
}

export interface ApplicationCondition {
  readonly type: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

export interface OperationState {
  readonly operation: RequestedOperation;
  readonly phase: 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded';
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly retryCount?: number;
  readonly syncResult?: {
    readonly revision: string;
    readonly revisions?: readonly string[];
    readonly source?: ApplicationSource;
    readonly sources?: readonly ApplicationSource[];
    readonly resources?: readonly JsonObject[];
    readonly managedNamespaceMetadata?: JsonObject;
  };
}

export interface ApplicationStatus {
  readonly resources?: readonly ResourceStatus[];
  readonly sync?: {
    readonly status: string;
    readonly revision?: string;
    readonly revisions?: readonly string[];
    readonly comparedTo?: JsonObject;
  };
  readonly health?: { readonly status: string; readonly message?: string; readonly lastTransitionTime?: string };
  readonly history?: readonly HistoryEntry[];
  readonly conditions?: readonly ApplicationCondition[];
  readonly operationState?: OperationState;
  readonly summary?: {
    readonly images?: readonly string[];
    readonly externalURLs?: readonly string[];
    readonly isAppOfApps?: boolean;
  };
  readonly sourceType?: string;
  readonly sourceTypes?: readonly string[];
  readonly resourceHealthSource?: string;
  readonly reconciledAt?: string;
  readonly [field: string]: unknown;
}

/** An Application read from the cluster. */
export interface Application {
  readonly object: KubeObject;
  readonly namespace: string;
  readonly name: string;
  readonly spec: ApplicationSpec;
  readonly operation?: RequestedOperation | undefined;
  readonly status: ApplicationStatus;
  /** What in its spec has another type than its definition gives it; those fields are left out of `spec`. */
  readonly problems?: readonly string[] | undefined;
  /** The same of its operation, which then is none that could be run. */
  readonly operationProblems?: readonly string[] | undefined;
  /** Where it goes, of all clusters there are; the cluster of this process alone is known where not given. */
  readonly place?: Place | undefined;
}

/** The cluster an Application goes to, and its name in deliveries; or why there is none. */
export type Place =
  | { readonly kind: 'cluster'; readonly key: string; readonly cluster: KnownCluster }
  | { readonly kind: 'problem'; readonly sentence: string };

/** Objects are read once: they never change, and lists of them are read at every turn. */
const readOnce = new WeakMap<KubeObject, Application>();

/** Reads an Application object. What has another type than its definition gives it is left out, and named where it asks for something. */
export function readApplication(object: KubeObject): Application {
  const known = readOnce.get(object);
  if (known) return known;
  const application = readFields(object);
  readOnce.set(object, application);
  return application;
}

function readFields(object: KubeObject): Application {
  const spec = conform(object['spec'] as Json | undefined, applicationSpecSchema, 'spec');
  const operation = conform(object['operation'] as Json | undefined, operationSchema, 'operation');
  const status = conform(object['status'] as Json | undefined, readStatusSchema, 'status');
  const asked = operation.value ?? (operation.problems.length > 0 ? {} : undefined);
  return {
    object,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name ?? '',
    spec: withSyncSource((spec.value ?? {}) as ApplicationSpec),
    operation: asked as RequestedOperation | undefined,
    status: (status.value ?? {}) as ApplicationStatus,
    ...(spec.problems.length > 0 ? { problems: spec.problems } : {}),
    ...(operation.problems.length > 0 ? { operationProblems: operation.problems } : {}),
  };
}

/** A hydrator wins over sources: what is synced is what it has written. */
function withSyncSource(spec: ApplicationSpec): ApplicationSpec {
  if (!spec.sourceHydrator) return spec;
  const { sources: _sources, ...rest } = spec;
  const { drySource, syncSource } = spec.sourceHydrator;
  // What is required may be missing all the same where the definition has no schema; hydratorRefusals says so.
  const repoURL = syncSource?.repoURL || (drySource?.repoURL ?? '');
  return { ...rest, source: { repoURL, path: syncSource?.path ?? '', targetRevision: syncSource?.targetBranch ?? '' } };
}

/** The sources of a spec as one list: `sources` wins over `source`. */
export function sourcesOf(spec: Pick<ApplicationSpec, 'source' | 'sources'>): readonly ApplicationSource[] {
  if (spec.sources && spec.sources.length > 0) return spec.sources;
  return spec.source ? [spec.source] : [];
}

/** Gives a typed value to code that wants JSON; the types above hold JSON only. */
export function asJson(value: unknown): Json {
  return value as Json;
}
