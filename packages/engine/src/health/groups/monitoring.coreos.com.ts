// The Prometheus operator.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { healthy, items, progressing, say, show } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({ Alertmanager: instances, Prometheus: instances, ThanosRuler: instances });

function instances(object: KubeObject): Health {
  const last = items(object, 'status.conditions').findLast(matcher('Available'));
  if (!last) return progressing('Waiting for initialization');
  if (last['status'] === 'True') return healthy('All instances are available');
  const status = last['reason'] === 'SomePodsNotReady' ? 'progressing' : 'degraded';
  return say(status, show(last['message'] ?? last['reason']));
}
