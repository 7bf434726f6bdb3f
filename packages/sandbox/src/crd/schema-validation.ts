// Validates custom objects by their OpenAPI schema, worded as apiextensions-apiserver words it (kube-openapi's validator).

import type { Json, JsonObject, KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { type Bag, type Draft, type Value, isBag, sameValue, scalarText } from '../store/draft.ts';
import { Causes, formatValue } from '../validation/causes.ts';
import { checkFormat } from './formats.ts';
import { additionalOf, isIntOrString, listMapKeys, preservesUnknown, propertiesOf, schemaAt } from './schema-access.ts';

/** Everything the schema refuses. Parts equal to the old object's are not looked at again (ratcheting). */
export function validateValue(schema: JsonObject, draft: Draft, old: KubeObject | undefined): readonly Cause[] {
  const causes = new Causes();
  checkObject(causes, draft as unknown as Bag, schema, {
    path: '',
    old: old as unknown as Bag | undefined,
    root: true,
  });
  return causes.list;
}

interface Place {
  readonly path: string;
  readonly old: Value | undefined;
  readonly root: boolean;
}

function check(causes: Causes, value: Value, schema: JsonObject, place: Place): void {
  if (place.old !== undefined && sameValue(value, place.old)) return;
  if (value === null) {
    if (schema['nullable'] !== true) refuseType(causes, value, schema, place.path);
    return;
  }
  if (!typeFits(value, schema)) {
    refuseType(causes, value, schema, place.path);
    checkEnum(causes, value, schema, place.path);
    return;
  }
  checkEnum(causes, value, schema, place.path);
  if (typeof value === 'string') checkText(causes, value, schema, place.path);
  else if (typeof value === 'number' || typeof value === 'bigint')
    checkNumber(causes, Number(value), schema, place.path);
  else if (Array.isArray(value)) checkList(causes, value, schema, place);
  else if (isBag(value)) checkObject(causes, value, schema, place);
  checkJunctors(causes, value, schema, place);
}

function typeFits(value: Value, schema: JsonObject): boolean {
  if (isIntOrString(schema)) return typeof value === 'string' || isInteger(value);
  switch (scalarText(schema['type'])) {
    case 'object':
      return isBag(value);
    case 'array':
      return Array.isArray(value);
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return isInteger(value);
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint';
    default:
      return true;
  }
}

function isInteger(value: Value): boolean {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

function refuseType(causes: Causes, value: Value, schema: JsonObject, path: string): void {
  const wanted = isIntOrString(schema) ? 'integer,string' : scalarText(schema['type']);
  causes.typeInvalid(
    path,
    typeName(value),
    `${path} in body must be of type ${wanted}: ${JSON.stringify(typeName(value))}`,
  );
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
  if (!Array.isArray(allowed) || allowed.some((each) => sameValue(each, value))) return;
  const list = (allowed as Json[]).map((each) => (typeof each === 'string' ? `"${each}"` : formatValue(each)));
  causes.list.push({
    reason: 'FieldValueNotSupported',
    field: path,
    message: `Unsupported value: ${formatValue(value)}: supported values: ${list.join(', ')}`,
  });
}

function checkText(causes: Causes, value: string, schema: JsonObject, path: string): void {
  const { maxLength, minLength, pattern, format } = schema as Readonly<Record<string, Json | undefined>>;
  const length = Array.from(value).length;
  if (typeof maxLength === 'number' && length > maxLength) {
    causes.list.push({
      reason: 'FieldValueTooLong',
      field: path,
      message: `Too long: may not be more than ${maxLength} bytes`,
    });
  } else if (typeof minLength === 'number' && length < minLength) {
    causes.invalid(path, value, `${path} in body should be at least ${minLength} chars long`);
  } else if (typeof pattern === 'string' && !matchesPattern(pattern, value)) {
    causes.invalid(path, value, `${path} in body should match '${pattern}'`);
  }
  if (typeof format === 'string' && !checkFormat(format, value)) {
    causes.typeInvalid(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`);
  }
}

const patterns = new Map<string, RegExp | undefined>();

function matchesPattern(pattern: string, value: string): boolean {
  if (!patterns.has(pattern)) patterns.set(pattern, compile(pattern));
  return patterns.get(pattern)?.test(value) ?? true;
}

// Go's RE2 syntax is close to JavaScript's in what schemas use; inline flags at the start are the difference met.
function compile(pattern: string): RegExp | undefined {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const bare = flags === null ? pattern : pattern.slice(flags[0].length);
  for (const unicode of ['u', '']) {
    try {
      return new RegExp(bare.replaceAll('\\A', '^').replaceAll('\\z', '$'), (flags?.[1] ?? '') + unicode);
    } catch {
      // Tried again without the unicode flag, which forbids some escapes that RE2 allows.
    }
  }
  return undefined;
}

function checkNumber(causes: Causes, value: number, schema: JsonObject, path: string): void {
  const { minimum, maximum, multipleOf } = schema as Readonly<Record<string, Json | undefined>>;
  if (typeof minimum === 'number') {
    const exclusive = schema['exclusiveMinimum'] === true;
    if (exclusive ? value <= minimum : value < minimum) {
      causes.invalid(
        path,
        value,
        `${path} in body should be greater than${exclusive ? '' : ' or equal to'} ${minimum}`,
      );
    }
  }
  if (typeof maximum === 'number') {
    const exclusive = schema['exclusiveMaximum'] === true;
    if (exclusive ? value >= maximum : value > maximum) {
      causes.invalid(path, value, `${path} in body should be less than${exclusive ? '' : ' or equal to'} ${maximum}`);
    }
  }
  if (typeof multipleOf === 'number' && multipleOf > 0 && !Number.isInteger(value / multipleOf)) {
    causes.invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`);
  }
}

function checkList(causes: Causes, list: readonly Value[], schema: JsonObject, place: Place): void {
  const { maxItems, minItems } = schema as Readonly<Record<string, Json | undefined>>;
  if (typeof maxItems === 'number' && list.length > maxItems) causes.tooMany(place.path, list.length, maxItems);
  if (typeof minItems === 'number' && list.length < minItems) {
    causes.invalid(place.path, list.length, `${place.path} in body should have at least ${minItems} items`);
  }
  if (
    schema['uniqueItems'] === true &&
    list.some((item, index) => list.findIndex((each) => sameValue(each, item)) < index)
  ) {
    causes.invalid(place.path, list, `${place.path} in body shouldn't contain duplicates`);
  }
  checkListType(causes, list, schema, place.path);
  const items = schemaAt(schema, 'items');
  if (items === undefined) return;
  const before = Array.isArray(place.old) ? place.old : [];
  for (const [index, item] of list.entries()) {
    check(causes, item, items, {
      path: `${place.path}[${index}]`,
      old: correlate(item, index, before, schema),
      root: false,
    });
  }
}

// Items of map lists are compared with the old item of the same key; other lists have no correlation.
function correlate(item: Value, _index: number, before: readonly Value[], schema: JsonObject): Value | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map' || !isBag(item)) return undefined;
  const keys = listMapKeys(schema);
  return before.find((each) => isBag(each) && keys.every((key) => sameValue(each[key], item[key])));
}

function checkListType(causes: Causes, list: readonly Value[], schema: JsonObject, path: string): void {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return;
  const keys = listMapKeys(schema);
  const seen: Value[] = [];
  for (const [index, item] of list.entries()) {
    const identity: Value =
      type === 'set' || !isBag(item) ? item : Object.fromEntries(keys.map((key) => [key, item[key]]));
    if (seen.some((each) => sameValue(each, identity))) causes.duplicate(`${path}[${index}]`, identity);
    seen.push(identity);
  }
}

const rootMembers = new Set(['apiVersion', 'kind', 'metadata']);

function checkObject(causes: Causes, bag: Bag, schema: JsonObject, place: Place): void {
  const { maxProperties, minProperties, required } = schema as Readonly<Record<string, Json | undefined>>;
  const keys = Object.keys(bag).filter((key) => bag[key] !== undefined);
  if (typeof maxProperties === 'number' && keys.length > maxProperties)
    causes.tooMany(place.path, keys.length, maxProperties);
  if (typeof minProperties === 'number' && keys.length < minProperties) {
    causes.invalid(place.path, keys.length, `${place.path} in body should have at least ${minProperties} properties`);
  }
  for (const name of Array.isArray(required) ? (required as string[]) : []) {
    if (bag[name] === undefined) causes.required(join(place.path, name));
  }
  const properties = propertiesOf(schema);
  const additional = additionalOf(schema);
  for (const key of keys) {
    if (place.root && rootMembers.has(key)) continue;
    const value = bag[key] ?? null;
    const old = isBag(place.old) ? place.old[key] : undefined;
    const field = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
    const at = { path: join(place.path, key), old, root: field?.['x-kubernetes-embedded-resource'] === true };
    if (field !== undefined) check(causes, value, field, at);
    else if (additional !== undefined && additional !== true) {
      check(causes, value, additional, { ...at, path: properties === undefined ? join(place.path, key) : at.path });
    } else if (!preservesUnknown(schema)) continue;
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function checkJunctors(causes: Causes, value: Value, schema: JsonObject, place: Place): void {
  const passes = (each: JsonObject): boolean => {
    const trial = new Causes();
    check(trial, value, each, { ...place, old: undefined });
    return trial.list.length === 0;
  };
  const { allOf, anyOf, oneOf, not } = schema as Readonly<Record<string, Json | undefined>>;
  for (const each of Array.isArray(allOf) ? (allOf as JsonObject[]) : [])
    check(causes, value, each, { ...place, old: undefined });
  if (Array.isArray(anyOf) && !isIntOrString(schema) && !(anyOf as JsonObject[]).some(passes)) {
    causes.invalid(place.path, value, `${place.path} in body must validate at least one schema (anyOf)`);
  }
  if (Array.isArray(oneOf) && !isIntOrString(schema)) {
    const count = (oneOf as JsonObject[]).filter(passes).length;
    if (count !== 1) {
      const found = count === 0 ? 'Found none valid' : `Found ${count} valid alternatives`;
      causes.invalid(
        place.path,
        value,
        `${place.path} in body must validate one and only one schema (oneOf). ${found}`,
      );
    }
  }
  if (isBag(not) && passes(not as JsonObject))
    causes.invalid(place.path, value, `${place.path} in body must not validate the schema (not)`);
}
