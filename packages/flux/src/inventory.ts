// Inventory entries: "<namespace>_<name>_<group>_<kind>", colons in names of RBAC objects written "__".
// Mirrors kubernetes-sigs/cli-utils:pkg/object/objmetadata.go (0.37).

import type { ResourceReport } from '@evenkeel/delivery';
import type { ObjectRef } from '@evenkeel/resource';

/** An entry of status.inventory. */
export interface InventoryEntry {
  readonly id: string;
  readonly v: string;
}

/** What is live and ours after this report, in order of its ids. */
export function inventoryOf(resources: readonly ResourceReport[]): readonly InventoryEntry[] {
  return resources
    .filter((resource) => resource.reason !== 'missing' && !resource.hook)
    .map(({ ref, version }) => ({
      id: `${ref.namespace}_${ref.name.replaceAll(':', '__')}_${ref.group}_${ref.kind}`,
      v: version,
    }))
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** Reads entries back; one that cannot be read is left out. */
export function readInventory(
  entries: readonly InventoryEntry[],
): readonly (ObjectRef & { readonly version: string })[] {
  return entries.flatMap(({ id, v }) => {
    const first = id.indexOf('_');
    const last = id.lastIndexOf('_');
    const group = id.lastIndexOf('_', last - 1);
    if (first < 0 || group <= first) return [];
    return [
      {
        namespace: id.slice(0, first),
        name: id.slice(first + 1, group).replaceAll('__', ':'),
        group: id.slice(group + 1, last),
        kind: id.slice(last + 1),
        version: v,
      },
    ];
  });
}
