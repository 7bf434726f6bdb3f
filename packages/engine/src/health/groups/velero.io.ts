// Velero's backups.

import type { KubeObject } from '@evenkeel/resource';
import type { HealthCheck } from '../health.ts';
import { at, show } from '../reading.ts';
import { first, type KindChecks, phase, waiting } from '../rules.ts';

const cause = (object: KubeObject): string => show(at(object, 'status.failureReason') ?? at(object, 'status.phase'));

function velero(kind: string): HealthCheck {
  return first(
    phase('status.phase', {
      Completed: ['healthy', `${kind} completed`],
      FailedValidation: ['degraded', cause],
      Failed: ['degraded', cause],
      PartiallyFailed: ['degraded', cause],
      WaitingForPluginOperationsPartiallyFailed: ['degraded', cause],
      FinalizingPartiallyFailed: ['degraded', cause],
      '*': 'progressing',
    }),
    waiting(`Waiting for ${kind.toLowerCase()} to be processed`),
  );
}

export const checks = (): KindChecks => ({
  Backup: velero('Backup'),
  Restore: velero('Restore'),
  Schedule: first(
    phase('status.phase', {
      Enabled: ['healthy', 'Schedule is enabled'],
      FailedValidation: ['degraded', 'Schedule failed validation'],
      '*': 'progressing',
    }),
    waiting('Waiting for schedule to be processed'),
  ),
});
