// status.sourceHydrator: what became of the last hydration, in upstream's shape, and the steps from one state to the next.
// Pure. Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go SourceHydratorStatus (3.6).

import type { JsonObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import { type Application, type SourceHydrator, asJson } from '../application.ts';
import { sameHydrator } from './spec.ts';

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

/** How the last hydration stands, in few words; undefined where an Application has none. It is done when it is of what the spec says. */
export function hydrationOf(application: Application): HydrationReport | undefined {
  const { sourceHydrator } = application.spec;
  if (!sourceHydrator) return undefined;
  const { currentOperation: last } = hydratorStatusOf(application);
  if (!last || !sameHydrator(sourceHydrator, last.sourceHydrator)) return { phase: 'pending', message: '' };
  const { phase, message, drySHA, hydratedSHA } = last;
  return {
    phase: words[phase] ?? 'pending',
    message,
    ...(drySHA === undefined ? {} : { dry: drySHA }),
    ...(hydratedSHA === undefined ? {} : { hydrated: hydratedSHA }),
  };
}

/** For people. */
export interface HydrationReport {
  phase: 'pending' | 'hydrating' | 'hydrated' | 'failed';
  message: string;
  dry?: string;
  hydrated?: string;
}

const words: Readonly<Record<string, HydrationReport['phase']>> = {
  Hydrating: 'hydrating',
  Hydrated: 'hydrated',
  Failed: 'failed',
};

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
