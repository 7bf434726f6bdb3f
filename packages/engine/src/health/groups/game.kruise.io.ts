// OpenKruise game servers.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { amount, at, degraded, healthy, items, progressing, show, suspended, unknown } from '../reading.ts';
import { isObserved, type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({ GameServer: gameServer, GameServerSet: gameServerSet });

function gameServer(object: KubeObject): Health {
  const wait = unknown('Waiting for GameServer to be ready');
  if (at(object, 'status') === undefined) return wait;
  const [current, desired] = [at(object, 'status.currentState'), at(object, 'status.desiredState')];
  if (current !== desired) {
    return progressing(`State change: ${show(current ?? 'Unknown')} → ${show(desired ?? 'Unknown')}`);
  }
  if (items(object, 'status.podStatus.conditions').some(matcher('KruisePodReady!=True'))) {
    return degraded('Pod is not ready: KruisePodReady');
  }
  return current === 'Ready' ? healthy('GameServer is Ready') : wait;
}

function gameServerSet(object: KubeObject): Health {
  const wait = progressing('Waiting for GameServerSet initialization');
  if (at(object, 'status') === undefined || !isObserved(object)) return wait;
  if (at(object, 'spec.updateStrategy.rollingUpdate.paused') === true) return suspended('GameServerSet is paused');
  const partition = amount(object, 'spec.updateStrategy.rollingUpdate.partition');
  const replicas = amount(object, 'status.replicas');
  if (partition !== 0 && amount(object, 'status.updatedReplicas') >= replicas - partition) {
    return suspended(`Partition=${partition}, waiting for manual intervention`);
  }
  if (amount(object, 'status.updatedReadyReplicas') === replicas) {
    return healthy('All GameServerSet replicas are updated and ready');
  }
  const ready = amount(object, 'status.readyReplicas');
  return ready < replicas ? progressing(`ReadyReplicas ${ready}/${replicas}, still progressing`) : wait;
}
