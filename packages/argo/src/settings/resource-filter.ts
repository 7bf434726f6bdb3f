// resource.exclusions, resource.inclusions and resource.selectors: which kinds, and which objects, of which clusters are looked at.
// Mirrors argoproj/argo-cd:util/settings/{filtered_resource,resources_filter}.go (3.6).

import { matchesGlob } from '@evenkeel/lang';
import { type GroupKind, type Json, type JsonObject, parseLabelSelector } from '@evenkeel/resource';
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
  const matches = (rule: FilteredResource): boolean => matchesRule(rule, kind, cluster);
  if (always.some(matches) || exclusions.some(matches)) return true;
  if (inclusions.some(matches)) return false;
  return inclusions.some((rule) => matchesCluster(rule, cluster));
}

/** One rule of `resource.selectors`. */
export interface SelectedResource extends FilteredResource {
  /** A label selector as text. */
  readonly selector: string;
}

/** Which objects of a kind are watched in a cluster: what all rules for it ask for together; '' for all objects. */
export function selectorOf(kind: GroupKind, cluster: string, rules: readonly SelectedResource[]): string {
  return rules
    .filter((rule) => matchesRule(rule, kind, cluster))
    .map(({ selector }) => selector)
    .join(',');
}

/** Reads the rules; one whose selector cannot be read is named and left out. */
export function readSelectors(reader: EntryReader, key: string): readonly SelectedResource[] {
  return reader.yamlList(key).flatMap((entry) => {
    const selector = typeof entry['selector'] === 'string' ? entry['selector'].trim() : '';
    const read = parseLabelSelector(selector);
    if (!read.ok) reader.refuse(key, `the selector "${selector}": ${read.error}`);
    return selector === '' || !read.ok ? [] : [{ ...filterOf(entry), selector }];
  });
}

function matchesRule(rule: FilteredResource, kind: GroupKind, cluster: string): boolean {
  return (
    some(rule.apiGroups, (glob) => matchesGlob(glob, kind.group)) &&
    some(rule.kinds, (name) => name === '*' || name === kind.kind) &&
    matchesCluster(rule, cluster)
  );
}

function matchesCluster(rule: FilteredResource, cluster: string): boolean {
  return some(rule.clusters, (glob) => matchesGlob(glob, cluster));
}

function some(list: readonly string[], test: (entry: string) => boolean): boolean {
  return list.length === 0 || list.some(test);
}

/** Reads one of the two lists. */
export function readFilters(reader: EntryReader, key: string): readonly FilteredResource[] {
  return reader.yamlList(key).map(filterOf);
}

function filterOf(entry: JsonObject): FilteredResource {
  return { apiGroups: texts(entry['apiGroups']), kinds: texts(entry['kinds']), clusters: texts(entry['clusters']) };
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}
