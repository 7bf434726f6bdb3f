// DNS service discovery by Proclaim.

import type { JsonObject } from '@evenkeel/resource';
import { degraded, healthy, items, progressing, text, unknown } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

const errors: ReadonlySet<string> = new Set(['AdvertiseError', 'UnadvertiseError']);

export const checks = (): KindChecks => ({
  DNSSDServiceInstance: (object) => {
    const last = (type: string): JsonObject | undefined =>
      items(object, 'status.conditions').findLast((entry) => entry['type'] === type);
    const [adopted, advertised, found] = [last('Adopted'), last('Advertised'), last('Discoverable')];
    if (adopted?.['status'] === 'False') return degraded(text(adopted, 'message'));
    if (errors.has(text(advertised, 'reason'))) return degraded(text(advertised, 'message'));
    const message = text(found, 'message');
    if (found?.['reason'] === 'DiscoveryError') return unknown(message);
    return found?.['status'] === 'True' ? healthy(message) : progressing(message);
  },
});
