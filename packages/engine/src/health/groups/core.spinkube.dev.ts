// SpinKube.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { amount, at, degraded, healthy, items, progressing, show, text } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ SpinApp: spinApp });

function spinApp(object: KubeObject): Health {
  if (at(object, 'status') === undefined) return progressing('Waiting for status to be available');
  let isAvailable = false;
  let availability = '';
  let progress: string | undefined;
  for (const condition of items(object, 'status.conditions')) {
    const { type, status, message } = condition;
    if (type === 'Progressing') {
      if (status === 'False' && hasGivenUp(condition))
        return degraded(show(message ?? 'Application deployment has failed'));
      if (status === 'True') progress = show(message ?? 'Application progress status');
    } else if (type === 'Available') {
      isAvailable = status === 'True';
      availability = show(
        message ?? (isAvailable ? 'Application availability status' : 'Application is not available'),
      );
    }
  }
  if (!isAvailable) return degraded(availability);
  const ready = amount(object, 'status.readyReplicas');
  const desired = amount(object, 'spec.replicas', 1);
  if (ready < desired) return progressing(`Waiting for replicas to be ready (${ready}/${desired})`);
  if (progress !== undefined) return progressing(progress);
  return healthy(`Application is healthy with ${ready}/${desired} replicas ready`);
}

function hasGivenUp(condition: JsonObject): boolean {
  const message = text(condition, 'message').toLowerCase();
  return (
    condition['reason'] === 'ProgressDeadlineExceeded' || message.includes('timeout') || message.includes('failed')
  );
}
