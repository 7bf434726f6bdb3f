// Pods and pod templates: the mistakes people make, refused as pkg/apis/core/validation refuses them (Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, copyValue, listAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes } from './causes.ts';
import { labelProblem, subdomainProblem } from './names.ts';
import { compareAmounts, parseAmount } from './quantities.ts';

export function validatePod(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  checkPodSpec(causes, bagAt(draft, 'spec'), 'spec');
  checkImageSpace(causes, bagAt(draft, 'spec'));
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
  const next = comparableSpec(bagAt(draft, 'spec'));
  const before = comparableSpec(bagAt(old as unknown as Draft, 'spec'));
  if (!sameValue(next, before)) causes.forbidden('spec', immutableExcept);
  return causes.list;
}

function comparableSpec(spec: Bag | undefined): Bag {
  const copy = (copyValue(spec) ?? {}) as Bag;
  for (const container of [...bagsOf(copy['containers']), ...bagsOf(copy['initContainers'])]) delete container['image'];
  for (const key of [
    'activeDeadlineSeconds',
    'tolerations',
    'terminationGracePeriodSeconds',
    'ephemeralContainers',
    'schedulingGates',
  ]) {
    delete copy[key];
  }
  return copy;
}

/** Checks a pod spec, in a pod or a template. */
export function checkPodSpec(causes: Causes, spec: Bag | undefined, at: string): void {
  const volumes = checkVolumes(causes, spec, at);
  const names = new Set<string>();
  const containers = bagsOf(spec?.['containers']);
  if (containers.length === 0) causes.required(`${at}.containers`);
  for (const [index, container] of containers.entries()) {
    checkContainer(causes, container, { at: `${at}.containers[${index}]`, volumes, names, init: false });
  }
  for (const [index, container] of bagsOf(spec?.['initContainers']).entries()) {
    checkContainer(causes, container, { at: `${at}.initContainers[${index}]`, volumes, names, init: true });
  }
  checkOneOf(causes, spec?.['restartPolicy'], `${at}.restartPolicy`, ['Always', 'OnFailure', 'Never']);
  checkOneOf(causes, spec?.['dnsPolicy'], `${at}.dnsPolicy`, [
    'ClusterFirstWithHostNet',
    'ClusterFirst',
    'Default',
    'None',
  ]);
  const account = spec?.['serviceAccountName'];
  if (typeof account === 'string' && account !== '') {
    const problem = subdomainProblem(account);
    if (problem !== undefined) causes.invalid(`${at}.serviceAccountName`, account, problem);
  }
  const grace = spec?.['terminationGracePeriodSeconds'];
  if (typeof grace === 'number' && grace < 0)
    causes.invalid(`${at}.terminationGracePeriodSeconds`, grace, 'must be greater than or equal to 0');
}

/** Refuses a value outside the list; an absent one is not refused here. */
export function checkOneOf(causes: Causes, value: unknown, field: string, supported: readonly string[]): void {
  if (value === undefined) return;
  if (typeof value !== 'string' || !supported.includes(value)) causes.notSupported(field, value, supported);
}

function checkVolumes(causes: Causes, spec: Bag | undefined, at: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [index, volume] of bagsOf(spec?.['volumes']).entries()) {
    const field = `${at}.volumes[${index}]`;
    const name = typeof volume['name'] === 'string' ? volume['name'] : '';
    if (name === '') causes.required(`${field}.name`);
    else if (labelProblem(name) !== undefined) causes.invalid(`${field}.name`, name, labelProblem(name) ?? '');
    else if (names.has(name)) causes.duplicate(`${field}.name`, name);
    names.add(name);
    const sources = Object.keys(volume).filter((key) => key !== 'name');
    for (const extra of sources.slice(1))
      causes.forbidden(`${field}.${extra}`, 'may not specify more than 1 volume type');
    if (volume['secret'] !== undefined && (bagAt(volume, 'secret')?.['secretName'] ?? '') === '')
      causes.required(`${field}.secret.secretName`);
    if (volume['configMap'] !== undefined && (bagAt(volume, 'configMap')?.['name'] ?? '') === '')
      causes.required(`${field}.configMap.name`);
    const claim = bagAt(volume, 'persistentVolumeClaim');
    if (claim !== undefined && (claim['claimName'] ?? '') === '')
      causes.required(`${field}.persistentVolumeClaim.claimName`);
  }
  return names;
}

interface ContainerPlace {
  readonly at: string;
  readonly volumes: ReadonlySet<string>;
  readonly names: Set<string>;
  readonly init: boolean;
}

function checkContainer(causes: Causes, container: Bag, place: ContainerPlace): void {
  const { at } = place;
  const name = typeof container['name'] === 'string' ? container['name'] : '';
  if (name === '') causes.required(`${at}.name`);
  else {
    const problem = labelProblem(name);
    if (problem !== undefined) causes.invalid(`${at}.name`, name, problem);
    else if (place.names.has(name)) causes.duplicate(`${at}.name`, name);
  }
  place.names.add(name);
  const image = container['image'];
  if (image === undefined || image === '') causes.required(`${at}.image`);
  checkOneOf(causes, container['imagePullPolicy'], `${at}.imagePullPolicy`, ['Always', 'IfNotPresent', 'Never']);
  checkOneOf(causes, container['terminationMessagePolicy'], `${at}.terminationMessagePolicy`, [
    'FallbackToLogsOnError',
    'File',
  ]);
  checkPorts(causes, container, at);
  checkEnvironment(causes, container, at);
  checkMounts(causes, container, place);
  checkResources(causes, bagAt(container, 'resources'), `${at}.resources`);
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'])
    checkProbe(causes, bagAt(container, probe), `${at}.${probe}`, probe);
  if (place.init && container['restartPolicy'] !== 'Always') {
    for (const probe of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
      if (container[probe] !== undefined)
        causes.forbidden(`${at}.${probe}`, 'may not be set for init containers without restartPolicy=Always');
    }
  }
}

