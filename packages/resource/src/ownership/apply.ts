// Server-side apply as kube-apiserver does it: the chain of k8s.io/apimachinery:pkg/util/managedfields (1.35) around
// structured-merge-diff's updater. Pure: the time is given, inputs are never written.

import { type Result, err, ok } from '@evenkeel/std';

import type { Json, JsonObject } from '../json.ts';
import { type KubeObject, type ManagedFieldsEntry, gvkOf } from '../object.ts';
import { typeOfSchema } from './atoms.ts';
import { conflictError } from './conflict.ts';
import { convertWith } from './convert.ts';
import { emptyObject } from './empty-object.ts';
import { type FieldSet, hasPath, setFromFieldsV1 } from './field-set.ts';
import { allowedByLastApplied, lastAppliedOf, withLastApplied } from './last-applied.ts';
import {
  type Managers,
  capUpdateManagers,
  decodeManagedFields,
  encodeManagedFields,
  managerId,
  stripNeverOwned,
} from './managed-fields.ts';
import { keepTimes } from './times.ts';
import type { Applied, ApplyError, ApplyRequest } from './types.ts';
import { type AppliedValue, type Change, type TypedValue, applyConfig, updateManagers } from './updater.ts';
import { typeErrorText, validateValue } from './validate.ts';

/**
 * Applies a configuration to an object. The result's object carries the new managedFields; where nothing changed but the
 * time, the old times stay, so that nothing needs storing (`changed` is false). Errors: CONFLICT with the fields and
 * owners in kube-apiserver's words; BAD_REQUEST and INVALID where the configuration is not one for this object.
 */
export function serverSideApply(request: ApplyRequest): Result<Applied, ApplyError> {
  const refused = refusal(request);
  if (refused !== undefined) return err({ code: 'BAD_REQUEST', message: refused });
  const decoded = decodeManagedFields(request.live?.metadata.managedFields);
  if (!decoded.ok) return err({ code: 'INVALID', message: `failed to decode managed fields: ${decoded.error}` });
  const typed = typedRequest(request);
  if (!typed.ok) return typed;
  const managers = decoded.value.size === 0 ? managersBeforeFirstApply(request, typed.value) : decoded.value;
  const change: Change = { ...typed.value, managers };
  const applied = applyAllowingLastApplied(request, change, typed.value.config);
  if (!applied.ok) return applied;
  return ok(finish(request, change, applied.value));
}

const beforeFirstApply = 'before-first-apply';

// What the version check and the merge manager refuse before anything is looked at.
function refusal(request: ApplyRequest): string | undefined {
  const { live, config } = request;
  if (config.metadata.managedFields !== undefined) return 'metadata.managedFields must be nil';
  if (live === undefined) return undefined;
  const [stored, given] = [gvkOf(live), gvkOf(config)];
  if (stored.kind === given.kind && live.apiVersion === config.apiVersion) return undefined;
  return `invalid object type: ${given.group}/${given.version}, Kind=${given.kind}`;
}

interface TypedRequest extends Omit<Change, 'managers'> {
  readonly config: TypedValue;
}

function typedRequest(request: ApplyRequest): Result<TypedRequest, ApplyError> {
  const { config } = request;
  const type = typeOfSchema(request.schema);
  const { apiVersion } = config;
  const configValue: TypedValue = { value: asJson(config), type, apiVersion };
  const live: TypedValue = { value: liveValue(request), type, apiVersion };
  const errors = validateValue(configValue.value, type, { allowDuplicates: false });
  if (errors.length > 0) return invalid('failed to create typed patch object', request, typeErrorText(errors));
  const liveErrors = validateValue(live.value, type, { allowDuplicates: true });
  if (liveErrors.length > 0) return invalid('failed to create typed live object', request, typeErrorText(liveErrors));
  return ok({
    live,
    config: configValue,
    managerId: idOf(request),
    reset: resetSet(request.resetFields),
    convert: convertWith(request),
  });
}

function invalid(
  what: string,
  { config }: ApplyRequest,
  why: string,
): { readonly ok: false; readonly error: ApplyError } {
  const { name = '', namespace = '' } = config.metadata;
  const { group, version } = gvkOf(config);
  const where = `${namespace}/${name}; ${group}/${version}, Kind=${config.kind}`;
  return err({ code: 'INVALID', message: `${what} (${where}): ${why}` });
}

