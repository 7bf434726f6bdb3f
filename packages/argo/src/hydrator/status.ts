// status.sourceHydrator: what became of the last hydration, in upstream's shape, and the steps from one state to the next.
// Pure. Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go SourceHydratorStatus (3.6).

import type { JsonObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import { type Application, type SourceHydrator, asJson } from '../application.ts';

/** What is being done, or was done last. */
export interface HydrateOperation {
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly phase: 'Hydrating' | 'Hydrated' | 'Failed';
  readonly message: string;
  readonly drySHA?: string;
  readonly hydratedSHA?: string;
  readonly sourceHydrator?: SourceHydrator;
}

export interface HydratorStatus {
  readonly currentOperation?: HydrateOperation;
  readonly lastSuccessfulOperation?: Pick<HydrateOperation, 'drySHA' | 'hydratedSHA' | 'sourceHydrator'>;
  readonly lastComparedDryRevision?: string;
}

/** What an Application says of its hydration. */
export function hydratorStatusOf({ status }: Application): HydratorStatus {
  return (status['sourceHydrator'] ?? {}) as HydratorStatus;
}

/** It has begun. One that was begun before and not ended keeps its time. */
export function begun(before: HydratorStatus, sourceHydrator: SourceHydrator, nowMs: number): HydratorStatus {
  if (before.currentOperation?.phase === 'Hydrating') return before;
  const startedAt = kubeTime(nowMs);
  return { ...before, currentOperation: { startedAt, phase: 'Hydrating', message: '', sourceHydrator } };
}

export interface Ending {
  readonly startedMs: number;
  readonly nowMs: number;
  readonly sourceHydrator: SourceHydrator;
  /** The dry commit; undefined where not even that could be found out. */
  readonly drySHA: string | undefined;
}

/** It has failed. */
export function failed(before: HydratorStatus, ending: Ending, why: string): HydratorStatus {
  const { drySHA } = ending;
  return {
    ...before,
    currentOperation: {
      ...operationOf(before, ending),
      phase: 'Failed',
      message: `Failed to hydrate: ${why}`,
    },
    ...(drySHA === undefined ? {} : { lastComparedDryRevision: drySHA }),
  };
}

/** It has been done: the manifests of the dry commit stand at the hydrated one. */
export function hydrated(
  before: HydratorStatus,
  ending: Ending & { readonly drySHA: string },
  hydratedSHA: string,
): HydratorStatus {
  const { drySHA, sourceHydrator } = ending;
  return {
    currentOperation: { ...operationOf(before, ending), phase: 'Hydrated', message: '', hydratedSHA },
    lastSuccessfulOperation: { drySHA, hydratedSHA, sourceHydrator },
    lastComparedDryRevision: drySHA,
  };
}

function operationOf(
  before: HydratorStatus,
  { startedMs, nowMs, drySHA, sourceHydrator }: Ending,
): Pick<HydrateOperation, 'startedAt' | 'finishedAt' | 'drySHA' | 'sourceHydrator'> {
  const running = before.currentOperation?.phase === 'Hydrating' ? before.currentOperation.startedAt : undefined;
  return {
    startedAt: running ?? kubeTime(startedMs),
    finishedAt: kubeTime(nowMs),
    ...(drySHA === undefined ? {} : { drySHA }),
    sourceHydrator,
  };
}

/** As JSON, for a patch. */
export function hydratorStatusJson(status: HydratorStatus): JsonObject {
  return asJson(status) as JsonObject;
}
