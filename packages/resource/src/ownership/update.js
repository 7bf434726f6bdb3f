// Ownership after a create, update or patch: who changed a field owns it, and nobody owns what is gone
// (k8s.io/apimachinery:pkg/util/managedfields/internal/{fieldmanager,managedfieldsupdater,skipnonapplied}.go, 1.35).
import { asJson, resetSet, settled, withoutManagedFields } from './apply.js';
import { typeOfSchema } from './atoms.js';
import { convertWith } from './convert.js';
import { emptyObject } from './empty-object.js';
import { uniteSets } from './field-set.js';
import {
  capUpdateManagers,
  decodeManagedFields,
  encodeManagedFields,
  managerId,
  stripNeverOwned,
} from './managed-fields.js';
import { updateManagers } from './updater.js';
import { validateValue } from './validate.js';
/**
 * The object to store with its new managedFields. `after` is the object as the server would store it but before admission:
 * decoded, defaulted, patch applied. managedFields in `after` count as the client's wish, as upstream: an empty list (or
 * one empty entry) resets ownership; entries replace the stored ones, but not through a subresource. Never fails: where
 * ownership cannot be told, the object is stored without any, as kube-apiserver does.
 */
export function updateOwnership(request) {
  const { before } = request;
  const object = withoutManagedFields(request.after);
  const recorded = recordedManagers(request);
  // An object nobody tracks stays untracked; a new one is tracked from its creation.
  const untracked = recorded.size === 0 && before?.metadata.uid !== undefined && before.metadata.uid !== '';
  if (untracked) return settled(before, object, []);
  const managers = managersAfter(request, object, recorded);
  return settled(before, object, managers === undefined ? [] : encodeManagedFields(managers));
}
const currentOperation = 'current-operation';
function recordedManagers({ before, after, subresource = '' }) {
  const stored = decodeManagedFields(before?.metadata.managedFields);
  const storedOrNone = stored.ok ? stored.value : new Map();
  const wished = after.metadata.managedFields;
  if (subresource !== '' || wished === undefined) return storedOrNone;
  if (isReset(wished)) return new Map();
  const given = decodeManagedFields(wished);
  return given.ok && given.value.size > 0 ? given.value : storedOrNone;
}
function isReset(entries) {
  const [only] = entries;
  return only === undefined || (entries.length === 1 && Object.keys(only).length === 0);
}
function managersAfter(request, object, recorded) {
  const { before, schema } = request;
  const { apiVersion, kind } = object;
  const type = typeOfSchema(schema);
  const live = {
    value: before === undefined ? emptyObject(schema, apiVersion, kind) : asJson(withoutManagedFields(before)),
    type,
    apiVersion,
  };
  const next = { value: asJson(object), type, apiVersion };
  for (const typed of [live, next]) {
    if (validateValue(typed.value, type, { allowDuplicates: true }).length > 0) return undefined;
  }
  const reset = resetSet(request.resetFields);
  const change = { live, managers: recorded, managerId: currentOperation, reset, convert: convertWith(request) };
  const updated = updateManagers(change, next);
  if (!updated.ok) return undefined;
  return capUpdateManagers(credited(stripNeverOwned(updated.value, currentOperation), request, apiVersion));
}
// What the current operation took is added to the entry of the manager it is by, under a new time.
function credited(managers, request, apiVersion) {
  const taken = managers.get(currentOperation);
  if (taken === undefined) return managers;
  const id = managerId({
    manager: request.manager === '' ? 'unknown' : request.manager,
    operation: 'Update',
    apiVersion,
    subresource: request.subresource ?? '',
  });
  const result = new Map(managers);
  result.delete(currentOperation);
  const previous = managers.get(id);
  const set = previous === undefined ? taken.set : uniteSets(taken.set, previous.set);
  result.set(id, { ...taken, set, time: request.time });
  return result;
}
