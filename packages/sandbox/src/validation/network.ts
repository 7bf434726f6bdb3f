// Services, ingresses and network policies (pkg/apis/core/validation, pkg/apis/networking/validation, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import { Causes, RawText, formatValue } from './causes.ts';
import { checkLabels, labelProblem, subdomainProblem } from './names.ts';
import { checkOneOf, isPort } from './choices.ts';

export function validateService(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const type = spec?.['type'];
  const ports = bagsOf(spec?.['ports']);
  if (ports.length === 0 && spec?.['clusterIP'] !== 'None' && type !== 'ExternalName') causes.required('spec.ports');
  if (type === 'ExternalName') {
    const name = scalarText(spec?.['externalName'] ?? '').replace(/\.$/, '');
    if (name === '') causes.required('spec.externalName');
    else if (subdomainProblem(name) !== undefined)
      causes.invalid('spec.externalName', name, subdomainProblem(name) ?? '');
  }
  if (type === 'LoadBalancer' && spec?.['clusterIP'] === 'None') {
    causes.invalid('spec.clusterIPs[0]', 'None', "may not be set to 'None' for LoadBalancer services");
  }
  checkServicePorts(causes, ports);
  checkLabels(causes, bagAt(spec, 'selector'), 'spec.selector');
  checkOneOf(causes, spec?.['sessionAffinity'], 'spec.sessionAffinity', ['ClientIP', 'None']);
  checkOneOf(causes, type, 'spec.type', ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
  return causes.list;
}

function checkServicePorts(causes: Causes, ports: readonly Bag[]): void {
  const names = new Set<unknown>();
  const numbers = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    const name = port['name'] ?? '';
    if (name === '' && ports.length > 1) causes.required(`${at}.name`);
    else if (typeof name === 'string' && name !== '') {
      const problem = labelProblem(name);
      if (problem !== undefined) causes.invalid(`${at}.name`, name, problem);
      else if (names.has(name)) causes.duplicate(`${at}.name`, name);
      names.add(name);
    }
    if (!isPort(port['port']))
      causes.invalid(`${at}.port`, port['port'] ?? 0, 'must be between 1 and 65535, inclusive');
    checkOneOf(causes, port['protocol'], `${at}.protocol`, ['SCTP', 'TCP', 'UDP']);
    const target = port['targetPort'];
    if (typeof target === 'number' && !isPort(target))
      causes.invalid(`${at}.targetPort`, target, 'must be between 1 and 65535, inclusive');
    const key = `${scalarText(port['port'])}/${scalarText(port['protocol'])}`;
    if (numbers.has(key))
      causes.duplicate(
        at,
        new RawText(
          `{"Name":"","Protocol":${formatValue(port['protocol'])},"AppProtocol":null,"Port":${formatValue(port['port'])},"TargetPort":0,"NodePort":0}`,
        ),
      );
    numbers.add(key);
    const nodePort = port['nodePort'];
    if (typeof nodePort === 'number' && nodePort !== 0 && (nodePort < 30_000 || nodePort > 32_767)) {
      causes.invalid(
        `${at}.nodePort`,
        nodePort,
        'provided port is not in the valid range. The range of valid ports is 30000-32767',
      );
    }
  }
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

export function validateIngress(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  const rules = bagsOf(spec?.['rules']);
  if (rules.length === 0 && spec?.['defaultBackend'] === undefined) {
    causes.invalid('spec', null, 'either `defaultBackend` or `rules` must be specified');
  }
  checkBackend(causes, bagAt(spec, 'defaultBackend'), 'spec.defaultBackend');
  for (const [ruleIndex, rule] of rules.entries()) {
    const host = rule['host'];
    const bare = typeof host === 'string' ? host.replace(/^\*\./, '') : '';
    if (bare !== '' && subdomainProblem(bare) !== undefined)
      causes.invalid(`spec.rules[${ruleIndex}].host`, host, subdomainProblem(bare) ?? '');
    const http = bagAt(rule, 'http');
    if (http === undefined) continue;
    const paths = bagsOf(http['paths']);
    if (paths.length === 0) causes.required(`spec.rules[${ruleIndex}].http.paths`);
    for (const [index, path] of paths.entries())
      checkIngressPath(causes, path, `spec.rules[${ruleIndex}].http.paths[${index}]`);
  }
  return causes.list;
}

function checkIngressPath(causes: Causes, path: Bag, at: string): void {
  const type = path['pathType'];
  if (type === undefined) {
    causes.required(`${at}.pathType`, 'pathType must be specified');
    checkBackend(causes, bagAt(path, 'backend'), `${at}.backend`);
    return;
  }
  const text = typeof path['path'] === 'string' ? path['path'] : '';
  if (type === 'Exact' || type === 'Prefix') {
    if (!text.startsWith('/')) causes.invalid(`${at}.path`, text, 'must be an absolute path');
    for (const part of ['//', '/./', '/../', '%2f', '%2F']) {
      if (text.includes(part)) causes.invalid(`${at}.path`, text, `must not contain '${part}'`);
    }
  } else if (type === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) causes.invalid(`${at}.path`, text, 'must be an absolute path');
  } else causes.notSupported(`${at}.pathType`, type, ['Exact', 'ImplementationSpecific', 'Prefix']);
  checkBackend(causes, bagAt(path, 'backend') ?? {}, `${at}.backend`);
}

function checkBackend(causes: Causes, backend: Bag | undefined, at: string): void {
  if (backend === undefined) return;
  const service = bagAt(backend, 'service');
  if (service === undefined) {
    if (backend['resource'] === undefined) causes.invalid(at, '', 'resource or service backend is required');
    return;
  }
  if ((service['name'] ?? '') === '') causes.required(`${at}.service.name`);
  const port = bagAt(service, 'port');
  if ((port?.['name'] ?? '') === '' && (port?.['number'] ?? 0) === 0)
    causes.required(at, 'port name or number is required');
}

export function validateNetworkPolicy(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const types = bagAt(draft, 'spec')?.['policyTypes'];
  for (const [index, type] of (Array.isArray(types) ? types : []).entries()) {
    checkOneOf(causes, type, `spec.policyTypes[${index}]`, ['Egress', 'Ingress']);
  }
  return causes.list;
}
