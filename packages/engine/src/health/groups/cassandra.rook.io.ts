// Rook's Cassandra.

import { at, entries, healthy, progressing } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  Cluster: (object) => {
    if (at(object, 'status.racks') === undefined) return progressing('Waiting for Cassandra Cluster');
    const isShort = entries(object, 'status.racks').some(
      ({ members, readyMembers }) => (members ?? readyMembers) !== (readyMembers ?? members),
    );
    return isShort ? progressing('Waiting for Cassandra Cluster') : healthy();
  },
});
