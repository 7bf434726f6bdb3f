// Keptn's deployments.

import type { HealthCheck } from '../health.ts';

import { first, type KindChecks, phase, waiting } from '../rules.ts';

function keptn(kind: string, path: string): HealthCheck {
  return first(
    phase(path, { Succeeded: ['healthy', `${kind} is healthy`], Failed: ['degraded', `${kind} is degraded`] }),
    waiting(`${kind} is progressing`),
  );
}

export const checks = (): KindChecks => ({
  KeptnAppVersion: keptn('KeptnAppVersion', 'status.status'),
  KeptnEvaluation: keptn('KeptnEvaluation', 'status.overallStatus'),
  KeptnTask: keptn('KeptnTask', 'status.status'),
  KeptnWorkloadInstance: keptn('KeptnWorkloadInstance', 'status.status'),
  KeptnWorkloadVersion: keptn('KeptnWorkloadVersion', 'status.status'),
});
