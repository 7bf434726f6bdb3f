// Crossplane's first AWS provider: CloudFront.

import { awsResource } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ Distribution: awsResource('distribution') });
