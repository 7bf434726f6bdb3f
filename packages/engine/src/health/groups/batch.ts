// Jobs on a schedule. Jobs themselves are among the native kinds.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, degraded, healthy, progressing, show, size } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ CronJob: cronJob });

function cronJob(object: KubeObject): Health {
  if (at(object, 'spec.suspend') === true) return healthy('CronJob is Suspended');
  if (at(object, 'status') === undefined) return progressing('Waiting for CronJob');
  const scheduled = at(object, 'status.lastScheduleTime');
  if (scheduled === undefined) return healthy('CronJob has not been scheduled yet');
  const succeeded = at(object, 'status.lastSuccessfulTime');
  if (succeeded === undefined) return healthy('The CronJob never completed successfully. It may not be healthy');
  if (size(object, 'status.active') > 0) {
    return healthy('The job is running. Its last execution may not have been successful');
  }
  return show(succeeded) < show(scheduled)
    ? degraded('CronJob has not completed its last execution successfully')
    : healthy('CronJob has completed its last execution successfully');
}
