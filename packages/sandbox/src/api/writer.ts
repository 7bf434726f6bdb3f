// create and update of objects: decoding, defaults, validation, ownership, generation, and the store. Deleting is in
// remover.ts. Requests and the built-in controllers both write through here.

import type { Json, KubeObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import type { Clock } from '@evenkeel/std';
import type { Requester } from '../access/identity.ts';
import { recordOwnership } from '../apply/ownership.ts';
import type { Chance } from '../clock.ts';
import { applyDefaults } from '../crd/defaults.ts';
import { dropForeignFields } from './versions.ts';
import { validateCustom } from '../crd/custom-objects.ts';
import type { Store } from '../store/store.ts';
import { type Bag, type Draft, bagAt, copyValue, draftOf, sameValue, sealed } from '../store/draft.ts';
import { validateMetadata, validateMetadataUpdate } from '../validation/metadata.ts';
import { type ReadBody, readBody } from './body.ts';
import type { WriteParameters } from './request.ts';
import type { ServedType } from './served-type.ts';
import {
  type Cause,
  alreadyDeleting,
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  invalid,
  modifiedSince,
  notFound,
  ApiError,
} from './status.ts';
import { strategyOf } from './strategies.ts';
import type { StrategyContext } from './strategy.ts';

/** One write: where it goes and how. */
export interface Write {
  readonly type: ServedType;
  readonly namespace: string | undefined;
  readonly manager: string;
  /** "status" or another subresource; undefined for the object itself. */
  readonly subresource?: string | undefined;
  readonly parameters: WriteParameters;
  /** Who asked, for admission; undefined for steps that the cluster takes by itself. */
  readonly by?: Requester;
  /** System fields that an update did not carry. */
  readonly unsent?: readonly UpdatedField[];
}

export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

export interface WriterDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Called when an update leaves an object with a deletion time and no finalizers. */
  readonly finishDeletion: (type: ServedType, object: KubeObject) => void;
  /** Admission that changes drafts; called before validation. Returns the draft to go on with. */
  readonly admit: (write: Write, draft: Draft, old: KubeObject | undefined) => Draft;
  /** Admission that refuses (limit ranges, webhooks, quotas); called last, with a valid draft. */
  readonly approve: (write: Write, draft: Draft, old: KubeObject | undefined) => void;
  /** Called with the draft of a CustomResourceDefinition before it is stored. */
  readonly settleDefinition: (draft: Draft, old: KubeObject | undefined) => readonly Cause[];
}

/** Writes objects. */
export class Writer {
  readonly #deps: WriterDeps;

  constructor(deps: WriterDeps) {
    this.#deps = deps;
  }

  /** True where the object to write exists. */
  exists(write: Write, name: string): boolean {
    return this.#deps.store.collection(write.type.collection).get(write.namespace ?? '', name) !== undefined;
  }

  /** Stores a new object. Throws 400, 403, 404 (namespace), 409, 422. */
  create(write: Write, body: Json | KubeObject | undefined): Written {
    const read = readBody(body, write);
    return this.createDraft(write, read);
  }

