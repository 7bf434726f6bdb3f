// External Secrets.

import { degraded, healthy, items, progressing, text } from '../reading.ts';
import { type KindChecks, ready } from '../rules.ts';

export const checks = (): KindChecks => ({
  ClusterExternalSecret: (object) => {
    const last = items(object, 'status.conditions').at(-1);
    if (last?.['status'] === 'True') {
      const { type } = last;
      if (type === 'Ready') return healthy(text(last, 'message'));
      if (type === 'PartiallyReady' || type === 'NotReady') return degraded(text(last, 'message'));
    }
    return progressing('Waiting for ClusterExternalSecret');
  },
  ClusterSecretStore: ready('Waiting for ClusterSecretStore'),
  ExternalSecret: ready('Waiting for ExternalSecret'),
  PushSecret: ready('Waiting for PushSecret'),
  SecretStore: ready('Waiting for SecretStore'),
});
