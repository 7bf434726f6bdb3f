// Ingresses, ingress classes and network policies (pkg/apis/networking/validation, Kubernetes 1.35).

import { isIP } from 'node:net';
import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes, RawText } from './causes.ts';
import { checkOneOf, checkPortNumberOrName, isPort, outOfPorts } from './choices.ts';
import { checkLabelSelector } from './label-selectors.ts';
import {
  checkDomainPath,
  cidrProblem,
  containsRange,
  dns1035Problem,
  portNameProblems,
  subdomainProblem,
  wildcardProblem,
} from './names.ts';

export function validateIngress(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const rules = bagsOf(spec?.['rules']);
  if (rules.length === 0 && spec?.['defaultBackend'] === undefined) {
    causes.invalid('spec', new RawText('null'), 'either `defaultBackend` or `rules` must be specified');
  }
  checkBackend(causes, bagAt(spec, 'defaultBackend'), 'spec.defaultBackend');
  for (const [ruleIndex, rule] of rules.entries()) {
    checkHost(causes, scalarText(rule['host'] ?? ''), `spec.rules[${ruleIndex}].host`);
    const http = bagAt(rule, 'http');
    if (http === undefined) continue;
    const paths = bagsOf(http['paths']);
    if (paths.length === 0) causes.required(`spec.rules[${ruleIndex}].http.paths`);
    for (const [index, path] of paths.entries())
      checkIngressPath(causes, path, `spec.rules[${ruleIndex}].http.paths[${index}]`);
  }
  for (const [index, tls] of bagsOf(spec?.['tls']).entries()) checkTls(causes, tls, `spec.tls[${index}]`);
  checkSubdomain(causes, spec?.['ingressClassName'], 'spec.ingressClassName');
  return causes.list;
}

function checkSubdomain(causes: Causes, value: unknown, field: string): void {
  if (typeof value !== 'string' || value === '') return;
  const problem = subdomainProblem(value);
  if (problem !== undefined) causes.invalid(field, value, problem);
}

function checkHost(causes: Causes, host: string, field: string): void {
  if (host === '') return;
  if (isIP(host) !== 0) causes.invalid(field, host, 'must be a DNS name, not an IP address');
  else {
    const problem = host.includes('*') ? wildcardProblem(host) : subdomainProblem(host);
    if (problem !== undefined) causes.invalid(field, host, problem);
  }
}

function checkTls(causes: Causes, tls: Bag, at: string): void {
  for (const [index, value] of (listAt(tls, 'hosts') ?? []).entries()) {
    const host = scalarText(value);
    const problem = host.includes('*') ? wildcardProblem(host) : subdomainProblem(host);
    if (problem !== undefined) causes.invalid(`${at}.hosts[${index}]`, host, problem);
  }
  checkSubdomain(causes, tls['secretName'], `${at}.secretName`);
}

function checkIngressPath(causes: Causes, path: Bag, at: string): void {
  const type = path['pathType'];
  if (type === undefined) {
    causes.required(`${at}.pathType`, 'pathType must be specified');
    checkBackend(causes, bagAt(path, 'backend'), `${at}.backend`);
    return;
  }
  const text = scalarText(path['path'] ?? '');
  if (type === 'Exact' || type === 'Prefix') {
    if (!text.startsWith('/')) causes.invalid(`${at}.path`, text, 'must be an absolute path');
    for (const part of ['//', '/./', '/../', '%2f', '%2F']) {
      if (text.includes(part)) causes.invalid(`${at}.path`, text, `must not contain '${part}'`);
    }
    for (const end of ['/..', '/.'])
      if (text.endsWith(end)) causes.invalid(`${at}.path`, text, `cannot end with '${end}'`);
  } else if (type === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) causes.invalid(`${at}.path`, text, 'must be an absolute path');
  } else causes.notSupported(`${at}.pathType`, type, ['Exact', 'ImplementationSpecific', 'Prefix']);
  checkBackend(causes, bagAt(path, 'backend') ?? {}, `${at}.backend`);
}

function checkBackend(causes: Causes, backend: Bag | undefined, at: string): void {
  if (backend === undefined) return;
  const service = bagAt(backend, 'service');
  const resource = bagAt(backend, 'resource');
  if (service === undefined && resource === undefined)
    return causes.invalid(at, '', 'resource or service backend is required');
  if (service !== undefined && resource !== undefined)
    return causes.invalid(at, '', 'cannot set both resource and service backends');
  if (resource !== undefined) {
    for (const key of ['kind', 'name']) if ((resource[key] ?? '') === '') causes.required(`${at}.resource.${key}`);
    return undefined;
  }
  const name = scalarText(service?.['name'] ?? '');
  const problem = name === '' ? undefined : dns1035Problem(name);
  if (name === '') causes.required(`${at}.service.name`);
  else if (problem !== undefined) causes.invalid(`${at}.service.name`, name, problem);
  const port = bagAt(service, 'port');
  const [portName, number] = [scalarText(port?.['name'] ?? ''), port?.['number'] ?? 0];
  if (portName !== '' && number !== 0) causes.invalid(at, '', 'cannot set both port name & port number');
  else if (portName !== '') {
    for (const each of portNameProblems(portName)) causes.invalid(`${at}.service.port.name`, portName, each);
  } else if (number === 0) causes.required(at, 'port name or number is required');
  else if (!isPort(number)) causes.invalid(`${at}.service.port.number`, number, outOfPorts);
  return undefined;
}

