// What admission adds to a new pod on a stock server: the service account and its token volume, the default tolerations,
// the priority, and the quality of service class.

import type { StrategyContext } from '../api/strategy.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import { type ContainerDraft, type PodSpecDraft, bagsOf, fallback, specOf } from './drafts.ts';

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Completes a pod at creation. */
export function admitPod(draft: Draft, context: StrategyContext): void {
  const spec = specOf(draft) as PodSpecDraft;
  if (spec.serviceAccountName === undefined || spec.serviceAccountName === '') spec.serviceAccountName = 'default';
  spec.serviceAccount = spec.serviceAccountName;
  addTokenVolume(spec, context);
  addTolerations(spec);
  const className = spec['priorityClassName'];
  const priorityClass =
    typeof className === 'string'
      ? context.store.collection('priorityclasses.scheduling.k8s.io').get('', className)
      : undefined;
  const value = priorityClass?.['value'];
  fallback(
    spec,
    'priority',
    typeof value === 'number'
      ? value
      : className === 'system-node-critical'
        ? 2000001000
        : className === 'system-cluster-critical'
          ? 2000000000
          : 0,
  );
  fallback(spec, 'preemptionPolicy', 'PreemptLowerPriority');
  draft['status'] = { phase: 'Pending', qosClass: qosClassOf(spec) };
}

function addTokenVolume(spec: PodSpecDraft, context: StrategyContext): void {
  if (spec['automountServiceAccountToken'] === false) return;
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const missing = containers.filter(
    (container) => !bagsOf(container['volumeMounts']).some((mount) => mount['mountPath'] === tokenPath),
  );
  if (missing.length === 0) return;
  const name = `kube-api-access-${context.chance.suffix(5)}`;
  spec.volumes = [
    ...(spec.volumes ?? []),
    {
      name,
      projected: {
        defaultMode: 420,
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          {
            downwardAPI: {
              items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
            },
          },
        ],
      },
    },
  ];
  for (const container of missing) {
    container['volumeMounts'] = [...bagsOf(container['volumeMounts']), { name, readOnly: true, mountPath: tokenPath }];
  }
}

function addTolerations(spec: PodSpecDraft): void {
  const tolerations = bagsOf(spec['tolerations']);
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const covered = tolerations.some(
      (each) =>
        (each['key'] === key || each['key'] === undefined || each['key'] === '') &&
        (each['effect'] === 'NoExecute' || each['effect'] === undefined || each['effect'] === ''),
    );
    if (!covered) tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  }
  spec['tolerations'] = tolerations;
}

/** Guaranteed, Burstable or BestEffort, by the containers' cpu and memory. */
export function qosClassOf(spec: PodSpecDraft): string {
  const containers: ContainerDraft[] = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const sides = containers.map((container) => ({
    requests: amounts(container.resources, 'requests'),
    limits: amounts(container.resources, 'limits'),
  }));
  if (sides.every(({ requests, limits }) => requests.size === 0 && limits.size === 0)) return 'BestEffort';
  const guaranteed = sides.every(
    ({ requests, limits }) =>
      limits.has('cpu') &&
      limits.has('memory') &&
      [...limits].every(([name, amount]) => (requests.get(name) ?? amount) === amount),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function amounts(resources: Bag | undefined, side: string): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const [name, amount] of Object.entries(bagAt(resources, side) ?? {})) {
    if (name === 'cpu' || name === 'memory') result.set(name, scalarText(amount));
  }
  return result;
}
