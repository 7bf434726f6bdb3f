// Structural schemas: what a schema must say outside of its alternatives, and what it may not say within them
// (apiextensions-apiserver:pkg/apiserver/schema/{validation,complete}.go, 1.35).

import { compileCel, kubernetesCelEnvironment, stringType } from '@evenkeel/lang';
import type { Json, JsonObject } from '@evenkeel/resource';
import { isBag, sameValue, scalarText } from '../store/draft.ts';
import { Causes } from '../validation/causes.ts';
import { propertiesOf, schemaAt } from './schema-access.ts';

type Level = 'root' | 'item' | 'field';

/** Everything by which a schema is not structural, in the order of the words. */
export function checkStructure(causes: Causes, schema: JsonObject, at: string): void {
  const found = new Causes();
  checkInvariants(found, schema, { level: 'root', at });
  for (const [key, alternative] of alternativesOf(schema))
    checkComplete(found, alternative, { schema, at, from: `${at}.${key}` });
  const key = ({ field, message }: { field: string; message: string }): string => `${field}: ${message}`;
  causes.addAll(found.list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)));
}

interface Place {
  readonly level: Level;
  readonly at: string;
}

const isOn = (schema: JsonObject, key: string): boolean => schema[`x-kubernetes-${key}`] === true;
const typeOf = (schema: JsonObject): string => scalarText((schema['type'] ?? '') as string);

function checkInvariants(causes: Causes, schema: JsonObject, { level, at }: Place): void {
  const items = schemaAt(schema, 'items');
  if (typeOf(schema) === 'array' && schema['items'] === undefined) causes.required(`${at}.items`, 'must be specified');
  if (items !== undefined) checkInvariants(causes, items, { level: 'item', at: `${at}.items` });
  const properties = propertiesOf(schema) ?? {};
  for (const [name, field] of Object.entries(properties))
    checkInvariants(causes, field, { level: 'field', at: `${at}.properties[${name}]` });
  checkValues(causes, schema, { level, at });
  if (isOn(schema, 'int-or-string')) {
    for (const key of ['preserve-unknown-fields', 'embedded-resource']) {
      const why = 'must be false if x-kubernetes-int-or-string is true';
      if (isOn(schema, key)) causes.invalid(`${at}.x-kubernetes-${key}`, true, why);
    }
  }
  checkJunctors(causes, schema, at);
  checkType(causes, schema, { level, at });
  const isWhole = level === 'root' || isOn(schema, 'embedded-resource');
  for (const key of ['kind', 'apiVersion']) {
    const field = properties[key];
    if (isWhole && field !== undefined && typeOf(field) !== 'string')
      causes.invalid(`${at}.properties[${key}].type`, typeOf(field), 'must be string');
  }
  const { metadata } = properties;
  if (isWhole && metadata !== undefined) checkMetadata(causes, metadata, { level, at: `${at}.properties[metadata]` });
  const isEmpty = Object.keys(properties).length === 0 && !isOn(schema, 'preserve-unknown-fields');
  if (isOn(schema, 'embedded-resource') && isEmpty) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    causes.required(`${at}.properties`, why);
  }
}

