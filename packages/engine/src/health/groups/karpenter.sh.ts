// Karpenter.

import { conditions, first, type KindChecks, observedOr, ready, waiting } from '../rules.ts';

export const checks = (): KindChecks => ({
  NodeClaim: first(
    observedOr('Waiting for NodeClaim spec to be reconciled'),
    conditions(['Disrupting=True', 'suspended']),
    conditions(['Ready=True', 'healthy'], ['Ready=False', 'degraded']),
    conditions(['Initialized=True', 'progressing', 'Node initialized, waiting for Ready']),
    conditions(['Registered=True', 'progressing', 'Node registered, waiting for initialization']),
    conditions(['Launched=True', 'progressing', 'Node launched, waiting for registration']),
    waiting('Waiting for NodeClaim to be launched'),
  ),
  NodePool: ready('Waiting for NodePool to be ready'),
});
