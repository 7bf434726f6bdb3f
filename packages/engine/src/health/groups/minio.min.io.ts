// The MinIO operator.

import { first, type KindChecks, phase, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  Tenant: first(
    phase('status.currentState', {
      Initialized: 'healthy',
      'Statefulset not controlled by operator': 'degraded',
      'Another MinIO Tenant already exists in the namespace': 'degraded',
      'Tenant credentials are not set properly': 'degraded',
      'Different versions across MinIO Pools': 'degraded',
      'Pool Decommissioning Not Allowed': 'degraded',
      '*': 'progressing',
    }),
    waiting('No status info available'),
  ),
});
