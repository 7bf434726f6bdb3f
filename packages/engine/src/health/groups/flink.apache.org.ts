// The Flink operator.

import type { KubeObject } from '@evenkeel/resource';
import type { Health, HealthStatus } from '../health.ts';
import { at, degraded, healthy, progressing, say, show, text } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ FlinkDeployment: deployment, FlinkSessionJob: sessionJob });

function deployment(object: KubeObject): Health {
  const waits = progressing('Waiting for Flink operator');
  if (at(object, 'status.reconciliationStatus') !== undefined) {
    const success = at(object, 'status.reconciliationStatus.success') ?? false;
    if (success !== false || at(object, 'status.reconciliationStatus.state') === 'DEPLOYED') return healthy();
    const manager = at(object, 'status.jobManagerDeploymentStatus');
    if (manager === 'DEPLOYED_NOT_READY' || manager === 'DEPLOYING') return progressing('Waiting for deploying');
    if (manager === 'ERROR') return degraded(text(object, 'status.reconciliationStatus.error'));
  }
  const isNew = at(object, 'status.reconciliationStatus.lastReconciledSpec') === undefined;
  return isNew && at(object, 'spec.job.state') === 'suspended' ? healthy('Job is suspended') : waits;
}

const jobStates: Readonly<Record<string, HealthStatus>> = {
  RUNNING: 'healthy',
  FINISHED: 'healthy',
  RECONCILING: 'progressing',
  CREATED: 'progressing',
  SUSPENDED: 'suspended',
  CANCELED: 'suspended',
};

function sessionJob(object: KubeObject): Health {
  const state = text(object, 'status.jobStatus.state');
  const status = jobStates[state];
  if (status) return say(status, state);
  const error = at(object, 'status.error');
  if (state === 'FAILED') return degraded(show(error ?? 'FlinkSessionJob failed'));
  return error === undefined ? progressing('Waiting for FlinkSessionJob to be reconciled') : degraded(show(error));
}
