// What an object uses of a namespace's quota, and which quotas it falls under (kubernetes:pkg/quota/v1/evaluator, 1.35).

import { type KubeObject, type Quantity } from '@evenkeel/resource';
import { type LabelSelector, labelSelectorMatch } from '../api/selectors.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { qosClassOf } from '../defaulting/pod-admission.ts';
import type { PodSpecDraft } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import { type Amounts, addAmounts, amountsOf, count } from './amounts.ts';
import { podAmounts } from './pod-amounts.ts';

/** An object to be counted, or a draft of one. */
export type Counted = Draft | KubeObject;

// Names from before count/… that go on meaning the same.
const olderNames: Readonly<Record<string, string>> = {
  configmaps: 'configmaps',
  resourcequotas: 'resourcequotas',
  replicationcontrollers: 'replicationcontrollers',
  secrets: 'secrets',
};

/** What an object uses. `now` in milliseconds: pods past their grace period no longer count. */
export function usageOf(collection: string, object: Counted, now: number): Amounts {
  const one = count(1);
  const counted = new Map<string, Quantity>([[`count/${collection}`, one]]);
  const spec = bagAt(object as Draft, 'spec');
  switch (collection) {
    case 'pods':
      return runs(object, now) ? addAmounts(counted, podUsage(spec)) : counted;
    case 'services':
      return addAmounts(counted, serviceUsage(spec));
    case 'persistentvolumeclaims':
      return addAmounts(counted, claimUsage(object, spec));
    default: {
      const older = olderNames[collection];
      return older === undefined ? counted : counted.set(older, one);
    }
  }
}

function runs(pod: Counted, now: number): boolean {
  const phase = bagAt(pod as Draft, 'status')?.['phase'];
  if (phase === 'Failed' || phase === 'Succeeded') return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return now <= Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

const computeNames = ['cpu', 'memory', 'ephemeral-storage'];

function podUsage(spec: Bag | undefined): Amounts {
  return computeUsage(podAmounts(spec, 'requests'), podAmounts(spec, 'limits'));
}

function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const result = new Map<string, Quantity>([['pods', count(1)]]);
  for (const [name, amount] of requests) {
    const compute = computeNames.includes(name) || name.startsWith('hugepages-');
    if (compute) result.set(name, amount);
    if (compute || isExtended(name)) result.set(`requests.${name}`, amount);
  }
  for (const name of computeNames) {
    const limit = limits.get(name);
    if (limit !== undefined) result.set(`limits.${name}`, limit);
  }
  return result;
}

function isExtended(name: string): boolean {
  return name.includes('/') && !name.split('/')[0]?.endsWith('kubernetes.io');
}

function serviceUsage(spec: Bag | undefined): Amounts {
  const ports = bagsOf(spec?.['ports']);
  const balanced = spec?.['type'] === 'LoadBalancer';
  const nodePorts =
    balanced && spec['allocateLoadBalancerNodePorts'] === false
      ? ports.filter((port) => (port['nodePort'] ?? 0) !== 0).length
      : balanced || spec?.['type'] === 'NodePort'
        ? ports.length
        : 0;
  return new Map([
    ['services', count(1)],
    ['services.loadbalancers', count(balanced ? 1 : 0)],
    ['services.nodeports', count(nodePorts)],
  ]);
}

function claimUsage(claim: Counted, spec: Bag | undefined): Amounts {
  const result = new Map<string, Quantity>([['persistentvolumeclaims', count(1)]]);
  const storageClass =
    claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? scalarText(spec?.['storageClassName']);
  const prefix = `${storageClass}.storageclass.storage.k8s.io/`;
  if (storageClass !== '') result.set(`${prefix}persistentvolumeclaims`, count(1));
  const storage = amountsOf(bagAt(bagAt(spec, 'resources'), 'requests')).get('storage');
  if (storage === undefined) return result;
  result.set('requests.storage', storage);
  if (storageClass !== '') result.set(`${prefix}requests.storage`, storage);
  return result;
}

