// Jobs of Ansible Tower.

import type { KubeObject } from '@evenkeel/resource';
import { text } from '../reading.ts';
import { first, type KindChecks, phase, waiting } from '../rules.ts';

const job = (object: KubeObject): string =>
  `${text(object, 'status.ansibleJobResult.status')} job - ${text(object, 'status.ansibleJobResult.url')}`;

export const checks = (): KindChecks => ({
  AnsibleJob: first(
    phase('status.ansibleJobResult.status', {
      successful: ['healthy', job],
      failed: ['degraded', job],
      error: ['degraded', job],
      canceled: ['degraded', job],
      new: ['progressing', job],
      pending: ['progressing', job],
      waiting: ['progressing', job],
      running: ['progressing', job],
    }),
    waiting('Waiting for AnsibleJob'),
  ),
});