function idOf(request: ApplyRequest): string {
  return managerId({
    manager: request.manager === '' ? 'unknown' : request.manager,
    operation: 'Apply',
    apiVersion: request.config.apiVersion,
    subresource: request.subresource ?? '',
  });
}

/** Reads a set of reset fields; undefined where there are none. */
export function resetSet(fields: JsonObject | undefined): FieldSet | undefined {
  return fields === undefined ? undefined : setFromFieldsV1(fields);
}

// The object without managedFields, which never takes part; a creation starts from an object with nothing in it.
function liveValue({ live, config }: ApplyRequest): Json {
  if (live === undefined) return { apiVersion: config.apiVersion, kind: config.kind, metadata: {} };
  return asJson(withoutManagedFields(live));
}

/** The object without metadata.managedFields; itself where there are none. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** A KubeObject is JSON; only its type does not say so. */
export function asJson(object: KubeObject): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ObjectMeta has named members where JsonObject has an index
  return object as unknown as JsonObject;
}

function asObject(value: Json): KubeObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- apiVersion, kind and metadata come from the config
  return value as unknown as KubeObject;
}

// An object nobody is recorded to own: all it has belongs to whoever was there before the first apply.
function managersBeforeFirstApply(request: ApplyRequest, typed: TypedRequest): Managers {
  const id = managerId({
    manager: beforeFirstApply,
    operation: 'Update',
    apiVersion: request.config.apiVersion,
    subresource: request.subresource ?? '',
  });
  const nothing = { ...typed.live, value: emptyObject(request.schema, request.config.apiVersion, request.config.kind) };
  const change: Change = { ...typed, live: nothing, managers: new Map(), managerId: id };
  const updated = updateManagers(change, typed.live);
  if (!updated.ok) return new Map();
  const stripped = new Map(stripNeverOwned(updated.value, id));
  const own = stripped.get(id);
  if (own !== undefined) stripped.set(id, { ...own, time: request.time });
  return capUpdateManagers(stripped);
}

// "kubectl" may take back without force what its own client-side apply set and nobody changed since.
function applyAllowingLastApplied(
  request: ApplyRequest,
  change: Change,
  config: TypedValue,
): Result<AppliedValue, ApplyError> {
  const force = request.force ?? false;
  const first = applyConfig(change, config, force);
  if (first.ok) return first;
  if (first.error.code === 'INVALID') return err({ code: 'INVALID', message: first.error.message });
  let { conflicts } = first.error;
  const allowed = request.manager === 'kubectl' ? allowedByLastApplied(change.live) : undefined;
  if (allowed !== undefined) {
    conflicts = conflicts.filter(({ path }) => !hasPath(allowed, path));
    if (conflicts.length === 0) {
      const forced = applyConfig(change, config, true);
      if (forced.ok) return forced;
    }
  }
  return err(conflictError(conflicts, change.managers));
}

function finish(request: ApplyRequest, change: Change, applied: AppliedValue): Applied {
  let managers = stripNeverOwned(applied.managers, change.managerId);
  const own = managers.get(change.managerId);
  if (own !== undefined && applied.value !== undefined) {
    managers = new Map(managers).set(change.managerId, { ...own, time: request.time });
  }
  let object = asObject(applied.value ?? change.live.value);
  if (request.manager === 'kubectl' && lastAppliedOf(object) !== undefined) {
    object = withLastApplied(object, request.config);
  }
  if (request.defaulter !== undefined) object = request.defaulter(object);
  const managedFields = encodeManagedFields(managers);
  return settled(request.live, object, managedFields);
}

/** Puts managedFields on an object; where only times differ from the object before, keeps the old ones. */
export function settled(
  before: KubeObject | undefined,
  object: KubeObject,
  managedFields: readonly ManagedFieldsEntry[],
): Applied {
  const kept = keepTimes(before, object, managedFields);
  const metadata =
    kept.managedFields.length === 0
      ? withoutManagedFields(object).metadata
      : { ...object.metadata, managedFields: kept.managedFields };
  const next: KubeObject = { ...object, metadata };
  return { object: kept.changed || before === undefined ? next : before, ...kept };
}