export function validateIngressClass(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const controller = scalarText(spec?.['controller'] ?? '');
  if (controller.length > 250) causes.tooLong('spec.controller', 250);
  checkDomainPath(causes, controller, 'spec.controller');
  const parameters = bagAt(spec, 'parameters');
  if (parameters === undefined) return causes.list;
  for (const key of ['kind', 'name']) if ((parameters[key] ?? '') === '') causes.required(`spec.parameters.${key}`);
  const scope = parameters['scope'];
  checkOneOf(causes, scope, 'spec.parameters.scope', ['Cluster', 'Namespace']);
  if (scope === 'Namespace' && (parameters['namespace'] ?? '') === '')
    causes.required('spec.parameters.namespace', "`parameters.scope` is set to 'Namespace'");
  return causes.list;
}

export function validateIngressClassUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const next = bagAt(draft, 'spec')?.['controller'];
  if (!sameValue(next, bagAt(old as unknown as Draft, 'spec')?.['controller']))
    causes.invalid('spec.controller', next ?? '', 'field is immutable');
  return causes.list;
}

export function validateNetworkPolicy(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const selector = bagAt(spec, 'podSelector');
  if (selector !== undefined) checkLabelSelector(causes, selector, 'spec.podSelector');
  for (const [side, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const [index, rule] of bagsOf(spec?.[side]).entries()) {
      const at = `spec.${side}[${index}]`;
      for (const [portIndex, port] of bagsOf(rule['ports']).entries())
        checkPolicyPort(causes, port, `${at}.ports[${portIndex}]`);
      for (const [peerIndex, peer] of bagsOf(rule[peers]).entries())
        checkPeer(causes, peer, `${at}.${peers}[${peerIndex}]`);
    }
  }
  const types = listAt(spec, 'policyTypes') ?? [];
  if (types.length > 2) causes.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes');
  else {
    for (const [index, type] of types.entries())
      checkOneOf(causes, type, `spec.policyTypes[${index}]`, ['Ingress', 'Egress']);
  }
  return causes.list;
}

function checkPolicyPort(causes: Causes, port: Bag, at: string): void {
  checkOneOf(causes, port['protocol'], `${at}.protocol`, ['TCP', 'UDP', 'SCTP']);
  const [number, end] = [port['port'], port['endPort']];
  if (number === undefined) {
    if (end !== undefined) causes.invalid(`${at}.endPort`, end, 'may not be specified when `port` is not specified');
    return;
  }
  checkPortNumberOrName(causes, number, `${at}.port`, portNameProblems);
  if (typeof end !== 'number') return;
  if (typeof number === 'string')
    causes.invalid(`${at}.endPort`, end, 'may not be specified when `port` is non-numeric');
  else {
    if (typeof number === 'number' && end < number)
      causes.invalid(`${at}.endPort`, number, 'must be greater than or equal to `port`');
    if (!isPort(end)) causes.invalid(`${at}.endPort`, end, outOfPorts);
  }
}

function checkPeer(causes: Causes, peer: Bag, at: string): void {
  for (const key of ['podSelector', 'namespaceSelector']) {
    const selector = bagAt(peer, key);
    if (selector !== undefined) checkLabelSelector(causes, selector, `${at}.${key}`);
  }
  const block = bagAt(peer, 'ipBlock');
  if (block !== undefined) {
    checkBlock(causes, block, `${at}.ipBlock`);
    if (peer['podSelector'] !== undefined || peer['namespaceSelector'] !== undefined)
      causes.forbidden(at, 'may not specify both ipBlock and another peer');
  } else if (peer['podSelector'] === undefined && peer['namespaceSelector'] === undefined)
    causes.required(at, 'must specify a peer');
}

function checkBlock(causes: Causes, block: Bag, at: string): void {
  const cidr = scalarText(block['cidr'] ?? '');
  const problem = cidrProblem(cidr);
  if (cidr === '') causes.required(`${at}.cidr`);
  else if (problem !== undefined) causes.invalid(`${at}.cidr`, cidr, problem);
  if (cidr === '' || problem !== undefined) return;
  for (const [index, value] of (listAt(block, 'except') ?? []).entries()) {
    const except = scalarText(value);
    const exceptProblem = cidrProblem(except);
    if (exceptProblem !== undefined) causes.invalid(`${at}.except[${index}]`, except, exceptProblem);
    else if (!containsRange(cidr, except))
      causes.invalid(`${at}.except[${index}]`, except, 'must be a strict subset of `cidr`');
  }
}
