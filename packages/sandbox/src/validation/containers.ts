// Containers of pods and pod templates: names, ports, environment, mounts, devices, policies
// (pkg/apis/core/validation/validation.go, Kubernetes 1.35). Handlers, resources and security have files of their own.

import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Value, bagAt, isBag, listAt, scalarText } from '../store/draft.ts';
import type { Causes } from './causes.ts';
import { checkContainerResources } from './container-resources.ts';
import { checkFieldSelector, checkResourceSelector } from './downward.ts';
import { checkLifecycle, checkProbe } from './handlers.ts';
import { checkOneOf, isPort, outOfPorts } from './choices.ts';
import { configKeyProblem, labelProblem, portNameProblems, subdomainProblem, variableNameProblem } from './names.ts';
import { checkContainerSecurity } from './security-context.ts';
import { checkDescendingPath } from './volumes.ts';

/** What a container is checked against. */
export interface PodSurroundings {
  readonly volumes: ReadonlyMap<string, Bag>;
  readonly claims: ReadonlySet<string>;
  readonly grace: number | undefined;
  readonly hostUsers: boolean;
  readonly restartPolicy: unknown;
}

/** Checks the containers of a pod spec. */
export function checkContainers(causes: Causes, spec: Bag | undefined, at: string, pod: PodSurroundings): void {
  const containers = bagsOf(spec?.['containers']);
  if (containers.length === 0) {
    causes.required(`${at}.containers`);
    return;
  }
  const names = new Set<unknown>();
  for (const [index, container] of containers.entries()) {
    const place = `${at}.containers[${index}]`;
    checkContainer(causes, container, place, pod);
    if (names.has(container['name'])) causes.duplicate(`${place}.name`, container['name']);
    names.add(container['name']);
    checkLifecycle(causes, bagAt(container, 'lifecycle'), `${place}.lifecycle`, pod.grace);
    for (const probe of probes) checkProbe(causes, bagAt(container, probe), `${place}.${probe}`, probe);
    checkRestartPolicy(causes, container, place);
  }
  checkHostPorts(causes, containers, `${at}.containers`);
}

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];

/** Checks the init containers of a pod spec. */
export function checkInitContainers(causes: Causes, spec: Bag | undefined, at: string, pod: PodSurroundings): void {
  const names = new Set<unknown>(bagsOf(spec?.['containers']).map((each) => each['name']));
  for (const [index, container] of bagsOf(spec?.['initContainers']).entries()) {
    const place = `${at}.initContainers[${index}]`;
    checkContainer(causes, container, place, pod);
    checkRestartPolicy(causes, container, place);
    if (names.has(container['name'])) causes.duplicate(`${place}.name`, container['name']);
    if ((container['name'] ?? '') !== '') names.add(container['name']);
    checkHostPorts(causes, [container], `${at}.initContainers`);
    if (container['restartPolicy'] === 'Always') {
      checkLifecycle(causes, bagAt(container, 'lifecycle'), `${place}.lifecycle`, pod.grace);
      for (const probe of probes) checkProbe(causes, bagAt(container, probe), `${place}.${probe}`, probe);
    } else {
      for (const key of ['lifecycle', ...probes]) {
        if (container[key] !== undefined)
          causes.forbidden(`${place}.${key}`, 'may not be set for init containers without restartPolicy=Always');
      }
    }
  }
}

function checkContainer(causes: Causes, container: Bag, at: string, pod: PodSurroundings): void {
  const name = scalarText(container['name'] ?? '');
  if (name === '') causes.required(`${at}.name`);
  else checkWith(causes, labelProblem, name, `${at}.name`);
  if ((container['image'] ?? '') === '') causes.required(`${at}.image`);
  checkOneOf(causes, container['terminationMessagePolicy'], `${at}.terminationMessagePolicy`, [
    'File',
    'FallbackToLogsOnError',
  ]);
  checkPorts(causes, container, at);
  checkEnvironment(causes, container, at);
  checkEnvironmentSources(causes, container, at);
  checkMounts(causes, container, at, pod);
  checkDevices(causes, container, at, pod);
  checkOneOf(causes, container['imagePullPolicy'], `${at}.imagePullPolicy`, ['Always', 'IfNotPresent', 'Never']);
  checkContainerResources(causes, bagAt(container, 'resources'), `${at}.resources`, pod.claims);
  checkResizePolicy(causes, container, `${at}.resizePolicy`, pod.restartPolicy);
  checkContainerSecurity(causes, bagAt(container, 'securityContext'), `${at}.securityContext`, pod.hostUsers);
}

