// Where a Service of the cluster leads, for calls that the API server itself makes: webhooks and aggregated APIs.
// Simulated pods listen nowhere, so only what reaches this machine can be called.

import type { KubeObject } from '@evenkeel/resource';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';

/** On a Service: "127.0.0.1:8443", where a real process listens in its stead. */
export const localAddressAnnotation = 'sandbox.evenkeel.dev/local-address';

/** An address to connect to, or why there is none, as the server's resolver words it. */
export type Resolved =
  | { readonly ok: true; readonly host: string; readonly port: number }
  | { readonly ok: false; readonly why: string };

/** Follows a Service: its annotation, its external name, its endpoints on loopback, or else its cluster address. */
export function resolveService(store: Store, namespace: string, name: string, port: number): Resolved {
  const service = store.collection('services').get(namespace, name);
  if (service === undefined) return { ok: false, why: `service "${name}" not found` };
  const local = /^\[?([^\]]+?)\]?:(\d+)$/.exec(service.metadata.annotations?.[localAddressAnnotation] ?? '');
  if (local !== null) return { ok: true, host: local[1] ?? '', port: Number(local[2]) };
  const spec = bagAt(service as unknown as Draft, 'spec') ?? {};
  if (spec['type'] === 'ExternalName') return { ok: true, host: scalarText(spec['externalName']), port };
  const servicePort = bagsOf(spec['ports']).find((each) => each['port'] === port);
  if (spec['clusterIP'] !== 'None' && servicePort === undefined)
    return { ok: false, why: `no service port ${port} found for service "${name}"` };
  const endpoint = loopbackEndpoint(store, service, servicePort);
  if (endpoint !== undefined) return { ok: true, ...endpoint };
  if (spec['clusterIP'] === 'None') return { ok: false, why: 'cannot route to service with ClusterIP "None"' };
  return { ok: true, host: scalarText(spec['clusterIP']), port };
}

// People who run a webhook on their machine give a Service without selector an EndpointSlice (or Endpoints) with 127.0.0.1.
function loopbackEndpoint(
  store: Store,
  service: KubeObject,
  servicePort: Bag | undefined,
): { readonly host: string; readonly port: number } | undefined {
  const { namespace = '', name = '' } = service.metadata;
  const portName = scalarText(servicePort?.['name'] ?? '');
  const fits = (each: Bag): boolean => scalarText(each['name'] ?? '') === portName;
  for (const slice of store.collection('endpointslices.discovery.k8s.io').list(namespace)) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== name) continue;
    const draft = slice as unknown as Draft;
    const port = bagsOf(listAt(draft, 'ports')).find(fits)?.['port'];
    const addresses = bagsOf(listAt(draft, 'endpoints')).flatMap((each) => listAt(each, 'addresses') ?? []);
    const host = addresses.map(scalarText).find(isLoopback);
    if (host !== undefined && typeof port === 'number') return { host, port };
  }
  const endpoints = store.collection('endpoints').get(namespace, name);
  for (const subset of bagsOf(listAt(endpoints as unknown as Draft | undefined, 'subsets'))) {
    const port = bagsOf(subset['ports']).find(fits)?.['port'];
    const host = bagsOf(subset['addresses'])
      .map((each) => scalarText(each['ip']))
      .find(isLoopback);
    if (host !== undefined && typeof port === 'number') return { host, port };
  }
  return undefined;
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
