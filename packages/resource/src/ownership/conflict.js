// Conflicts worded as kube-apiserver words them, in the Status message and in its causes
// (k8s.io/apimachinery:pkg/util/managedfields/internal/conflict.go, 1.35).
import { managerOfId } from './managed-fields.js';
import { printPath } from './path-element.js';
import { goQuote } from './values.js';
/** The error of an apply that would take fields from their owners. */
export function conflictError(owned, managers) {
  const conflicts = owned.map((one) => conflictOf(one, managers));
  return { code: 'CONFLICT', conflicts, message: conflictMessage(conflicts) };
}
function conflictOf({ managerId, path }, managers) {
  const { manager, operation, apiVersion, subresource } = managerOfId(managerId);
  const fields = managers.get(managerId);
  return {
    manager,
    operation,
    apiVersion: fields?.apiVersion ?? apiVersion,
    subresource: subresource === '' ? undefined : subresource,
    time: fields?.time,
    field: printPath(path),
    message: `conflict with ${printManager(managerId)}`,
  };
}
// The identifier holds neither the time of an update nor the version of an apply, and so neither does the text.
function printManager(managerId) {
  const { manager, operation, apiVersion, subresource } = managerOfId(managerId);
  const named = goQuote(manager) + (subresource === '' ? '' : ` with subresource ${goQuote(subresource)}`);
  return operation === 'Update' ? `${named} using ${apiVersion}` : named;
}
function conflictMessage(conflicts) {
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1) {
    return `Apply failed with 1 conflict: ${first.message}: ${first.field}`;
  }
  const lines = [];
  const messages = new Map();
  for (const { message, field } of conflicts) {
    const fields = messages.get(message);
    if (fields === undefined) messages.set(message, [field]);
    else fields.push(field);
  }
  for (const [message, fields] of messages) {
    lines.push(`${message.replace('conflict with', 'conflicts with')}:`, ...fields.map((field) => `- ${field}`));
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}
