// NetApp Trident.

import { at, degraded, healthy, progressing, text } from '../reading.ts';
import { first, type KindChecks, phase, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  TridentBackendConfig: (object) => {
    const outcome = at(object, 'status.lastOperationStatus');
    const message = text(object, 'status.message');
    if (at(object, 'status.phase') === 'Bound' && outcome === 'Success') return healthy(message);
    return outcome === 'Failed' ? degraded(message) : progressing('Waiting for backend creation');
  },
  TridentOrchestrator: first(
    phase('status.status', {
      Installed: ['healthy', (object) => text(object, 'status.message')],
      Failed: ['degraded', (object) => text(object, 'status.message')],
      Error: ['degraded', (object) => text(object, 'status.message')],
    }),
    waiting('Waiting for trident installation'),
  ),
});
