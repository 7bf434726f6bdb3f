// The container images a set of objects runs.

import type { JsonObject, KubeObject } from '@evenkeel/resource';

/** Every distinct image named by a container of a pod template, in order of appearance. */
export function imagesOf(objects: readonly KubeObject[]): readonly string[] {
  const found = new Set<string>();
  for (const object of objects) collect(object['spec'] as JsonObject | undefined, found);
  return [...found];
}

function collect(spec: JsonObject | undefined, found: Set<string>): void {
  if (!spec || typeof spec !== 'object') return;
  for (const field of ['initContainers', 'containers']) {
    const list = spec[field];
    if (!Array.isArray(list)) continue;
    for (const container of list as readonly JsonObject[]) {
      if (typeof container?.['image'] === 'string') found.add(container['image']);
    }
  }
  for (const field of ['template', 'jobTemplate', 'spec']) {
    const inner = spec[field];
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner)) collect(inner as JsonObject, found);
  }
}
