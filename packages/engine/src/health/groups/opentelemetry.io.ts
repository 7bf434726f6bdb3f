// The OpenTelemetry operator.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, degraded, healthy, progressing, show } from '../reading.ts';
import { type KindChecks } from '../rules.ts';

export const checks = (): KindChecks => ({ OpenTelemetryCollector: collector });

function collector(object: KubeObject): Health {
  if (at(object, 'status') === undefined) return progressing('Waiting for OpenTelemetry Collector status');
  const scale = at(object, 'status.scale.statusReplicas');
  const mode = at(object, 'spec.mode');
  if (scale === undefined) {
    return mode === 'sidecar'
      ? healthy('Collector is running in sidecar mode')
      : progressing('Scale status not available');
  }
  const counts = /(\d+)\/(\d+)/.exec(show(scale));
  if (!counts) return progressing(`Unable to parse replica status: ${show(scale)}`);
  const [ready, total] = [Number(counts[1]), Number(counts[2])];
  if (ready === 0) {
    return mode === 'daemonset' && total === 0
      ? healthy('DaemonSet has no eligible nodes (0/0)')
      : degraded('No replicas are ready');
  }
  return ready === total ? healthy('All replicas are ready') : progressing('Replicas are starting up');
}
