// Volumes of pods (pkg/apis/core/validation, Kubernetes 1.35): one source each, and what each source asks for.

import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, scalarText } from '../store/draft.ts';
import type { Causes } from './causes.ts';
import { checkOneOf } from './choices.ts';
import { checkFieldSelector, checkResourceSelector } from './downward.ts';
import { labelProblem, subdomainProblem } from './names.ts';
import { parseAmount } from './quantities.ts';

// In the order upstream looks for them: the first one counts, the others are one too many.
const sources = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephFS',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
];

/** Checks the volumes of a pod spec; returns those that are sound, by name. */
export function checkVolumes(causes: Causes, spec: Bag | undefined, at: string): ReadonlyMap<string, Bag> {
  const sound = new Map<string, Bag>();
  for (const [index, volume] of bagsOf(spec?.['volumes']).entries()) {
    const field = `${at}.volumes[${index}]`;
    const before = causes.list.length;
    checkSource(causes, volume, field);
    const name = scalarText(volume['name'] ?? '');
    const problem = labelProblem(name);
    if (name === '') causes.required(`${field}.name`);
    else if (problem !== undefined) causes.invalid(`${field}.name`, name, problem);
    if (sound.has(name)) causes.duplicate(`${field}.name`, name);
    if (causes.list.length === before) sound.set(name, volume);
  }
  return sound;
}

function checkSource(causes: Causes, volume: Bag, at: string): void {
  const [first, ...rest] = sources.filter((source) => volume[source] !== undefined);
  if (first === undefined) return;
  const check = checks[first];
  if (check !== undefined) check(causes, bagAt(volume, first) ?? {}, `${at}.${first}`);
  for (const extra of rest) {
    // The misspelling is upstream's.
    const name = extra === 'downwardAPI' ? 'downwarAPI' : extra;
    causes.forbidden(`${at}.${name}`, 'may not specify more than 1 volume type');
  }
}

type Check = (causes: Causes, source: Bag, at: string) => void;

function need(causes: Causes, source: Bag, at: string, keys: readonly string[]): void {
  for (const key of keys) if ((source[key] ?? '') === '') causes.required(`${at}.${key}`);
}

