// Webhook configurations (pkg/apis/admissionregistration/validation, Kubernetes 1.35).

import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, scalarText } from '../store/draft.ts';
import { Causes } from './causes.ts';
import { checkOneOf, isPort } from './choices.ts';
import { checkLabelSelector } from './label-selectors.ts';
import { checkConditions } from './match-conditions.ts';
import { labelProblem, subdomainProblem } from './names.ts';

export function validateWebhooks(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const names = new Set<string>();
  for (const [index, webhook] of bagsOf(draft['webhooks'] as Bag[] | undefined).entries()) {
    const at = `webhooks[${index}]`;
    checkWebhook(causes, webhook, at);
    checkReviewVersions(causes, webhook, `${at}.admissionReviewVersions`);
    const name = scalarText(webhook['name'] ?? '');
    if (name !== '' && names.has(name)) causes.duplicate(`${at}.name`, name);
    names.add(name);
  }
  return causes.list;
}

function checkReviewVersions(causes: Causes, webhook: Bag, at: string): void {
  const versions = (listAt(webhook, 'admissionReviewVersions') ?? []).map((each) => scalarText(each));
  if (versions.length === 0) return causes.required(at, 'must specify one of v1, v1beta1');
  for (const [index, version] of versions.entries()) {
    const problem = /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(version) ? undefined : labelProblem(version);
    if (problem !== undefined) causes.invalid(`${at}[${index}]`, version, problem);
    if (versions.indexOf(version) < index) causes.invalid(`${at}[${index}]`, version, 'duplicate version');
  }
  if (!versions.includes('v1') && !versions.includes('v1beta1'))
    causes.invalid(at, versions, 'must include at least one of v1, v1beta1');
  return undefined;
}

