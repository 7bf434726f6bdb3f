// Contour.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health } from '../health.ts';
import { at, degraded, healthy, items, progressing, text } from '../reading.ts';
import { type KindChecks, matcher } from '../rules.ts';

export const checks = (): KindChecks => ({
  ExtensionService: (object) => {
    for (const condition of current(object)) {
      if (matcher('Valid=True')(condition)) return healthy(text(condition, 'message'));
      if (matcher('Valid=False')(condition)) return degraded(text(condition, 'message'));
    }
    return progressing('Waiting for status');
  },
  HTTPProxy: httpProxy,
});

/** Conditions about the generation that is live; older ones say nothing about it. */
function current(object: KubeObject): readonly JsonObject[] {
  return items(object, 'status.conditions').filter(
    (entry) => (entry['observedGeneration'] ?? undefined) === object.metadata.generation,
  );
}

function httpProxy(object: KubeObject): Health {
  const description = text(object, 'status.description');
  if (at(object, 'status.conditions') === undefined) {
    return progressing(at(object, 'status.currentStatus') === undefined ? 'Waiting for status' : description);
  }
  let found = progressing('Waiting for status');
  for (const condition of current(object)) {
    if (matcher('Valid=True')(condition)) return healthy(description);
    if (at(object, 'spec.includes') !== undefined && condition['status'] === 'False') {
      found = healthy('HTTPProxy inclusions cannot be health checked');
    } else if (matcher('Valid=False')(condition)) return degraded(description);
  }
  return found;
}