const needing =
  (...keys: readonly string[]): Check =>
  (causes, source, at) =>
    need(causes, source, at, keys);

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const checks: Readonly<Record<string, Check>> = {
  emptyDir: (causes, source, at) => {
    if ((parseAmount(source['sizeLimit'] ?? '0') ?? 0n) < 0n)
      causes.forbidden(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity');
  },
  hostPath: (causes, source, at) => {
    const path = scalarText(source['path'] ?? '');
    if (path === '') return causes.required(`${at}.path`);
    checkNoBacksteps(causes, path, `${at}.path`);
    return checkOneOf(causes, source['type'], `${at}.type`, hostPathTypes);
  },
  gitRepo: needing('repository'),
  awsElasticBlockStore: needing('volumeID'),
  secret: (causes, source, at) => {
    need(causes, source, at, ['secretName']);
    checkMode(causes, source, 'defaultMode', at);
    checkItems(causes, source, at);
  },
  configMap: (causes, source, at) => {
    need(causes, source, at, ['name']);
    checkMode(causes, source, 'defaultMode', at);
    checkItems(causes, source, at);
  },
  nfs: (causes, source, at) => {
    need(causes, source, at, ['server', 'path']);
    const path = scalarText(source['path'] ?? '');
    if (!path.startsWith('/')) causes.invalid(`${at}.path`, path, 'must be an absolute path');
  },
  iscsi: checkIscsi,
  persistentVolumeClaim: needing('claimName'),
  downwardAPI: (causes, source, at) => {
    checkMode(causes, source, 'defaultMode', at);
    for (const item of bagsOf(source['items'])) checkDownwardItem(causes, item, at);
  },
  projected: checkProjected,
  csi: (causes, source, at) => checkDriverName(causes, source['driver'], `${at}.driver`),
  ephemeral: (causes, source, at) => {
    if (source['volumeClaimTemplate'] === undefined) causes.required(`${at}.volumeClaimTemplate`);
  },
  image: (causes, source, at) => {
    if ((source['reference'] ?? '') === '' && !at.includes('template')) causes.required(`${at}.reference`);
    checkOneOf(causes, source['pullPolicy'], `${at}.pullPolicy`, ['Always', 'IfNotPresent', 'Never']);
  },
};

/** Checks the name of a CSI driver. */
export function checkDriverName(causes: Causes, value: unknown, field: string): void {
  const name = typeof value === 'string' ? value : '';
  if (name === '') return causes.required(field);
  if (name.length > 63) causes.tooLong(field, 63);
  const problem = subdomainProblem(name.toLowerCase());
  if (problem !== undefined) causes.invalid(field, name, problem);
  return undefined;
}

function checkIscsi(causes: Causes, source: Bag, at: string): void {
  need(causes, source, at, ['targetPortal', 'iqn']);
  const iqn = scalarText(source['iqn'] ?? '');
  if (iqn !== '' && !/^(iqn|eui|naa)/.test(iqn))
    causes.invalid(`${at}.iqn`, iqn, 'must be valid format starting with iqn, eui, or naa');
  const lun = source['lun'];
  if (typeof lun === 'number' && (lun < 0 || lun > 255))
    causes.invalid(`${at}.lun`, lun, 'must be between 0 and 255, inclusive');
}

function checkMode(causes: Causes, bag: Bag, key: string, at: string): void {
  const mode = bag[key];
  if (typeof mode === 'number' && (mode < 0 || mode > 0o777))
    causes.invalid(`${at}.${key}`, mode, 'must be a number between 0 and 0777 (octal), both inclusive');
}

function checkItems(causes: Causes, source: Bag, at: string): void {
  for (const [index, item] of bagsOf(source['items']).entries()) checkItem(causes, item, `${at}.items[${index}]`);
}

function checkItem(causes: Causes, item: Bag, at: string): void {
  need(causes, item, at, ['key', 'path']);
  checkLocalPath(causes, scalarText(item['path'] ?? ''), `${at}.path`);
  checkMode(causes, item, 'mode', at);
}

function checkDownwardItem(causes: Causes, item: Bag, at: string): void {
  need(causes, item, at, ['path']);
  checkLocalPath(causes, scalarText(item['path'] ?? ''), `${at}.path`);
  const fieldRef = bagAt(item, 'fieldRef');
  const resourceRef = bagAt(item, 'resourceFieldRef');
  if (fieldRef !== undefined) {
    checkFieldSelector(causes, fieldRef, `${at}.fieldRef`, 'volume');
    if (resourceRef !== undefined)
      causes.invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
  } else if (resourceRef === undefined) causes.required(at, 'one of fieldRef and resourceFieldRef is required');
  else checkResourceSelector(causes, resourceRef, `${at}.resourceFieldRef`, true);
  checkMode(causes, item, 'mode', at);
}

function checkProjected(causes: Causes, projection: Bag, at: string): void {
  checkMode(causes, projection, 'defaultMode', at);
  const paths = new Set<string>();
  for (const [index, source] of bagsOf(projection['sources']).entries()) {
    const place = `${at}.sources[${index}]`;
    const claim = (path: string, shown: string): void => {
      if (path !== '' && paths.has(path)) causes.invalid(at, shown, 'conflicting duplicate paths');
      paths.add(path);
    };
    for (const kind of ['secret', 'configMap']) {
      const from = bagAt(source, kind);
      if (from === undefined) continue;
      need(causes, from, `${place}.${kind}`, ['name']);
      for (const [itemIndex, item] of bagsOf(from['items']).entries()) {
        checkItem(causes, item, `${place}.${kind}.items[${itemIndex}]`);
        claim(scalarText(item['path'] ?? ''), scalarText(from['name'] ?? ''));
      }
    }
    for (const item of bagsOf(bagAt(source, 'downwardAPI')?.['items'])) {
      checkDownwardItem(causes, item, `${place}.downwardAPI`);
      claim(scalarText(item['path'] ?? ''), scalarText(item['path'] ?? ''));
    }
    checkProjectedToken(causes, bagAt(source, 'serviceAccountToken'), place, at);
    if (Object.values(source).filter((each) => each !== undefined).length > 1)
      causes.forbidden(place, 'may not specify more than 1 volume type per source');
  }
}

function checkProjectedToken(causes: Causes, token: Bag | undefined, place: string, at: string): void {
  if (token === undefined) return;
  const seconds = token['expirationSeconds'];
  const field = `${place}.serviceAccountToken.expirationSeconds`;
  if (typeof seconds === 'number' && seconds < 600)
    causes.invalid(field, seconds, 'may not specify a duration less than 10 minutes');
  if (typeof seconds === 'number' && seconds > 2 ** 32)
    causes.invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds');
  if ((token['path'] ?? '') === '') causes.required(`${at}.path`);
  else checkLocalPath(causes, scalarText(token['path']), `${at}.path`);
}

function checkLocalPath(causes: Causes, path: string, at: string): void {
  checkDescendingPath(causes, path, at);
  if (path.startsWith('..') && !path.startsWith('../')) causes.invalid(at, path, "must not start with '..'");
}

/** Refuses paths that are absolute or go up. */
export function checkDescendingPath(causes: Causes, path: string, at: string): void {
  if (path.startsWith('/')) causes.invalid(at, path, 'must be a relative path');
  checkNoBacksteps(causes, path, at);
}

function checkNoBacksteps(causes: Causes, path: string, at: string): void {
  if (path.split('/').includes('..')) causes.invalid(at, path, "must not contain '..'");
}
