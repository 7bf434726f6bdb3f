// SAP's service operator.

import type { KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, degraded, healthy, items, progressing, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({ ServiceBinding: service, ServiceInstance: service });

function service(object: KubeObject): Health {
  const { deletionTimestamp, generation } = object.metadata;
  if (deletionTimestamp !== undefined) return progressing('Resource is being deleted');
  if (typeof at(object, 'status.conditions') !== 'object') return progressing('Waiting for status');
  for (const condition of items(object, 'status.conditions')) {
    const observed = condition['observedGeneration'] ?? undefined;
    if (observed !== undefined && generation !== undefined && observed !== generation) {
      return progressing('Waiting for spec update to be observed');
    }
    if (matcher('Succeeded=False')(condition) || matcher('Failed=True')(condition)) {
      return degraded(text(condition, 'message'));
    }
  }
  return healthy('Ready to use');
}
