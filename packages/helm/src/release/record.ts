// Release records as Helm keeps them in a cluster: Secrets of type helm.sh/release.v1 that hold gzipped JSON.
// Mirrors helm:pkg/storage/driver/{secrets,util}.go and helm:pkg/release/v1 (v4.3.0); Helm 3 reads and writes the same.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import { gzipSync } from 'fflate';

import { ArchiveError, gunzip, isGzip } from '../chart/archive.ts';
import type { HookEvent } from '../render/request.ts';

/** The state of a release. */
export type ReleaseStatus =
  | 'unknown'
  | 'deployed'
  | 'uninstalled'
  | 'superseded'
  | 'failed'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback';

/** A hook of a release and how it last ran. */
export interface ReleaseHook {
  readonly name: string;
  readonly kind: string;
  readonly path: string;
  readonly manifest: string;
  readonly events: readonly HookEvent[];
  readonly weight: number;
  readonly deletePolicies: readonly string[];
  readonly outputLogPolicies: readonly string[];
  readonly lastRun: {
    /** RFC 3339; absent when it never ran. */
    readonly startedAt?: string;
    readonly completedAt?: string;
    readonly phase: '' | 'Unknown' | 'Running' | 'Succeeded' | 'Failed';
  };
}

/** One revision of a release. Times are RFC 3339. */
export interface ReleaseRecord {
  readonly name: string;
  readonly namespace: string;
  /** The revision. */
  readonly version: number;
  readonly status: ReleaseStatus;
  readonly firstDeployed?: string;
  readonly lastDeployed?: string;
  readonly deleted?: string;
  readonly description: string;
  readonly notes: string;
  /** The revision a rollback went back to. */
  readonly rollbackRevision?: number;
  /** The chart as Helm stores it (see releaseChart). */
  readonly chart: JsonObject;
  /** The user's values. */
  readonly config: JsonObject;
  readonly manifest: string;
  readonly hooks: readonly ReleaseHook[];
  readonly applyMethod?: 'csa' | 'ssa';
  /** Labels beside Helm's own. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Thrown for a Secret that holds no release. */
export class ReleaseRecordError extends Error {
  override readonly name = 'ReleaseRecordError';
}

const SYSTEM_LABELS: ReadonlySet<string> = new Set(['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt']);
const RECORD_SIZE_MAX = 64 * 1024 * 1024;

/** The label selector that finds release Secrets; with a name, those of one release. */
export function releaseSelector(name?: string): string {
  return name === undefined ? 'owner=helm' : `name=${name},owner=helm`;
}

/** The name of a revision's Secret. */
export function releaseSecretName(name: string, version: number): string {
  return `sh.helm.release.v1.${name}.v${version}`;
}

/** When a record is written: as a new Secret, or over the one there is. */
export interface WriteMoment {
  readonly kind: 'create' | 'update';
  readonly unixSeconds: number;
}

/** The Secret of a revision, as Helm would write it. */
export function releaseSecret(record: ReleaseRecord, moment: WriteMoment): KubeObject {
  const stamp = moment.kind === 'create' ? 'createdAt' : 'modifiedAt';
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: releaseSecretName(record.name, record.version),
      namespace: record.namespace,
      labels: {
        ...record.labels,
        [stamp]: String(moment.unixSeconds),
        name: record.name,
        owner: 'helm',
        status: record.status,
        version: String(record.version),
      },
    },
    type: 'helm.sh/release.v1',
    data: { release: toBase64(new TextEncoder().encode(encodeRelease(record))) },
  };
}

/** The revision a Secret holds. Throws ReleaseRecordError. */
export function readReleaseSecret(secret: KubeObject): ReleaseRecord {
  const data = secret['data'];
  const release = isObject(data) ? data['release'] : undefined;
  if (typeof release !== 'string') {
    throw new ReleaseRecordError(`Secret ${secret.metadata.name ?? ''} holds no release`);
  }
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(secret.metadata.labels ?? {})) {
    if (!SYSTEM_LABELS.has(key)) labels[key] = value;
  }
  return { ...decodeRelease(new TextDecoder().decode(fromBase64(release))), labels };
}

/** base64(gzip(JSON)): what stands in a Secret's data, before Kubernetes' own base64. */
export function encodeRelease(record: ReleaseRecord): string {
  const bytes = new TextEncoder().encode(JSON.stringify(recordJson(record), bigintsAsNumbers));
  return toBase64(gzipSync(bytes, { level: 9, mtime: 0 }));
}

/** Reads what encodeRelease writes; releases from before compression are plain JSON. Throws ReleaseRecordError. */
export function decodeRelease(text: string): ReleaseRecord {
  let json: unknown;
  try {
    const bytes = fromBase64(text);
    const plain = isGzip(bytes) ? gunzip(bytes, RECORD_SIZE_MAX) : bytes;
    json = JSON.parse(new TextDecoder().decode(plain));
  } catch (error) {
    if (error instanceof ArchiveError || error instanceof SyntaxError || error instanceof RangeError) {
      throw new ReleaseRecordError(`cannot decode release: ${error.message}`);
    }
    throw error;
  }
  if (!isJsonObject(json)) throw new ReleaseRecordError('cannot decode release: it is no object');
  return recordOf(json);
}

