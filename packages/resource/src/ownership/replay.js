// Replays what a real kube-apiserver did (recordings.json, written by tools/oracles/apply.ts --record) through this
// package and says where the two differ.
import { builtinSchema } from '../schema/builtin.js';
import { schemaFromCrd } from '../schema/crd-schema.js';
import { serverSideApply } from './apply.js';
import { decodeSet } from './managed-fields.js';
import { wouldApplyChange } from './preview.js';
import { updateOwnership } from './update.js';
import { equalValues, isEmptyMap, isList, isMap } from './values.js';
/** Replays everything. Each failure names its scenario and step. */
export function checkRecording(recording) {
  const failed = [];
  let checked = 0;
  for (const scenario of recording.scenarios) {
    const schema = schemaOf(recording, scenario);
    for (const [index, step] of completeSteps(scenario).entries()) {
      checked++;
      const problem = checkStep(scenario, step, schema);
      if (problem !== undefined)
        failed.push(`${scenario.name} #${index} (${step.do} by ${step.manager ?? ''}): ${problem}`);
    }
  }
  return { checked, failed };
}
/** The steps, each with the object it found. */
export function completeSteps(scenario) {
  let last;
  return scenario.steps.map((step) => {
    const before = step.before ?? last;
    last = step.object ?? last;
    return before === undefined ? step : { ...step, before };
  });
}
/** The schema of a scenario's kind. */
export function schemaOf(recording, { group, version, kind }) {
  const builtin = builtinSchema({ group, version, kind });
  const custom = recording.schemas[kind];
  return builtin ?? (isMap(custom) ? schemaFromCrd(custom) : undefined);
}
function checkStep(scenario, step, schema) {
  if (step.do === 'apply') return checkApply(scenario, step, schema);
  if (step.object === undefined) return undefined;
  const applied = updateOwnership({
    before: object(step.before),
    after: requested(step),
    manager: step.manager ?? '',
    ...(step.subresource === undefined ? {} : { subresource: step.subresource }),
    schema,
    time: timeOf(step),
    ...resetFields(scenario, step),
  });
  return ownershipProblem(applied, step.object);
}
function checkApply(scenario, step, schema) {
  const outcome = serverSideApply({
    live: step.before === undefined ? undefined : object(step.before),
    config: object(step.body),
    manager: step.manager ?? '',
    force: step.force ?? false,
    ...(step.subresource === undefined ? {} : { subresource: step.subresource }),
    schema,
    time: timeOf(step),
    ...resetFields(scenario, step),
  });
  const previewed = previewProblem(scenario, step, schema);
  if (previewed !== undefined) return previewed;
  if (step.object !== undefined) {
    if (!outcome.ok) return `the server applied this; here: ${outcome.error.message}`;
    return ownershipProblem(outcome.value, step.object) ?? contentProblem(scenario, outcome.value, step);
  }
  const text = step.error?.['message'];
  const message = typeof text === 'string' ? text : '';
  if (outcome.ok)
    return step.status === 422 || laterRefusals.test(message) ? undefined : `the server refused this: ${message}`;
  if (outcome.error.message !== message) return `message\n  here:   ${outcome.error.message}\n  server: ${message}`;
  if (outcome.error.code !== 'CONFLICT') return undefined;
  const details = step.error?.['details'];
  const causes = isMap(details) ? details['causes'] : undefined;
  const own = outcome.error.conflicts.map(({ message, field }) => ({ reason: 'FieldManagerConflict', message, field }));
  return sameSet(causes, own) ? undefined : `causes ${JSON.stringify(own)}\n  server: ${JSON.stringify(causes)}`;
}
const defaultedWholes = new Set(['StatefulSet', 'LimitRange']);
// The preview must say what the server did, and of what the server stored that nothing is left to do.
function previewProblem(scenario, step, schema) {
  const request = {
    config: object(step.body),
    manager: step.manager ?? '',
    ...(step.subresource === undefined ? {} : { subresource: step.subresource }),
    schema,
    ...resetFields(scenario, step),
  };
  const { before, object: after } = step;
  if (before !== undefined) {
    const preview = wouldApplyChange({ ...request, live: object(before) });
    const changes =
      after === undefined || !equalValues(content(scenario, step, before), content(scenario, step, after));
    const isAsked = step.status === 409 || after !== undefined;
    if (isAsked && preview.changed !== changes) return `preview: changed ${preview.changed}: ${show(preview)}`;
  }
  // Defaults inside what is owned as a whole cannot be told from content (DEVIATIONS.md): the answer is "changed".
  if (after === undefined || defaultedWholes.has(scenario.kind)) return undefined;
  const again = wouldApplyChange({ ...request, live: object(after) });
  return again.changed ? `preview of what was just applied: ${show(again)}` : undefined;
}
function show(preview) {
  return JSON.stringify(preview.fields.map(({ field, desired, live }) => ({ field, desired, live })));
}
// The object without what every write touches, and without what the endpoint resets.
function content(scenario, step, value) {
  const { managedFields: _m, resourceVersion: _r, generation: _g, ...metadata } = object(value).metadata;
  const reset = resetFields(scenario, step).resetFields ?? {};
  const kept = Object.entries(value).filter(([name]) => reset[`f:${name}`] === undefined || name === 'metadata');
  return { ...Object.fromEntries(kept), metadata: metadata };
}
// Refused after the merge: by decoding into the typed object, or by validation.
const laterRefusals =
  /^failed to convert new typed object|cannot unmarshal|json: |unable to convert|quantities must match/;
