// Deletion: preconditions, grace periods, finalizers, propagation policies, and the end of an object.

import type { Requester } from '../access/identity.ts';
import type { Json, KubeObject } from '@evenkeel/resource';
import { type Clock, kubeTime } from '@evenkeel/std';
import { type Draft, isBag, withMeta } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import { definitionCollection } from '../crd/definitions.ts';
import { cleanupFinalizer } from '../crd/cleanup.ts';
import type { ServedType } from './served-type.ts';
import { ApiError, type Cause, badRequest, conflict, forbidden, invalid, notFound, successStatus } from './status.ts';
import { strategyOf } from './strategies.ts';
import { atVersion } from './versions.ts';
import { isGone } from './writer.ts';

/** DeleteOptions, from body and query. */
export interface RemoveOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagation: 'Foreground' | 'Background' | 'Orphan' | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly dryRun: boolean;
  /** Who asked, for admission; undefined for steps that the cluster takes by itself. */
  readonly by?: Requester;
  /** True where a whole collection is deleted. */
  readonly ofCollection?: boolean;
}

export interface Removed {
  readonly status: number;
  /** A Status, or the object where it lives on for a while. */
  readonly body: KubeObject;
}

/** Deletes objects. */
export class Remover {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #admit: (type: ServedType, object: KubeObject, options: RemoveOptions) => void;

  /** `admit` is asked before anything is deleted, and throws what it refuses. */
  constructor(
    store: Store,
    clock: Clock,
    admit: (type: ServedType, object: KubeObject, options: RemoveOptions) => void = () => undefined,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#admit = admit;
  }

  /** Deletes one object, or starts its deletion. Throws 403, 404, 409. */
  remove(
    type: ServedType,
    at: { readonly namespace: string | undefined; readonly name: string },
    options: RemoveOptions,
  ): Removed {
    const object = this.#store.collection(type.collection).get(at.namespace ?? '', at.name);
    if (object === undefined) throw notFound(type, at.name);
    checkPreconditions(type, object, options);
    if (isProtected(type, at.name)) throw forbidden(type, at.name, 'this namespace may not be deleted');
    this.#admit(type, object, options);
    const dying = this.#dying(type, object, options);
    if (isGone(dying)) return this.#finish(type, object, options, dying);
    if (dying === object) return { status: 200, body: atVersion(object, type) };
    if (options.dryRun) return { status: 200, body: atVersion(dying as unknown as KubeObject, type) };
    const stored = this.#store.collection(type.collection).put(dying as Draft);
    return { status: 200, body: atVersion(stored, type) };
  }

  /** Deletes several objects; those that admission refuses stay, and the first refusal is thrown in the end. */
  removeAll(type: ServedType, objects: readonly KubeObject[], options: RemoveOptions): void {
    const refusals: ApiError[] = [];
    // All are admitted before any is deleted: admission may take several attempts, a deletion happens once.
    const admitted = objects.filter((object) => {
      try {
        this.#admit(type, object, { ...options, ofCollection: true });
        return true;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        refusals.push(error);
        return false;
      }
    });
    const { by: _by, ...rest } = options;
    for (const { metadata } of admitted)
      this.remove(type, { namespace: metadata.namespace, name: metadata.name ?? '' }, rest);
    if (refusals[0] !== undefined) throw refusals[0];
  }

  /** Takes an object out of the store for good. */
  finish(type: ServedType, object: KubeObject): KubeObject | undefined {
    return this.#store.collection(type.collection).remove(object.metadata.namespace ?? '', object.metadata.name ?? '');
  }

