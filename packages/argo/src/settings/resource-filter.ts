// resource.exclusions and resource.inclusions: which kinds of which clusters are looked at at all.
// Mirrors argoproj/argo-cd:util/settings/{filtered_resource,resources_filter}.go (3.6).

import { matchesGlob } from '@evenkeel/lang';
import type { GroupKind, Json } from '@evenkeel/resource';
import type { EntryReader } from './entry-reader.ts';

/** One rule. An empty list matches everything. */
export interface FilteredResource {
  /** Globs. */
  readonly apiGroups: readonly string[];
  /** Exact names, or "*". */
  readonly kinds: readonly string[];
  /** Globs over the cluster's address. */
  readonly clusters: readonly string[];
}

/** Kinds nobody keeps in Git, excluded whatever is set. */
const always: readonly FilteredResource[] = [
  { apiGroups: ['events.k8s.io', 'metrics.k8s.io'], kinds: [], clusters: [] },
  { apiGroups: [''], kinds: ['Event'], clusters: [] },
  { apiGroups: ['coordination.k8s.io'], kinds: ['Lease'], clusters: [] },
];

export interface ResourceFilters {
  readonly exclusions: readonly FilteredResource[];
  readonly inclusions: readonly FilteredResource[];
}

/** Whether objects of a kind are left alone in a cluster: excluded, or not among the inclusions where there are some. */
export function isExcluded(kind: GroupKind, cluster: string, { exclusions, inclusions }: ResourceFilters): boolean {
  const matches = (rule: FilteredResource): boolean =>
    some(rule.apiGroups, (glob) => matchesGlob(glob, kind.group)) &&
    some(rule.kinds, (name) => name === '*' || name === kind.kind) &&
    matchesCluster(rule, cluster);
  if (always.some(matches) || exclusions.some(matches)) return true;
  if (inclusions.some(matches)) return false;
  return inclusions.some((rule) => matchesCluster(rule, cluster));
}

function matchesCluster(rule: FilteredResource, cluster: string): boolean {
  return some(rule.clusters, (glob) => matchesGlob(glob, cluster));
}

function some(list: readonly string[], test: (entry: string) => boolean): boolean {
  return list.length === 0 || list.some(test);
}

/** Reads one of the two lists. */
export function readFilters(reader: EntryReader, key: string): readonly FilteredResource[] {
  return reader.yamlList(key).map((entry) => ({
    apiGroups: texts(entry['apiGroups']),
    kinds: texts(entry['kinds']),
    clusters: texts(entry['clusters']),
  }));
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}