const portNamePattern = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

function checkPorts(causes: Causes, container: Bag, at: string): void {
  const names = new Set<string>();
  for (const [index, port] of bagsOf(container['ports']).entries()) {
    const field = `${at}.ports[${index}]`;
    const name = port['name'];
    if (typeof name === 'string' && name !== '') {
      if (name.length > 15) causes.invalid(`${field}.name`, name, 'must be no more than 15 characters');
      else if (!portNamePattern.test(name)) {
        causes.invalid(`${field}.name`, name, 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
      }
      if (name.length <= 15 && !/[a-z]/.test(name))
        causes.invalid(`${field}.name`, name, 'must contain at least one letter (a-z)');
      if (names.has(name)) causes.duplicate(`${field}.name`, name);
      names.add(name);
    }
    const number = port['containerPort'];
    if (number === undefined || number === 0) causes.required(`${field}.containerPort`);
    else if (!isPort(number))
      causes.invalid(`${field}.containerPort`, number, 'must be between 1 and 65535, inclusive');
    checkOneOf(causes, port['protocol'], `${field}.protocol`, ['SCTP', 'TCP', 'UDP']);
  }
}

/** True for a port number. */
export function isPort(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;
}

// Printable ASCII other than "=".
const variablePattern = /^[ -<>-~]+$/;

function checkEnvironment(causes: Causes, container: Bag, at: string): void {
  for (const [index, variable] of bagsOf(container['env']).entries()) {
    const field = `${at}.env[${index}]`;
    const name = typeof variable['name'] === 'string' ? variable['name'] : '';
    if (name === '') causes.required(`${field}.name`);
    else if (!variablePattern.test(name)) {
      causes.invalid(
        `${field}.name`,
        name,
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
      );
    }
    const from = bagAt(variable, 'valueFrom');
    if (from === undefined) continue;
    const sources = Object.keys(from);
    if (sources.length === 0) {
      causes.invalid(
        `${field}.valueFrom`,
        '',
        'must specify one of: `configMapKeyRef`, `fieldRef`, `fileKeyRef`, `resourceFieldRef` or `secretKeyRef`',
      );
    }
    if (typeof variable['value'] === 'string' && variable['value'] !== '' && sources.length > 0) {
      causes.invalid(`${field}.valueFrom`, '', 'may not be specified when `value` is not empty');
    }
    for (const source of ['configMapKeyRef', 'secretKeyRef']) {
      const reference = bagAt(from, source);
      if (reference !== undefined && (reference['key'] ?? '') === '')
        causes.required(`${field}.valueFrom.${source}.key`);
    }
  }
}

function checkMounts(causes: Causes, container: Bag, place: ContainerPlace): void {
  const paths = new Set<string>();
  for (const [index, mount] of bagsOf(container['volumeMounts']).entries()) {
    const field = `${place.at}.volumeMounts[${index}]`;
    const name = typeof mount['name'] === 'string' ? mount['name'] : '';
    if (name === '') causes.required(`${field}.name`);
    else if (!place.volumes.has(name)) causes.notFound(`${field}.name`, name);
    const path = typeof mount['mountPath'] === 'string' ? mount['mountPath'] : '';
    if (path === '') causes.required(`${field}.mountPath`);
    else if (paths.has(path)) causes.invalid(`${field}.mountPath`, path, 'must be unique');
    paths.add(path);
  }
}

function checkResources(causes: Causes, resources: Bag | undefined, at: string): void {
  const limits = bagAt(resources, 'limits') ?? {};
  for (const side of ['limits', 'requests'] as const) {
    for (const [name, amount] of Object.entries(bagAt(resources, side) ?? {})) {
      const parsed = parseAmount(amount);
      if (parsed !== undefined && parsed < 0n)
        causes.invalid(`${at}.${side}[${name}]`, amount, 'must be greater than or equal to 0');
    }
  }
  for (const [name, amount] of Object.entries(bagAt(resources, 'requests') ?? {})) {
    const limit = limits[name];
    if (limit !== undefined && compareAmounts(amount, limit) > 0) {
      causes.invalid(`${at}.requests`, amount, `must be less than or equal to ${name} limit of ${scalarText(limit)}`);
    }
  }
}

function checkProbe(causes: Causes, probe: Bag | undefined, at: string, kind: string): void {
  if (probe === undefined) return;
  const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'].filter((key) => probe[key] !== undefined);
  if (handlers.length === 0) causes.required(at, 'must specify a handler type');
  for (const extra of handlers.slice(1)) causes.forbidden(`${at}.${extra}`, 'may not specify more than 1 handler type');
  const success = probe['successThreshold'];
  if (kind !== 'readinessProbe' && typeof success === 'number' && success !== 1)
    causes.invalid(`${at}.successThreshold`, success, 'must be 1');
  for (const key of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    const value = probe[key];
    if (typeof value === 'number' && value < 0)
      causes.invalid(`${at}.${key}`, value, 'must be greater than or equal to 0');
  }
  for (const handler of ['httpGet', 'tcpSocket']) {
    const action = bagAt(probe, handler);
    const port = action?.['port'];
    if (action !== undefined && (port === undefined || (typeof port === 'number' && !isPort(port)))) {
      causes.invalid(`${at}.${handler}.port`, port ?? 0, 'must be between 1 and 65535, inclusive');
    }
  }
  const command = bagAt(probe, 'exec');
  if (command !== undefined && (listAt(command, 'command') ?? []).length === 0) causes.required(`${at}.exec.command`);
}
