// Kyverno's policies.

import { healthy, items, progressing } from '../reading.ts';
import { conditions, first, type KindChecks, matcher, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  ClusterPolicy: first(
    conditions(['Ready=True', 'healthy'], ['Ready', 'degraded']),
    waiting('Waiting for ClusterPolicy to become ready'),
  ),
  Policy: (object) =>
    items(object, 'status.conditions').some(
      (entry) => matcher('Ready=True/Succeeded')(entry) && entry['message'] === 'Ready',
    )
      ? healthy('Policy is ready')
      : progressing('Waiting for Policy to be ready'),
});