function sameSet(a, b) {
  return a.length === b.length && a.every((one) => b.some((other) => equalValues(one, other)));
}
// The storage layer resets what an endpoint must not write.
function resetFields(scenario, step) {
  if (scenario.kind === 'ConfigMap') return {};
  if (step.subresource !== 'status') return { resetFields: { 'f:status': {} } };
  if (scenario.kind === 'Deployment') return { resetFields: { 'f:spec': {}, 'f:metadata': { 'f:labels': {} } } };
  return { resetFields: { 'f:spec': {} } };
}
// Ownership is settled on what was asked for: before the storage layer resets fields and allocates addresses.
function requested(step) {
  const body = isMap(step.body) ? step.body : {};
  if (step.do === 'merge' && step.subresource !== undefined) return object(mergePatch(step.before ?? {}, body));
  if (step.do === 'create') return object(withoutAllocated(step.object ?? {}, body));
  const { managedFields: _, ...metadata } = object(step.object).metadata;
  const wished = isMap(body['metadata']) ? body['metadata']['managedFields'] : undefined;
  const managedFields = step.do === 'merge' || step.do === 'put' ? wished : undefined;
  return object({ ...step.object, metadata: { ...metadata, managedFields } });
}
// What admission and storage fill into a new object that its client did not ask for.
const allocated = [
  ['metadata', 'managedFields'],
  ['metadata', 'finalizers'],
  ['spec', 'clusterIP'],
  ['spec', 'clusterIPs'],
  ['spec', 'finalizers'],
  ['spec', 'ipFamilies'],
  ['spec', 'ipFamilyPolicy'],
  ['spec', 'preemptionPolicy'],
  ['spec', 'priority'],
  ['spec', 'selector'],
  ['spec', 'template', 'metadata'],
  ['spec', 'tolerations'],
];
function withoutAllocated(value, body) {
  const isJob = value['kind'] === 'Job';
  const paths = isJob ? [...allocated, ['metadata', 'labels']] : allocated;
  return paths.reduce((object, path) => withoutPath(object, body, path), value);
}
function withoutPath(value, body, [name = '', ...rest]) {
  const [own, asked] = [value[name], body[name]];
  if (rest.length === 0) return asked === undefined ? { ...value, [name]: undefined } : value;
  return isMap(own) ? { ...value, [name]: withoutPath(own, isMap(asked) ? asked : {}, rest) } : value;
}
function mergePatch(target, patch) {
  const merged = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    const own = merged[name];
    if (value === null) delete merged[name];
    else merged[name] = isMap(value) ? mergePatch(isMap(own) ? own : {}, value) : value;
  }
  return merged;
}
function timeOf(step) {
  const entries = managedFieldsOf(step.object);
  const own = entries.find(
    (entry) =>
      entry.manager === step.manager &&
      entry.operation === (step.do === 'apply' ? 'Apply' : 'Update') &&
      (entry.subresource ?? '') === (step.subresource ?? ''),
  );
  const before = entries.find((entry) => entry.manager === 'before-first-apply' || entry.manager === 'ancient-changes');
  return own?.time ?? before?.time ?? '2000-01-01T00:00:00Z';
}
function managedFieldsOf(value) {
  return value === undefined ? [] : (object(value).metadata.managedFields ?? []);
}
function object(value) {
  return value;
}
function ownershipProblem(applied, recorded) {
  const server = managedFieldsOf(recorded);
  const own = applied.managedFields;
  if (equalValues(own, server)) return undefined;
  return `managedFields\n  here:   ${JSON.stringify(own)}\n  server: ${JSON.stringify(server)}`;
}
// Beyond what we compute the server's object may only have what nobody owns: defaults and its own bookkeeping.
function contentProblem(scenario, applied, step) {
  const owned = managedFieldsOf(step.object).map((entry) => decodeSet(entry.fieldsV1));
  const isOwned = (path) =>
    owned.some((set) => {
      let node = set.ok ? set.value : undefined;
      for (const name of path) node = node?.children?.get(`f:${name}`);
      return node !== undefined;
    });
  const asked = resetFields(scenario, step).resetFields ?? {};
  const own = { ...applied.object };
  // Fields the endpoint resets are put back by the storage layer afterwards.
  for (const name of Object.keys(own))
    if (asked[`f:${name}`] !== undefined && name !== 'metadata') own[name] = step.object?.[name];
  return difference(own, step.object, [], isOwned);
}
const bookkeeping = /^(metadata\.(uid|resourceVersion|generation|creationTimestamp|managedFields)|status$|apiVersion$)/;
function difference(own, server, path, isOwned) {
  const where = path.join('.');
  if (bookkeeping.test(where) || equalValues(own, server)) return undefined;
  if (isMap(own) && isMap(server)) {
    for (const name of new Set([...Object.keys(own), ...Object.keys(server)])) {
      const found = difference(own[name], server[name], [...path, name], isOwned);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isList(own) && isList(server) && own.length === server.length) {
    for (const [index, item] of own.entries()) {
      const found = difference(item, server[index], [...path, String(index)], () => false);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  // Typed objects drop what is empty and normalise quantities and defaults the configuration left out.
  if (server === undefined && isNothing(own)) return undefined;
  if (own === undefined && !isOwned(path)) return undefined;
  if (own === null && isNothing(server)) return undefined;
  if (isNothing(own) && !isOwned(path)) return undefined;
  if (/\.(limits|requests|hard)\.|^spec\.limits\./.test(where)) return undefined;
  return `${where}: here ${JSON.stringify(own)}, server ${JSON.stringify(server)}`;
}
function isNothing(value) {
  return (
    value === null ||
    value === '' ||
    value === false ||
    (isMap(value) && isEmptyMap(value)) ||
    (isList(value) && value.length === 0)
  );
}
