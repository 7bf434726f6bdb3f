// Pods and pod templates: the mistakes people make, refused as pkg/apis/core/validation refuses them (Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, copyValue, listAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes, RawText } from './causes.ts';
import { checkOneOf } from './choices.ts';
import { checkContainerResources, checkPodResources } from './container-resources.ts';
import { type PodSurroundings, checkContainers, checkInitContainers } from './containers.ts';
import { ipProblem, labelProblem, searchDomainProblem, subdomainProblem } from './names.ts';
import { checkLabels } from './names.ts';
import { checkAffinity, checkGates, checkSpread, checkTolerations } from './scheduling.ts';
import { checkPodSecurity } from './security-context.ts';
import { checkVolumes } from './volumes.ts';

export function validatePod(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  checkPodSpec(causes, spec, 'spec', true);
  checkImageSpace(causes, spec);
  return causes.list;
}

/** What a new pod may not have yet. */
export function validateNewPod(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec');
  if (bagsOf(spec?.['ephemeralContainers']).length > 0)
    causes.forbidden('spec.ephemeralContainers', 'cannot be set on create');
  if ((spec?.['nodeName'] ?? '') !== '' && bagsOf(spec?.['schedulingGates']).length > 0)
    causes.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared');
  return causes.list;
}

// Of pods only: templates may say what they like.
function checkImageSpace(causes: Causes, spec: Bag | undefined): void {
  for (const [index, container] of bagsOf(spec?.['containers']).entries()) {
    const image = container['image'];
    if (typeof image === 'string' && image !== image.trim()) {
      causes.invalid(`spec.containers[${index}].image`, image, 'must not have leading or trailing whitespace');
    }
  }
}

const immutableExcept =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export function validatePodUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec') ?? {};
  const before = bagAt(old as unknown as Draft, 'spec') ?? {};
  for (const key of ['containers', 'initContainers'] as const) {
    const containers = bagsOf(spec[key]);
    if (containers.length !== bagsOf(before[key]).length) {
      causes.forbidden(`spec.${key}`, 'pod updates may not add or remove containers');
      return causes.list;
    }
    for (const [index, container] of containers.entries())
      if ((container['image'] ?? '') === '') causes.required(`spec.${key}[${index}].image`);
  }
  const [deadline, oldDeadline] = [spec['activeDeadlineSeconds'], before['activeDeadlineSeconds']];
  if (typeof deadline === 'number' && typeof oldDeadline === 'number' && oldDeadline < deadline) {
    causes.invalid('spec.activeDeadlineSeconds', deadline, 'must be less than or equal to previous value');
    return causes.list;
  }
  if (deadline === undefined && oldDeadline !== undefined) {
    const message = 'must not update from a positive integer to nil value';
    causes.invalid('spec.activeDeadlineSeconds', null, message);
  }
  checkAddedTolerations(causes, spec, before);
  checkRemovedGates(causes, spec, before);
  const gated = bagsOf(before['schedulingGates']).length > 0;
  if (gated) checkAddedSelectors(causes, spec, before);
  if (!sameValue(comparableSpec(spec, gated), comparableSpec(before, gated))) causes.forbidden('spec', immutableExcept);
  return causes.list;
}

// Tolerations stay, but for how long they tolerate.
function checkAddedTolerations(causes: Causes, spec: Bag, before: Bag): void {
  const bare = (toleration: Bag): Bag => ({ ...toleration, tolerationSeconds: undefined });
  const kept = bagsOf(before['tolerations']).every((old) =>
    bagsOf(spec['tolerations']).some((each) => sameValue(bare(each), bare(old))),
  );
  if (!kept)
    causes.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds');
}

function checkRemovedGates(causes: Causes, spec: Bag, before: Bag): void {
  const known = bagsOf(before['schedulingGates']).map((each) => each['name']);
  for (const [index, gate] of bagsOf(spec['schedulingGates']).entries()) {
    if (known.includes(gate['name'])) continue;
    const message = `only deletion is allowed, but found new scheduling gate '${scalarText(gate['name'] ?? '')}'`;
    causes.forbidden(`spec.schedulingGates[${index}].name`, message);
  }
}

