// Gardener.

import type { Health } from '../health.ts';
import { degraded, healthy, progressing, unknown } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

const states: Readonly<Record<string, Health>> = {
  healthy: healthy('Component state: Healthy'),
  progressing: progressing('Component state: Update in progress'),
  unhealthy: degraded('Component state: Unhealthy'),
  unknown: unknown('Component state: Unknown'),
};

export const checks = (): KindChecks => ({
  Shoot: ({ metadata }) =>
    states[metadata.labels?.['shoot.gardener.cloud/status'] ?? ''] ?? progressing('Update in progress'),
});
