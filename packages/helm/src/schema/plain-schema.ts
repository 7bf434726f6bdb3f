// Schemas as people write them are told valid in one walk. A metaschema is a schema too, and validating with it costs a
// cold start more than all the values do.

import { GoInt } from '@evenkeel/gotemplate';

import { type Value, isTable } from '../values/table.ts';
import type { Draft } from './document.ts';
import { regexProblem } from './formats.ts';
import { TYPE_ORDER, canonical, isInteger, numberOf } from './json-values.ts';

/**
 * Whether a schema of a draft is certainly valid against the draft's metaschema. False says nothing: the schema is wrong, or
 * has what is not looked at here (identifiers, anchors, draft 4).
 */
export function isPlainSchema(value: Value, draft: Draft): boolean {
  if (draft === 4) return false;
  if (typeof value === 'boolean') return true;
  if (!isTable(value)) return false;
  for (const [keyword, operand] of value) {
    const check = checks.get(keyword);
    if (check !== undefined && !check(operand, draft)) return false;
  }
  return true;
}

type Check = (value: Value, draft: Draft) => boolean;

const never: Check = () => false;
const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isList: Check = (value) => Array.isArray(value);
const isChoice: Check = (value) =>
  Array.isArray(value) && value.length > 0 && new Set(value.map(canonical)).size === value.length;
const isNumber: Check = (value) => typeof value === 'number' || value instanceof GoInt;
const isAboveZero: Check = (value) => (typeof value === 'number' || value instanceof GoInt) && numberOf(value) > 0;
const isCount: Check = (value) =>
  (typeof value === 'number' || value instanceof GoInt) && isInteger(value) && numberOf(value) >= 0;
const isNames: Check = (value) =>
  Array.isArray(value) && value.every((name) => typeof name === 'string') && new Set(value).size === value.length;
const isType: Check = (value) =>
  typeof value === 'string'
    ? types.has(value)
    : isNames(value, 2020) && Array.isArray(value) && value.length > 0 && value.every((name) => types.has(name));
const isPattern: Check = (value) => typeof value === 'string' && regexProblem(value) === undefined;
const isLocalReference: Check = (value) => typeof value === 'string' && /^#[\w/$.-]*$/.test(value);
const isKnownDraft: Check = (value) =>
  typeof value === 'string' && /^https?:\/\/json-schema\.org\/[\w./-]+#?$/.test(value);
const isSchemas: Check = (value, draft) =>
  Array.isArray(value) && value.length > 0 && value.every((schema) => isPlainSchema(schema, draft));
const isItems: Check = (value, draft) => isPlainSchema(value, draft) || (draft < 2020 && isSchemas(value, draft));

function tableOf(check: Check, keyCheck: Check = () => true): Check {
  return (value, draft) =>
    isTable(value) && [...value].every(([key, inner]) => keyCheck(key, draft) && check(inner, draft));
}

const types: ReadonlySet<Value> = new Set<Value>(TYPE_ORDER);

/** What each keyword's operand must look like, never less strict than any draft has it. */
const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ...['$id', 'id', '$anchor', '$dynamicAnchor', '$dynamicRef', '$recursiveRef', '$recursiveAnchor', '$vocabulary'].map(
    (keyword) => [keyword, never] as const,
  ),
  ['$schema', isKnownDraft],
  ['$ref', isLocalReference],
  ['type', isType],
  ['enum', isChoice],
  ['examples', isList],
  ...['title', 'description', '$comment', 'format', 'contentEncoding', 'contentMediaType'].map(
    (keyword) => [keyword, isText] as const,
  ),
  ...['readOnly', 'writeOnly', 'deprecated', 'uniqueItems'].map((keyword) => [keyword, isFlag] as const),
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].map((keyword) => [keyword, isNumber] as const),
  ['multipleOf', isAboveZero],
  ...['Length', 'Items', 'Properties', 'Contains'].flatMap((what) => [
    [`min${what}`, isCount] as const,
    [`max${what}`, isCount] as const,
  ]),
  ['required', isNames],
  ['pattern', isPattern],
  ...['properties', 'definitions', '$defs', 'dependentSchemas'].map(
    (keyword) => [keyword, tableOf(isPlainSchema)] as const,
  ),
  ['patternProperties', tableOf(isPlainSchema, isPattern)],
  ['dependentRequired', tableOf(isNames)],
  ['dependencies', tableOf((value, draft) => isNames(value, draft) || isPlainSchema(value, draft))],
  ...['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((keyword) => [keyword, isSchemas] as const),
  ['items', isItems],
  ...[
    'not',
    'if',
    'then',
    'else',
    'contains',
    'propertyNames',
    'contentSchema',
    'additionalItems',
    'additionalProperties',
    'unevaluatedItems',
    'unevaluatedProperties',
  ].map((keyword) => [keyword, isPlainSchema] as const),
]);
