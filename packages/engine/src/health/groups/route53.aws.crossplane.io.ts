// Crossplane's first AWS provider: Route 53.

import { awsResource } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ ResourceRecordSet: awsResource('resourcrecordset') });
