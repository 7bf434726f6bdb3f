// Karmada's bindings.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, degraded, healthy, items, progressing, size } from '../reading.ts';
import type { KindChecks } from '../rules.ts';

const insufficient = progressing('Current resource status is insufficient');

export const checks = (): KindChecks => ({
  ClusterResourceBinding: (object) => (size(object, 'spec.clusters') === 0 ? insufficient : binding(object)),
  ResourceBinding: (object) => {
    if (at(object, 'spec.clusters') !== undefined && size(object, 'spec.clusters') === 0) return insufficient;
    return size(object, 'status.aggregatedStatus') === 0 ? insufficient : binding(object);
  },
});

function binding(object: KubeObject): Health {
  if (at(object, 'status.aggregatedStatus') === undefined) return insufficient;
  const parts = items(object, 'status.aggregatedStatus');
  const isPartial = at(object, 'spec.clusters') !== undefined && size(object, 'spec.clusters') !== parts.length;
  if (isPartial) return insufficient;
  const isBad = parts.some(
    ({ health, applied }) => health === 'Unhealthy' || (health === 'Unknown' && applied !== true),
  );
  return isBad ? degraded('Current resource status is unhealthy') : healthy();
}
