// OpenShift's deployments.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, degraded, healthy, items, progressing } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

const isGood = [matcher('Available=True'), matcher('Progressing=True/NewReplicationControllerAvailable')];

export const checks = (): KindChecks => ({ DeploymentConfig: deploymentConfig });

function deploymentConfig(object: KubeObject): Health {
  const replicas = at(object, 'status.replicas');
  const list = at(object, 'status.conditions');
  const rolling = progressing('replication controller is waiting for pods to run');
  if (list === undefined || replicas === undefined) return rolling;
  const good = items(object, 'status.conditions').filter((entry) => isGood.some((matches) => matches(entry))).length;
  if (good === 2 || replicas === 0) return healthy('replication controller successfully rolled out');
  return good === 1 ? rolling : degraded('Deployment config is degraded');
}
