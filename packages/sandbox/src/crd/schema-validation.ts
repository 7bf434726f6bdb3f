// Validates custom objects by their OpenAPI schema: what is refused and how it is worded is that of kube-openapi's validator
// (kube-openapi:pkg/validation/validate, as Kubernetes 1.35 has it), which tells of the best alternative by counting matches.

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { type Bag, type Draft, type Value, isBag, sameValue, scalarText } from '../store/draft.ts';
import { Causes, formatValue } from '../validation/causes.ts';
import { formatOf } from './formats.ts';
import { additionalOf, isIntOrString, listMapKeys, propertiesOf, schemaAt } from './schema-access.ts';
import { checkNumber, checkText, looksWhole } from './schema-limits.ts';

/** Everything the schema refuses. Parts equal to the old object's are let through (ratcheting). */
export function validateValue(schema: JsonObject, draft: Draft, old: KubeObject | undefined): readonly Cause[] {
  const place = { path: '', old: old as unknown as Bag | undefined };
  return validate(draft as unknown as Bag, schema, place).causes.list.map(named);
}

/** Everything a schema refuses of a value of its own; paths start below it. */
export function validatePart(schema: JsonObject, value: Value): readonly Cause[] {
  return validate(value, schema, { path: '', old: undefined }).causes.list.map(named);
}

// Paths start with a dot where they are built from the root.
function named(cause: Cause): Cause {
  return cause.field.startsWith('.') ? { ...cause, field: cause.field.slice(1) } : cause;
}

interface Place {
  readonly path: string;
  readonly old: Value | undefined;
}

/** What is wrong, and how many checks were made. */
class Outcome {
  readonly causes: Causes = new Causes();
  matches = 0;

  merge(other: Outcome): void {
    this.causes.addAll(other.causes.list);
    this.matches += other.matches;
  }

  /** A check that says nothing more than whether it failed. */
  note(check: (causes: Causes) => void): void {
    check(this.causes);
    this.matches++;
  }

  get isValid(): boolean {
    return this.causes.list.length === 0;
  }
}

function check(value: Value, schema: JsonObject, place: Place): Outcome {
  const outcome = validate(value, schema, place);
  if (outcome.isValid || place.old === undefined || !sameValue(value, place.old)) return outcome;
  const passed = new Outcome();
  passed.matches = outcome.matches;
  return passed;
}

function validate(value: Value, schema: JsonObject, place: Place): Outcome {
  const outcome = new Outcome();
  const { path } = place;
  if (value === null) {
    if (schema['nullable'] !== true && typesOf(schema).length > 0) refuseType(outcome.causes, path, schema, 'null');
    else outcome.matches++;
    checkEnum(outcome.causes, value, schema, path);
    return outcome;
  }
  const before = outcome.causes.list.length;
  outcome.note((causes) => checkType(causes, value, schema, path));
  if (outcome.causes.list.length === before) outcome.matches++;
  outcome.merge(junctors(value, schema, place));
  outcome.matches++;
  if (typeof value === 'string') outcome.note((causes) => checkText(causes, value, schema, path));
  if (typeof value === 'number' || typeof value === 'bigint')
    outcome.note((causes) => checkNumber(causes, value, schema, path));
  if (Array.isArray(value)) outcome.merge(list(value, schema, place));
  outcome.note((causes) => checkEnum(causes, value, schema, path));
  if (isBag(value)) outcome.merge(object(value, schema, place));
  outcome.matches++;
  return outcome;
}

function typesOf(schema: JsonObject): readonly string[] {
  if (isIntOrString(schema)) return ['integer', 'string'];
  return schema['type'] === undefined ? [] : [scalarText(schema['type'])];
}

function checkType(causes: Causes, value: Value, schema: JsonObject, path: string): void {
  const types = typesOf(schema);
  const format = formatOf(schema);
  if (types.length === 0 && format === undefined) return;
  const type = typeName(value);
  const fits =
    types.includes(type) ||
    (type === 'number' && types.includes('integer') && looksWhole(Number(value))) ||
    (type === 'integer' && types.includes('number'));
  const textual = typeof value === 'string' || Array.isArray(value);
  if (format !== undefined && !textual && !fits) {
    const found = type === 'integer' ? 'int64' : type === 'number' ? 'float64' : '';
    causes.typeInvalid(path, found, `${path} in body must be of type ${format}: ${JSON.stringify(found)}`);
    return;
  }
  if (format !== undefined && textual && !types.includes('number') && !types.includes('integer')) return;
  if (!fits) refuseType(causes, path, schema, type);
}

function refuseType(causes: Causes, path: string, schema: JsonObject, found: string): void {
  causes.typeInvalid(path, found, `${path} in body must be of type ${typesOf(schema).join(',')}: "${found}"`);
}

function typeName(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'bigint') return 'integer';
  return typeof value === 'object' ? 'object' : typeof value;
}

