// OpenShift's ingress.

import { conditions, first, type KindChecks, reason, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  IngressController: first(
    conditions(
      ['Degraded=True', 'degraded'],
      ['DeploymentReplicasAllAvailable=False', 'progressing'],
      ['Progressing=True', 'progressing', reason],
      ['Available=True', 'healthy', 'IngressController is available'],
    ),
    waiting('Status of IngressController is not known yet'),
  ),
});