function checkWith(causes: Causes, problemOf: (text: string) => string | undefined, text: string, field: string): void {
  const problem = problemOf(text);
  if (problem !== undefined) causes.invalid(field, text, problem);
}

function checkPorts(causes: Causes, container: Bag, at: string): void {
  const names = new Set<string>();
  for (const [index, port] of bagsOf(container['ports']).entries()) {
    const field = `${at}.ports[${index}]`;
    const { name } = port;
    if (typeof name === 'string' && name !== '') {
      const problems = portNameProblems(name);
      for (const problem of problems) causes.invalid(`${field}.name`, name, problem);
      if (problems.length === 0 && names.has(name)) causes.duplicate(`${field}.name`, name);
      names.add(name);
    }
    const number = port['containerPort'] ?? 0;
    if (number === 0) causes.required(`${field}.containerPort`);
    else if (!isPort(number)) causes.invalid(`${field}.containerPort`, number, outOfPorts);
    const hostPort = port['hostPort'] ?? 0;
    if (hostPort !== 0 && !isPort(hostPort)) causes.invalid(`${field}.hostPort`, hostPort, outOfPorts);
    checkOneOf(causes, port['protocol'], `${field}.protocol`, ['SCTP', 'TCP', 'UDP']);
  }
}

function checkHostPorts(causes: Causes, containers: readonly Bag[], at: string): void {
  const taken = new Set<string>();
  for (const [index, container] of containers.entries()) {
    for (const [portIndex, port] of bagsOf(container['ports']).entries()) {
      if ((port['hostPort'] ?? 0) === 0) continue;
      const key = `${scalarText(port['protocol'] ?? '')}/${scalarText(port['hostIP'] ?? '')}/${scalarText(port['hostPort'])}`;
      if (taken.has(key)) causes.duplicate(`${at}[${index}].ports[${portIndex}].hostPort`, key);
      taken.add(key);
    }
  }
}

const variableSources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const;

function checkEnvironment(causes: Causes, container: Bag, at: string): void {
  for (const [index, variable] of bagsOf(container['env']).entries()) {
    const field = `${at}.env[${index}]`;
    const name = scalarText(variable['name'] ?? '');
    if (name === '') causes.required(`${field}.name`);
    else checkWith(causes, variableNameProblem, name, `${field}.name`);
    const from = bagAt(variable, 'valueFrom');
    if (from === undefined) continue;
    const place = `${field}.valueFrom`;
    const sources = variableSources.filter((source) => from[source] !== undefined);
    for (const source of sources) checkVariableSource(causes, source, bagAt(from, source) ?? {}, `${place}.${source}`);
    if (sources.length === 0) {
      const list =
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
      causes.invalid(place, '', list);
    } else if ((variable['value'] ?? '') !== '')
      causes.invalid(place, '', 'may not be specified when `value` is not empty');
    else if (sources.length > 1) causes.invalid(place, '', 'may not have more than one field specified at a time');
  }
}