  /** Stores a draft that has been read already. */
  createDraft(write: Write, read: ReadBody): Written {
    const { type } = write;
    const given = read.draft.metadata;
    if ((given.resourceVersion ?? '') !== '' && !write.parameters.dryRun) {
      throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
    }
    this.#placeInNamespace(write, read.draft);
    for (const key of systemFields) delete given[key];
    const now = kubeTime(this.#deps.clock.now());
    this.#fillDefaults(type, read.draft, undefined);
    if (read.owned !== true) this.#recordOwner(write, undefined, read.draft, now);
    const draft = this.#deps.admit(write, read.draft, undefined);
    const meta = draft.metadata;
    // Mutating admission sees neither; what it renames or gives a uid is overwritten.
    if ((meta.name ?? '') === '' && (meta.generateName ?? '') !== '') meta.name = this.#generatedName(type, meta);
    meta.creationTimestamp = now;
    meta.uid = this.#deps.chance.uid();
    const collection = this.#deps.store.collection(type.collection);
    this.#prepare(write, draft, undefined);
    if (this.#hasGeneration(type)) meta.generation = 1;
    else delete meta.generation;
    this.#validate(write, draft, undefined);
    this.#deps.approve(write, draft, undefined);
    dropForeignFields(draft, write.type);
    const present = meta.name === undefined ? undefined : collection.get(meta.namespace ?? '', meta.name);
    if (present !== undefined) {
      const dying = present.metadata.deletionTimestamp !== undefined;
      throw dying ? alreadyDeleting(type, meta.name ?? '') : alreadyExists(type, meta.name ?? '');
    }
    const object = write.parameters.dryRun ? this.#dry(draft) : collection.put(draft);
    return { object, created: true, warnings: this.#warnings(write, draft, read) };
  }

  /** Replaces an object. Throws 400, 404, 409, 422. */
  replace(write: Write, name: string, body: Json | KubeObject | undefined): Written {
    const read = readBody(body, write);
    return this.replaceDraft(write, name, read);
  }

  replaceDraft(write: Write, name: string, read: ReadBody): Written {
    const { type } = write;
    const { draft } = read;
    const meta = draft.metadata;
    if ((meta.name ?? '') === '') {
      const where = `the name of the object (${name} based on URL)`;
      throw badRequest(`${where} was undeterminable: name must be provided`);
    }
    if (meta.name !== name) {
      throw badRequest(`the name of the object (${meta.name ?? ''}) does not match the name on the URL (${name})`);
    }
    this.#checkNamespace(write, draft);
    const old = this.#deps.store.collection(type.collection).get(write.namespace ?? '', name);
    if (old === undefined) {
      if (
        strategyOf(type.collection).createOnUpdate === true &&
        write.subresource === undefined &&
        (meta.uid ?? '') === ''
      ) {
        delete meta.resourceVersion;
        return this.createDraft(write, read);
      }
      throw notFound(type, name);
    }
    this.#checkPreconditions(type, draft, old);
    return this.#store(write, read, old);
  }

  /** Changes an object that exists: `change` gets it and returns the new state. Used by patches, applies and controllers. */
  modify(write: Write, name: string, change: (old: KubeObject) => ReadBody): Written {
    const { type } = write;
    const old = this.#deps.store.collection(type.collection).get(write.namespace ?? '', name);
    if (old === undefined) throw notFound(type, name);
    const read = change(old);
    const { metadata } = read.draft;
    if (metadata.name !== name) {
      const given = metadata.name ?? '';
      throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
    }
    if ((metadata.namespace ?? '') !== (old.metadata.namespace ?? '')) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
    if ((metadata.resourceVersion ?? '') !== '' && metadata.resourceVersion !== old.metadata.resourceVersion) {
      throw modifiedSince(type, name);
    }
    if (metadata.uid !== undefined && metadata.uid !== old.metadata.uid) {
      const message = `Invalid value: ${JSON.stringify(metadata.uid)}: field is immutable`;
      const cause: Cause = { reason: 'FieldValueInvalid', message, field: 'metadata.uid' };
      throw invalid(type, name, type.custom === undefined ? [cause, cause] : [cause]);
    }
    return this.#store(write, read, old);
  }

  #store(write: Write, read: ReadBody, old: KubeObject): Written {
    const { type } = write;
    const unsent = updatedFields.filter((key) => read.draft.metadata[key] === undefined);
    keepUnwritten(write, read.draft, old);
    this.#fillDefaults(type, read.draft, old);
    if (read.owned !== true) this.#recordOwner(write, old, read.draft, kubeTime(this.#deps.clock.now()));
    // What a subresource drops it still owns.
    keepBeside(write, read.draft, old, kubeTime(this.#deps.clock.now()));
    const draft = this.#deps.admit({ ...write, unsent }, read.draft, old);
    const meta = draft.metadata;
    if (draft !== read.draft) {
      keepUnwritten(write, draft, old);
      keepBeside(write, draft, old, kubeTime(this.#deps.clock.now()));
    }
    this.#prepare(write, draft, old);
    if (this.#hasGeneration(type)) {
      const before = old.metadata.generation ?? 1;
      const strategy = type.custom === undefined ? strategyOf(type.collection) : undefined;
      // Annotations that are written with the status leave it alone.
      const ofStatus = strategy !== undefined && write.subresource === 'status';
      const changed = !ofStatus && (strategy?.generationChanged?.(draft, old) ?? contentChanged(type, draft, old));
      meta.generation = changed ? before + 1 : before;
    }
    this.#validate(write, draft, old);
    this.#deps.approve(write, draft, old);
    dropForeignFields(draft, write.type);
    const warnings = this.#warnings(write, draft, read);
    if (sameContent(draft, old)) return { object: old, created: false, warnings };
    if (write.parameters.dryRun) return { object: this.#dry(draft, old), created: false, warnings };
    if (isGone(draft)) {
      const object = this.#deps.store.collection(type.collection).put(draft);
      this.#deps.finishDeletion(type, object);
      return { object, created: false, warnings };
    }
    return { object: this.#deps.store.collection(type.collection).put(draft), created: false, warnings };
  }

  #fillDefaults(type: ServedType, draft: Draft, old: KubeObject | undefined): void {
    if (type.custom === undefined) strategyOf(type.collection).defaults?.(draft);
    else if (old === undefined && type.custom.hasStatus) {
      delete draft['status'];
      // What is read from the store has defaults, its status too.
      if (type.custom.schema !== undefined) applyDefaults(draft, type.custom.schema);
    }
  }

  #prepare(write: Write, draft: Draft, old: KubeObject | undefined): void {
    const { type } = write;
    if (type.custom !== undefined || write.subresource !== undefined) return;
    const strategy = strategyOf(type.collection);
    const context: StrategyContext = { ...this.#deps, dryRun: write.parameters.dryRun, by: write.by?.identity };
    if (old === undefined) strategy.prepareCreate?.(draft, context);
    else strategy.prepareUpdate?.(draft, old, context);
  }

  #warnings(write: Write, draft: Draft, read: ReadBody): readonly string[] {
    if (write.type.custom !== undefined || write.subresource !== undefined) return read.warnings;
    return [...read.warnings, ...(strategyOf(write.type.collection).warnings?.(draft) ?? [])];
  }

  #validate(write: Write, draft: Draft, old: KubeObject | undefined): void {
    const { type } = write;
    const causes: Cause[] = [];
    causes.push(...validateMetadata(draft.metadata, type, old === undefined));
    if (old !== undefined)
      causes.push(
        ...validateMetadataUpdate(draft.metadata, old.metadata as Draft['metadata'], type.custom === undefined),
      );
    if (type.custom === undefined) {
      const strategy = strategyOf(type.collection);
      if (write.subresource === undefined) {
        const own = strategy.validate?.(draft) ?? [];
        const more = old === undefined ? strategy.validateCreate?.(draft) : strategy.validateUpdate?.(draft, old);
        if (old !== undefined && strategy.updateFirst === true) causes.push(...(more ?? []), ...own);
        else causes.push(...own, ...(more ?? []));
      } else if (old !== undefined) {
        causes.push(...(strategy.validateSubresource?.[write.subresource]?.(draft, old) ?? []));
      }
      if (type.collection === 'customresourcedefinitions.apiextensions.k8s.io')
        causes.push(...this.#deps.settleDefinition(draft, old));
    } else causes.push(...validateCustom(type.custom, draft, old));
    if (causes.length > 0) throw invalid(type, draft.metadata.name ?? '', causes);
  }

  #recordOwner(write: Write, old: KubeObject | undefined, draft: Draft, time: string): void {
    const managedFields = recordOwnership({
      type: write.type,
      before: old,
      after: sealed(draft),
      manager: write.manager,
      subresource: write.subresource,
      time,
    });
    if (managedFields === undefined || managedFields.length === 0) delete draft.metadata.managedFields;
    else draft.metadata.managedFields = managedFields;
  }

  #placeInNamespace(write: Write, draft: Draft): void {
    this.#checkNamespace(write, draft);
    if (!write.type.namespaced) return;
    const name = write.namespace ?? '';
    const namespace = this.#deps.store.collection('namespaces').get('', name);
    if (namespace === undefined) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, name);
    if (namespace.metadata.deletionTimestamp !== undefined) throw terminating(write.type, draft, name);
  }

  #checkNamespace(write: Write, draft: Draft): void {
    const given = draft.metadata.namespace ?? '';
    if (!write.type.namespaced) {
      delete draft.metadata.namespace;
      return;
    }
    if (given !== '' && given !== write.namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
    draft.metadata.namespace = write.namespace ?? '';
  }

  #checkPreconditions(type: ServedType, draft: Draft, old: KubeObject): void {
    const { resourceVersion, uid } = draft.metadata;
    const name = old.metadata.name ?? '';
    if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) throw uidMismatch(type, name, uid, old);
    if ((resourceVersion ?? '') === '') {
      if (type.custom === undefined) return;
      throw invalid({ ...type, kind: type.plural }, name, [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: 0: must be specified for an update',
          field: 'metadata.resourceVersion',
        },
      ]);
    }
    if (resourceVersion !== old.metadata.resourceVersion) throw modifiedSince(type, name);
  }

