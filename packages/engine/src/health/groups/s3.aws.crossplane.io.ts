// Crossplane's first AWS provider: S3.

import { awsResource } from '../families.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ Bucket: awsResource('Bucket') });
