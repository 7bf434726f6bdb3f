// Upbound's Crossplane providers: any kind.

import { crossplane } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  _: crossplane({
    withoutConditions: [
      'ClusterProviderConfig',
      'ClusterProviderConfigUsage',
      'ProviderConfig',
      'ProviderConfigUsage',
      'StoreConfig',
    ],
    readiness: ['Ready'],
    canBeInactive: false,
  }),
});
