// The Coralogix operator.

import { conditions, first, type KindChecks, waiting } from '../rules.ts';

const synced = first(
  conditions(['RemoteSynced=True', 'healthy', 'Resource is ready'], ['RemoteSynced=False', 'degraded']),
  waiting('Waiting for status to be updated'),
);

export const checks = (): KindChecks => ({ Alert: synced, RecordingRuleGroupSet: synced });