function checkVariableSource(
  causes: Causes,
  source: (typeof variableSources)[number],
  reference: Bag,
  at: string,
): void {
  switch (source) {
    case 'fieldRef':
      return checkFieldSelector(causes, reference, at, 'variable');
    case 'resourceFieldRef':
      return checkResourceSelector(causes, reference, at, false);
    case 'configMapKeyRef':
    case 'secretKeyRef': {
      checkWith(causes, subdomainProblem, scalarText(reference['name'] ?? ''), `${at}.name`);
      return checkKey(causes, configKeyProblem, reference['key'], `${at}.key`);
    }
    case 'fileKeyRef':
      checkKey(causes, variableNameProblem, reference['key'], `${at}.key`);
      checkKey(causes, labelProblem, reference['volumeName'], `${at}.volumeName`);
      if ((reference['path'] ?? '') === '') causes.required(`${at}.path`);
  }
}

function checkKey(
  causes: Causes,
  problemOf: (text: string) => string | undefined,
  value: Value | undefined,
  field: string,
): void {
  if ((value ?? '') === '') causes.required(field);
  else checkWith(causes, problemOf, scalarText(value), field);
}

function checkEnvironmentSources(causes: Causes, container: Bag, at: string): void {
  for (const [index, entry] of bagsOf(container['envFrom']).entries()) {
    const field = `${at}.envFrom[${index}]`;
    const prefix = scalarText(entry['prefix'] ?? '');
    if (prefix !== '') checkWith(causes, variableNameProblem, prefix, `${field}.prefix`);
    const sources = ['configMapRef', 'secretRef'].filter((source) => isBag(entry[source]));
    for (const source of sources)
      checkKey(causes, subdomainProblem, bagAt(entry, source)?.['name'], `${field}.${source}.name`);
    if (sources.length === 0) causes.invalid(`${at}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`');
    if (sources.length > 1) causes.invalid(`${at}.envFrom`, '', 'may not have more than one field specified at a time');
  }
}

function checkMounts(causes: Causes, container: Bag, at: string, pod: PodSurroundings): void {
  const paths = new Set<string>();
  const devices = bagsOf(container['volumeDevices']);
  const list = `${at}.volumeMounts`;
  for (const [index, mount] of bagsOf(container['volumeMounts']).entries()) {
    const field = `${list}[${index}]`;
    const name = scalarText(mount['name'] ?? '');
    if (name === '') causes.required(`${field}.name`);
    if (!pod.volumes.has(name)) causes.notFound(`${field}.name`, name);
    const path = scalarText(mount['mountPath'] ?? '');
    if (path === '') causes.required(`${field}.mountPath`);
    if (paths.has(path)) causes.invalid(`${field}.mountPath`, path, 'must be unique');
    paths.add(path);
    if (devices.some((device) => device['name'] === name))
      causes.invalid(`${field}.name`, name, 'must not already exist in volumeDevices');
    if (devices.some((device) => device['devicePath'] === path))
      causes.invalid(`${field}.mountPath`, path, 'must not already exist as a path in volumeDevices');
    const subPath = scalarText(mount['subPath'] ?? '');
    if (subPath !== '') checkDescendingPath(causes, subPath, `${list}.subPath`);
    const expression = scalarText(mount['subPathExpr'] ?? '');
    if (expression !== '') {
      if (subPath !== '')
        causes.invalid(`${field}.subPathExpr`, expression, 'subPathExpr and subPath are mutually exclusive');
      checkDescendingPath(causes, expression, `${list}.subPathExpr`);
    }
    checkPropagation(causes, mount, container, `${list}.mountPropagation`);
    checkRecursiveReadOnly(causes, mount, `${list}.recursiveReadOnly`);
  }
}

function checkPropagation(causes: Causes, mount: Bag, container: Bag, at: string): void {
  const propagation = mount['mountPropagation'];
  checkOneOf(causes, propagation, at, ['Bidirectional', 'HostToContainer', 'None']);
  if (propagation === 'Bidirectional' && bagAt(container, 'securityContext')?.['privileged'] !== true)
    causes.forbidden(at, 'Bidirectional mount propagation is available only to privileged containers');
}

function checkRecursiveReadOnly(causes: Causes, mount: Bag, at: string): void {
  const mode = mount['recursiveReadOnly'];
  if (mode === undefined || mode === 'Disabled') return;
  if (mode !== 'Enabled' && mode !== 'IfPossible') {
    causes.notSupported(at, mode, ['Disabled', 'Enabled', 'IfPossible']);
    return;
  }
  if (mount['readOnly'] !== true) causes.forbidden(at, 'may only be specified when readOnly is true');
  const propagation = mount['mountPropagation'];
  if (propagation !== undefined && propagation !== 'None')
    causes.forbidden(at, 'may only be specified when mountPropagation is None or not specified');
}

function checkDevices(causes: Causes, container: Bag, at: string, pod: PodSurroundings): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  const mounts = bagsOf(container['volumeMounts']);
  for (const [index, device] of bagsOf(container['volumeDevices']).entries()) {
    const field = `${at}.volumeDevices[${index}]`;
    const name = scalarText(device['name'] ?? '');
    const path = scalarText(device['devicePath'] ?? '');
    if (name === '') causes.required(`${field}.name`);
    if (names.has(name)) causes.invalid(`${field}.name`, name, 'must be unique');
    const volume = pod.volumes.get(name);
    if (volume === undefined) causes.notFound(`${field}.name`, name);
    else if (volume['persistentVolumeClaim'] === undefined && volume['ephemeral'] === undefined) {
      const message = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      causes.invalid(`${field}.name`, name, message);
    }
    if (path === '') causes.required(`${field}.devicePath`);
    if (paths.has(path)) causes.invalid(`${field}.devicePath`, path, 'must be unique');
    if (path.split('/').includes('..')) causes.invalid(`${field}.devicePath`, path, "can not contain backsteps ('..')");
    else paths.add(path);
    if (mounts.some((mount) => mount['name'] === name))
      causes.invalid(`${field}.name`, name, 'must not already exist in volumeMounts');
    if (mounts.some((mount) => mount['mountPath'] === path))
      causes.invalid(`${field}.devicePath`, path, 'must not already exist as a path in volumeMounts');
    if (name !== '') names.add(name);
  }
}

