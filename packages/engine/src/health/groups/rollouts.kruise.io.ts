// OpenKruise rollouts.

import { at, degraded, healthy, progressing, suspended } from '../reading.ts';
import { isObserved, type KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({
  Rollout: (object) => {
    const step = at(object, 'status.canaryStatus.currentStepState');
    const word = at(object, 'status.phase');
    if (isObserved(object)) {
      if (step === 'StepPaused' && word === 'Progressing')
        return suspended('Rollout is Paused need manual intervention');
      if (step === 'Completed' && word === 'Healthy') return healthy('Rollout is Completed');
      if (step === 'StepPaused' && (word === 'Terminating' || word === 'Disabled')) {
        return degraded('Rollout is Disabled or Terminating');
      }
    }
    return progressing('Rollout is still progressing');
  },
});
