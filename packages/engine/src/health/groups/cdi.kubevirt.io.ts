// KubeVirt's imports of disks.

import { at, healthy, say, show, suspended } from '../reading.ts';
import { conditions, type KindChecks } from '../rules.ts';

const importError = conditions(['Running=False/Error', 'degraded']);

export const checks = (): KindChecks => ({
  DataVolume: (object) => {
    const word = at(object, 'status.phase');
    if (word === 'Succeeded') return healthy(word);
    if (word === 'Paused') return suspended(word);
    const error = importError(object);
    if (error) return error;
    const isBad = word === 'Failed' || word === 'Unknown';
    return say(isBad ? 'degraded' : 'progressing', show(word ?? 'No status available'));
  },
});
