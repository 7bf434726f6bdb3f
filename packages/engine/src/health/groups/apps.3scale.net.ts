// The 3scale operator.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, healthy, text } from '../reading.ts';
import { conditions, first, type KindChecks, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  APIManager: first(
    deployments,
    conditions(
      ['Available=True', 'healthy', '3scale APIManager is available'],
      ['Available/!', 'degraded', (condition) => `3scale APIManager is degraded: ${text(condition, 'reason')}`],
    ),
    waiting('Waiting for 3scale APIManager status...'),
  ),
});

function deployments(object: KubeObject): Health | undefined {
  const has = (state: string): boolean => at(object, `status.deployments.${state}`) !== undefined;
  return has('ready') && !has('starting') && !has('stopped') ? healthy('3scale APIManager is available') : undefined;
}
