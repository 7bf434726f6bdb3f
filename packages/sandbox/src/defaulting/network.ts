// Defaults and creation rules of services, ingresses and their kin (Kubernetes 1.35).

import { standardClass } from './standard-class.ts';
import type { KubeObject } from '@evenkeel/resource';
import type { Strategy, StrategyContext } from '../api/strategy.ts';
import { type Bag, type Draft, bagAt, listAt, sameValue } from '../store/draft.ts';
import {
  validateIngress,
  validateIngressClass,
  validateIngressClassUpdate,
  validateNetworkPolicy,
} from '../validation/network.ts';
import {
  validateEndpointSlice,
  validateEndpoints,
  validateService,
  validateServiceUpdate,
} from '../validation/services.ts';
import { bagsOf, fallback, memberBag, specOf } from './drafts.ts';

function defaultService(draft: Draft): void {
  const spec = specOf(draft);
  if (spec['sessionAffinity'] === undefined || spec['sessionAffinity'] === '') spec['sessionAffinity'] = 'None';
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['type'] === undefined || spec['type'] === '') spec['type'] = 'ClusterIP';
  for (const port of bagsOf(spec['ports'])) {
    if (port['protocol'] === undefined || port['protocol'] === '') port['protocol'] = 'TCP';
    const target = port['targetPort'];
    if ((target === undefined || target === 0 || target === '') && port['port'] !== undefined)
      port['targetPort'] = port['port'];
  }
  const { type } = spec;
  if (type === 'NodePort' || type === 'LoadBalancer') fallback(spec, 'externalTrafficPolicy', 'Cluster');
  if (type === 'NodePort' || type === 'LoadBalancer' || type === 'ClusterIP')
    fallback(spec, 'internalTrafficPolicy', 'Cluster');
  if (type === 'LoadBalancer') fallback(spec, 'allocateLoadBalancerNodePorts', true);
  if (spec['sessionAffinity'] === 'ClientIP') {
    fallback(memberBag(memberBag(spec, 'sessionAffinityConfig'), 'clientIP'), 'timeoutSeconds', 10800);
  }
}

function prepareService(draft: Draft, context: StrategyContext): void {
  draft['status'] = { loadBalancer: {} };
  allocate(draft, context, undefined);
}

function updateService(draft: Draft, old: KubeObject, context: StrategyContext): void {
  const spec = specOf(draft);
  const before = bagAt(old as unknown as Draft, 'spec');
  if (spec['type'] !== 'ExternalName' && before?.['type'] !== 'ExternalName') {
    // What was allocated stays, unless the update names it (validation then refuses a change).
    for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const) {
      const kept = before?.[key];
      if ((spec[key] === undefined || spec[key] === '') && kept !== undefined) spec[key] = structuredClone(kept);
    }
  }
  dropForeignFields(spec, before);
  keepNodePorts(spec, before);
  allocate(draft, context, before);
}

// What belonged to the type that a service had goes with it, unless the update sets it anew.
function dropForeignFields(spec: Bag, before: Bag | undefined): void {
  const { type } = spec;
  const drop = (...keys: readonly string[]): void => {
    for (const key of keys) if (sameValue(spec[key], before?.[key])) delete spec[key];
  };
  const had = before?.['type'];
  if (had !== 'ExternalName' && type === 'ExternalName') drop('clusterIP', 'clusterIPs');
  if (type === 'ExternalName') drop('internalTrafficPolicy');
  if (type !== 'NodePort' && type !== 'LoadBalancer') {
    if (had === 'NodePort' || had === 'LoadBalancer') {
      for (const port of bagsOf(spec['ports'])) {
        const same = bagsOf(before?.['ports']).some((each) => each['nodePort'] === port['nodePort']);
        if (same) delete port['nodePort'];
      }
    }
    if ((listAt(spec, 'externalIPs') ?? []).length === 0) drop('externalTrafficPolicy');
  }
  if (type !== 'LoadBalancer' || spec['externalTrafficPolicy'] !== 'Local') drop('healthCheckNodePort');
  if (type !== 'LoadBalancer') drop('allocateLoadBalancerNodePorts', 'loadBalancerClass');
}

// A port that says nothing of its node port keeps the one it had.
function keepNodePorts(spec: Bag, before: Bag | undefined): void {
  if (spec['type'] !== 'NodePort' && spec['type'] !== 'LoadBalancer') return;
  for (const port of bagsOf(spec['ports'])) {
    if (typeof port['nodePort'] === 'number' && port['nodePort'] !== 0) continue;
    const same = bagsOf(before?.['ports']).find(
      (each) => each['port'] === port['port'] && each['protocol'] === port['protocol'],
    );
    if (typeof same?.['nodePort'] === 'number') port['nodePort'] = same['nodePort'];
  }
}

