// Banzai Cloud's Kafka operator.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, degraded, entries, healthy, progressing, text } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

const settled: ReadonlySet<string> = new Set(['GracefulUpscaleSucceeded', 'GracefulDownscaleSucceeded']);

export const checks = (): KindChecks => ({
  KafkaCluster: (object) => kafka(object) ?? progressing('Waiting for KafkaCluster'),
});

function kafka(object: KubeObject): Health | undefined {
  const state = at(object, 'status.state');
  if (state === 'ClusterRollingUpgrading') return progressing('Kafka Cluster is Rolling Upgrading.');
  if (at(object, 'status.brokersState') === undefined) return undefined;
  const areGood = entries(object, 'status.brokersState').every(
    (broker) =>
      broker['configurationState'] === 'ConfigInSync' &&
      settled.has(text(broker, 'gracefulActionState.cruiseControlState')),
  );
  if (!areGood) return degraded('Broker Config is out of Sync or CruiseControlState is not Ready');
  const topic = at(object, 'status.cruiseControlTopicStatus');
  if (topic === 'CruiseControlTopicReady' && state === 'ClusterRunning') {
    return healthy('Kafka Brokers, CruiseControl and cluster are in Healthy State.');
  }
  const isTopicMissing = topic === 'CruiseControlTopicNotReady' || topic === undefined;
  return isTopicMissing && state === 'ClusterReconciling' ? progressing('Kafka Cluster is Reconciling.') : undefined;
}