  #generatedName(type: ServedType, meta: Draft['metadata']): string {
    const collection = this.#deps.store.collection(type.collection);
    const base = (meta.generateName ?? '').slice(0, 58);
    for (let attempt = 0; attempt < 8; attempt++) {
      const name = base + this.#deps.chance.suffix(5);
      if (collection.get(meta.namespace ?? '', name) === undefined) return name;
    }
    throw alreadyExists(type, base);
  }

  #hasGeneration(type: ServedType): boolean {
    return (
      type.custom !== undefined ||
      strategyOf(type.collection).generation === true ||
      type.plural === 'customresourcedefinitions'
    );
  }

  #dry(draft: Draft, old?: KubeObject): KubeObject {
    if (old?.metadata.resourceVersion !== undefined) draft.metadata.resourceVersion = old.metadata.resourceVersion;
    return sealed(draft);
  }
}

/** True for an object whose deletion nothing holds up any more. */
export function isGone(object: Draft | KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (deletionTimestamp === undefined || (finalizers ?? []).length > 0 || (deletionGracePeriodSeconds ?? 0) > 0)
    return false;
  // Namespaces have finalizers of their own, in spec.
  const held =
    object.kind === 'Namespace' && object.apiVersion === 'v1'
      ? bagAt(object as Draft, 'spec')?.['finalizers']
      : undefined;
  return !Array.isArray(held) || held.length === 0;
}