function allocate(draft: Draft, context: StrategyContext, before: Bag | undefined): void {
  const spec = specOf(draft);
  if (spec['type'] === 'ExternalName') {
    for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'])
      delete spec[key];
    return;
  }
  if (spec['clusterIP'] === undefined || spec['clusterIP'] === '') {
    const given = listAt(spec, 'clusterIPs')?.[0];
    spec['clusterIP'] = typeof given === 'string' && given !== '' ? given : freeClusterIp(context);
  }
  spec['clusterIPs'] = [spec['clusterIP']];
  fallback(spec, 'ipFamilies', ['IPv4']);
  fallback(spec, 'ipFamilyPolicy', 'SingleStack');
  const wantsNodePorts =
    spec['type'] === 'NodePort' || (spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
  for (const port of bagsOf(spec['ports'])) {
    if (wantsNodePorts && (port['nodePort'] === undefined || port['nodePort'] === 0))
      port['nodePort'] = freeNodePort(context);
    if (spec['type'] === 'ClusterIP' && before !== undefined && before['type'] !== 'ClusterIP') delete port['nodePort'];
  }
}

function freeClusterIp(context: StrategyContext): string {
  for (;;) {
    const number = 10 + Math.floor(context.chance.fraction() * 65_000);
    const address = `10.96.${number >> 8}.${number & 255}`;
    if ((number & 255) !== 0 && !inUse(context, (spec) => spec['clusterIP'] === address)) return address;
  }
}

function freeNodePort(context: StrategyContext): number {
  for (;;) {
    const candidate = 30_000 + Math.floor(context.chance.fraction() * 2768);
    if (!inUse(context, (spec) => bagsOf(spec['ports']).some((port) => port['nodePort'] === candidate)))
      return candidate;
  }
}

function inUse(context: StrategyContext, test: (spec: Bag) => boolean): boolean {
  return context.store
    .collection('services')
    .list()
    .some((service) => {
      const spec = bagAt(service as unknown as Draft, 'spec');
      return spec !== undefined && test(spec);
    });
}

function defaultNetworkPolicy(draft: Draft): void {
  const spec = specOf(draft);
  for (const side of ['ingress', 'egress']) {
    for (const rule of bagsOf(spec[side])) for (const port of bagsOf(rule['ports'])) fallback(port, 'protocol', 'TCP');
  }
  if ((listAt(spec, 'policyTypes') ?? []).length === 0) {
    spec['policyTypes'] = (listAt(spec, 'egress') ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  }
}

function defaultEndpoints(draft: Draft): void {
  for (const subset of bagsOf(draft['subsets'] as Bag[] | undefined)) {
    for (const port of bagsOf(subset['ports'])) fallback(port, 'protocol', 'TCP');
  }
}

function defaultEndpointSlice(draft: Draft): void {
  for (const port of bagsOf(draft['ports'] as Bag[] | undefined)) {
    fallback(port, 'name', '');
    fallback(port, 'protocol', 'TCP');
  }
  for (const endpoint of bagsOf(draft['endpoints'] as Bag[] | undefined)) memberBag(endpoint, 'conditions');
}

// A field that is always answered with, and that nobody owns while it is empty.
function showPorts(draft: Draft): void {
  if (draft['ports'] === undefined) draft['ports'] = null;
}

export const networkStrategies: Readonly<Record<string, Strategy>> = {
  services: {
    returnsDeleted: true,
    createOnUpdate: true,
    defaults: defaultService,
    prepareCreate: prepareService,
    prepareUpdate: updateService,
    validate: validateService,
    validateUpdate: validateServiceUpdate,
  },
  endpoints: { createOnUpdate: true, defaults: defaultEndpoints, validate: validateEndpoints },
  'endpointslices.discovery.k8s.io': {
    generation: true,
    defaults: defaultEndpointSlice,
    prepareCreate: showPorts,
    prepareUpdate: showPorts,
    validate: validateEndpointSlice,
  },
  'ingresses.networking.k8s.io': {
    generation: true,
    prepareCreate: (draft, context) => {
      draft['status'] = { loadBalancer: {} };
      const spec = specOf(draft);
      if (spec['ingressClassName'] !== undefined) return;
      if (draft.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return;
      const mark = 'ingressclass.kubernetes.io/is-default-class';
      const standard = standardClass(context.store, 'ingressclasses.networking.k8s.io', mark);
      if (standard !== undefined) spec['ingressClassName'] = standard;
    },
    validate: validateIngress,
  },
  'ingressclasses.networking.k8s.io': {
    generation: true,
    validate: validateIngressClass,
    validateUpdate: validateIngressClassUpdate,
  },
  'networkpolicies.networking.k8s.io': {
    generation: true,
    defaults: defaultNetworkPolicy,
    validate: validateNetworkPolicy,
  },
};
