// Client-side apply as kubectl and Argo CD do it: what was applied last stands in an annotation, and a three-way patch of
// that, what is wanted and what is live is sent. Also how objects change hands between this and server-side apply.
// Mirrors k8s.io/kubectl:pkg/cmd/apply/patcher.go, k8s.io/kubectl:pkg/util/apply.go and
// k8s.io/apimachinery:pkg/util/jsonmergepatch/patch.go (0.35), argoproj/argo-cd:gitops-engine/pkg/sync (3.6).

import {
  type FieldSchema,
  type Json,
  type JsonObject,
  type KubeObject,
  type ManagedFieldsEntry,
  createJsonMergePatch,
  createThreeWayMergePatch,
  fieldSetOf,
  isMap,
  lastAppliedAnnotation,
  parseJson,
  setToFieldsV1,
  sharedFields,
  stringifyJson,
  upgradeManagedFields,
} from '@evenkeel/resource';
import { normaliseDesired } from './normalise.ts';

/** How an object is written. */
export type ApplyMethod = 'server' | 'client';

/** kubectl's name for what it applied client-side. */
const kubectlManager = 'kubectl-client-side-apply';

/** The most annotations of an object may hold together (k8s.io/apimachinery:pkg/api/validation/objectmeta.go). */
const ANNOTATIONS_BYTES_MAX = 256 * 1024;

/** What decides the method besides the options. */
export interface MethodInput {
  readonly wanted: ApplyMethod;
  readonly desired: KubeObject;
  readonly live: KubeObject | undefined;
  readonly manager: string;
}

/**
 * The method for one object. What an apply of ours owns already and no client-side apply has touched stays with
 * server-side apply: changing over would forget which fields are ours. What is too large for the annotation is applied by
 * the server as well, where upstream fails.
 */
export function methodFor({ wanted, desired, live, manager }: MethodInput): ApplyMethod {
  if (wanted === 'server') return 'server';
  if (live && hasApplied(live, manager) && lastAppliedTo(live) === undefined) return 'server';
  return fitsAnnotation(desired) ? 'client' : 'server';
}

function hasApplied(live: KubeObject, manager: string): boolean {
  return (live.metadata.managedFields ?? []).some(
    (entry) => entry.operation === 'Apply' && entry.manager === manager && (entry.subresource ?? '') === '',
  );
}

const fits = new WeakMap<KubeObject, boolean>();

function fitsAnnotation(desired: KubeObject): boolean {
  const known = fits.get(desired);
  if (known !== undefined) return known;
  const annotations = withLastApplied(desired).metadata.annotations ?? {};
  const encoder = new TextEncoder();
  let size = 0;
  for (const [name, value] of Object.entries(annotations)) {
    size += encoder.encode(name).length + encoder.encode(value).length;
  }
  fits.set(desired, size <= ANNOTATIONS_BYTES_MAX);
  return size <= ANNOTATIONS_BYTES_MAX;
}

/** The object with the annotation that says what is applied. */
export function withLastApplied(object: KubeObject): KubeObject {
  const { [lastAppliedAnnotation]: _before, ...annotations } = object.metadata.annotations ?? {};
  const bare = { ...object, metadata: { ...object.metadata, annotations } };
  const text = `${stringifyJson(bare as unknown as Json, { sortKeys: true, escapeHtml: true })}\n`;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...annotations, [lastAppliedAnnotation]: text } },
  };
}

/**
 * One object is asked about several times in a row and then hardly again: a second copy of everything that is live would
 * take as much memory as the first.
 */
let latest: { readonly live: KubeObject; readonly object: KubeObject | undefined } | undefined;

/** What was applied last by the client, as its annotation says; undefined where there is none or it cannot be read. */
export function lastAppliedTo(live: KubeObject): KubeObject | undefined {
  if (latest?.live === live) return latest.object;
  const object = parsed(live.metadata.annotations?.[lastAppliedAnnotation]);
  latest = { live, object };
  return object;
}

function parsed(text: string | undefined): KubeObject | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const value = parseJson(text);
    if (!isMap(value) || (value['metadata'] !== undefined && !isMap(value['metadata']))) return undefined;
    return { ...value, metadata: value['metadata'] ?? {} } as unknown as KubeObject;
  } catch {
    return undefined;
  }
}

const clientViews = new WeakMap<KubeObject, KubeObject>();

/**
 * The live object as if what was applied last had been applied by `manager` through the server, and nobody else owned
 * anything: compared with it, exactly the fields that a client-side apply would change differ.
 */
export function asClientApplied(live: KubeObject, manager: string, schema: FieldSchema | undefined): KubeObject {
  const known = clientViews.get(live);
  if (known) return known;
  const before = lastAppliedTo(live);
  const entries: ManagedFieldsEntry[] = [];
  if (before) {
    const { apiVersion: _version, kind: _kind, metadata, ...rest } = normaliseDesired(before) as unknown as JsonObject;
    const owned = { ...rest, ...(isMap(metadata) ? { metadata: ownedMetadata(metadata) } : {}) };
    const fieldsV1 = sharedFields(setToFieldsV1(fieldSetOf(owned, schema)));
    entries.push({ manager, operation: 'Apply', apiVersion: live.apiVersion, fieldsType: 'FieldsV1', fieldsV1 });
  }
  const view = withoutNote({ ...live, metadata: { ...live.metadata, managedFields: entries } });
  clientViews.set(live, view);
  return view;
}