  #finish(type: ServedType, object: KubeObject, options: RemoveOptions, dying: KubeObject | Draft): Removed {
    const removed = options.dryRun ? object : (this.finish(type, object) ?? object);
    const name = object.metadata.name ?? '';
    // Pods are answered with as their deletion left them for a moment.
    if (type.collection === 'pods') {
      const { resourceVersion } = removed.metadata;
      const last = withMeta(dying as KubeObject, (meta) => Object.assign(meta, { resourceVersion }));
      return { status: 200, body: atVersion(last as unknown as KubeObject, type) };
    }
    const returns = type.custom === undefined && strategyOf(type.collection).returnsDeleted === true;
    return { status: 200, body: returns ? atVersion(removed, type) : successStatus(type, name, object.metadata.uid) };
  }

  // The object as the deletion leaves it: a deletion time, a grace period, the finalizers of its propagation policy.
  #dying(type: ServedType, object: KubeObject, options: RemoveOptions): KubeObject | Draft {
    const standard = type.custom === undefined ? strategyOf(type.collection).propagation : undefined;
    const finalizers = propagated(ownFinalizers(type, object), options.propagation ?? standard);
    const grace = graceOf(type, object, options);
    const already = object.metadata.deletionTimestamp !== undefined;
    if (
      already &&
      grace >= (object.metadata.deletionGracePeriodSeconds ?? 0) &&
      finalizers === object.metadata.finalizers
    )
      return object;
    return withChanges(object, type, (meta) => {
      if (finalizers.length > 0) meta.finalizers = [...finalizers];
      else delete meta.finalizers;
      const seconds = already ? Math.min(grace, meta.deletionGracePeriodSeconds ?? 0) : grace;
      // Namespaces never had a grace period.
      if (type.collection !== 'namespaces') meta.deletionGracePeriodSeconds = seconds;
      if (!already || seconds !== (object.metadata.deletionGracePeriodSeconds ?? 0)) {
        meta.deletionTimestamp = kubeTime(this.#clock.now() + seconds * 1000);
      }
      if (!already && meta.generation !== undefined) meta.generation++;
    });
  }
}

function withChanges(object: KubeObject, type: ServedType, change: (meta: Draft['metadata']) => void): Draft {
  const draft = withMeta(object, change);
  if (type.collection === 'namespaces')
    draft['status'] = { ...(isBag(draft['status']) ? draft['status'] : {}), phase: 'Terminating' };
  return draft;
}

function isProtected(type: ServedType, name: string): boolean {
  return type.collection === 'namespaces' && (name === 'default' || name === 'kube-system' || name === 'kube-public');
}

// A definition keeps itself until its objects are gone.
function ownFinalizers(type: ServedType, object: KubeObject): readonly string[] {
  const finalizers = object.metadata.finalizers ?? [];
  if (type.collection !== definitionCollection || object.metadata.deletionTimestamp !== undefined) return finalizers;
  return finalizers.includes(cleanupFinalizer) ? finalizers : [...finalizers, cleanupFinalizer];
}

function propagated(finalizers: readonly string[], propagation: RemoveOptions['propagation']): readonly string[] {
  if (propagation === undefined) return finalizers;
  const kept = finalizers.filter((each) => each !== 'orphan' && each !== 'foregroundDeletion');
  if (propagation === 'Foreground') kept.push('foregroundDeletion');
  if (propagation === 'Orphan') kept.push('orphan');
  return kept.length === finalizers.length && kept.every((each) => finalizers.includes(each)) ? finalizers : kept;
}

// Only pods linger: those that a node runs, for as long as their grace period.
function graceOf(type: ServedType, object: KubeObject, options: RemoveOptions): number {
  if (type.collection !== 'pods') return 0;
  const spec = object['spec'] as { readonly nodeName?: string } | undefined;
  const status = object['status'] as { readonly phase?: string } | undefined;
  if ((spec?.nodeName ?? '') === '' || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0;
  const seconds = options.gracePeriodSeconds ?? strategyOf('pods').graceSeconds?.(object) ?? 30;
  return seconds < 0 ? 1 : seconds;
}

function checkPreconditions(type: ServedType, object: KubeObject, options: RemoveOptions): void {
  const name = object.metadata.name ?? '';
  const { uid = '', resourceVersion = '' } = object.metadata;
  // Upstream names the kind here, not the resource.
  const named = { group: type.group, plural: type.kind, kind: type.kind };
  const differs = (what: string, given: string, own: string): Error =>
    conflict(
      named,
      name,
      `the ${what} in the precondition (${given}) does not match the ${what} in record (${own}). The object might have been ${what === 'UID' ? 'deleted and then recreated' : 'modified'}`,
    );
  if (options.uid !== undefined && options.uid !== uid) throw differs('UID', options.uid, uid);
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw differs('ResourceVersion', options.resourceVersion, resourceVersion);
  }
}