function checkEnum(causes: Causes, value: Value, schema: JsonObject, path: string): void {
  const allowed = schema['enum'];
  if (!Array.isArray(allowed) || allowed.length === 0) return;
  if (value !== null && allowed.some((each) => sameValue(each, value))) return;
  const texts = (allowed as Json[]).map((each) => (typeof each === 'string' ? each : formatValue(each)));
  causes.list.push({
    reason: 'FieldValueNotSupported',
    field: path,
    message: `Unsupported value: ${formatValue(value)}: supported values: ${texts.map((each) => JSON.stringify(each)).join(', ')}`,
  });
}

function list(values: readonly Value[], schema: JsonObject, place: Place): Outcome {
  const outcome = new Outcome();
  const { path } = place;
  const items = schemaAt(schema, 'items');
  const before = Array.isArray(place.old) ? place.old : [];
  if (items !== undefined) {
    for (const [index, item] of values.entries())
      outcome.merge(check(item, items, { path: `${path}[${index}]`, old: correlate(item, before, schema) }));
  }
  const { maxItems, minItems } = schema as Readonly<Record<string, Json | undefined>>;
  const { causes } = outcome;
  if (typeof minItems === 'number' && values.length < minItems)
    causes.invalid(path, values.length, `${path} in body should have at least ${minItems} items`);
  if (typeof maxItems === 'number' && values.length > maxItems) causes.tooMany(path, values.length, maxItems);
  if (schema['uniqueItems'] === true && values.some((item, at) => values.findIndex((b) => sameValue(b, item)) < at))
    causes.invalid(path, '', `${path} in body shouldn't contain duplicates`);
  outcome.matches += 2;
  return outcome;
}

// Items of map lists are compared with the old item of the same key; other lists have no correlation.
function correlate(item: Value, before: readonly Value[], schema: JsonObject): Value | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map' || !isBag(item)) return undefined;
  const keys = listMapKeys(schema);
  return before.find((each) => isBag(each) && keys.every((key) => sameValue(each[key], item[key])));
}

function object(bag: Bag, schema: JsonObject, place: Place): Outcome {
  const outcome = new Outcome();
  const { path } = place;
  const { maxProperties, minProperties, required } = schema as Readonly<Record<string, Json | undefined>>;
  const keys = Object.keys(bag).filter((key) => bag[key] !== undefined);
  const { causes } = outcome;
  if (typeof minProperties === 'number' && keys.length < minProperties)
    causes.invalid(path, keys.length, `${path} in body should have at least ${minProperties} properties`);
  if (typeof maxProperties === 'number' && keys.length > maxProperties)
    causes.tooMany(path, keys.length, maxProperties);
  const properties = propertiesOf(schema) ?? {};
  const additional = additionalOf(schema);
  for (const key of keys) {
    const own = Object.hasOwn(properties, key);
    const field = own ? properties[key] : additional;
    if (schema['additionalProperties'] === false && !own)
      causes.invalid(path, key, `${path}.${key} in body is a forbidden property`);
    if (field === undefined || field === true) continue;
    const old = isBag(place.old) ? place.old[key] : undefined;
    const at = own && path === '' ? key : `${path}.${key}`;
    outcome.merge(check(bag[key] ?? null, field, { path: at, old }));
  }
  for (const name of Array.isArray(required) ? (required as string[]) : [])
    if (bag[name] === undefined) causes.required(`${path}.${name}`);
  outcome.matches++;
  return outcome;
}

function schemasAt(schema: JsonObject, key: string): readonly JsonObject[] {
  const list = schema[key];
  return Array.isArray(list) ? (list as JsonObject[]) : [];
}

// allOf, anyOf, oneOf and not: what is wrong with the alternative that fits best is told too.
function junctors(value: Value, schema: JsonObject, place: Place): Outcome {
  const outcome = new Outcome();
  const outcomes = (key: string): readonly Outcome[] =>
    schemasAt(schema, key).map((each) => validate(value, each, place));
  const refuse = (what: string): void =>
    outcome.causes.invalid('<nil>', '', `${JSON.stringify(place.path)} must ${what}`);
  const any = outcomes('anyOf');
  if (any.length > 0) {
    const first = any.find((each) => each.isValid);
    if (first === undefined) refuse('validate at least one schema (anyOf)');
    outcome.merge(first ?? best(any));
  }
  const one = outcomes('oneOf');
  if (one.length > 0) {
    const valid = one.filter((each) => each.isValid);
    const found = valid.length === 0 ? 'Found none valid' : `Found ${valid.length} valid alternatives`;
    if (valid.length !== 1) refuse(`validate one and only one schema (oneOf). ${found}`);
    if (valid.length < 2) outcome.merge(valid[0] ?? best(one));
  }
  const all = outcomes('allOf');
  for (const each of all) outcome.merge(each);
  if (all.some((each) => !each.isValid))
    refuse(`validate all the schemas (allOf)${all.every((each) => !each.isValid) ? '. None validated' : ''}`);
  const not = schemaAt(schema, 'not');
  if (not !== undefined && validate(value, not, place).isValid) refuse('not validate the schema (not)');
  outcome.matches++;
  return outcome;
}

// The alternative with the most checks passed, the first of equals.
function best(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce((most, each) => (each.matches > most.matches ? each : most));
}