// A pod that waits may still be told more precisely where to run.
function checkAddedSelectors(causes: Causes, spec: Bag, before: Bag): void {
  const next = bagAt(spec, 'nodeSelector') ?? {};
  for (const [key, value] of Object.entries(bagAt(before, 'nodeSelector') ?? {})) {
    if (next[key] === value) continue;
    causes.invalid(
      'spec.nodeSelector',
      next,
      'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    );
    return;
  }
}

function comparableSpec(spec: Bag, gated: boolean): Bag {
  const copy = (copyValue(spec) ?? {}) as Bag;
  for (const container of [...bagsOf(copy['containers']), ...bagsOf(copy['initContainers'])]) delete container['image'];
  const mutable = ['activeDeadlineSeconds', 'tolerations', 'ephemeralContainers', 'schedulingGates'];
  for (const key of gated ? [...mutable, 'nodeSelector'] : mutable) delete copy[key];
  return copy;
}

/** Checks a pod spec, in a pod or a template. */
export function checkPodSpec(causes: Causes, spec: Bag | undefined, at: string, isPod = false): void {
  const grace = spec?.['terminationGracePeriodSeconds'];
  const claims = checkClaims(causes, spec, at);
  const pod: PodSurroundings = {
    volumes: checkVolumes(causes, spec, at),
    claims,
    grace: typeof grace === 'number' ? grace : undefined,
    hostUsers: spec?.['hostUsers'] !== false,
    restartPolicy: spec?.['restartPolicy'],
  };
  checkContainers(causes, spec, at, pod);
  checkInitContainers(causes, spec, at, pod);
  checkPodResources(causes, bagAt(spec, 'resources'), `${at}.resources`);
  checkHostNetworkPorts(causes, spec, at, isPod);
  checkOneOf(causes, spec?.['restartPolicy'], `${at}.restartPolicy`, ['Always', 'OnFailure', 'Never']);
  const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
  checkOneOf(causes, spec?.['dnsPolicy'], `${at}.dnsPolicy`, dnsPolicies);
  checkLabels(causes, bagAt(spec, 'nodeSelector'), `${at}.nodeSelector`);
  checkPodSecurity(causes, spec, at);
  checkAffinity(causes, spec, at);
  checkDns(causes, spec, `${at}.dnsConfig`);
  checkGates(causes, spec, at);
  checkSpread(causes, spec, at);
  checkHostUsers(causes, spec, at);
  checkNames(causes, spec, at);
  checkTolerations(causes, spec, at);
  checkAliases(causes, spec, at);
  for (const key of ['priorityClassName', 'runtimeClassName']) checkName(causes, spec, key, at, subdomainProblem);
  checkOneOf(causes, spec?.['preemptionPolicy'], `${at}.preemptionPolicy`, ['PreemptLowerPriority', 'Never']);
  const overhead = bagAt(spec, 'overhead');
  if (overhead !== undefined)
    checkContainerResources(causes, { limits: overhead }, `${at}.overhead`, new Set<string>());
  checkSystem(causes, spec, at);
}

function checkClaims(causes: Causes, spec: Bag | undefined, at: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [index, claim] of bagsOf(spec?.['resourceClaims']).entries()) {
    const place = `${at}.resourceClaims[${index}]`;
    const name = scalarText(claim['name'] ?? '');
    const problem = labelProblem(name);
    if (name === '') causes.required(`${place}.name`);
    else if (names.has(name)) causes.duplicate(`${place}.name`, name);
    else if (problem !== undefined) causes.invalid(`${place}.name`, name, problem);
    if (name !== '') names.add(name);
    const [direct, template] = [claim['resourceClaimName'], claim['resourceClaimTemplateName']];
    const shown = new RawText(
      JSON.stringify({ Name: name, ResourceClaimName: direct ?? null, ResourceClaimTemplateName: template ?? null }),
    );
    if (direct !== undefined && template !== undefined) {
      causes.invalid(
        place,
        shown,
        'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
      );
    }
    if (direct === undefined && template === undefined)
      causes.invalid(place, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
  }
  return names;
}

function checkHostNetworkPorts(causes: Causes, spec: Bag | undefined, at: string, isPod: boolean): void {
  if (spec?.['hostNetwork'] !== true) return;
  for (const [index, container] of bagsOf(spec['containers']).entries()) {
    for (const [portIndex, port] of bagsOf(container['ports']).entries()) {
      const hostPort = port['hostPort'] ?? 0;
      if ((isPod || hostPort !== 0) && hostPort !== port['containerPort']) {
        const field = `${at}.containers[${index}].ports[${portIndex}].hostPort`;
        causes.invalid(field, hostPort, 'must match `containerPort` when `hostNetwork` is true');
      }
    }
  }
}

function checkDns(causes: Causes, spec: Bag | undefined, at: string): void {
  const config = bagAt(spec, 'dnsConfig');
  const servers = listAt(config, 'nameservers') ?? [];
  if (spec?.['dnsPolicy'] === 'None') {
    if (config === undefined) return causes.required(at, 'must provide `dnsConfig` when `dnsPolicy` is None');
    if (servers.length === 0) {
      const message = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return causes.required(`${at}.nameservers`, message);
    }
  }
  if (servers.length > 3) causes.invalid(`${at}.nameservers`, servers, 'must not have more than 3 nameservers');
  for (const [index, server] of servers.entries()) {
    const problem = ipProblem(scalarText(server));
    if (problem !== undefined) causes.invalid(`${at}.nameservers[${index}]`, server, problem);
  }
  const searches = listAt(config, 'searches') ?? [];
  if (searches.length > 32) causes.invalid(`${at}.searches`, searches, 'must not have more than 32 search paths');
  for (const [index, search] of searches.entries()) {
    const bare = scalarText(search).replace(/(?<=.)\.$/, '');
    const problem = bare === '.' ? undefined : searchDomainProblem(bare);
    if (problem !== undefined) causes.invalid(`${at}.searches[${index}]`, bare, problem);
  }
  for (const [index, option] of bagsOf(config?.['options']).entries())
    if ((option['name'] ?? '') === '') causes.required(`${at}.options[${index}]`, 'must not be empty');
  return undefined;
}

function checkHostUsers(causes: Causes, spec: Bag | undefined, at: string): void {
  if (spec?.['hostUsers'] !== false) return;
  if (spec['hostNetwork'] === true) causes.forbidden(`${at}.hostNetwork`, 'when `hostUsers` is false');
  if (spec['hostPID'] === true) causes.forbidden(`${at}.HostPID`, 'when `hostUsers` is false');
  if (spec['hostIPC'] === true) causes.forbidden(`${at}.HostIPC`, 'when `hostUsers` is false');
}

function checkNames(causes: Causes, spec: Bag | undefined, at: string): void {
  for (const key of ['serviceAccountName', 'nodeName']) checkName(causes, spec, key, at, subdomainProblem);
  const deadline = spec?.['activeDeadlineSeconds'];
  if (typeof deadline === 'number' && (deadline < 1 || deadline > 2_147_483_647))
    causes.invalid(`${at}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive');
  for (const key of ['hostname', 'subdomain']) checkName(causes, spec, key, at, labelProblem);
}

function checkName(
  causes: Causes,
  spec: Bag | undefined,
  key: string,
  at: string,
  problemOf: (name: string) => string | undefined,
): void {
  const name = spec?.[key];
  if (typeof name !== 'string' || name === '') return;
  const problem = problemOf(name);
  if (problem !== undefined) causes.invalid(`${at}.${key}`, name, problem);
}

function checkAliases(causes: Causes, spec: Bag | undefined, at: string): void {
  for (const [index, alias] of bagsOf(spec?.['hostAliases']).entries()) {
    const place = `${at}.hostAliases[${index}]`;
    const problem = ipProblem(scalarText(alias['ip'] ?? ''));
    if (problem !== undefined) causes.invalid(`${place}.ip`, alias['ip'] ?? '', problem);
    for (const [nameIndex, name] of (listAt(alias, 'hostnames') ?? []).entries()) {
      const nameProblem = subdomainProblem(scalarText(name));
      if (nameProblem !== undefined) causes.invalid(`${place}.hostnames[${nameIndex}]`, name, nameProblem);
    }
  }
}

// What Linux knows and Windows does not, of those that people set.
const notOnWindows = [
  'fsGroup',
  'runAsGroup',
  'runAsUser',
  'seLinuxOptions',
  'seccompProfile',
  'supplementalGroups',
  'sysctls',
];

function checkSystem(causes: Causes, spec: Bag | undefined, at: string): void {
  const name = bagAt(spec, 'os')?.['name'];
  if (spec?.['os'] === undefined) return;
  if ((name ?? '') === '') causes.required(`${at}.os.name`);
  else checkOneOf(causes, name, `${at}.os`, ['linux', 'windows']);
  if (name !== 'windows') return;
  const context = bagAt(spec, 'securityContext');
  for (const key of notOnWindows) {
    if (context?.[key] !== undefined)
      causes.forbidden(`${at}.securityContext.${key}`, 'cannot be set for a windows pod');
  }
}