/** True for the names of a quota that objects of the collection use. */
export function isUsedBy(collection: string, name: string): boolean {
  if (name === `count/${collection}` || name === olderNames[collection]) return true;
  if (collection === 'services') return /^services(\.loadbalancers|\.nodeports)?$/.test(name);
  if (collection === 'persistentvolumeclaims')
    return /^(.*\.storageclass\.storage\.k8s\.io\/)?(persistentvolumeclaims|requests\.storage)$/.test(name);
  if (collection !== 'pods') return false;
  if (name === 'pods' || /^(requests\.|limits\.)?(cpu|memory|ephemeral-storage)$/.test(name)) return true;
  return /^(requests\.)?hugepages-/.test(name) || (name.startsWith('requests.') && isExtended(name.slice(9)));
}

/** What containers must name because a quota counts it: "must specify cpu for: a; memory for: a,b". */
export function unnamedAmounts(draft: Counted, names: readonly string[]): string | undefined {
  const spec = bagAt(draft as Draft, 'spec');
  if (amountsOf(bagAt(bagAt(spec, 'resources'), 'requests')).size > 0) return undefined;
  if (amountsOf(bagAt(bagAt(spec, 'resources'), 'limits')).size > 0) return undefined;
  const needed = names.filter((name) => /^(requests\.|limits\.)?(cpu|memory)$/.test(name));
  const lacking = new Map<string, Set<string>>();
  for (const container of [...bagsOf(spec?.['containers']), ...bagsOf(spec?.['initContainers'])]) {
    const resources = bagAt(container, 'resources');
    const named = computeUsage(amountsOf(resources?.['requests']), amountsOf(resources?.['limits']));
    for (const name of needed) {
      if (!named.has(name)) lacking.set(name, (lacking.get(name) ?? new Set()).add(scalarText(container['name'])));
    }
  }
  if (lacking.size === 0) return undefined;
  const parts = [...lacking].sort(([a], [b]) => (a < b ? -1 : 1));
  return `must specify ${parts.map(([name, containers]) => `${name} for: ${[...containers].sort().join(',')}`).join('; ')}`;
}

/** True where a quota's scopes let the object through. */
export function isInScope(quota: KubeObject, collection: string, object: Counted): boolean {
  const spec = bagAt(quota as unknown as Draft, 'spec');
  const plain = Array.isArray(spec?.['scopes']) ? (spec['scopes'] as string[]) : [];
  const selected = bagsOf(bagAt(spec, 'scopeSelector')?.['matchExpressions']);
  const terms = [...plain.map((scopeName): Bag => ({ scopeName, operator: 'Exists' })), ...selected];
  return terms.every((term) => collection === 'pods' && podInScope(term, object));
}

function podInScope(term: Bag, pod: Counted): boolean {
  const spec = bagAt(pod as Draft, 'spec') ?? {};
  const terminating = typeof spec['activeDeadlineSeconds'] === 'number';
  switch (scalarText(term['scopeName'])) {
    case 'Terminating':
      return terminating;
    case 'NotTerminating':
      return !terminating;
    case 'BestEffort':
      return qosClassOf(spec as PodSpecDraft) === 'BestEffort';
    case 'NotBestEffort':
      return qosClassOf(spec as PodSpecDraft) !== 'BestEffort';
    case 'PriorityClass': {
      const name = scalarText(spec['priorityClassName']);
      const selector = { matchExpressions: [{ ...term, key: 'PriorityClass' }] } as unknown as LabelSelector;
      return labelSelectorMatch(selector)(name === '' ? {} : { PriorityClass: name });
    }
    case 'CrossNamespacePodAffinity':
      return reachesOtherNamespaces(spec);
    default:
      return false;
  }
}

function reachesOtherNamespaces(spec: Bag): boolean {
  const affinity = bagAt(spec, 'affinity');
  return ['podAffinity', 'podAntiAffinity'].some((side) => {
    const rules = bagAt(affinity, side);
    const terms = [
      ...bagsOf(rules?.['requiredDuringSchedulingIgnoredDuringExecution']),
      ...bagsOf(rules?.['preferredDuringSchedulingIgnoredDuringExecution']).map(
        (each) => bagAt(each, 'podAffinityTerm') ?? {},
      ),
    ];
    return terms.some(
      (term) =>
        term['namespaceSelector'] !== undefined || (Array.isArray(term['namespaces']) && term['namespaces'].length > 0),
    );
  });
}
