// CloudNativePG.

import type { KubeObject } from '@evenkeel/resource';
import type { Health, HealthStatus } from '../health.ts';
import { at, degraded, healthy, items, progressing, say, show, suspended, text } from '../reading.ts';
import { first, isObserved, type KindChecks, phase, waiting } from '../rules.ts';

const phases: Readonly<Record<string, HealthStatus>> = {
  'Cluster in healthy state': 'healthy',
  'Setting up primary': 'progressing',
  'Creating a new replica': 'progressing',
  'Upgrading cluster': 'progressing',
  'Waiting for the instances to become active': 'progressing',
  'Promoting to primary cluster': 'progressing',
  'Switchover in progress': 'degraded',
  'Failing over': 'degraded',
  'Upgrading Postgres major version': 'degraded',
  'Cluster upgrade delayed': 'degraded',
  'Waiting for user action': 'degraded',
  'Primary instance is being restarted in-place': 'degraded',
  'Primary instance is being restarted without a switchover': 'degraded',
  'Cluster cannot execute instance online upgrade due to missing architecture binary': 'degraded',
  'Online upgrade in progress': 'degraded',
  'Applying configuration': 'degraded',
  'Unable to create required cluster objects': 'suspended',
  'Cluster cannot proceed to reconciliation due to an unknown plugin being required': 'suspended',
  'Cluster has incomplete or invalid image catalog': 'suspended',
  'Cluster is unrecoverable and needs manual intervention': 'suspended',
};

export const checks = (): KindChecks => ({
  Backup: first(
    (object) => (at(object, 'status.phase') === '' ? progressing('Waiting for backup to be processed') : undefined),
    phase('status.phase', {
      completed: ['healthy', 'Backup completed'],
      failed: ['degraded', backupError],
      walArchivingFailing: ['degraded', backupError],
      'invalid backup definition': ['degraded', backupError],
      '*': 'progressing',
    }),
    waiting('Waiting for backup to be processed'),
  ),
  Database: database,
  Cluster: (object) => {
    if (object.metadata.annotations?.['cnpg.io/reconciliationLoop'] === 'disabled') {
      return suspended('Cluster reconciliation is suspended');
    }
    const cause = text(object, 'status.phaseReason');
    if (at(object, 'status.conditions') === undefined) return progressing(cause);
    const hibernation = items(object, 'status.conditions').find(({ type }) => type === 'cnpg.io/hibernation');
    if (hibernation) {
      return say(hibernation['status'] === 'True' ? 'suspended' : 'degraded', text(hibernation, 'message'));
    }
    return say(phases[text(object, 'status.phase')] ?? 'unknown', cause);
  },
});

function backupError(object: KubeObject): string {
  return show(at(object, 'status.error') ?? at(object, 'status.phase'));
}

function database(object: KubeObject): Health {
  const message = at(object, 'status.message');
  const isSeen = object.metadata.generation === undefined || isObserved(object);
  const applied = isSeen ? at(object, 'status.applied') : undefined;
  if (applied === true) return healthy(show(message));
  if (applied === false) return degraded(show(message ?? 'CloudNativePG failed to apply the Database'));
  return progressing(show(message) || 'Waiting for CloudNativePG to reconcile Database');
}
