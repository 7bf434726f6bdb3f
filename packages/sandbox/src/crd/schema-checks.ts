// What is wrong with the schema of a definition (apiextensions-apiserver:pkg/apis/apiextensions/validation, 1.35).

import type { Json, JsonObject } from '@evenkeel/resource';
import { isBag, scalarText } from '../store/draft.ts';
import { Causes, RawText } from '../validation/causes.ts';
import { checkDefaults } from './default-checks.ts';
import { listMapKeys, propertiesOf, schemaAt } from './schema-access.ts';
import { checkStructure } from './structure-checks.ts';

/** Checks the schema of a version; with a status subresource, less may be said at its root. */
export function checkSchema(
  causes: Causes,
  schema: JsonObject,
  { at, hasStatus }: { readonly at: string; readonly hasStatus: boolean },
): void {
  if (hasStatus) checkRootForStatus(causes, schema, at);
  if (schema['nullable'] === true) causes.forbidden(`${at}.nullable`, 'nullable cannot be true at the root');
  if (!cannotBeStructural(schema)) {
    const structure = new Causes();
    checkStructure(structure, schema, at);
    if (structure.list.length === 0) checkDefaults(structure, schema, at);
    causes.addAll(structure.list);
  }
  checkNode(causes, schema, { at, root: true, noDefaults: undefined, inMeta: false });
}

// What no structural schema can say is told in other words.
function cannotBeStructural(schema: JsonObject): boolean {
  if (Array.isArray(schema['items'])) return true;
  if (
    ['$ref', 'id', 'definitions', 'dependencies', 'patternProperties', 'additionalItems'].some(
      (key) => schema[key] !== undefined,
    )
  )
    return true;
  if (schema['uniqueItems'] === true || schema['type'] === 'null') return true;
  const values = schema['additionalProperties'];
  if (isBag(values) && Object.keys(propertiesOf(schema) ?? {}).length > 0) return true;
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) return true;
  return childrenOf(schema).some(([, child]) => cannotBeStructural(child));
}

const allowedAtRoot = new Set(
  (
    'description type format title maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems ' +
    'minItems uniqueItems multipleOf required items properties externalDocs example x-kubernetes-preserve-unknown-fields ' +
    'x-kubernetes-validations'
  ).split(' '),
);
const allowedNames =
  '[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]';

function checkRootForStatus(causes: Causes, schema: JsonObject, at: string): void {
  const type = scalarText((schema['type'] ?? '') as string);
  if (type !== '' && type !== 'object') {
    const why = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    causes.invalid(`${at}.type`, type, why);
    return;
  }
  const stranger = Object.keys(schema).find((key) => !allowedAtRoot.has(key) && schema[key] !== false);
  if (stranger === undefined) return;
  const why = `only ${allowedNames} fields are allowed at the root of the schema if the status subresource is enabled`;
  causes.invalid(at, new RawText(JSON.stringify(schema)), why);
}

interface Place {
  readonly at: string;
  readonly root: boolean;
  /** Why defaults are forbidden here. */
  readonly noDefaults: string | undefined;
  readonly inMeta: boolean;
}

function childrenOf(schema: JsonObject): readonly (readonly [string, JsonObject])[] {
  const children: (readonly [string, JsonObject])[] = [];
  const add = (key: string, child: unknown): void => {
    if (isBag(child as Json)) children.push([key, child as JsonObject]);
  };
  add('additionalProperties', schema['additionalProperties']);
  for (const [name, field] of Object.entries(propertiesOf(schema) ?? {})) add(`properties[${name}]`, field);
  add('not', schema['not']);
  for (const key of ['allOf', 'oneOf', 'anyOf']) {
    const list = Array.isArray(schema[key]) ? (schema[key] as Json[]) : [];
    for (const [index, each] of list.entries()) add(`${key}[${index}]`, each);
  }
  add('items', schema['items']);
  return children;
}

const metaFields = ['metadata', 'kind', 'apiVersion'];

function checkNode(causes: Causes, schema: JsonObject, place: Place): void {
  const { at } = place;
  checkKeywords(causes, schema, place);
  if (schema['uniqueItems'] === true) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    causes.forbidden(`${at}.uniqueItems`, why);
  }
  const values = schema['additionalProperties'];
  if (values !== undefined && values !== true && Object.keys(propertiesOf(schema) ?? {}).length > 0)
    causes.forbidden(`${at}.additionalProperties`, 'additionalProperties and properties are mutual exclusive');
  const isWhole = place.root || schema['x-kubernetes-embedded-resource'] === true;
  for (const [key, child] of childrenOf(schema)) {
    const meta = isWhole ? metaFields.find((name) => key === `properties[${name}]`) : undefined;
    const inMeta = place.inMeta || meta !== undefined;
    let { noDefaults } = place;
    if (key === 'additionalProperties' && place.inMeta)
      noDefaults = 'inside additionalProperties applying to object metadata';
    if (place.root && meta !== undefined) noDefaults = `in top-level ${meta}`;
    checkNode(causes, child, { at: `${at}.${key}`, root: false, noDefaults, inMeta });
  }
  checkExtensions(causes, schema, at);
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const unsupported = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

