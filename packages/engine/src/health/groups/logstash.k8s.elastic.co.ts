// Logstash on Kubernetes.

import { first, type KindChecks, phase, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  Logstash: first(
    phase('status.health', {
      green: ['healthy', 'Logstash status is Green'],
      yellow: ['progressing', 'Logstash status is Yellow'],
      red: ['degraded', 'Logstash status is Red'],
    }),
    waiting('Waiting for Logstash'),
  ),
});
