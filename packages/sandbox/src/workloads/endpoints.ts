// Services: their EndpointSlices and Endpoints, from the pods they select, and load balancer addresses.

import type { KubeObject } from '@evenkeel/resource';
import { type Bag, bagAt } from '../store/draft.ts';
import { sameValue } from '../store/draft.ts';
import type { Actor, ControllerDeps } from './actor.ts';
import { type ControllerSpec, ownKey } from './controller.ts';
import { controllerReference } from './templates.ts';
import { type PodSpecView, type PodStatusView, isPodReady, specView, statusView } from './views.ts';

interface ServiceView {
  readonly selector?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly clusterIP?: string;
  readonly publishNotReadyAddresses?: boolean;
  readonly ports?: readonly {
    readonly name?: string;
    readonly port: number;
    readonly protocol?: string;
    readonly targetPort?: number | string;
    readonly appProtocol?: string;
  }[];
}

/** Keeps the endpoints of services. */
export function endpointsController(deps: ControllerDeps): ControllerSpec {
  const services = deps.store.collection('services');
  const selecting = (pod: KubeObject): readonly string[] =>
    services
      .list(pod.metadata.namespace ?? '')
      .filter((service) => selects(specView<ServiceView>(service), pod))
      .map((service) => `${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`);
  return {
    manager: 'kube-controller-manager',
    watches: {
      services: ownKey,
      pods: ({ object, previous }) => {
        if (previous !== undefined && previous.metadata.labels !== object.metadata.labels)
          return [...selecting(previous), ...selecting(object)];
        return selecting(object);
      },
    },
    reconcile: (actor, namespace, name) => {
      const service = actor.get('services', namespace, name);
      if (service === undefined) {
        removeEndpoints(actor, namespace, name);
        return;
      }
      const spec = specView<ServiceView>(service);
      if (spec.type === 'LoadBalancer') giveAddress(actor, service);
      if (
        spec.selector === undefined ||
        spec.type === 'ExternalName' ||
        service.metadata.deletionTimestamp !== undefined
      )
        return;
      const pods = actor
        .list('pods', namespace)
        .filter((pod) => selects(spec, pod) && (statusView<PodStatusView>(pod).podIP ?? '') !== '');
      const serving = pods.filter(
        (pod) => !['Succeeded', 'Failed'].includes(statusView<PodStatusView>(pod).phase ?? ''),
      );
      writeSlice(actor, service, serving);
      writeEndpoints(actor, service, serving);
    },
  };
}

function selects(spec: ServiceView, pod: KubeObject): boolean {
  if (spec.selector === undefined) return false;
  for (const key in spec.selector) if (pod.metadata.labels?.[key] !== spec.selector[key]) return false;
  return true;
}

function giveAddress(actor: Actor, service: KubeObject): void {
  const ingress = bagAt(bagAt(service as unknown as Bag, 'status'), 'loadBalancer')?.['ingress'];
  if (ingress !== undefined) return;
  const last = (specView<ServiceView>(service).clusterIP ?? '10.96.0.1').split('.').slice(2).join('.');
  actor.updateStatus('services', service, (status) => {
    status['loadBalancer'] = { ingress: [{ ip: `172.19.${last}`, ipMode: 'VIP' }] };
  });
}

function removeEndpoints(actor: Actor, namespace: string, name: string): void {
  const endpoints = actor.get('endpoints', namespace, name);
  if (
    endpoints !== undefined &&
    endpoints.metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller'
  )
    actor.delete('endpoints', endpoints);
}

function targetPort(service: KubeObject, pods: readonly KubeObject[]): Bag[] {
  return (specView<ServiceView>(service).ports ?? []).flatMap((port) => {
    const number =
      typeof port.targetPort === 'string' ? namedPort(pods, port.targetPort) : (port.targetPort ?? port.port);
    if (number === undefined) return [];
    return {
      name: port.name ?? '',
      port: number,
      protocol: port.protocol ?? 'TCP',
      ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
    };
  });
}

