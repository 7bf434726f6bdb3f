// The Grafana organisation operator: any kind.

import { conditions, first, type KindChecks, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  _: first(
    conditions(['Ready=False', 'degraded'], ['Ready=True', 'healthy'], ['Ready', 'progressing']),
    waiting('Waiting ...'),
  ),
});