function checkKeywords(causes: Causes, schema: JsonObject, { at, noDefaults, inMeta }: Place): void {
  const type = scalarText((schema['type'] ?? '') as string);
  if (type !== '' && !types.includes(type)) causes.notSupported(`${at}.type`, type, types);
  if (noDefaults !== undefined && schema['default'] !== undefined)
    causes.forbidden(`${at}.default`, `must not be set ${noDefaults}`);
  for (const key of unsupported)
    if (schema[key] !== undefined) causes.forbidden(`${at}.${key}`, `${key} is not supported`);
  if (type === 'null') causes.forbidden(`${at}.type`, 'type cannot be set to null, use nullable as an alternative');
  if (Array.isArray(schema['items'])) causes.forbidden(`${at}.items`, 'items must be a schema object and not an array');
  if (inMeta && schema['x-kubernetes-embedded-resource'] === true)
    causes.forbidden(`${at}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta');
}

function checkExtensions(causes: Causes, schema: JsonObject, at: string): void {
  const type = scalarText((schema['type'] ?? '') as string);
  const need = (wanted: string, extension: string): void => {
    const why = `must be ${wanted} if x-kubernetes-${extension} is specified`;
    if (type === '') causes.required(`${at}.type`, why);
    else if (type !== wanted) causes.invalid(`${at}.type`, type, why);
  };
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    causes.invalid(`${at}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined');
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType !== undefined) {
    need('object', 'map-type');
    if (mapType !== 'atomic' && mapType !== 'granular')
      causes.notSupported(`${at}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']);
  }
  checkList(causes, schema, { at, need });
}

function checkList(
  causes: Causes,
  schema: JsonObject,
  { at, need }: { readonly at: string; readonly need: (wanted: string, extension: string) => void },
): void {
  const listType = schema['x-kubernetes-list-type'];
  const items = schemaAt(schema, 'items');
  const keys = listMapKeys(schema);
  if (listType !== undefined) need('array', 'list-type');
  if (listType === 'set' && schema['type'] === 'array' && items !== undefined)
    checkSetItems(causes, items, `${at}.items`);
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(scalarText(listType as string)))
    causes.notSupported(`${at}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']);
  const onlyMap = 'must be map if x-kubernetes-list-map-keys is non-empty';
  if (keys.length > 0 && listType === undefined) causes.required(`${at}.x-kubernetes-list-type`, onlyMap);
  else if (keys.length > 0 && listType !== 'map') causes.invalid(`${at}.x-kubernetes-list-type`, listType, onlyMap);
  if (listType === 'map') checkMapItems(causes, items, { at, keys });
  if (items === undefined || (listType !== 'set' && listType !== 'map')) return;
  if (items['nullable'] === true)
    causes.forbidden(`${at}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`);
  if (listType === 'map') checkMapKeys(causes, items, { at: `${at}.items`, keys });
}

function checkSetItems(causes: Causes, items: JsonObject, at: string): void {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const own = items['x-kubernetes-list-type'];
  if (items['type'] === 'array' && own !== undefined && own !== 'atomic')
    causes.invalid(`${at}.x-kubernetes-list-type`, own, why);
  if (items['type'] === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    causes.invalid(`${at}.x-kubernetes-map-type`, own, why);
}

interface Keys {
  readonly at: string;
  readonly keys: readonly string[];
}

function checkMapItems(causes: Causes, items: JsonObject | undefined, { at, keys }: Keys): void {
  const onlyMap = 'if x-kubernetes-list-type is map';
  const list = `${at}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) causes.required(list, `must not be empty ${onlyMap}`);
  if (items === undefined) {
    causes.required(`${at}.items`, `must have a schema ${onlyMap}`);
    return;
  }
  const type = scalarText((items['type'] ?? '') as string);
  if (type !== 'object') {
    causes.invalid(`${at}.items.type`, type, "must be object if parent array's x-kubernetes-list-type is map");
    return;
  }
  const properties = propertiesOf(items) ?? {};
  for (const [index, key] of keys.entries()) {
    const field = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (field === undefined) causes.invalid(list, keys, 'entries must all be names of item properties');
    else if (field['type'] === 'array' || field['type'] === 'object') {
      const why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      causes.invalid(`${at}.items.properties[${key}].type`, type, why);
    }
    if (keys.indexOf(key) < index) causes.invalid(list, keys, 'must not contain duplicate entries');
  }
}

function checkMapKeys(causes: Causes, items: JsonObject, { at, keys }: Keys): void {
  const required = Array.isArray(items['required']) ? (items['required'] as readonly string[]) : [];
  const properties = propertiesOf(items) ?? {};
  for (const key of keys) {
    const field = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (field === undefined) continue;
    const place = `${at}.properties[${key}]`;
    const why = 'this property is in x-kubernetes-list-map-keys, so it';
    if (!required.includes(key) && field['default'] === undefined)
      causes.required(`${place}.default`, `${why} must have a default or be a required property`);
    if (field['nullable'] === true) causes.forbidden(`${place}.nullable`, `${why} cannot be nullable`);
  }
}
