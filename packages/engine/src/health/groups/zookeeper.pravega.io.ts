// Pravega's ZooKeeper.

import { at, healthy, progressing } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  ZookeeperCluster: (object) => {
    const ready = at(object, 'status.readyReplicas');
    const isWhole = at(object, 'status') !== undefined && ready !== 0 && ready === at(object, 'status.replicas');
    return isWhole
      ? healthy('All ZK Nodes have joined the ensemble')
      : progressing('Waiting for ZK Nodes to join the ensemble');
  },
});
