// The Kiali operator.

import { conditions, first, type KindChecks, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  Kiali: first(
    conditions(['Successful=True', 'healthy'], ['Failure=True', 'degraded'], ['Running/Running', 'progressing']),
    waiting('Waiting for Kiali'),
  ),
});
