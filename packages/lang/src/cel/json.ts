// JSON data as CEL values, converted where it is read: what is bound to variables without a schema.

import type { Json, JsonObject } from '@evenkeel/resource';
import { ListValue, MapValue, type Value } from './values.ts';

/** A JSON value as CEL sees it without a schema: numbers without a fraction are ints. */
export function valueOfJson(json: Json | undefined): Value {
  if (json === undefined || json === null) return null;
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : json;
  if (typeof json !== 'object') return json;
  return Array.isArray(json) ? new JsonList(json) : new JsonMap(json as JsonObject);
}

/** A JSON array. */
export class JsonList extends ListValue {
  readonly json: readonly Json[];
  constructor(json: readonly Json[]) {
    super();
    this.json = json;
  }
  override get size(): number {
    return this.json.length;
  }
  override at(index: number): Value {
    return valueOfJson(this.json[index]);
  }
}

/** A JSON object. */
export class JsonMap extends MapValue {
  readonly json: JsonObject;
  constructor(json: JsonObject) {
    super();
    this.json = json;
  }
  override get size(): number {
    return Object.keys(this.json).length;
  }
  override find(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.json, key)) return undefined;
    const value = this.json[key];
    return value === undefined ? undefined : valueOfJson(value);
  }
  override keys(): Iterable<Value> {
    return Object.keys(this.json);
  }
}