function terminating(type: ServedType, draft: Draft, namespace: string): ApiError {
  const refusal = forbidden(
    type,
    draft.metadata.name ?? draft.metadata.generateName ?? '',
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const details = refusal.status['details'] as Bag;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return new ApiError(403, 'Forbidden', refusal.message, { ...details, causes: [cause] } as Record<string, Json>);
}

function uidMismatch(type: ServedType, name: string, given: string, old: KubeObject): ApiError {
  const group = type.custom === undefined ? '' : `${type.group}/`;
  const key = [
    '/registry',
    `${group}${type.plural}`,
    ...(old.metadata.namespace === undefined ? [] : [old.metadata.namespace]),
    name,
  ].join('/');
  const detail = `Precondition failed: UID in precondition: ${given}, UID in object meta: ${old.metadata.uid ?? ''}`;
  return conflict(
    type,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${detail}`,
  );
}

const updatedFields = ['uid', 'creationTimestamp', 'resourceVersion', 'generation'] as const;

type UpdatedField = (typeof updatedFields)[number];

const systemFields = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

// What this write may not touch stays as it is.
function keepUnwritten({ type, subresource }: Write, draft: Draft, old: KubeObject): void {
  keepSystemFields(draft, old);
  if (subresource === undefined) keepStatus(type, draft, old);
  else if (subresource === 'status') keepAllButStatus(type, draft, old);
}

function keepBeside({ type, subresource = '' }: Write, draft: Draft, old: KubeObject, now: string): void {
  if (type.custom === undefined) strategyOf(type.collection).keepBeside?.[subresource]?.(draft, old, now);
}

function keepSystemFields(draft: Draft, old: KubeObject): void {
  const meta = draft.metadata;
  const before = old.metadata as Draft['metadata'];
  for (const key of [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generateName',
    'generation',
  ] as const) {
    if (before[key] === undefined) delete meta[key];
    else Object.assign(meta, { [key]: before[key] });
  }
  if (old.metadata.resourceVersion !== undefined) meta.resourceVersion = old.metadata.resourceVersion;
}

function keepStatus(type: ServedType, draft: Draft, old: KubeObject): void {
  if (!type.subresources.has('status')) return;
  if (old['status'] === undefined) delete draft['status'];
  else draft['status'] = copyValue(old['status'] as Json);
  if (type.plural === 'namespaces' && type.custom === undefined) draft['spec'] = copyValue(old['spec'] as Json);
}

// Status writes of custom types leave metadata alone; those of built-in types may change annotations and finalizers.
function keepAllButStatus(type: ServedType, draft: Draft, old: KubeObject): void {
  for (const key of Object.keys(draft)) {
    if (key !== 'status' && key !== 'metadata' && key !== 'apiVersion' && key !== 'kind') delete draft[key];
  }
  const before = draftOf(old);
  for (const key of Object.keys(before)) {
    if (key !== 'status' && key !== 'metadata') draft[key] = before[key];
  }
  if (type.custom !== undefined) {
    const { managedFields } = draft.metadata;
    draft.metadata = before.metadata;
    if (managedFields !== undefined) draft.metadata.managedFields = managedFields;
    return;
  }
  if (before.metadata.labels === undefined) delete draft.metadata.labels;
  else draft.metadata.labels = before.metadata.labels;
  if (before.metadata.ownerReferences === undefined) delete draft.metadata.ownerReferences;
  else draft.metadata.ownerReferences = before.metadata.ownerReferences;
}

// Upstream raises generation with every change outside metadata and status.
function contentChanged(type: ServedType, draft: Draft, old: KubeObject): boolean {
  const skipStatus = type.custom === undefined || type.custom.hasStatus;
  const keys = new Set([...Object.keys(draft), ...Object.keys(old)]);
  for (const key of keys) {
    if (key === 'metadata' || key === 'apiVersion' || key === 'kind' || (key === 'status' && skipStatus)) continue;
    if (!sameValue(draft[key], old[key])) return true;
  }
  return false;
}

// Ownership compares too: a write that only takes over fields is a change. Times alone never differ, as upstream keeps
// the old ones then.
function sameContent(draft: Draft, old: KubeObject): boolean {
  return sameValue(draft, old);
}
