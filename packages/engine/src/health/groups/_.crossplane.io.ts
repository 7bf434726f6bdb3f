// Crossplane and its first providers: any kind without a check of its own.

import { crossplane } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  _: crossplane({
    withoutConditions: [
      'ClusterProviderConfig',
      'ClusterProviderConfigUsage',
      'Composition',
      'CompositionRevision',
      'ControllerConfig',
      'DeploymentRuntimeConfig',
      'EnvironmentConfig',
      'ImageConfig',
      'ProviderConfig',
      'ProviderConfigUsage',
      'StoreConfig',
    ],
    readiness: ['Ready', 'Healthy', 'Offered', 'Established', 'ValidPipeline', 'RevisionHealthy'],
    canBeInactive: true,
  }),
});
