// Numaflow.

import type { HealthCheck } from '../health.ts';
import { at, degraded, healthy, items, progressing, text } from '../reading.ts';
import { isObserved, type KindChecks, matcher } from '../rules.ts';

interface NumaflowKind {
  /** Names the kind in sentences. */
  readonly kind: string;
  /** The phases that count as resting. */
  readonly paused: readonly string[];
  /** A condition that does not hold speaks for itself; else its subresources are said to be unhealthy. */
  readonly quotes: boolean;
  /** Whether a failed progressive upgrade is marked by a label. */
  readonly progressive: boolean;
}

function numaflow({ kind, paused, quotes, progressive }: NumaflowKind): HealthCheck {
  return (object) => {
    if (at(object, 'status') === undefined || !isObserved(object)) return progressing(`Waiting for ${kind} status`);
    const phaseWord = text(object, 'status.phase');
    const bad = items(object, 'status.conditions').findLast(matcher('*=False'));
    if (phaseWord === 'Failed') return degraded(text(object, 'status.message'));
    const label = object.metadata.labels?.['numaplane.numaproj.io/progressive-result-state'];
    if (progressive && label === 'failed') return degraded('Failed progressive upgrade');
    if (bad) return degraded(quotes ? text(bad, 'message') : 'Subresources are unhealthy');
    if (paused.includes(phaseWord)) return healthy(`${kind} is paused`);
    return phaseWord === 'Running' ? healthy(`${kind} is healthy`) : progressing(`Waiting for ${kind} status`);
  };
}

export const checks = (): KindChecks => ({
  InterStepBufferService: numaflow({ kind: 'InterStepBufferService', paused: [], quotes: true, progressive: true }),
  MonoVertex: numaflow({ kind: 'MonoVertex', paused: ['Paused'], quotes: false, progressive: true }),
  Pipeline: numaflow({ kind: 'Pipeline', paused: ['Paused', 'Pausing'], quotes: false, progressive: true }),
  Vertex: numaflow({ kind: 'Vertex', paused: ['Paused'], quotes: true, progressive: false }),
});
