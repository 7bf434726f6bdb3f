// AWS Controllers for Kubernetes: any kind.

import { conditions, first, type KindChecks, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  _: first(
    conditions(['ACK.Terminal=True', 'degraded'], ['Ready=False', 'progressing'], ['Ready=True', 'healthy', '']),
    waiting('Waiting for resource to be ready'),
  ),
});