/** Reads DeleteOptions from the body and the query, which wins. Throws 400. */
export function readRemoveOptions(
  body: Json | KubeObject | undefined,
  query: Readonly<Record<string, string>>,
): RemoveOptions {
  const options = isBag(body) ? body : {};
  checkOptionTypes(options, query);
  const grace = query['gracePeriodSeconds'] ?? options['gracePeriodSeconds'];
  const orphan = query['orphanDependents'] ?? options['orphanDependents'];
  const given = query['propagationPolicy'] ?? options['propagationPolicy'];
  if (orphan !== undefined && given !== undefined) {
    const problem = 'orphanDependents and deletionPropagation cannot be both set';
    const message = `Invalid value: ${JSON.stringify(given)}: ${problem}`;
    throw wrongOption({ reason: 'FieldValueInvalid', message, field: 'propagationPolicy' });
  }
  const propagation =
    given ?? (orphan === undefined ? undefined : orphan === true || orphan === 'true' ? 'Orphan' : 'Background');
  if (
    propagation !== undefined &&
    propagation !== 'Foreground' &&
    propagation !== 'Background' &&
    propagation !== 'Orphan'
  ) {
    const known = 'supported values: "Foreground", "Background", "Orphan", "nil"';
    const message = `Unsupported value: ${JSON.stringify(propagation)}: ${known}`;
    throw wrongOption({ reason: 'FieldValueNotSupported', message, field: 'propagationPolicy' });
  }
  const preconditions = isBag(options['preconditions']) ? options['preconditions'] : {};
  const dryRun = query['dryRun'] ?? (Array.isArray(options['dryRun']) ? options['dryRun'][0] : undefined);
  return {
    gracePeriodSeconds: grace === undefined || grace === null || grace === '' ? undefined : Number(grace),
    propagation,
    uid: typeof preconditions['uid'] === 'string' ? preconditions['uid'] : undefined,
    resourceVersion:
      typeof preconditions['resourceVersion'] === 'string' ? preconditions['resourceVersion'] : undefined,
    dryRun: dryRun === 'All',
  };
}

function checkOptionTypes(options: Readonly<Record<string, unknown>>, query: Readonly<Record<string, string>>): void {
  const { gracePeriodSeconds: given, dryRun } = options;
  if (given !== undefined && given !== null && typeof given !== 'number') {
    const what = typeof given === 'boolean' ? 'bool' : Array.isArray(given) ? 'array' : typeof given;
    const field = 'DeleteOptions.gracePeriodSeconds of type int64';
    throw badRequest(`json: cannot unmarshal ${what} into Go struct field ${field}`);
  }
  const text = query['gracePeriodSeconds'] ?? '';
  if (text !== '' && !/^[+-]?\d+$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const dry = query['dryRun'] === undefined ? dryRun : [query['dryRun']];
  if (!Array.isArray(dry) || dry.every((each) => each === 'All' || each === '')) return;
  const message = `Unsupported value: ${JSON.stringify(dry)}: supported values: "All"`;
  throw wrongOption({ reason: 'FieldValueNotSupported', message, field: 'dryRun' });
}

function wrongOption(cause: Cause): ApiError {
  return invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions', plural: '' }, '', [cause]);
}