function namedPort(pods: readonly KubeObject[], name: string): number | undefined {
  for (const pod of pods) {
    for (const container of specView<PodSpecView>(pod).containers) {
      const port = container.ports?.find((each) => each.name === name);
      if (port !== undefined) return port.containerPort;
    }
  }
  return undefined;
}

function writeSlice(actor: Actor, service: KubeObject, pods: readonly KubeObject[]): void {
  const collection = 'endpointslices.discovery.k8s.io';
  const { namespace = '', name = '' } = service.metadata;
  const existing = actor
    .list(collection, namespace)
    .find((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name);
  const endpoints: Bag[] = pods.map((pod) =>
    endpointOf(pod, specView<ServiceView>(service).publishNotReadyAddresses === true),
  );
  const ports = pods.length === 0 ? null : targetPort(service, pods);
  const content = { endpoints: endpoints.length === 0 ? null : endpoints, ports };
  if (existing === undefined) {
    actor.create(collection, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels: {
          ...service.metadata.labels,
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
          'kubernetes.io/service-name': name,
          ...(specView<ServiceView>(service).clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
        },
        annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': actor.now() },
        ownerReferences: [controllerReference(service)],
      },
      addressType: 'IPv4',
      ...content,
    });
    return;
  }
  if (
    sameValue(existing['endpoints'] ?? null, content.endpoints) &&
    sameValue(existing['ports'] ?? null, content.ports)
  )
    return;
  actor.update(collection, existing, (draft) => {
    draft['endpoints'] = content.endpoints;
    draft['ports'] = content.ports;
    draft.metadata.annotations = {
      ...draft.metadata.annotations,
      'endpoints.kubernetes.io/last-change-trigger-time': actor.now(),
    };
  });
}

function endpointOf(pod: KubeObject, publishNotReady: boolean): Bag {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isPodReady(pod);
  const { nodeName } = specView<PodSpecView>(pod);
  return {
    addresses: [statusView<PodStatusView>(pod).podIP ?? ''],
    conditions: { ready: publishNotReady || (serving && !terminating), serving, terminating },
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: targetOf(pod),
  };
}

function targetOf(pod: KubeObject): Bag {
  return {
    kind: 'Pod',
    name: pod.metadata.name ?? '',
    namespace: pod.metadata.namespace ?? '',
    uid: pod.metadata.uid ?? '',
  };
}

function writeEndpoints(actor: Actor, service: KubeObject, pods: readonly KubeObject[]): void {
  const { namespace = '', name = '' } = service.metadata;
  const address = (pod: KubeObject): Bag => ({
    ip: statusView<PodStatusView>(pod).podIP ?? '',
    nodeName: specView<PodSpecView>(pod).nodeName ?? '',
    targetRef: targetOf(pod),
  });
  const live = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const ready = live.filter(isPodReady).map(address);
  const unready = live.filter((pod) => !isPodReady(pod)).map(address);
  const ports = targetPort(service, pods).map(({ name: portName, ...rest }) =>
    portName === '' ? rest : { name: portName ?? '', ...rest },
  );
  const subsets: Bag[] =
    live.length === 0
      ? []
      : [
          {
            ...(ready.length > 0 ? { addresses: ready } : {}),
            ...(unready.length > 0 ? { notReadyAddresses: unready } : {}),
            ports,
          },
        ];
  const existing = actor.get('endpoints', namespace, name);
  if (existing === undefined) {
    actor.create('endpoints', {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {
        name,
        namespace,
        labels: { ...service.metadata.labels, 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
        annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': actor.now() },
      },
      ...(subsets.length === 0 ? {} : { subsets }),
    });
  } else if (!sameValue(existing['subsets'] ?? [], subsets)) {
    actor.update('endpoints', existing, (draft) => {
      if (subsets.length === 0) delete draft['subsets'];
      else draft['subsets'] = subsets;
    });
  }
}
