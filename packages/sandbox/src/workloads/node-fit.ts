// What keeps a pod off a node, apart from other pods: cordons, taints, node selectors and required node affinity
// (pkg/scheduler/framework/plugins, Kubernetes 1.35). The DaemonSet controller asks the same.

import type { KubeObject } from '@evenkeel/resource';
import { specView } from './views.ts';

export interface TaintView {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export interface TolerationView {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

interface NodeRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

interface NodeTerm {
  readonly matchExpressions?: readonly NodeRequirement[];
  readonly matchFields?: readonly NodeRequirement[];
}

/** The part of a pod's spec that speaks of nodes. */
export interface PlacedSpec {
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly TolerationView[];
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms: readonly NodeTerm[] };
    };
  };
}

/** Why a node is no place for a pod, in the scheduler's words; undefined where it is one. */
export function nodeMisfit(node: KubeObject, spec: PlacedSpec): string | undefined {
  const cordon: TaintView = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  if (specView<{ unschedulable?: boolean }>(node).unschedulable === true && !tolerates(spec.tolerations, cordon))
    return 'node(s) were unschedulable';
  if (taintsOf(node).some((taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(spec.tolerations, taint)))
    return 'node(s) had untolerated taint(s)';
  return matchesNode(node, spec) ? undefined : "node(s) didn't match Pod's node affinity/selector";
}

/** True where a pod's selector and required affinity allow the node. */
export function matchesNode(node: KubeObject, { nodeSelector = {}, affinity }: PlacedSpec): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(nodeSelector).every(([key, value]) => labels[key] === value)) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(node, term));
}

/** The taints of a node. */
export function taintsOf(node: KubeObject): readonly TaintView[] {
  return specView<{ taints?: readonly TaintView[] }>(node).taints ?? [];
}

/** True where one of the tolerations bears the taint. */
export function tolerates(tolerations: readonly TolerationView[] | undefined, taint: TaintView): boolean {
  return (tolerations ?? []).some((each) => bears(each, taint));
}

/** True where this toleration bears the taint (component-helpers:scheduling/corev1). */
export function bears({ key = '', operator, value = '', effect = '' }: TolerationView, taint: TaintView): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return key !== '' && value === (taint.value ?? '');
}

// A term that asks nothing matches nothing.
function matchesTerm(node: KubeObject, { matchExpressions = [], matchFields = [] }: NodeTerm): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  return (
    matchExpressions.every((each) => meets(labels[each.key], each)) &&
    matchFields.every((each) => meets(each.key === 'metadata.name' ? node.metadata.name : undefined, each))
  );
}

function meets(found: string | undefined, { operator, values = [] }: NodeRequirement): boolean {
  switch (operator) {
    case 'In':
      return found !== undefined && values.includes(found);
    case 'NotIn':
      return found === undefined || !values.includes(found);
    case 'Exists':
      return found !== undefined;
    case 'DoesNotExist':
      return found === undefined;
    case 'Gt':
      return found !== undefined && Number(found) > Number(values[0]);
    case 'Lt':
      return found !== undefined && Number(found) < Number(values[0]);
    default:
      return false;
  }
}