function checkWebhook(causes: Causes, webhook: Bag, at: string): void {
  checkFullName(causes, scalarText(webhook['name'] ?? ''), `${at}.name`);
  for (const [index, rule] of bagsOf(webhook['rules']).entries()) checkRule(causes, rule, `${at}.rules[${index}]`);
  checkOneOf(causes, webhook['failurePolicy'], `${at}.failurePolicy`, ['Fail', 'Ignore']);
  checkOneOf(causes, webhook['matchPolicy'], `${at}.matchPolicy`, ['Equivalent', 'Exact']);
  const effects = ['None', 'NoneOnDryRun'];
  if (webhook['sideEffects'] === undefined)
    causes.required(`${at}.sideEffects`, `must specify one of ${effects.join(', ')}`);
  else checkOneOf(causes, webhook['sideEffects'], `${at}.sideEffects`, effects);
  const timeout = webhook['timeoutSeconds'];
  if (typeof timeout === 'number' && (timeout > 30 || timeout < 1))
    causes.invalid(`${at}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds');
  for (const key of ['namespaceSelector', 'objectSelector']) {
    const selector = bagAt(webhook, key);
    if (selector !== undefined) checkLabelSelector(causes, selector, `${at}.${key}`);
  }
  checkOneOf(causes, webhook['reinvocationPolicy'], `${at}.reinvocationPolicy`, ['IfNeeded', 'Never']);
  checkClient(causes, bagAt(webhook, 'clientConfig') ?? {}, `${at}.clientConfig`);
  checkConditions(causes, bagsOf(webhook['matchConditions']), { at: `${at}.matchConditions` });
}

function checkFullName(causes: Causes, name: string, at: string): void {
  const problem = subdomainProblem(name);
  if (name === '') causes.required(at);
  else if (problem !== undefined) causes.invalid(at, name, problem);
  else if (name.split('.').length < 3)
    causes.invalid(at, name, 'should be a domain with at least three segments separated by dots');
}

/** Checks operations and resources of a rule. */
export function checkRule(causes: Causes, rule: Bag, at: string): void {
  const list = (key: string): readonly string[] => (listAt(rule, key) ?? []).map((each) => scalarText(each));
  const operations = list('operations');
  if (operations.length === 0) causes.required(`${at}.operations`);
  const lonely = (key: string, what: string): void => {
    if (list(key).length > 1 && list(key).includes('*'))
      causes.invalid(`${at}.${key}`, list(key), `if '*' is present, must not specify other ${what}`);
  };
  lonely('operations', 'operations');
  for (const [index, operation] of operations.entries()) {
    const known = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
    checkOneOf(causes, operation, `${at}.operations[${index}]`, known);
  }
  if (list('apiGroups').length === 0) causes.required(`${at}.apiGroups`);
  lonely('apiGroups', 'API groups');
  if (list('apiVersions').length === 0) causes.required(`${at}.apiVersions`);
  lonely('apiVersions', 'API versions');
  for (const [index, version] of list('apiVersions').entries())
    if (version === '') causes.required(`${at}.apiVersions[${index}]`);
  checkResources(causes, list('resources'), `${at}.resources`);
  checkOneOf(causes, rule['scope'], `${at}.scope`, ['*', 'Cluster', 'Namespaced']);
}

function checkResources(causes: Causes, resources: readonly string[], at: string): void {
  if (resources.length === 0) causes.required(at);
  const whole = new Set<string>();
  const subs = new Set<string>();
  for (const [index, resource] of resources.entries()) {
    if (resource === '') causes.required(`${at}[${index}]`);
    const [plural = '', ...rest] = resource.split('/');
    if (rest.length === 0) continue;
    const sub = rest.join('/');
    if (whole.has(plural))
      causes.invalid(`${at}[${index}]`, resource, `if '${plural}/*' is present, must not specify ${resource}`);
    if (subs.has(sub))
      causes.invalid(`${at}[${index}]`, resource, `if '*/${sub}' is present, must not specify ${resource}`);
    if (sub === '*') whole.add(plural);
    if (plural === '*') subs.add(sub);
  }
  if (resources.length > 1 && resources.includes('*/*'))
    causes.invalid(at, resources, "if '*/*' is present, must not specify other resources");
  const plain = resources.some((each) => each !== '' && each !== '*' && !each.includes('/'));
  if (resources.includes('*') && plain) {
    const message = "if '*' is present, must not specify other resources without subresources";
    causes.invalid(at, resources, message);
  }
}

/** Checks where a webhook is: a URL or a service. */
export function checkClient(causes: Causes, client: Bag, at: string): void {
  const service = bagAt(client, 'service');
  if ((client['url'] === undefined) === (service === undefined))
    causes.required(at, 'exactly one of url or service is required');
  else if (service === undefined) checkUrl(causes, scalarText(client['url']), `${at}.url`);
  else {
    for (const key of ['name', 'namespace']) if ((service[key] ?? '') === '') causes.required(`${at}.service.${key}`);
    const port = service['port'] ?? 443;
    if (!isPort(port))
      causes.invalid(`${at}.service.port`, port, 'port is not valid: must be between 1 and 65535, inclusive');
    checkServicePath(causes, scalarText(service['path'] ?? ''), `${at}.service.path`);
  }
}

function checkServicePath(causes: Causes, path: string, at: string): void {
  if (path === '' || path === '/') return;
  if (!path.startsWith('/')) causes.invalid(at, path, "must start with a '/'");
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  for (const [index, segment] of segments.entries()) {
    if (segment === '') causes.invalid(at, path, `segment[${index}] may not be empty`);
    else {
      const problem = subdomainProblem(segment);
      if (problem !== undefined) causes.invalid(at, path, `segment[${index}]: ${problem}`);
    }
  }
}

function checkUrl(causes: Causes, text: string, at: string): void {
  const form = 'desired format: https://host[/path]';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.host === '') {
    causes.invalid(at, text, `host must be specified; ${form}`);
    return;
  }
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== 'https') causes.invalid(at, scheme, `'https' is the only allowed URL scheme; ${form}`);
  if (url.username !== '') causes.invalid(at, url.username, 'user information is not permitted in the URL');
  if (url.hash !== '') causes.invalid(at, url.hash.slice(1), 'fragments are not permitted in the URL');
  if (url.search !== '') causes.invalid(at, url.search.slice(1), 'query parameters are not permitted in the URL');
}
