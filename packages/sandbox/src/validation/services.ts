// Services, Endpoints and EndpointSlices (pkg/apis/core/validation, pkg/apis/discovery/validation, Kubernetes 1.35).

import { isIP } from 'node:net';
import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, scalarText } from '../store/draft.ts';
import { Causes, RawText, formatValue } from './causes.ts';
import { checkOneOf, checkPortNumberOrName, isPort, outOfPorts } from './choices.ts';
import {
  cidrProblem,
  checkLabels,
  ipProblem,
  labelProblem,
  portNameProblems,
  qualifiedNameProblem,
  subdomainProblem,
} from './names.ts';

export function validateService(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec') ?? {};
  const { type } = spec;
  const ports = bagsOf(spec['ports']);
  if (ports.length === 0 && spec['clusterIP'] !== 'None' && type !== 'ExternalName') causes.required('spec.ports');
  checkByType(causes, spec);
  checkServicePorts(causes, ports, type);
  checkLabels(causes, bagAt(spec, 'selector'), 'spec.selector');
  checkAffinity(causes, spec);
  checkAddresses(causes, spec);
  checkOneOf(causes, type, 'spec.type', ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
  checkNodePorts(causes, ports, type);
  checkBalancer(causes, spec);
  checkTraffic(causes, spec);
  return causes.list;
}

function checkByType(causes: Causes, spec: Bag): void {
  const { type } = spec;
  if ((type === 'LoadBalancer' || type === 'NodePort') && spec['clusterIP'] === 'None')
    causes.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`);
  if (type !== 'ExternalName') return;
  const name = scalarText(spec['externalName'] ?? '').replace(/\.$/, '');
  if (name === '') causes.required('spec.externalName');
  else if (subdomainProblem(name) !== undefined)
    causes.invalid('spec.externalName', name, subdomainProblem(name) ?? '');
}

function checkServicePorts(causes: Causes, ports: readonly Bag[], type: unknown): void {
  const names = new Set<unknown>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    const name = scalarText(port['name'] ?? '');
    if (name === '' && ports.length > 1) causes.required(`${at}.name`);
    else if (name !== '') {
      const problem = labelProblem(name);
      if (problem !== undefined) causes.invalid(`${at}.name`, name, problem);
      else if (names.has(name)) causes.duplicate(`${at}.name`, name);
      names.add(name);
    }
    if (!isPort(port['port'])) causes.invalid(`${at}.port`, port['port'] ?? 0, outOfPorts);
    checkOneOf(causes, port['protocol'], `${at}.protocol`, ['SCTP', 'TCP', 'UDP']);
    checkPortNumberOrName(causes, port['targetPort'] ?? 1, `${at}.targetPort`, portNameProblems);
    const protocol = scalarText(port['appProtocol'] ?? '');
    const problem = protocol === '' ? undefined : qualifiedNameProblem(protocol);
    if (problem !== undefined) causes.invalid(`${at}.appProtocol`, protocol, problem);
    if (type === 'ClusterIP' && (port['nodePort'] ?? 0) !== 0)
      causes.forbidden(`${at}.nodePort`, "may not be used when `type` is 'ClusterIP'");
  }
  checkRepeatedPorts(causes, ports);
}

function checkRepeatedPorts(causes: Causes, ports: readonly Bag[]): void {
  const numbers = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const key = `${scalarText(port['port'])}/${scalarText(port['protocol'])}`;
    if (numbers.has(key)) {
      const shown = `{"Name":"","Protocol":${formatValue(port['protocol'])},"AppProtocol":null,"Port":${formatValue(port['port'])},"TargetPort":0,"NodePort":0}`;
      causes.duplicate(`spec.ports[${index}]`, new RawText(shown));
    }
    numbers.add(key);
  }
}

function checkNodePorts(causes: Causes, ports: readonly Bag[], type: unknown): void {
  if (type !== 'NodePort' && type !== 'LoadBalancer') return;
  const taken = new Set<unknown>();
  for (const [index, port] of ports.entries()) {
    const { nodePort } = port;
    if (typeof nodePort !== 'number' || nodePort === 0) continue;
    const at = `spec.ports[${index}].nodePort`;
    if (nodePort < 30_000 || nodePort > 32_767) {
      const message = 'provided port is not in the valid range. The range of valid ports is 30000-32767';
      causes.invalid(at, nodePort, message);
    } else if (taken.has(`${nodePort}/${scalarText(port['protocol'])}`))
      causes.invalid(at, nodePort, 'provided port is already allocated');
    taken.add(`${nodePort}/${scalarText(port['protocol'])}`);
  }
}

function checkAffinity(causes: Causes, spec: Bag): void {
  checkOneOf(causes, spec['sessionAffinity'], 'spec.sessionAffinity', ['ClientIP', 'None']);
  const seconds = bagAt(bagAt(spec, 'sessionAffinityConfig'), 'clientIP')?.['timeoutSeconds'];
  if (spec['sessionAffinity'] === 'ClientIP' && typeof seconds === 'number' && (seconds <= 0 || seconds > 86_400)) {
    const at = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
    causes.invalid(at, seconds, 'must be greater than 0 and less than 86400');
  }
}

function checkAddresses(causes: Causes, spec: Bag): void {
  for (const [index, family] of (listAt(spec, 'ipFamilies') ?? []).entries())
    checkOneOf(causes, family, `spec.ipFamilies[${index}]`, ['IPv4', 'IPv6']);
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  checkOneOf(causes, spec['ipFamilyPolicy'], 'spec.ipFamilyPolicy', policies);
  for (const [index, address] of (listAt(spec, 'clusterIPs') ?? []).entries()) {
    if (address === 'None' || address === '') continue;
    const problem = ipProblem(scalarText(address));
    const family = (listAt(spec, 'ipFamilies') ?? [])[index];
    const fits = family === undefined || family === (isIP(scalarText(address)) === 6 ? 'IPv6' : 'IPv4');
    if (problem !== undefined) causes.invalid(`spec.clusterIPs[${index}]`, address, problem);
    else if (!fits && (family === 'IPv4' || family === 'IPv6')) {
      const message = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
      causes.invalid(`spec.clusterIPs[${index}]`, address, message);
    }
  }
  for (const [index, address] of (listAt(spec, 'externalIPs') ?? []).entries())
    checkReachable(causes, scalarText(address), `spec.externalIPs[${index}]`);
}

// Addresses that lead nowhere else than to the node itself. Upstream refuses loopback as endpoints too; here it is how a
// webhook's service leads to a process on this machine.
function checkReachable(causes: Causes, address: string, at: string, again?: 'endpoint' | 'twice'): void {
  const problem = ipProblem(address);
  if (problem !== undefined) {
    causes.invalid(at, address, problem);
    if (again === 'twice') causes.invalid(at, address, 'must be a valid IP address');
  } else if (address === '0.0.0.0' || address === '::')
    causes.invalid(at, address, `may not be unspecified (${address})`);
  else if (again === undefined && (address.startsWith('127.') || address === '::1'))
    causes.invalid(at, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)');
  else if (address.startsWith('169.254.') || address.toLowerCase().startsWith('fe80:'))
    causes.invalid(at, address, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  else if (address.startsWith('224.0.0.') || address.toLowerCase().startsWith('ff02:'))
    causes.invalid(at, address, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
}

function checkBalancer(causes: Causes, spec: Bag): void {
  const ranges = listAt(spec, 'loadBalancerSourceRanges') ?? [];
  const only = "may only be used when `type` is 'LoadBalancer'";
  if (ranges.length > 0 && spec['type'] !== 'LoadBalancer') causes.forbidden('spec.LoadBalancerSourceRanges', only);
  else {
    for (const [index, range] of ranges.entries()) {
      const problem = cidrProblem(scalarText(range).trim());
      if (problem !== undefined) causes.invalid(`spec.LoadBalancerSourceRanges[${index}]`, range, problem);
    }
  }
  if (spec['loadBalancerClass'] !== undefined && spec['type'] !== 'LoadBalancer')
    causes.forbidden('spec.loadBalancerClass', only);
  if (spec['allocateLoadBalancerNodePorts'] !== undefined && spec['type'] !== 'LoadBalancer')
    causes.forbidden('spec.allocateLoadBalancerNodePorts', only);
}

function checkTraffic(causes: Causes, spec: Bag): void {
  const { type } = spec;
  const policy = spec['externalTrafficPolicy'];
  const external =
    type === 'LoadBalancer' ||
    type === 'NodePort' ||
    (type === 'ClusterIP' && (listAt(spec, 'externalIPs') ?? []).length > 0);
  if (policy !== undefined && policy !== '') {
    if (!external)
      causes.invalid('spec.externalTrafficPolicy', policy, 'may only be set for externally-accessible services');
    else checkOneOf(causes, policy, 'spec.externalTrafficPolicy', ['Cluster', 'Local']);
  }
  const health = spec['healthCheckNodePort'];
  if (typeof health === 'number' && health !== 0 && (type !== 'LoadBalancer' || policy !== 'Local')) {
    const message = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    causes.invalid('spec.healthCheckNodePort', health, message);
  }
  checkOneOf(causes, spec['internalTrafficPolicy'], 'spec.internalTrafficPolicy', ['Cluster', 'Local']);
}

export function validateServiceUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const next = bagAt(draft, 'spec');
  const before = bagAt(old as unknown as Draft, 'spec');
  const address = before?.['clusterIP'];
  const keeps = next?.['type'] !== 'ExternalName' && before?.['type'] !== 'ExternalName';
  if (keeps && address !== undefined && address !== '' && next?.['clusterIP'] !== address) {
    causes.invalid('spec.clusterIPs[0]', [next?.['clusterIP']], 'may not change once set');
  }
  return causes.list;
}

export function validateEndpoints(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  for (const [index, subset] of bagsOf(draft['subsets'] as Bag[] | undefined).entries()) {
    const at = `subsets[${index}]`;
    const [ready, waiting] = [bagsOf(subset['addresses']), bagsOf(subset['notReadyAddresses'])];
    if (ready.length === 0 && waiting.length === 0)
      causes.required(at, 'must specify `addresses` or `notReadyAddresses`');
    for (const [list, addresses] of [
      ['addresses', ready],
      ['notReadyAddresses', waiting],
    ] as const) {
      for (const [addressIndex, address] of addresses.entries())
        checkReachable(causes, scalarText(address['ip'] ?? ''), `${at}.${list}[${addressIndex}].ip`, 'twice');
    }
    checkEndpointPorts(causes, bagsOf(subset['ports']), `${at}.ports`);
  }
  return causes.list;
}

function checkEndpointPorts(causes: Causes, ports: readonly Bag[], at: string): void {
  for (const [index, port] of ports.entries()) {
    const name = scalarText(port['name'] ?? '');
    const problem = name === '' ? undefined : labelProblem(name);
    if (name === '' && ports.length > 1) causes.required(`${at}[${index}].name`);
    else if (problem !== undefined) causes.invalid(`${at}[${index}].name`, name, problem);
    if (!isPort(port['port'])) causes.invalid(`${at}[${index}].port`, port['port'] ?? 0, outOfPorts);
    checkOneOf(causes, port['protocol'], `${at}[${index}].protocol`, ['SCTP', 'TCP', 'UDP']);
  }
}

export function validateEndpointSlice(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const type = scalarText(draft['addressType'] ?? '');
  if (type === '') causes.required('addressType');
  else checkOneOf(causes, type, 'addressType', ['FQDN', 'IPv4', 'IPv6']);
  for (const [index, endpoint] of bagsOf(draft['endpoints'] as Bag[] | undefined).entries())
    checkSliceEndpoint(causes, endpoint, `endpoints[${index}]`, type);
  const names = new Set<string>();
  for (const [index, port] of bagsOf(draft['ports'] as Bag[] | undefined).entries()) {
    const name = scalarText(port['name'] ?? '');
    const problem = name === '' ? undefined : labelProblem(name);
    if (problem !== undefined) causes.invalid(`ports[${index}].name`, name, problem);
    if (names.has(name)) causes.duplicate(`ports[${index}].name`, name);
    names.add(name);
    checkOneOf(causes, port['protocol'], `ports[${index}].protocol`, ['SCTP', 'TCP', 'UDP']);
  }
  return causes.list;
}

function checkSliceEndpoint(causes: Causes, endpoint: Bag, at: string, type: string): void {
  const addresses = listAt(endpoint, 'addresses') ?? [];
  if (addresses.length === 0) causes.required(`${at}.addresses`, 'must contain at least 1 address');
  if (addresses.length > 100) causes.tooMany(`${at}.addresses`, addresses.length, 100);
  for (const [index, value] of addresses.entries()) {
    const address = scalarText(value);
    const field = `${at}.addresses[${index}]`;
    if (type === 'FQDN') {
      const problem = subdomainProblem(address);
      if (problem !== undefined) causes.invalid(field, address, problem);
    } else if (ipProblem(address) === undefined && isIP(address) !== (type === 'IPv6' ? 6 : 4)) {
      causes.invalid(field, address, type === 'IPv6' ? 'must be an IPv6 address' : 'must be an IPv4 address');
    } else checkReachable(causes, address, field, 'endpoint');
  }
}
