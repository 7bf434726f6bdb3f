// Takes a set of fields out of a value: how server-side apply drops what its applier no longer mentions
// (sigs.k8s.io/structured-merge-diff:typed/remove.go, v6.3.0).
import { formOf, handledForm, unknownType } from './atoms.js';
import { isEmptySet } from './field-set.js';
import { itemStep } from './list-items.js';
import { isEmptyMap, isList, isMap } from './values.js';
/** The value without the fields of the set; null where nothing is left of it, the value itself where nothing goes. */
export function removeFields(value, fields, type) {
  if (isEmptySet(fields)) return value;
  const atom = type.atom;
  switch (handledForm(atom, formOf(atom, value))) {
    case 'map':
      return atom.map === undefined ? null : removeFromMap(value, fields, atom.map);
    case 'list':
      return atom.list === undefined ? null : removeFromList(value, fields, atom.list);
    case 'scalar':
      return value;
    case undefined:
      return null;
  }
}
function removeFromMap(value, fields, map) {
  // A part of an atomic map cannot be asked for; upstream leaves nothing of it.
  if (!isMap(value) || isEmptyMap(value) || map.atomic) return null;
  let kept;
  for (const name of Object.keys(value)) {
    const member = value[name];
    const node = fields.children?.get(`f:${name}`);
    if (member === undefined || node === undefined) continue;
    kept ??= { ...value };
    if (node.member) {
      delete kept[name];
    } else {
      kept[name] = removeFields(member, node, map.fields.get(name)?.type ?? map.element ?? unknownType);
    }
  }
  if (kept === undefined) return value;
  const result = kept;
  return isEmptyMap(result) ? null : result;
}
function removeFromList(value, fields, list) {
  if (!isList(value) || value.length === 0 || list.atomic) return null;
  const kept = [];
  for (const item of value) {
    const { step } = itemStep(list, item);
    const node = step === undefined ? undefined : fields.children?.get(step);
    if (node === undefined) kept.push(item);
    else if (!node.member) kept.push(removeFields(item, node, list.element));
  }
  return kept.length === 0 ? null : kept;
}
