// The VictoriaMetrics operator: any kind.

import type { KubeObject } from '@evenkeel/resource';
import { at, progressing, text } from '../reading.ts';
import { first, type KindChecks, observedOr, phase, waiting } from '../rules.ts';

const reasonOr =
  (otherwise: string) =>
  (object: KubeObject): string =>
    text(object, 'status.reason') || otherwise;

export const checks = (): KindChecks => ({
  _: first(
    (object) => (at(object, 'status') === undefined ? progressing('Waiting for the operator to reconcile') : undefined),
    observedOr('Waiting for the operator to reconcile'),
    phase('status.updateStatus', {
      operational: ['healthy', 'All components are operational'],
      ignored: ['healthy', 'Resource was not picked by any parent object'],
      expanding: ['progressing', reasonOr('Reconciliation in progress')],
      paused: ['suspended', reasonOr('Reconciliation is paused')],
      failed: ['degraded', reasonOr('Reconciliation failed')],
    }),
    waiting('Waiting for the operator to report status'),
  ),
});
