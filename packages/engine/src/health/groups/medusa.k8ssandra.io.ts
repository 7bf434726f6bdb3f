// Medusa's backups of Cassandra.

import type { HealthCheck } from '../health.ts';
import { at, degraded, healthy, progressing, unknown } from '../reading.ts';
import { isObserved, type KindChecks } from '../rules.ts';

/** `last`: failed nodes outweigh finished ones. */
function medusa(pending: string, last: boolean): HealthCheck {
  return (object) => {
    if (at(object, 'status') === undefined) return unknown('No status object');
    if (at(object, 'status.observedGeneration') === undefined) return unknown('No observedGeneration');
    if (!isObserved(object)) return progressing('observedGeneration is not equal to generation');
    const finished = at(object, 'status.finished');
    const hasFailed = at(object, 'status.failed') !== undefined;
    if (finished === undefined && !hasFailed) return progressing(pending);
    if (hasFailed && (last || finished === undefined)) return degraded('Failed nodes exist');
    return Array.isArray(finished) && finished.some((node) => node !== null) ? healthy() : progressing();
  };
}

export const checks = (): KindChecks => ({
  MedusaBackupJob: medusa('Status not known yet', false),
  MedusaTask: medusa('', true),
});
