// The older external secrets of GoDaddy.

import { degraded, healthy, progressing, text } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  ExternalSecret: (object) => {
    const word = text(object, 'status.status');
    if (word === 'SUCCESS') return healthy('Fetched ExternalSecret.');
    if (word.startsWith('ERROR')) return degraded(word.replaceAll('ERROR, ', ''));
    return progressing('Waiting for ExternalSecret.');
  },
});
