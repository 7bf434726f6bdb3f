// What versions of a definition say beside their schema: columns, subresources, selectable fields, warnings
// (apiextensions-apiserver:pkg/apis/apiextensions/validation, 1.35).

import type { JsonObject } from '@evenkeel/resource';
import { type Bag, bagAt, scalarText } from '../store/draft.ts';
import type { Causes } from '../validation/causes.ts';
import { propertiesOf } from './schema-access.ts';

const textAt = (bag: Bag, key: string): string => scalarText(bag[key] ?? '');

/** Checks the warning of a deprecated version. */
export function checkDeprecation(causes: Causes, version: Bag, at: string): void {
  if (version['deprecationWarning'] === undefined) return;
  const text = textAt(version, 'deprecationWarning');
  const refuse = (detail: string): void => causes.invalid(at, text, detail);
  if (version['deprecated'] !== true) {
    refuse('can only be set for deprecated versions');
    return;
  }
  if (Buffer.byteLength(text) > 256) refuse('must be <= 256 characters long');
  if (text === '') refuse('must not be an empty string');
  const stranger = Array.from(text).findIndex((each) => each !== ' ' && /[\p{C}\p{Z}]/u.test(each));
  if (stranger < 0) return;
  const index = Buffer.byteLength(Array.from(text).slice(0, stranger).join(''));
  refuse(`must only contain printable UTF-8 characters; non-printable character found at index ${index}`);
}

const columnTypes = 'boolean,date,integer,number,string';
const columnFormats = 'byte,date,date-time,double,float,int32,int64,password';

/** Checks printer columns. */
export function checkColumns(causes: Causes, columns: readonly Bag[], at: string): void {
  for (const [index, column] of columns.entries()) {
    const place = `${at}[${index}]`;
    const [type, format, path] = [textAt(column, 'type'), textAt(column, 'format'), textAt(column, 'jsonPath')];
    if (textAt(column, 'name') === '') causes.required(`${place}.name`);
    if (type === '') causes.required(`${place}.type`, `must be one of ${columnTypes}`);
    else if (!columnTypes.split(',').includes(type))
      causes.invalid(`${place}.type`, type, `must be one of ${columnTypes}`);
    if (format !== '' && !columnFormats.split(',').includes(format))
      causes.invalid(`${place}.format`, format, `must be one of ${columnFormats}`);
    if (path === '') causes.required(`${place}.JSONPath`);
    else checkSimplePath(causes, path, `${place}.JSONPath`);
  }
}

function checkSimplePath(causes: Causes, path: string, at: string): boolean {
  if (path.startsWith('.')) return true;
  causes.invalid(at, path, 'must be a simple json path starting with .');
  return false;
}

/** Checks where the scale subresource reads and writes. */
export function checkSubresources(causes: Causes, subresources: Bag, at: string): void {
  const scale = bagAt(subresources, 'scale');
  if (scale === undefined) return;
  for (const part of ['spec', 'status'] as const) {
    const [place, path] = [`${at}.scale.${part}ReplicasPath`, textAt(scale, `${part}ReplicasPath`)];
    if (path === '') causes.required(place);
    else if (checkSimplePath(causes, path, place) && !path.startsWith(`.${part}.`))
      causes.invalid(place, path, `should be a json path under .${part}`);
  }
  const [place, path] = [`${at}.scale.labelSelectorPath`, textAt(scale, 'labelSelectorPath')];
  if (path !== '' && checkSimplePath(causes, path, place) && !/^\.(spec|status)\./.test(path))
    causes.invalid(place, path, 'should be a json path under either .spec or .status');
}

const selectableMax = 8;

/** Checks the fields that selectors may name. */
export function checkSelectable(
  causes: Causes,
  fields: readonly Bag[],
  { at, schema }: { readonly at: string; readonly schema: JsonObject },
): void {
  const seen = new Set<string>();
  for (const [index, field] of fields.entries()) {
    const [place, path] = [`${at}[${index}].jsonPath`, textAt(field, 'jsonPath')];
    if (path === '') {
      causes.required(place);
      continue;
    }
    const found = fieldAt(path, schema);
    if (typeof found === 'string') {
      causes.invalid(place, path, `is an invalid path: ${found}`);
      continue;
    }
    if (path.startsWith('.metadata')) causes.invalid(place, path, 'must not point to fields in metadata');
    if (!['string', 'boolean', 'integer'].includes(scalarText((found['type'] ?? '') as string))) {
      const kinds = 'must point to a field of type string, boolean or integer.';
      causes.invalid(place, path, `${kinds} Enum string fields and strings with formats are allowed.`);
    }
    if (seen.has(path)) causes.duplicate(place, path);
    seen.add(path);
  }
  if (seen.size > selectableMax) causes.tooMany(at, seen.size, selectableMax);
}

// The schema a path leads to, or why it leads nowhere.
function fieldAt(path: string, schema: JsonObject): JsonObject | string {
  if (!path.startsWith('.')) return `expected [ or . but got: ${/^[^.[]*/.exec(path)?.[0] ?? ''}`;
  let current = schema;
  for (const step of path.slice(1).split('.')) {
    if (step.includes('[')) return 'expected single quoted string but got a digit';
    const properties = propertiesOf(current);
    const next = properties !== undefined && Object.hasOwn(properties, step) ? properties[step] : undefined;
    if (next === undefined) return 'does not refer to a valid field';
    current = next;
  }
  return current;
}
