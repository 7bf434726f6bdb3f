// What other pods have to say about a node: required affinity and anti-affinity between pods, and spreading over domains
// (pkg/scheduler/framework/plugins/{interpodaffinity,podtopologyspread}, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { type LabelSelector, labelSelectorMatch } from '../api/selectors.ts';
import { type PlacedSpec, matchesNode } from './node-fit.ts';
import { isPodActive, specView } from './views.ts';

interface PodTerm {
  readonly labelSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly namespaceSelector?: LabelSelector;
  readonly topologyKey: string;
}

interface RequiredTerms {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[];
}

interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: string;
  readonly labelSelector?: LabelSelector;
}

interface NeighbourSpec extends PlacedSpec {
  readonly affinity?: NonNullable<PlacedSpec['affinity']> & {
    readonly podAffinity?: RequiredTerms;
    readonly podAntiAffinity?: RequiredTerms;
  };
  readonly topologySpreadConstraints?: readonly SpreadConstraint[];
}

/** The cluster as a pod to be placed sees it. */
export interface Neighbourhood {
  readonly nodes: readonly KubeObject[];
  /** Pods that have a node. */
  readonly pods: readonly KubeObject[];
  /** Labels of a namespace. */
  readonly labelsOf: (namespace: string) => Readonly<Record<string, string>> | undefined;
}

/** True where it matters to a pod which others are where. */
export function asksForNeighbours(pod: KubeObject): boolean {
  const { affinity, topologySpreadConstraints = [] } = specView<NeighbourSpec>(pod);
  return affinity?.podAffinity !== undefined || keepsOthersAway(pod) || topologySpreadConstraints.length > 0;
}

/** True where a pod wants some others elsewhere. */
export function keepsOthersAway(pod: KubeObject): boolean {
  return specView<NeighbourSpec>(pod).affinity?.podAntiAffinity !== undefined;
}

/** Why other pods keep a pod off a node; undefined where they do not. */
export function neighbourMisfit(node: KubeObject, pod: KubeObject, around: Neighbourhood): string | undefined {
  const { affinity, topologySpreadConstraints = [] } = specView<NeighbourSpec>(pod);
  for (const constraint of topologySpreadConstraints) {
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') continue;
    const problem = spreadProblem(node, pod, constraint, around);
    if (problem !== undefined) return problem;
  }
  if (!requiredOf(affinity?.podAffinity).every((term) => isMet(node, pod, term, around)))
    return "node(s) didn't match pod affinity rules";
  if (requiredOf(affinity?.podAntiAffinity).some((term) => hasNeighbour(node, pod, term, around)))
    return "node(s) didn't match pod anti-affinity rules";
  const refuses = around.pods.some((other) =>
    requiredOf(specView<NeighbourSpec>(other).affinity?.podAntiAffinity).some(
      (term) => speaksOf(term, other, pod, around) && sameDomain(node, nodeOf(other, around), term.topologyKey),
    ),
  );
  return refuses ? "node(s) didn't satisfy existing pods anti-affinity rules" : undefined;
}

function requiredOf(terms: RequiredTerms | undefined): readonly PodTerm[] {
  return terms?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

// The first of a group that wants to be together is let in anywhere.
function isMet(node: KubeObject, pod: KubeObject, term: PodTerm, around: Neighbourhood): boolean {
  if (node.metadata.labels?.[term.topologyKey] === undefined) return false;
  if (hasNeighbour(node, pod, term, around)) return true;
  return speaksOf(term, pod, pod, around) && !around.pods.some((other) => speaksOf(term, pod, other, around));
}

function hasNeighbour(node: KubeObject, pod: KubeObject, term: PodTerm, around: Neighbourhood): boolean {
  return around.pods.some(
    (other) => speaksOf(term, pod, other, around) && sameDomain(node, nodeOf(other, around), term.topologyKey),
  );
}

/** True where a term of `owner` is about `other`. */
function speaksOf(term: PodTerm, owner: KubeObject, other: KubeObject, { labelsOf }: Neighbourhood): boolean {
  const namespace = other.metadata.namespace ?? '';
  const { namespaces = [], namespaceSelector } = term;
  const own = namespaces.length === 0 && namespaceSelector === undefined && namespace === owner.metadata.namespace;
  const selected = namespaceSelector !== undefined && labelSelectorMatch(namespaceSelector)(labelsOf(namespace) ?? {});
  if (!own && !selected && !namespaces.includes(namespace)) return false;
  return isPodActive(other) && labelSelectorMatch(term.labelSelector)(other.metadata.labels);
}

function nodeOf(pod: KubeObject, { nodes }: Neighbourhood): KubeObject | undefined {
  const name = specView<NeighbourSpec>(pod).nodeName;
  return nodes.find((each) => each.metadata.name === name);
}

function sameDomain(node: KubeObject, other: KubeObject | undefined, key: string): boolean {
  const value = node.metadata.labels?.[key];
  return value !== undefined && other?.metadata.labels?.[key] === value;
}

function spreadProblem(
  node: KubeObject,
  pod: KubeObject,
  { topologyKey, maxSkew, labelSelector }: SpreadConstraint,
  { nodes, pods }: Neighbourhood,
): string | undefined {
  const problem = "node(s) didn't match pod topology spread constraints";
  const own = node.metadata.labels?.[topologyKey];
  if (own === undefined) return `${problem} (missing required label)`;
  const matches = labelSelectorMatch(labelSelector);
  const counts = new Map<string, number>();
  const domains = new Map<string, string>();
  for (const each of nodes) {
    const domain = each.metadata.labels?.[topologyKey];
    if (domain === undefined || !matchesNode(each, specView<NeighbourSpec>(pod))) continue;
    counts.set(domain, 0);
    domains.set(each.metadata.name ?? '', domain);
  }
  for (const other of pods) {
    const domain = domains.get(specView<NeighbourSpec>(other).nodeName ?? '');
    const counted = other.metadata.namespace === pod.metadata.namespace && isPodActive(other);
    if (domain !== undefined && counted && matches(other.metadata.labels))
      counts.set(domain, (counts.get(domain) ?? 0) + 1);
  }
  const self = matches(pod.metadata.labels) ? 1 : 0;
  const least = Math.min(...counts.values());
  return (counts.get(own) ?? 0) + self - least > maxSkew ? problem : undefined;
}
