// Crossplane's packages.

import { items, progressing, say, show } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({
  Provider: (object) => {
    const list = items(object, 'status.conditions');
    const [installed, running] = [list.findLast(matcher('Installed')), list.findLast(matcher('Healthy'))];
    const causes = [installed, running].flatMap((entry) => entry?.['reason'] ?? []);
    if (causes.length === 0) return progressing('Waiting for provider to be installed');
    const isGood = installed?.['status'] === 'True' && running?.['status'] === 'True';
    return say(isGood ? 'healthy' : 'degraded', causes.map(show).join(' '));
  },
});
