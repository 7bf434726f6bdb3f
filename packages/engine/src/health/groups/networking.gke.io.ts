// Certificates that Google manages.

import { at, degraded, healthy, items, progressing } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  ManagedCertificate: (object) => {
    if (items(object, 'status.domainStatus').some(({ status }) => status === 'FailedNotVisible')) {
      return degraded('At least one certificate has failed to be provisioned');
    }
    return at(object, 'status.certificateStatus') === 'Active'
      ? healthy('All certificates are active')
      : progressing('At least one certificate is still being provisioned');
  },
});
