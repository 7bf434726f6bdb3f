// Cluster API control planes on AWS.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, degraded, healthy, items, progressing, text } from '../reading.ts';
import { conditions, first, hasCondition, type KindChecks, observedOr } from '../rules.ts';

export const checks = (): KindChecks => ({
  AWSManagedControlPlane: first(
    observedOr('Waiting for the control plane spec to be reconciled'),
    (object) => {
      const failure = text(object, 'status.failureMessage');
      return failure === '' ? undefined : degraded(failure);
    },
    (object) => (at(object, 'status.conditions') === undefined ? progressing('Provisioning...') : undefined),
    conditions(['EKSControlPlaneUpdating=True', 'progressing', 'EKS control plane is updating']),
    controlPlane,
  ),
});

function controlPlane(object: KubeObject): Health {
  if (hasCondition(object, 'Ready=True')) return healthy('Control plane is ready');
  const errors = items(object, 'status.conditions').filter(
    ({ status, severity }) => status === 'False' && severity === 'Error',
  );
  if (errors.length > 0) return degraded(errors.map((entry) => `${text(entry, 'message')} `).join(''));
  const isDown = at(object, 'status.ready') === false;
  return progressing(`Control plane is not ready${isDown ? ' (.status.ready is false)' : ''}`);
}
