// Writes to pods/ephemeralcontainers and pods/resize (pkg/apis/core/validation, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes } from './causes.ts';
import { labelProblem } from './names.ts';

// What a container that only looks around cannot have.
const notEphemeral = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resizePolicy'];

/** Ephemeral containers are added, never changed or taken away. */
export function validateEphemeralContainers(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const regular = [...bagsOf(spec?.['containers']), ...bagsOf(spec?.['initContainers'])].map((each) => each['name']);
  const names = new Set<unknown>(regular);
  const containers = bagsOf(spec?.['ephemeralContainers']);
  for (const [index, container] of containers.entries())
    checkContainer(causes, container, `spec.ephemeralContainers[${index}]`, { names, regular });
  for (const before of bagsOf(bagAt(old as unknown as Draft, 'spec')?.['ephemeralContainers'])) {
    const name = scalarText(before['name'] ?? '');
    const kept = containers.find((each) => each['name'] === name);
    const why = kept === undefined ? 'removed' : 'changed';
    if (!sameValue(kept, before))
      causes.forbidden('spec.ephemeralContainers', `existing ephemeral containers "${name}" may not be ${why}\n`);
  }
  return causes.list;
}

function checkContainer(
  causes: Causes,
  container: Bag,
  at: string,
  { names, regular }: { readonly names: Set<unknown>; readonly regular: readonly unknown[] },
): void {
  const name = scalarText(container['name'] ?? '');
  const problem = labelProblem(name);
  if (name === '') causes.required(`${at}.name`);
  else if (problem !== undefined) causes.invalid(`${at}.name`, name, problem);
  if (names.has(name)) causes.duplicate(`${at}.name`, name);
  names.add(name);
  if ((container['image'] ?? '') === '') causes.required(`${at}.image`);
  const target = container['targetContainerName'];
  if (target !== undefined && target !== '' && !regular.includes(target))
    causes.notFound(`${at}.targetContainerName`, target);
  for (const key of notEphemeral)
    if (container[key] !== undefined) causes.forbidden(`${at}.${key}`, 'cannot be set for an Ephemeral Container');
  if (Object.keys(bagAt(container, 'resources') ?? {}).length > 0)
    causes.forbidden(`${at}.resources`, 'cannot be set for an Ephemeral Container');
}

/** A resize may not take away what was asked for. */
export function validateResize(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  for (const [index, container] of bagsOf(bagAt(draft, 'spec')?.['containers']).entries()) {
    const before = bagsOf(bagAt(old as unknown as Draft, 'spec')?.['containers'])[index];
    for (const side of ['requests', 'limits']) {
      const [next, past] = [
        bagAt(bagAt(container, 'resources'), side) ?? {},
        bagAt(bagAt(before, 'resources'), side) ?? {},
      ];
      for (const name of Object.keys(past)) {
        if (next[name] !== undefined) continue;
        const at = `spec.containers[${index}].resources.${side}`;
        causes.forbidden(at, `resource ${side} cannot be removed`);
      }
    }
  }
  return causes.list;
}
