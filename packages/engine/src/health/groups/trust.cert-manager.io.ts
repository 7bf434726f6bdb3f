// cert-manager's trust bundles.

import { show } from '../reading.ts';
import { conditions, first, type KindChecks, messageOr, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  Bundle: first(
    conditions(
      ['Synced=True', 'healthy', messageOr('Bundle is synced')],
      [
        'Synced',
        'degraded',
        (condition) => show(condition['message'] ?? condition['reason'] ?? 'Bundle is not synced'),
      ],
    ),
    waiting('Waiting for Bundle to be synced'),
  ),
});
