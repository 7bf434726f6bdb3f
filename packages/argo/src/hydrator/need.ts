// Whether an Application has to be hydrated now. Pure. Mirrors argoproj/argo-cd:controller/hydrator/hydrator.go
// appNeedsHydration (3.6).

import { type Hydratable, sameHydrator } from './spec.ts';
import type { HydratorStatus } from './status.ts';

/** How long what failed is left alone, unless somebody asks or there is another commit. */
export const FAILED_REST_MS: number = 2 * 60_000;

/** What is known besides the Application. */
export interface NeedInput {
  readonly status: HydratorStatus;
  /** What somebody asks for with the annotation. */
  readonly requested: 'normal' | 'hard' | undefined;
  readonly nowMs: number;
}

/**
 * `now`: it has to be hydrated, and why. `compare`: it has to be if the dry source has changes since the commit it was last
 * compared at. `rest`: not before that many milliseconds.
 */
export type Need =
  | { readonly kind: 'now'; readonly why: string }
  | { readonly kind: 'compare'; readonly since: string; readonly restMs?: number }
  | { readonly kind: 'rest'; readonly restMs: number };

/**
 * Decides. Other than upstream, an operation that says Hydrating while nobody works on it was left by a process that ended:
 * it is taken up at once instead of after two minutes.
 */
export function needOf({ hydrator }: Hydratable, { status, requested, nowMs }: NeedInput): Need {
  const { currentOperation, lastComparedDryRevision = '' } = status;
  if (!currentOperation) return { kind: 'now', why: 'no previous hydrate operation' };
  if (currentOperation.phase === 'Hydrating') return { kind: 'now', why: 'hydration was interrupted' };
  if (requested === 'hard') return { kind: 'now', why: 'hard hydrate requested' };
  if (!sameHydrator(hydrator, currentOperation.sourceHydrator)) {
    return { kind: 'now', why: 'spec.sourceHydrator differs' };
  }
  if (currentOperation.phase !== 'Failed') return compare(lastComparedDryRevision);
  if (requested) return { kind: 'now', why: 'retrying previous failed hydration' };
  const finishedMs = Date.parse(currentOperation.finishedAt ?? '');
  const restMs = Number.isNaN(finishedMs) ? FAILED_REST_MS : finishedMs + FAILED_REST_MS - nowMs;
  if (restMs < 0) return { kind: 'now', why: 'previous hydrate operation failed more than 2 minutes ago' };
  if (lastComparedDryRevision === '') return { kind: 'rest', restMs };
  return { kind: 'compare', since: lastComparedDryRevision, restMs };
}

function compare(since: string): Need {
  return since === '' ? { kind: 'now', why: 'new revision may have changes' } : { kind: 'compare', since };
}
