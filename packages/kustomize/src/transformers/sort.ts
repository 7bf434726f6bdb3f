// The order of the output: as loaded, or by kind (api:internal/builtins/SortOrderTransformer.go, v0.21.1).

import { gvkSortText, kindOrder } from '../config/field-specs.ts';
import type { SortOptions } from '../kustomization/types.ts';
import { KustomizeError } from '../problems.ts';
import { type ResId, gvkEqual, gvkText } from '../resources/res-id.ts';
import type { ResourceMap } from '../resources/resource-map.ts';
import type { Resource } from '../resources/resource.ts';

/** Puts the resources in the order the options ask for. Throws KustomizeError for options that make no sense. */
export function sortResources(map: ResourceMap, options: SortOptions): void {
  const { order = '', legacySortOptions } = options;
  if (order !== 'fifo' && order !== 'legacy') {
    throw new KustomizeError('CONFIGURATION', "the field 'sortOptions.order' must be one of [fifo, legacy]");
  }
  if (order === 'fifo') {
    if (legacySortOptions === undefined) return;
    throw new KustomizeError(
      'CONFIGURATION',
      "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
    );
  }
  const places =
    legacySortOptions === undefined
      ? kindOrder()
      : kindOrder(legacySortOptions.orderFirst ?? [], legacySortOptions.orderLast ?? []);
  const keyed = map.resources.map((resource) => ({ resource, id: resource.curId() }));
  keyed.sort((left, right) => compareIds(left.id, right.id, places));
  map.resetTo(keyed.map((entry): Resource => entry.resource));
}

function compareIds(left: ResId, right: ResId, places: ReadonlyMap<string, number>): number {
  if (gvkEqual(left, right)) return compareText(idSortText(left), idSortText(right));
  const distance = (places.get(left.kind) ?? 0) - (places.get(right.kind) ?? 0);
  if (distance !== 0) return distance;
  const order = compareText(gvkSortText(left), gvkSortText(right));
  const bothNamespaces = left.kind === 'Namespace' && right.kind === 'Namespace';
  return bothNamespaces && (left.group === '' || right.group === '') ? -order : order;
}

function idSortText(id: ResId): string {
  return `${gvkText(id)}|${id.namespace || '~X'}|${id.name || '~N'}`;
}

function compareText(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
