// Cluster API add-ons.

import { conditions, first, type KindChecks, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  ClusterResourceSet: first(
    conditions(
      ['ResourcesApplied=True', 'healthy', 'cluster resource set is applied'],
      ['ResourcesApplied=False', 'degraded'],
    ),
    waiting('Initializing cluster resource set'),
  ),
});
