// Zalando's Postgres operator.

import { first, type KindChecks, phase, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  postgresql: first(
    phase('status.PostgresClusterStatus', {
      Running: 'healthy',
      Creating: 'progressing',
      Updating: 'progressing',
      '*': 'degraded',
    }),
    waiting('Waiting for postgres cluster status...'),
  ),
});
