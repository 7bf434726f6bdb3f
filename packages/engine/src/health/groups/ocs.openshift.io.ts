// OpenShift's storage.

import { items, say, text, unknown } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

const words = ['Degraded', 'Progressing', 'Available'] as const;
const meanings = { Degraded: 'degraded', Progressing: 'progressing', Available: 'healthy' } as const;

export const checks = (): KindChecks => ({
  StorageCluster: (object) => {
    const list = items(object, 'status.conditions');
    for (const word of words) {
      const told = list.findLast(matcher(`${word}=True`));
      if (told) return say(meanings[word], text(told, 'message'));
    }
    return unknown('StorageCluster is in an unknown state.');
  },
});
