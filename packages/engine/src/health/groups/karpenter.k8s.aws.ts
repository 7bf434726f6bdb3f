// Karpenter on AWS.

import { type KindChecks, ready } from '../rules.ts';

export const checks = (): KindChecks => ({
  EC2NodeClass: ready('Waiting for EC2NodeClass to be ready', 'EC2NodeClass is ready'),
});
