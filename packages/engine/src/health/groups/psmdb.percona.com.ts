// Percona's MongoDB.

import type { HealthStatus } from '../health.ts';
import { at, say, text, unknown } from '../reading.ts';
import { type KindChecks } from '../rules.ts';

const states: Readonly<Record<string, HealthStatus>> = {
  initializing: 'progressing',
  ready: 'healthy',
  error: 'degraded',
  stopping: 'progressing',
  paused: 'suspended',
};

export const checks = (): KindChecks => ({
  PerconaServerMongoDB: (object) =>
    at(object, 'status') === undefined
      ? unknown('Cluster status is unknown')
      : say(
          states[text(object, 'status.state')] ?? 'unknown',
          `${text(object, 'status.ready')}/${text(object, 'status.size')} node(s) are ready`,
        ),
});
