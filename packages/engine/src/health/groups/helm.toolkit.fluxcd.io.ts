// Flux's Helm releases.

import { flux } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  HelmRelease: flux({ suspends: true, successes: ['Released', 'TestSuccess'], needed: 2 }),
});
