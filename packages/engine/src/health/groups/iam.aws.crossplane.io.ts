// Crossplane's first AWS provider: IAM.

import { awsResource } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  Policy: awsResource('Policy'),
  Role: awsResource('Role'),
  RolePolicyAttachment: awsResource('RolePolicyAttachment'),
});
