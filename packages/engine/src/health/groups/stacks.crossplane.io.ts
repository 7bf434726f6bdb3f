// Crossplane's stacks, the packages before packages.

import { items, progressing, say, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({
  ClusterStackInstall: (object) => {
    const list = items(object, 'status.conditionedStatus.conditions');
    const told = list.find(matcher('Ready=True')) ?? list.findLast(matcher('Ready'));
    if (!told) return progressing('Waiting for stack to be installed');
    return say(told['status'] === 'True' ? 'healthy' : 'progressing', text(told, 'reason'));
  },
});
