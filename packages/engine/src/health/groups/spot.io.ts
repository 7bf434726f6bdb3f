// Spot's deployments.

import { at, healthy, progressing } from '../reading.ts';
import { conditions, type KindChecks } from '../rules.ts';

const failures = conditions(
  ['InvalidSpec', 'degraded'],
  ['Progressing/RolloutAborted', 'degraded'],
  ['Progressing/ProgressDeadlineExceeded', 'degraded'],
  ['Paused=True', 'suspended', 'Rollout is paused'],
);

export const checks = (): KindChecks => ({
  SpotDeployment: (object) => {
    if (at(object, 'status.conditions') === undefined) return undefined;
    const failure = failures(object);
    if (failure) return failure;
    const isRolling = at(object, 'status.phase') === 'Progressing';
    return isRolling ? progressing('Waiting for rollout to finish steps') : healthy();
  },
});
