// The Humio operator.

import type { KubeObject } from '@evenkeel/resource';
import { at, show } from '../reading.ts';
import { first, type KindChecks, phase, waiting } from '../rules.ts';

const component = first(
  phase('status.state', {
    Exists: ['healthy', 'Component state: Exists.'],
    NotFound: ['missing', 'Component state: NotFound.'],
    ConfigError: ['degraded', 'Component state: ConfigError.'],
    Unknown: ['unknown', 'Component state: Unknown.'],
  }),
  waiting('Update in progress'),
);
const messageOf =
  (otherwise: string) =>
  (object: KubeObject): string =>
    show(at(object, 'status.message') ?? otherwise);

export const checks = (): KindChecks => ({
  HumioAction: component,
  HumioAlert: component,
  HumioIngestToken: component,
  HumioParser: component,
  HumioRepository: component,
  HumioView: component,
  HumioCluster: first(
    phase('status.state', {
      Running: ['healthy', messageOf('Cluster is in a healthy running state')],
      Restarting: ['progressing', messageOf('Cluster pods are being restarted')],
      Upgrading: ['progressing', messageOf('Cluster pods are being upgraded')],
      ConfigError: ['degraded', messageOf('User-provided cluster specification resulted in a configuration error')],
      Pending: ['progressing', messageOf('Cluster is waiting on resources to be provisioned')],
      Unknown: ['unknown', messageOf('Component state: Unknown.')],
    }),
    waiting('Update in progress'),
  ),
});
