// Disruption budgets.

import { healthy, items, text } from '../reading.ts';
import { conditions, first, type KindChecks, type Sentence, waiting } from '../rules.ts';

const budget: Sentence = (condition) => `PodDisruptionBudget has ${text(condition, 'reason')}`;

export const checks = (): KindChecks => ({
  PodDisruptionBudget: first(
    conditions(['*=False/!InsufficientPods', 'degraded', budget]),
    (object) => {
      const last = items(object, 'status.conditions').at(-1);
      return last && healthy(`PodDisruptionBudget has ${text(last, 'reason')}`);
    },
    waiting('Waiting for status'),
  ),
});
