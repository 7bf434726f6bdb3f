// The Istio operator.

import type { Health } from '../health.ts';
import { at, degraded, healthy, progressing, unknown } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

const meanings: readonly (readonly [word: string, meaning: Health])[] = [
  ['NONE', unknown('Component is not present.')],
  ['UPDATING', progressing('Component is being updated to a different version.')],
  ['RECONCILING', progressing('Controller has started but not yet completed reconciliation loop for the component.')],
  ['HEALTHY', healthy('Component is healthy.')],
  ['ERROR', degraded('Component is in an error state.')],
];

export const checks = (): KindChecks => ({
  IstioOperator: (object) => {
    const status = at(object, 'status.status');
    const known = meanings.find(([word], code) => status === word || status === code);
    return known?.[1] ?? progressing('Waiting for Istio Control Plane');
  },
});
