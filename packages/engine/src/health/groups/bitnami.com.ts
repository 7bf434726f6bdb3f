// Sealed Secrets.

import { progressing } from '../reading.ts';
import { conditions, isObserved, type KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  SealedSecret: (object) => {
    const isSeen = object.metadata.generation !== undefined && isObserved(object);
    return (isSeen ? synced(object) : undefined) ?? progressing('Waiting for Sealed Secret to be decrypted');
  },
});

const synced = conditions(['Synced=False', 'degraded'], ['Synced=True', 'healthy']);
