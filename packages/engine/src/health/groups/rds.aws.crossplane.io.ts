// Crossplane's first AWS provider: RDS.

import { awsResource } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  DBCluster: awsResource('DBCluster'),
  DBInstance: awsResource('DBInstance'),
});
