// OpenFaaS.

import { amount, degraded, healthy, items, progressing, suspended, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({
  Function: (object) => {
    const decisive = items(object, 'status.conditions').find((entry) =>
      ['Ready=False', 'Stalled=True', 'Ready=True'].some((pattern) => matcher(pattern)(entry)),
    );
    if (!decisive) return progressing('Waiting for Function');
    const message = text(decisive, 'message');
    if (!matcher('Ready=True')(decisive)) return degraded(message);
    return amount(object, 'status.replicas') > 0 ? healthy(message) : suspended('No replicas available');
  },
});
