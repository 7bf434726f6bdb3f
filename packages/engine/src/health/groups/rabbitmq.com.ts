// The RabbitMQ operators.

import type { KubeObject } from '@evenkeel/resource';
import type { Health, HealthCheck } from '../health.ts';
import { at, healthy, items, progressing, suspended, text } from '../reading.ts';
import { always, conditions, first, type KindChecks, matcher } from '../rules.ts';

function topology(name: string): HealthCheck {
  return first(
    conditions(
      ['Ready=True/SuccessfulCreateOrUpdate', 'healthy', `RabbitMQ ${name} ready`],
      ['Ready=False/FailedCreateOrUpdate', 'degraded', `RabbitMQ ${name} failed to be created or updated`],
    ),
    always('unknown', `RabbitMQ ${name} status is unknown`),
  );
}

export const checks = (): KindChecks => ({
  Binding: topology('binding'),
  Exchange: topology('exchange'),
  Permission: topology('permission'),
  Policy: topology('policy'),
  Queue: topology('queue'),
  Shovel: topology('shovel'),
  User: topology('user'),
  Vhost: topology('vhost'),
  RabbitmqCluster: cluster,
});

const reconcileFailed = conditions(['ReconcileSuccess=False', 'degraded']);

function cluster(object: KubeObject): Health {
  const failure = reconcileFailed(object);
  if (failure) return failure;
  const last = (type: string, field = 'status'): string =>
    text(items(object, 'status.conditions').findLast(matcher(type)), field);
  const [available, replicas] = [last('ClusterAvailable'), last('AllReplicasReady')];
  if (available === 'Unknown' || replicas === 'Unknown') {
    return progressing('Waiting for RabbitMQ cluster readiness (conditions unknown)');
  }
  const isScaledToZero = replicas === 'False' && last('AllReplicasReady', 'reason') === 'ScaledToZero';
  if (isScaledToZero && at(object, 'spec.replicas') === 0) {
    return suspended('RabbitmqCluster is scaled to 0 replicas');
  }
  if (available === 'False') return progressing('Waiting for RabbitMQ cluster formation');
  if (replicas === 'False') return progressing('Waiting for RabbitMQ instances ready');
  const isReady = available === 'True' && replicas === 'True';
  return isReady ? healthy('RabbitMQ cluster ready') : progressing('Waiting for RabbitMQ Operator');
}
