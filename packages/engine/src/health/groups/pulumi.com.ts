// The Pulumi operator.

import { at, progressing } from '../reading.ts';
import { conditions, isObserved, type KindChecks } from '../rules.ts';

const outcome = conditions(
  ['Stalled=True', 'degraded'],
  ['Reconciling=True', 'progressing'],
  ['Ready=True', 'healthy'],
);

export const checks = (): KindChecks => ({
  Stack: (object) =>
    at(object, 'status') === undefined || !isObserved(object)
      ? progressing('Waiting for the operator to observe the latest spec change')
      : (outcome(object) ?? progressing('Waiting for the stack to be reconciled')),
});
