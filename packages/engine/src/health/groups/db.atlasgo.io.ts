// The Atlas operator for database schemas.

import type { HealthCheck } from '../health.ts';
import { items, progressing, say, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

/** Ready as the operator writes it; what it is busy with stands in `field`. */
function atlas(field: string, busy: readonly string[]): HealthCheck {
  return (object) => {
    const condition = items(object, 'status.conditions').find(matcher('Ready'));
    if (!condition) return progressing('Waiting for Atlas Operator');
    const isBusy = busy.includes(text(condition, field));
    const status = condition['status'] === 'True' ? 'healthy' : isBusy ? 'progressing' : 'degraded';
    return say(status, text(condition, 'reason'));
  };
}

export const checks = (): KindChecks => ({
  AtlasMigration: atlas('reason', ['Reconciling']),
  AtlasSchema: atlas('message', ['Reconciling', 'GettingDevDB']),
});