function checkResizePolicy(causes: Causes, container: Bag, at: string, podPolicy: unknown): void {
  const seen = new Set<unknown>();
  for (const [index, policy] of bagsOf(container['resizePolicy']).entries()) {
    const name = policy['resourceName'] ?? '';
    if (seen.has(name)) causes.duplicate(`${at}[${index}]`, name);
    seen.add(name);
    if (name === '') causes.required(at);
    else checkOneOf(causes, name, at, ['cpu', 'memory']);
    const restart = policy['restartPolicy'] ?? '';
    if (restart === '') causes.required(at);
    else checkOneOf(causes, restart, at, ['NotRequired', 'RestartContainer']);
    if (podPolicy === 'Never' && restart !== 'NotRequired')
      causes.invalid(at, restart, "must be 'NotRequired' when `restartPolicy` is 'Never'");
  }
}

function checkRestartPolicy(causes: Causes, container: Bag, at: string): void {
  const rules = bagsOf(container['restartPolicyRules']);
  if (container['restartPolicy'] === undefined) {
    if (rules.length > 0)
      causes.required(`${at}.restartPolicy`, 'must specify restartPolicy when restart rules are used');
  } else checkOneOf(causes, container['restartPolicy'], `${at}.restartPolicy`, ['Always', 'Never', 'OnFailure']);
  for (const [index, rule] of rules.entries()) {
    const place = `${at}.restartPolicyRules[${index}]`;
    if (rule['action'] !== 'Restart') causes.notSupported(`${place}.action`, rule['action'] ?? '', ['Restart']);
    const codes = bagAt(rule, 'exitCodes');
    if (codes === undefined) {
      causes.required(`${place}.exitCodes`, 'must be specified');
      continue;
    }
    checkOneOf(causes, codes['operator'] ?? '', `${place}.exitCodes.operator`, ['In', 'NotIn']);
    const values = listAt(codes, 'values') ?? [];
    if (values.length > 255) causes.tooLong(`${place}.exitCodes.values`, 255);
  }
}
