// Network configuration by NMState.

import { text } from '../reading.ts';
import { conditions, first, type KindChecks, type Sentence, waiting } from '../rules.ts';

const reasonAndMessage: Sentence = (condition) => {
  const message = text(condition, 'message');
  return message === '' ? text(condition, 'reason') : `${text(condition, 'reason')}: ${message}`;
};

export const checks = (): KindChecks => ({
  NodeNetworkConfigurationPolicy: first(
    conditions(
      ['Available=True', 'healthy', reasonAndMessage],
      ['Degraded=True', 'degraded', reasonAndMessage],
      ['Progressing=True', 'progressing', reasonAndMessage],
      ['Ignored=True', 'suspended', reasonAndMessage],
    ),
    waiting('Waiting for policy to be applied'),
  ),
});
