// Google's Config Connector: any kind of its groups.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, degraded, healthy } from '../reading.ts';
import { conditions, first, type KindChecks, waiting } from '../rules.ts';

const outcome = conditions(
  ['*=True/UpToDate', 'healthy'],
  ['*/UpdateFailed', 'degraded'],
  ['*/DependencyNotFound', 'degraded'],
  ['*/DependencyNotReady', 'suspended'],
);

export const checks = (): KindChecks => ({ _: first(connector, waiting('Update in progress')) });

function connector(object: KubeObject): Health | undefined {
  const { generation } = object.metadata;
  const observed = at(object, 'status.observedGeneration');
  const isHealthy = at(object, 'status.healthy');
  const isSeen = observed === undefined || observed === generation;
  const isConnector = object.kind === 'ConfigConnector' || object.kind === 'ConfigConnectorContext';
  const isCustomiser = object.apiVersion.startsWith('customize.core.cnrm.cloud.google.com/');
  if (isHealthy !== undefined && ((isConnector && isSeen) || (isCustomiser && (isSeen || observed === 0)))) {
    return isHealthy === true ? healthy(`${object.kind} is healthy`) : degraded(`${object.kind} is not healthy`);
  }
  return isSeen ? outcome(object) : undefined;
}
