// metrics.k8s.io for a real server, so that its autoscalers have something to go by. As on the sandbox, load is given: pods run
// exactly at the target of their autoscaler, unless its annotation sandbox.evenkeel.dev/utilization says otherwise.

import type { KubeTransport } from '@evenkeel/kube';
import { type KubeObject, formatQuantity, parseQuantity } from '@evenkeel/resource';
import { parseLabelSelector } from '../api/selectors.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import type { Store } from '../store/store.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import { controllerOf } from '../workloads/controller.ts';
import { isPodActive, specView } from '../workloads/views.ts';

const version = 'metrics.k8s.io/v1beta1';
const base = `/apis/${version}`;

/** Where autoscalers are mirrored. */
export const scalerCollection = 'horizontalpodautoscalers.autoscaling';

/** Announces the API, served on a port of this machine. What is announced already is moved to the new port. */
export async function announceMetrics(transport: KubeTransport, port: number): Promise<void> {
  const spec = { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] };
  const at = { name: 'metrics-server', namespace: 'kube-system' };
  await applied(transport, '/api/v1/namespaces/kube-system/services/metrics-server', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: at,
    spec,
  });
  await applied(transport, '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io', {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { ...at, port },
    },
  });
}

async function applied(transport: KubeTransport, path: string, body: unknown): Promise<void> {
  const contentType = 'application/apply-patch+yaml';
  const query = { fieldManager: 'pod-simulator', force: 'true' };
  await transport.send({ method: 'PATCH', path, query, contentType, body: body as KubeObject });
}

/** The answer to a request for discovery or for what pods use; undefined for paths that are not of this API. */
export function answerMetrics(store: Store, url: URL, nowMs: number): object | undefined {
  if (url.pathname === base) return resources;
  const [, namespace, name] =
    new RegExp(`^${base}(?:/namespaces/([^/]+))?/pods(?:/([^/]+))?$`).exec(url.pathname) ?? [];
  if (!url.pathname.startsWith(`${base}/`) || !/\/pods(\/|$)/.test(url.pathname)) return undefined;
  const matches = parseLabelSelector(url.searchParams.get('labelSelector') ?? undefined) ?? (() => true);
  const items = store
    .collection('pods')
    .list(namespace)
    .filter((pod) => isPodActive(pod) && matches(pod.metadata.labels))
    .map((pod) => usageOf(store, pod, nowMs));
  if (name !== undefined) return items.find(({ metadata }) => (metadata as Bag)['name'] === name);
  return { kind: 'PodMetricsList', apiVersion: version, metadata: {}, items };
}

const resources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: version,
  resources: [{ name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] }],
};

function usageOf(store: Store, pod: KubeObject, nowMs: number): Bag {
  const { namespace = '', name = '', labels = {} } = pod.metadata;
  const scaler = store
    .collection(scalerCollection)
    .list(namespace)
    .find((each) => scales(each, pod));
  const containers = specView<{ containers: readonly { name: string; resources?: { requests?: Bag } }[] }>(
    pod,
  ).containers;
  return {
    metadata: { name, namespace, labels: { ...labels }, creationTimestamp: new Date(nowMs).toISOString() },
    timestamp: new Date(nowMs).toISOString(),
    window: '0s',
    containers: containers.map((each) => ({
      name: each.name,
      usage: usage(each.resources?.requests ?? {}, scaler, containers.length),
    })),
  };
}

// A Deployment's pods belong to a ReplicaSet with its name in front.
function scales(scaler: KubeObject, pod: KubeObject): boolean {
  const { kind, name } = specView<{ scaleTargetRef: { kind: string; name: string } }>(scaler).scaleTargetRef;
  const owner = controllerOf(pod);
  if (owner?.kind === kind) return owner.name === name;
  return kind === 'Deployment' && owner?.kind === 'ReplicaSet' && owner.name.replace(/-[^-]+$/, '') === name;
}

function usage(requests: Bag, scaler: KubeObject | undefined, containers: number): Bag {
  const result: Bag = { cpu: '1m', memory: '16Mi' };
  const given = Number(scaler?.metadata.annotations?.['sandbox.evenkeel.dev/utilization'] ?? Number.NaN);
  for (const metric of bagsOf(bagAt(scaler as Draft | undefined, 'spec')?.['metrics'])) {
    const resource = bagAt(metric, 'resource');
    const goal = bagAt(resource, 'target');
    const name = scalarText(resource?.['name']);
    const share = goal?.['averageUtilization'];
    if (typeof share === 'number')
      result[name] = times(scalarText(requests[name]), Number.isFinite(given) ? given : share, 100) ?? result[name];
    else if (goal?.['averageValue'] !== undefined)
      result[name] = times(scalarText(goal['averageValue']), 1, containers) ?? result[name];
  }
  return result;
}

// In nanounits, so that no rounding moves a ratio.
function times(amount: string, by: number, over: number): string | undefined {
  const parsed = parseQuantity(amount);
  if (!parsed.ok) return undefined;
  const { digits, exponent, format } = parsed.value;
  const scaled = (digits * BigInt(Math.round(by)) * 1_000_000_000n) / BigInt(over);
  return formatQuantity({ digits: scaled, exponent: exponent - 9, format, text: undefined });
}