function checkValues(causes: Causes, schema: JsonObject, { level, at }: Place): void {
  const values = schema['additionalProperties'];
  if (values === undefined || values === null) return;
  if (level === 'root') causes.forbidden(`${at}.additionalProperties`, 'must not be used at the root');
  if (isOn(schema, 'embedded-resource'))
    causes.forbidden(`${at}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set');
  if (isBag(values))
    checkInvariants(causes, values as JsonObject, { level: 'field', at: `${at}.additionalProperties` });
}

const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function checkType(causes: Causes, schema: JsonObject, { level, at }: Place): void {
  const type = typeOf(schema);
  const embedded = 'must be object if x-kubernetes-embedded-resource is true';
  if (isOn(schema, 'embedded-resource') && type !== 'object') {
    if (type === '') causes.required(`${at}.type`, embedded);
    else causes.invalid(`${at}.type`, type, embedded);
  } else if (type === '' && !isOn(schema, 'int-or-string') && !isOn(schema, 'preserve-unknown-fields'))
    causes.required(`${at}.type`, missingType[level]);
  if (level === 'root' && type !== '' && type !== 'object')
    causes.invalid(`${at}.type`, type, 'must be object at the root');
}

function checkMetadata(causes: Causes, metadata: JsonObject, { level, at }: Place): void {
  if (typeOf(metadata) !== 'object') causes.invalid(`${at}.type`, typeOf(metadata), 'must be object');
  if (level !== 'root') return;
  const { type: _, default: __, properties, ...rest } = metadata as Readonly<Record<string, Json | undefined>>;
  const names = Object.keys(properties ?? {});
  const isPlain = names.every((name) => name === 'name' || name === 'generateName');
  if (isPlain && Object.keys(rest).length === 0) return;
  const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  causes.forbidden(at, why);
}

const intOrString: Json = [{ type: 'integer' }, { type: 'string' }];

type Alternative = readonly [key: string, schema: JsonObject];

function alternativesOf(schema: JsonObject): readonly Alternative[] {
  const lists = ['allOf', 'anyOf', 'oneOf'].flatMap((key) =>
    (Array.isArray(schema[key]) ? (schema[key] as JsonObject[]) : []).map((each, index): Alternative => [
      `${key}[${index}]`,
      each,
    ]),
  );
  const not = schemaAt(schema, 'not');
  return [...(not === undefined ? [] : [['not', not] as const]), ...lists];
}

// An int or string may say so in its alternatives, in two ways.
function checkJunctors(causes: Causes, schema: JsonObject, at: string, free = false): void {
  const [first] = Array.isArray(schema['allOf']) ? (schema['allOf'] as JsonObject[]) : [];
  const freeFirst = !free && first !== undefined && sameValue(first['anyOf'], intOrString);
  const freeAny = free || sameValue(schema['anyOf'], intOrString);
  for (const [key, alternative] of alternativesOf(schema)) {
    if (key.startsWith('anyOf') && freeAny) continue;
    checkNested(causes, alternative, { at: `${at}.${key}`, free: key === 'allOf[0]' && freeFirst });
  }
  const { pattern } = schema as Readonly<Record<string, Json | undefined>>;
  if (typeof pattern !== 'string' || pattern === '') return;
  const problem = patternProblem(pattern);
  if (problem !== undefined)
    causes.invalid(`${at}.pattern`, pattern, `must be a valid regular expression, but isn't: ${problem}`);
}

// CEL knows Go's words for what is wrong with an expression.
function patternProblem(pattern: string): string | undefined {
  const environment = kubernetesCelEnvironment().extend({ variables: { text: stringType, pattern: stringType } });
  const compiled = compileCel('text.matches(pattern)', environment);
  if (!compiled.ok) return undefined;
  const { result } = compiled.value.evaluate({ text: '', pattern });
  return result.ok ? undefined : result.error.message;
}

const emptyOnly = ['type', 'title', 'description'];
const falseOnly = ['nullable', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'];

function checkNested(
  causes: Causes,
  schema: JsonObject,
  { at, free }: { readonly at: string; readonly free: boolean },
): void {
  checkJunctors(causes, schema, at, free);
  const items = schemaAt(schema, 'items');
  if (items !== undefined) checkNested(causes, items, { at: `${at}.items`, free: false });
  const properties = propertiesOf(schema) ?? {};
  for (const [name, field] of Object.entries(properties))
    checkNested(causes, field, { at: `${at}.properties[${name}]`, free: false });
  const forbid = (key: string, why: string): void =>
    causes.forbidden(`${at}.${key}`, `must be ${why} to be structural`);
  for (const key of emptyOnly) if ((schema[key] ?? '') !== '') forbid(key, 'empty');
  for (const key of ['additionalProperties', 'default'])
    if (schema[key] !== undefined && schema[key] !== null) forbid(key, 'undefined');
  for (const key of [...falseOnly, 'x-kubernetes-int-or-string']) if (schema[key] === true) forbid(key, 'false');
  if (Array.isArray(schema['x-kubernetes-list-map-keys'])) forbid('x-kubernetes-list-map-keys', 'empty');
  for (const key of ['x-kubernetes-list-type', 'x-kubernetes-map-type'])
    if (schema[key] !== undefined) forbid(key, 'undefined');
  if (Array.isArray(schema['x-kubernetes-validations'])) forbid('x-kubernetes-validations', 'empty');
  if (properties['metadata'] !== undefined)
    causes.forbidden(`${at}.properties[metadata]`, 'must not be specified in a nested context');
}

interface Counterpart {
  /** The schema outside of all alternatives. */
  readonly schema: JsonObject | undefined;
  readonly at: string;
  /** Where the alternative is. */
  readonly from: string;
}

// What alternatives speak of must be specified outside of them.
function checkComplete(causes: Causes, alternative: JsonObject, { schema, at, from }: Counterpart): void {
  if (schema === undefined) {
    causes.required(at, `because it is defined in ${from}`);
    return;
  }
  for (const [key, each] of alternativesOf(alternative))
    checkComplete(causes, each, { schema, at, from: `${from}.${key}` });
  const items = schemaAt(alternative, 'items');
  if (items !== undefined)
    checkComplete(causes, items, { schema: schemaAt(schema, 'items'), at: `${at}.items`, from: `${from}.items` });
  const known = propertiesOf(schema) ?? {};
  for (const [name, field] of Object.entries(propertiesOf(alternative) ?? {})) {
    const place = `properties[${name}]`;
    const own = Object.hasOwn(known, name) ? known[name] : undefined;
    checkComplete(causes, field, { schema: own, at: `${at}.${place}`, from: `${from}.${place}` });
  }
}
