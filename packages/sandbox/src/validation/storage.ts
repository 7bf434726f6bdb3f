// Claims, volumes and storage classes (pkg/apis/core/validation, pkg/apis/storage/validation, Kubernetes 1.35).

import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, type Draft, bagAt, listAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes } from './causes.ts';
import { checkOneOf } from './choices.ts';
import { checkLabelSelector } from './label-selectors.ts';
import { qualifiedNameProblem, subdomainProblem } from './names.ts';
import { parseAmount } from './quantities.ts';
import { checkNodeSelector } from './scheduling.ts';
import { checkDriverName } from './volumes.ts';

const modes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function validateClaim(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec') ?? {};
  const selector = bagAt(spec, 'selector');
  const accessModes = listAt(spec, 'accessModes') ?? [];
  if (accessModes.length === 0) causes.required('spec.accessModes', 'at least 1 access mode is required');
  if (selector !== undefined) checkLabelSelector(causes, selector, 'spec.selector');
  checkModes(causes, accessModes);
  const amount = bagAt(bagAt(spec, 'resources'), 'requests')?.['storage'];
  if (amount === undefined) causes.required('spec.resources[storage]');
  else if ((parseAmount(amount) ?? 1n) <= 0n)
    causes.invalid('spec.resources[storage]', amount, 'must be greater than zero');
  checkClassName(causes, spec);
  checkOneOf(causes, spec['volumeMode'], 'spec.volumeMode', ['Block', 'Filesystem']);
  return causes.list;
}

function checkModes(causes: Causes, accessModes: readonly unknown[]): void {
  for (const mode of accessModes) checkOneOf(causes, mode, 'spec.accessModes', modes);
  if (accessModes.includes('ReadWriteOncePod') && accessModes.length > 1)
    causes.forbidden('spec.accessModes', 'may not use ReadWriteOncePod with other access modes');
}

function checkClassName(causes: Causes, spec: Bag): void {
  const name = scalarText(spec['storageClassName'] ?? '');
  const problem = name === '' ? undefined : subdomainProblem(name);
  if (problem !== undefined) causes.invalid('spec.storageClassName', name, problem);
}

export function validateClaimUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const bound = bagAt(old as unknown as Draft, 'status')?.['phase'] === 'Bound';
  const next = frozen(bagAt(draft, 'spec'), bound);
  const before = frozen(bagAt(old as unknown as Draft, 'spec'), bound);
  if (before['volumeName'] === undefined) delete next['volumeName'];
  if (!sameValue(next, before)) {
    causes.forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    );
  }
  const [mode, oldMode] = [
    bagAt(draft, 'spec')?.['volumeMode'],
    bagAt(old as unknown as Draft, 'spec')?.['volumeMode'],
  ];
  if (mode !== oldMode) causes.invalid('volumeMode', mode, 'field is immutable');
  return causes.list;
}

// Bound claims may ask for more.
function frozen(spec: Bag | undefined, bound: boolean): Bag {
  const copy: Bag = { ...spec };
  if (bound) delete copy['resources'];
  delete copy['volumeAttributesClassName'];
  return copy;
}

// In the order upstream looks for them.
const sources = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'iscsi',
  'fc',
  'local',
  'csi',
];

export function validateVolume(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec') ?? {};
  const accessModes = listAt(spec, 'accessModes') ?? [];
  if (accessModes.length === 0) causes.required('spec.accessModes');
  checkModes(causes, accessModes);
  checkCapacity(causes, bagAt(spec, 'capacity'));
  const policies = ['Delete', 'Recycle', 'Retain'];
  checkOneOf(causes, spec['persistentVolumeReclaimPolicy'], 'spec.persistentVolumeReclaimPolicy', policies);
  const affinity = bagAt(bagAt(spec, 'nodeAffinity'), 'required');
  if (affinity !== undefined) checkNodeSelector(causes, affinity, 'spec.nodeAffinity.required');
  const [first, ...rest] = sources.filter((source) => spec[source] !== undefined);
  if (first === undefined) causes.required('spec', 'must specify a volume type');
  else checkVolumeSource(causes, first, bagAt(spec, first) ?? {}, spec);
  for (const extra of rest) causes.forbidden(`spec.${extra}`, 'may not specify more than 1 volume type');
  if (bagAt(spec, 'hostPath')?.['path'] === '/' && spec['persistentVolumeReclaimPolicy'] === 'Recycle')
    causes.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'");
  checkClassName(causes, spec);
  checkOneOf(causes, spec['volumeMode'], 'spec.volumeMode', ['Block', 'Filesystem']);
  return causes.list;
}

