// Confluent for Kubernetes.

import type { HealthCheck } from '../health.ts';
import { at, degraded, healthy, items, progressing, text } from '../reading.ts';
import { first, type KindChecks, phase, waiting } from '../rules.ts';

function confluent(kind: string): HealthCheck {
  return first(
    phase('status.phase', {
      RUNNING: ['healthy', `${kind} running`],
      PROVISIONING: ['progressing', `${kind} provisioning`],
    }),
    waiting(`Waiting for ${kind}`),
  );
}

export const checks = (): KindChecks => ({
  Connect: confluent('Connect'),
  Connector: (object) => {
    const state = at(object, 'status.state');
    const failed = at(object, 'status.failedTasksCount');
    const isRunning = state === 'CREATED' && at(object, 'status.connectorState') === 'RUNNING';
    if (isRunning && failed === undefined) return healthy('Connector running');
    if (state === 'ERROR') {
      const [told] = items(object, 'status.conditions');
      return degraded(told ? text(told, 'message') : 'No conditions available');
    }
    if (state !== undefined && Number(failed ?? 0) > 0) return degraded('Connector has failed tasks');
    return progressing('Waiting for Kafka Connector');
  },
  ControlCenter: confluent('ControlCenter'),
  Kafka: confluent('Kafka'),
  KsqlDB: confluent('KsqlDB'),
  SchemaRegistry: confluent('SchemaRegistry'),
  Zookeeper: confluent('Zookeeper'),
});
