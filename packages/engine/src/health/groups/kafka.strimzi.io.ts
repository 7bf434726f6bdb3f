// Strimzi's Kafka.

import type { HealthCheck } from '../health.ts';
import { conditions, first, type KindChecks, waiting } from '../rules.ts';

/** Strimzi tells of trouble by a condition NotReady. */
function strimzi(wait: string, notReady = 'NotReady=True'): HealthCheck {
  return first(conditions([notReady, 'degraded'], ['Ready=True', 'healthy', '']), waiting(wait));
}

export const checks = (): KindChecks => ({
  Kafka: strimzi('Waiting for Kafka Cluster', 'NotReady=True/!Creating'),
  KafkaBridge: strimzi('Waiting for KafkaBridge'),
  KafkaConnect: strimzi('Waiting for Kafka Connect'),
  KafkaConnector: strimzi('Waiting for KafkaConnector'),
  KafkaTopic: strimzi('Waiting for Kafka Topic'),
  KafkaUser: strimzi('Waiting for Kafka User'),
});
