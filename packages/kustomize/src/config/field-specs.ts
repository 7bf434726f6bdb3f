// Field specs: which path of which kinds a transformer touches, and how lists of them are joined
// (api:types/fieldspec.go, v0.21.1).

import { splitPath } from '../nodes/paths.ts';
import { KustomizeError } from '../problems.ts';
import { type Gvk, isSelected } from '../resources/res-id.ts';
import type { FieldSpecEntry } from '../kustomization/types.ts';

/** A field path, for the kinds that match; `parts` is the path split once. */
export interface FieldSpec extends Gvk {
  readonly path: string;
  readonly parts: readonly string[];
  readonly create: boolean;
}

/** A spec from its parts. */
export function fieldSpec(path: string, gvk: Partial<Gvk> = {}, create = false): FieldSpec {
  return {
    group: gvk.group ?? '',
    version: gvk.version ?? '',
    kind: gvk.kind ?? '',
    path,
    parts: splitPath(path, '/'),
    create,
  };
}

/** A spec from an entry of a file. */
export function fieldSpecOf(entry: FieldSpecEntry): FieldSpec {
  return fieldSpec(entry.path ?? '', entry, entry.create ?? false);
}

/** Joins two lists; a spec already covered is left out, one that disagrees about creation is refused. */
export function mergeFieldSpecs(first: readonly FieldSpec[], second: readonly FieldSpec[]): readonly FieldSpec[] {
  if (second.length === 0) return first;
  const result = [...first];
  for (const spec of second) {
    const covered = result.find((each) => each.path === spec.path && isSelected(each, spec));
    if (covered === undefined) result.push(spec);
    else if (covered.create !== spec.create) throw new KustomizeError('CONFIGURATION', 'conflicting fieldspecs');
  }
  return result;
}

const FIRST = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** Places of kinds in the legacy order; kinds not named come in between. */
export function kindOrder(
  first: readonly string[] = FIRST,
  last: readonly string[] = LAST,
): ReadonlyMap<string, number> {
  const order = new Map<string, number>();
  for (const [index, kind] of first.entries()) order.set(kind, index - first.length);
  for (const [index, kind] of last.entries()) order.set(kind, index + 1);
  return order;
}

const DEFAULT_ORDER = kindOrder();

/** Compares kinds in the order in which configurations are sorted. */
export function compareGvk(left: Gvk, right: Gvk): number {
  const places = (DEFAULT_ORDER.get(left.kind) ?? 0) - (DEFAULT_ORDER.get(right.kind) ?? 0);
  if (places !== 0) return places;
  const a = gvkSortText(left);
  const b = gvkSortText(right);
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The text by which kinds of equal place are sorted. */
export function gvkSortText(gvk: Gvk): string {
  return `${gvk.group || '~G'}_${gvk.version || '~V'}_${gvk.kind || '~K'}`;
}
