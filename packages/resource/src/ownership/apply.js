// Server-side apply as kube-apiserver does it: the chain of k8s.io/apimachinery:pkg/util/managedfields (1.35) around
// structured-merge-diff's updater. Pure: the time is given, inputs are never written.
import { err, ok } from '@evenkeel/std';
import { gvkOf } from '../object.js';
import { typeOfSchema } from './atoms.js';
import { conflictError } from './conflict.js';
import { convertWith } from './convert.js';
import { emptyObject } from './empty-object.js';
import { hasPath, setFromFieldsV1 } from './field-set.js';
import { allowedByLastApplied, lastAppliedOf, withLastApplied } from './last-applied.js';
import {
  capUpdateManagers,
  decodeManagedFields,
  encodeManagedFields,
  managerId,
  stripNeverOwned,
} from './managed-fields.js';
import { keepTimes } from './times.js';
import { applyConfig, updateManagers } from './updater.js';
import { typeErrorText, validateValue } from './validate.js';
/**
 * Applies a configuration to an object. The result's object carries the new managedFields; where nothing changed but the
 * time, the old times stay, so that nothing needs storing (`changed` is false). Errors: CONFLICT with the fields and
 * owners in kube-apiserver's words; BAD_REQUEST and INVALID where the configuration is not one for this object.
 */
export function serverSideApply(request) {
  const refused = refusal(request);
  if (refused !== undefined) return err({ code: 'BAD_REQUEST', message: refused });
  const decoded = decodeManagedFields(request.live?.metadata.managedFields);
  if (!decoded.ok) return err({ code: 'INVALID', message: `failed to decode managed fields: ${decoded.error}` });
  const typed = typedRequest(request);
  if (!typed.ok) return typed;
  const managers = decoded.value.size === 0 ? managersBeforeFirstApply(request, typed.value) : decoded.value;
  const change = { ...typed.value, managers };
  const applied = applyAllowingLastApplied(request, change, typed.value.config);
  if (!applied.ok) return applied;
  return ok(finish(request, change, applied.value));
}
const beforeFirstApply = 'before-first-apply';
// What the version check and the merge manager refuse before anything is looked at.
function refusal(request) {
  const { live, config } = request;
  if (config.metadata.managedFields !== undefined) return 'metadata.managedFields must be nil';
  if (live === undefined) return undefined;
  const [stored, given] = [gvkOf(live), gvkOf(config)];
  if (stored.kind === given.kind && live.apiVersion === config.apiVersion) return undefined;
  return `invalid object type: ${given.group}/${given.version}, Kind=${given.kind}`;
}
function typedRequest(request) {
  const { config } = request;
  const type = typeOfSchema(request.schema);
  const { apiVersion } = config;
  const configValue = { value: asJson(config), type, apiVersion };
  const live = { value: liveValue(request), type, apiVersion };
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
function invalid(what, { config }, why) {
  const { name = '', namespace = '' } = config.metadata;
  const { group, version } = gvkOf(config);
  const where = `${namespace}/${name}; ${group}/${version}, Kind=${config.kind}`;
  return err({ code: 'INVALID', message: `${what} (${where}): ${why}` });
}
function idOf(request) {
  return managerId({
    manager: request.manager === '' ? 'unknown' : request.manager,
    operation: 'Apply',
    apiVersion: request.config.apiVersion,
    subresource: request.subresource ?? '',
  });
}
/** Reads a set of reset fields; undefined where there are none. */
export function resetSet(fields) {
  return fields === undefined ? undefined : setFromFieldsV1(fields);
}
// The object without managedFields, which never takes part; a creation starts from an object with nothing in it.
function liveValue({ live, config }) {
  if (live === undefined) return { apiVersion: config.apiVersion, kind: config.kind, metadata: {} };
  return asJson(withoutManagedFields(live));
}
/** The object without metadata.managedFields; itself where there are none. */
export function withoutManagedFields(object) {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
/** A KubeObject is JSON; only its type does not say so. */
export function asJson(object) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ObjectMeta has named members where JsonObject has an index
  return object;
}
function asObject(value) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- apiVersion, kind and metadata come from the config
  return value;
}
// An object nobody is recorded to own: all it has belongs to whoever was there before the first apply.
function managersBeforeFirstApply(request, typed) {
  const id = managerId({
    manager: beforeFirstApply,
    operation: 'Update',
    apiVersion: request.config.apiVersion,
    subresource: request.subresource ?? '',
  });
  const nothing = { ...typed.live, value: emptyObject(request.schema, request.config.apiVersion, request.config.kind) };
  const change = { ...typed, live: nothing, managers: new Map(), managerId: id };
  const updated = updateManagers(change, typed.live);
  if (!updated.ok) return new Map();
  const stripped = new Map(stripNeverOwned(updated.value, id));
  const own = stripped.get(id);
  if (own !== undefined) stripped.set(id, { ...own, time: request.time });
  return capUpdateManagers(stripped);
}
// "kubectl" may take back without force what its own client-side apply set and nobody changed since.
function applyAllowingLastApplied(request, change, config) {
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
function finish(request, change, applied) {
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
export function settled(before, object, managedFields) {
  const kept = keepTimes(before, object, managedFields);
  const metadata =
    kept.managedFields.length === 0
      ? withoutManagedFields(object).metadata
      : { ...object.metadata, managedFields: kept.managedFields };
  const next = { ...object, metadata };
  return { object: kept.changed || before === undefined ? next : before, ...kept };
}
