// The Jaeger operator.

import { first, type KindChecks, phase, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  Jaeger: first(
    phase('status.phase', {
      Running: ['healthy', 'Jaeger is Running'],
      Failed: ['degraded', 'Jaeger Failed For Some Reason'],
    }),
    waiting('Waiting for Jaeger'),
  ),
});
