// Flux's image automation.

import { flux } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  ImagePolicy: flux({
    slow: 'False',
    reconciling: ['NewGeneration', 'AccessingRepository', 'ApplyingPolicy'],
  }),
  ImageRepository: flux({ suspends: true, slow: 'False', reconciling: ['NewGeneration', 'Scanning'] }),
  ImageUpdateAutomation: flux({ suspends: true }),
});
