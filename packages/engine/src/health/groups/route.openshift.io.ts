// OpenShift's routes.

import { at, degraded, entries, healthy, items, progressing } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({
  Route: (object) => {
    if (at(object, 'status.ingress') === undefined) return progressing('Route is still getting admitted');
    const rules = entries(object, 'status.ingress');
    const count = (pattern: string): number =>
      rules.flatMap((rule) => items(rule, 'conditions')).filter(matcher(pattern)).length;
    if (count('Admitted=True') === rules.length) return healthy('Route is healthy');
    if (count('Admitted=False') > 0) return degraded('Route is degraded');
    return progressing('Route is still getting admitted');
  },
});
