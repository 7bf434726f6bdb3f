// Between plain JSON, as the other packages pass it, and template values.

import type { Json } from '@evenkeel/resource';
import { JsonError, base64 } from './go-json.ts';
import { int64Type } from './go-type.ts';
import { GoInt, type GoMap, GoScalar, GoStruct, type Value, isNilContainer } from './value.ts';

/** How numbers become Go values: a values file gives float64; `--set` gives int64. */
export interface FromJsonOptions {
  readonly integers?: 'float64' | 'int64';
}

/** JSON as template values: objects become Maps (fresh, so templates may `set`), numbers float64 unless told otherwise. */
export function fromJson(json: Json | undefined, options: FromJsonOptions = {}): Value {
  const asInt = options.integers === 'int64';
  return convert(json, asInt);
}

function convert(json: Json | undefined, asInt: boolean): Value {
  if (json === null || json === undefined) return null;
  if (typeof json === 'number') return asInt && Number.isInteger(json) ? new GoInt(BigInt(json), int64Type) : json;
  if (typeof json === 'bigint') return asInt ? new GoInt(json, int64Type) : Number(json);
  if (typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map((item: Json) => convert(item, asInt));
  const map: GoMap = new Map();
  for (const [key, item] of Object.entries(json)) {
    if (item !== undefined) map.set(key, convert(item, asInt));
  }
  return map;
}

/** Template values as JSON data, as encoding/json would read back what it writes. Throws JsonError for functions and cycles. */
export function toJson(value: Value): Json {
  return plain(value, new Set());
}

function plain(value: Value, open: Set<object>): Json {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new JsonError(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
    }
    return typeof value === 'string' ? value.toWellFormed() : value;
  }
  if (value instanceof GoInt) return fromText(value.type.json?.(value)) ?? integer(value.value);
  if (value instanceof Uint8Array) return base64(value);
  if (value instanceof GoScalar) return fromText(value.type.json?.(value)) ?? value.value;
  if (open.has(value)) throw new JsonError('json: unsupported value: encountered a cycle');
  open.add(value);
  const result = container(value, open);
  open.delete(value);
  return result;
}

function integer(value: bigint): Json {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function fromText(text: string | undefined): Json | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Json);
}

function container(value: object, open: Set<object>): Json {
  if (Array.isArray(value)) return isNilContainer(value) ? null : value.map((item: Value) => plain(item, open));
  const object = Object.create(null) as Record<string, Json>;
  if (value instanceof Map) {
    if (isNilContainer(value as GoMap)) return null;
    for (const [key, item] of value as GoMap) {
      if (typeof key === 'string') object[key.toWellFormed()] = plain(item, open);
      else if (key instanceof GoInt) object[key.value.toString()] = plain(item, open);
      else throw new JsonError('json: unsupported type: map with keys that are no strings');
    }
    return object;
  }
  if (value instanceof GoStruct) {
    const text = fromText(value.type.json?.(value));
    if (text !== undefined) return text;
    for (const field of value.type.fields ?? []) {
      if (field.json === '') continue;
      const name = field.json ?? field.name;
      const item = plain(value.fields.get(field.name), open);
      if (!name.startsWith('?')) object[name] = item;
      else if (!isEmpty(item)) object[name.slice(1)] = item;
    }
    return object;
  }
  throw new JsonError('json: unsupported type: func');
}

function isEmpty(json: Json): boolean {
  if (json === null || json === '' || json === false || json === 0) return true;
  return Array.isArray(json) ? json.length === 0 : typeof json === 'object' && Object.keys(json).length === 0;
}
