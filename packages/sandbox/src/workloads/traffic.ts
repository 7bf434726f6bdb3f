// Simulated requests to a Service, told by pod: who answers them, how many fail, how long they take. The seam by which a
// canary is watched: a version's pods say by annotation how they fare, and what is sent to them is counted.

import type { KubeObject } from '@evenkeel/resource';
import type { Store } from '../store/store.ts';
import { specView } from './views.ts';

/** What one pod made of its share. */
export interface PodTraffic {
  readonly pod: string;
  /** The version it is of: its pod-template-hash or controller-revision-hash; '' where it has none. */
  readonly version: string;
  readonly image: string;
  readonly requests: number;
  readonly failures: number;
  readonly latencyMs: number;
}

export interface TrafficRequest {
  readonly namespace: string;
  readonly service: string;
  readonly requests: number;
}

const prefix = 'sandbox.evenkeel.dev';
const latencyDefaultMs = 20;

/**
 * Shares requests out evenly among the ready endpoints of a Service, as kube-proxy does over time. Pods fail by their
 * annotation sandbox.evenkeel.dev/error-rate (a share between 0 and 1) and take sandbox.evenkeel.dev/latency-ms. Nobody
 * answers where no endpoint is ready: the list is empty.
 */
export function simulateTraffic(store: Store, { namespace, service, requests }: TrafficRequest): readonly PodTraffic[] {
  const pods = readyPods(store, namespace, service);
  return pods.map((pod, index) => {
    const share = Math.floor(requests / pods.length) + (index < requests % pods.length ? 1 : 0);
    const { annotations = {}, labels = {} } = pod.metadata;
    const rate = Math.min(1, Math.max(0, numberOf(annotations[`${prefix}/error-rate`]) ?? 0));
    return {
      pod: pod.metadata.name ?? '',
      version: labels['pod-template-hash'] ?? labels['controller-revision-hash'] ?? '',
      image: specView<{ containers: readonly { image: string }[] }>(pod).containers[0]?.image ?? '',
      requests: share,
      failures: Math.round(share * rate),
      latencyMs: numberOf(annotations[`${prefix}/latency-ms`]) ?? latencyDefaultMs,
    };
  });
}

function readyPods(store: Store, namespace: string, service: string): readonly KubeObject[] {
  const names = store
    .collection('endpointslices.discovery.k8s.io')
    .list(namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === service)
    .flatMap((slice) => (slice['endpoints'] ?? []) as unknown as readonly EndpointView[])
    .filter(({ conditions, targetRef }) => conditions?.ready !== false && targetRef?.kind === 'Pod')
    .map(({ targetRef }) => targetRef?.name ?? '');
  return [...new Set(names)].sort().flatMap((name) => store.collection('pods').get(namespace, name) ?? []);
}

interface EndpointView {
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly kind?: string; readonly name?: string };
}

function numberOf(text: string | undefined): number | undefined {
  const value = Number(text);
  return text === undefined || text === '' || !Number.isFinite(value) ? undefined : value;
}