function recordJson(record: ReleaseRecord): Json {
  return {
    name: record.name,
    info: {
      ...(record.firstDeployed === undefined ? {} : { first_deployed: record.firstDeployed }),
      ...(record.lastDeployed === undefined ? {} : { last_deployed: record.lastDeployed }),
      ...(record.deleted === undefined ? {} : { deleted: record.deleted }),
      description: record.description,
      status: record.status,
      ...(record.rollbackRevision === undefined ? {} : { rollback_revision: record.rollbackRevision }),
      ...(record.notes === '' ? {} : { notes: record.notes }),
    },
    chart: record.chart,
    config: record.config,
    manifest: record.manifest,
    ...(record.hooks.length === 0 ? {} : { hooks: record.hooks.map(hookJson) }),
    version: record.version,
    namespace: record.namespace,
    ...(record.applyMethod === undefined ? {} : { apply_method: record.applyMethod }),
  };
}

function hookJson(hook: ReleaseHook): Json {
  const { startedAt, completedAt, phase } = hook.lastRun;
  return {
    name: hook.name,
    kind: hook.kind,
    path: hook.path,
    manifest: hook.manifest,
    events: hook.events,
    last_run: {
      ...(startedAt === undefined ? {} : { started_at: startedAt }),
      ...(completedAt === undefined ? {} : { completed_at: completedAt }),
      phase,
    },
    ...(hook.weight === 0 ? {} : { weight: hook.weight }),
    ...(hook.deletePolicies.length === 0 ? {} : { delete_policies: hook.deletePolicies }),
    ...(hook.outputLogPolicies.length === 0 ? {} : { output_log_policies: hook.outputLogPolicies }),
  };
}

const STATUSES: ReadonlySet<string> = new Set([
  'deployed',
  'uninstalled',
  'superseded',
  'failed',
  'uninstalling',
  'pending-install',
  'pending-upgrade',
  'pending-rollback',
]);

function recordOf(json: JsonObject): ReleaseRecord {
  const info = objectAt(json, 'info');
  const status = textAt(info, 'status');
  const rollback = info['rollback_revision'];
  const applyMethod = textAt(json, 'apply_method');
  const hooks = json['hooks'];
  return {
    name: textAt(json, 'name'),
    namespace: textAt(json, 'namespace'),
    version: typeof json['version'] === 'number' ? json['version'] : 0,
    status: STATUSES.has(status) ? (status as ReleaseStatus) : 'unknown',
    ...timeAt(info, 'first_deployed', 'firstDeployed'),
    ...timeAt(info, 'last_deployed', 'lastDeployed'),
    ...timeAt(info, 'deleted', 'deleted'),
    description: textAt(info, 'description'),
    notes: textAt(info, 'notes'),
    ...(typeof rollback === 'number' ? { rollbackRevision: rollback } : {}),
    chart: objectAt(json, 'chart'),
    config: objectAt(json, 'config'),
    manifest: textAt(json, 'manifest'),
    hooks: Array.isArray(hooks) ? hooks.filter(isObject).map(hookOf) : [],
    ...(applyMethod === 'csa' || applyMethod === 'ssa' ? { applyMethod } : {}),
    labels: {},
  };
}

function hookOf(json: JsonObject): ReleaseHook {
  const run = objectAt(json, 'last_run');
  const phase = textAt(run, 'phase');
  const weight = json['weight'];
  return {
    name: textAt(json, 'name'),
    kind: textAt(json, 'kind'),
    path: textAt(json, 'path'),
    manifest: textAt(json, 'manifest'),
    events: textsAt(json, 'events').map((event) => event as HookEvent),
    weight: typeof weight === 'number' ? weight : 0,
    deletePolicies: textsAt(json, 'delete_policies'),
    outputLogPolicies: textsAt(json, 'output_log_policies'),
    lastRun: {
      ...timeAt(run, 'started_at', 'startedAt'),
      ...timeAt(run, 'completed_at', 'completedAt'),
      phase: phase as ReleaseHook['lastRun']['phase'],
    },
  };
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isObject(value: unknown): value is JsonObject {
  return isJsonObject(value);
}

function objectAt(json: JsonObject, key: string): JsonObject {
  const value = json[key];
  return isObject(value) ? value : {};
}

function textAt(json: JsonObject, key: string): string {
  const value = json[key];
  return typeof value === 'string' ? value : '';
}

function textsAt(json: JsonObject, key: string): string[] {
  const value = json[key];
  return Array.isArray(value) ? value.filter((item: unknown) => typeof item === 'string') : [];
}

/** Helm has written empty texts, and Go's year 1, where there is no time. */
function timeAt<K extends string>(json: JsonObject, key: string, name: K): { readonly [P in K]?: string } {
  const value = textAt(json, key);
  const has = value !== '' && !value.startsWith('0001-01-01T');
  return (has ? { [name]: value } : {}) as { readonly [P in K]?: string };
}

function bigintsAsNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new ReleaseRecordError('cannot decode release: illegal base64 data');
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