function ownedMetadata(metadata: JsonObject): JsonObject {
  const { name: _name, namespace: _namespace, creationTimestamp: _created, annotations, ...rest } = metadata;
  // kubectl notes an empty map where there are no annotations.
  return isMap(annotations) && isEmpty(annotations) ? rest : { ...rest, ...(annotations ? { annotations } : {}) };
}

/** The annotation of client-side apply comes and goes with the next write; it is no reason for one. */
function withoutNote(object: KubeObject): KubeObject {
  const { annotations, ...metadata } = object.metadata;
  if (annotations?.[lastAppliedAnnotation] === undefined) return object;
  const { [lastAppliedAnnotation]: _note, ...rest } = annotations;
  return { ...object, metadata: Object.keys(rest).length === 0 ? metadata : { ...metadata, annotations: rest } };
}

/** Who applied client-side before: kubectl, our own name, and one that an annotation may give. */
export interface HandOver {
  readonly manager: string;
  readonly migrateFrom?: string | undefined;
}

/** The live object's managedFields after a take-over from client-side apply; undefined where there is nothing to take. */
export function takenOver(
  live: KubeObject,
  { manager, migrateFrom }: HandOver,
): readonly ManagedFieldsEntry[] | undefined {
  const entries = live.metadata.managedFields ?? [];
  const csaManagers = [...new Set([migrateFrom ?? kubectlManager, manager])];
  const found = entries.some(
    (entry) =>
      entry.operation === 'Update' && (entry.subresource ?? '') === '' && csaManagers.includes(entry.manager ?? ''),
  );
  if (!found) return undefined;
  const upgraded = upgradeManagedFields(entries, { csaManagers, ssaManager: manager });
  return upgraded.ok ? upgraded.value : undefined;
}

const serverViews = new WeakMap<KubeObject, KubeObject>();

/** The live object as it is once what client-side apply owned has been taken over. */
export function asTakenOver(live: KubeObject, handOver: HandOver): KubeObject {
  const known = serverViews.get(live);
  if (known) return known;
  const managedFields = takenOver(live, handOver);
  const view = withoutNote(managedFields ? { ...live, metadata: { ...live.metadata, managedFields } } : live);
  serverViews.set(live, view);
  return view;
}

/** A patch, and how it is to be sent. */
export interface ClientPatch {
  readonly kind: 'strategic' | 'merge';
  readonly patch: JsonObject;
}

/** The three-way patch of a client-side apply; undefined where it would change nothing. */
export function clientPatch(
  desired: KubeObject,
  live: KubeObject,
  schema: FieldSchema | undefined,
): ClientPatch | undefined {
  const modified = withLastApplied(desired) as unknown as JsonObject;
  const current = live as unknown as JsonObject;
  const original = (lastAppliedTo(live) ?? {}) as unknown as JsonObject;
  if (isBuiltin(schema)) {
    const strategic = createThreeWayMergePatch({
      original,
      modified,
      current,
      schema,
      overwrite: true,
      keepIdentity: true,
    });
    if (strategic.ok) return nonEmpty({ kind: 'strategic', patch: strategic.value });
  }
  const changes = withoutNulls(createJsonMergePatch(current, modified));
  const deletions = onlyNulls(createJsonMergePatch(original, modified));
  const patch = merged(deletions, changes);
  return nonEmpty({ kind: 'merge', patch: isMap(patch) ? patch : {} });
}

/** Strategic merge patches are for types the server was built with; custom ones take JSON merge patches. */
export function isBuiltin(schema: FieldSchema | undefined): boolean {
  return schema !== undefined && schema.source === undefined;
}

function nonEmpty(patch: ClientPatch): ClientPatch | undefined {
  return Object.keys(patch.patch).length === 0 ? undefined : patch;
}

/** What is added or changed: a merge patch without its deletions. */
function withoutNulls(patch: Json): Json | undefined {
  if (patch === null) return undefined;
  if (!isMap(patch)) return patch;
  const kept = Object.entries(patch).flatMap(([name, value]): [string, Json][] => {
    const left = value === undefined ? undefined : withoutNulls(value);
    return left === undefined || (isMap(left) && isMap(value) && isEmpty(left) && !isEmpty(value))
      ? []
      : [[name, left]];
  });
  return Object.fromEntries(kept);
}

/** What is taken away: a merge patch with nothing but its deletions. */
function onlyNulls(patch: Json): Json | undefined {
  if (patch === null) return null;
  if (!isMap(patch)) return undefined;
  const kept = Object.entries(patch).flatMap(([name, value]): [string, Json][] => {
    const left = value === undefined ? undefined : onlyNulls(value);
    return left === undefined || (isMap(left) && isEmpty(left)) ? [] : [[name, left]];
  });
  return Object.fromEntries(kept);
}

function isEmpty(map: JsonObject): boolean {
  return Object.keys(map).length === 0;
}

/** Two merge patches in one; the second wins. Not applied, for nulls are kept. */
function merged(left: Json | undefined, right: Json | undefined): Json {
  if (right === undefined) return left ?? {};
  if (!isMap(left) || !isMap(right)) return right;
  const result: Record<string, Json> = {};
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const [one, other] = [left[name], right[name]];
    if (one === undefined) result[name] = other ?? null;
    else result[name] = other === undefined ? one : merged(one, other);
  }
  return result;
}
