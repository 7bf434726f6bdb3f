// Percona's MySQL.

import type { KubeObject } from '@evenkeel/resource';
import { reportBug } from '../families.ts';
import { at, show, text } from '../reading.ts';
import { always, first, type KindChecks, phase } from '../rules.ts';

const nodes = (object: KubeObject): string =>
  `${text(object, 'status.ready')}/${text(object, 'status.size')} node(s) are ready`;

export const checks = (): KindChecks => ({
  PerconaXtraDBCluster: first(
    phase('status.state', {
      initializing: ['progressing', nodes],
      ready: ['healthy', nodes],
      paused: ['unknown', 'Cluster is paused'],
      stopping: ['degraded', (object) => `Cluster is stopping (${nodes(object)})`],
      error: ['degraded', clusterError],
    }),
    always('unknown', `Cluster status is unknown. ${reportBug}`),
  ),
});

function clusterError(object: KubeObject): string {
  const messages = at(object, 'status.message');
  return `Cluster is on error: ${Array.isArray(messages) ? messages.map(show).join(', ') : show(messages)}`;
}