function checkCapacity(causes: Causes, capacity: Bag | undefined): void {
  const entries = Object.entries(capacity ?? {});
  if (entries.length === 0) causes.required('spec.capacity');
  if (capacity?.['storage'] === undefined || entries.length > 1)
    causes.notSupported('spec.capacity', capacity ?? null, ['storage']);
  for (const [name, amount] of entries) {
    const parsed = parseAmount(amount) ?? 1n;
    const at = `spec.capacity[${name}]`;
    if (parsed < 0n) causes.invalid(at, Number(parsed / 1_000_000_000n), 'must be a valid resource quantity');
    if (name === 'storage' && parsed <= 0n) causes.invalid(at, amount, 'must be greater than zero');
  }
}

function checkVolumeSource(causes: Causes, kind: string, source: Bag, spec: Bag): void {
  const need = (...keys: readonly string[]): void => {
    for (const key of keys) if ((source[key] ?? '') === '') causes.required(`spec.${kind}.${key}`);
  };
  if (kind === 'hostPath') need('path');
  else if (kind === 'nfs') need('server', 'path');
  else if (kind === 'local') {
    need('path');
    if (bagAt(spec, 'nodeAffinity') === undefined)
      causes.required('spec.nodeAffinity', 'Local volume requires node affinity');
  } else if (kind === 'csi') {
    checkDriverName(causes, source['driver'], 'spec.csi.driver');
    need('volumeHandle');
  }
}

/** The source of a volume may not change. */
export function validateVolumeUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const [next, before] = [bagAt(draft, 'spec'), bagAt(old as unknown as Draft, 'spec')];
  if (sources.some((source) => !sameValue(next?.[source], before?.[source])))
    causes.forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation');
  if (!sameValue(next?.['volumeMode'], before?.['volumeMode']))
    causes.invalid('volumeMode', next?.['volumeMode'], 'field is immutable');
  return causes.list;
}

export function validateStorageClass(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const provisioner = scalarText(draft['provisioner'] ?? '');
  const problem = provisioner === '' ? undefined : qualifiedNameProblem(provisioner.toLowerCase());
  if (provisioner === '') causes.required('provisioner');
  else if (problem !== undefined) causes.invalid('provisioner', provisioner.toLowerCase(), problem);
  for (const key of Object.keys(bagAt(draft, 'parameters') ?? {}))
    if (key === '') causes.invalid('parameters', '', 'field can not be empty.');
  checkOneOf(causes, draft['reclaimPolicy'], 'reclaimPolicy', ['Delete', 'Retain']);
  checkOneOf(causes, draft['volumeBindingMode'], 'volumeBindingMode', ['Immediate', 'WaitForFirstConsumer']);
  for (const [index, term] of bagsOf(draft['allowedTopologies'] as Bag[] | undefined).entries()) {
    for (const [ruleIndex, rule] of bagsOf(term['matchLabelExpressions']).entries()) {
      const at = `allowedTopologies[${index}].matchLabelExpressions[${ruleIndex}]`;
      if ((listAt(rule, 'values') ?? []).length === 0) causes.required(`${at}.values`);
    }
  }
  return causes.list;
}

export function validateStorageClassUpdate(draft: Draft, old: KubeObject): readonly Cause[] {
  const causes = new Causes();
  const forbidden = (key: string, field = key): void => {
    if (!sameValue(draft[key], old[key])) causes.forbidden(field, `updates to ${key} are forbidden.`);
  };
  forbidden('parameters');
  forbidden('provisioner');
  forbidden('reclaimPolicy');
  if (!sameValue(draft['volumeBindingMode'], old['volumeBindingMode']))
    causes.invalid('volumeBindingMode', draft['volumeBindingMode'], 'field is immutable');
  return causes.list;
}
