// How managers that wrote at another version are read. Without a converter the object is taken to read the same at every
// version of its group, which holds for CRDs without a webhook; built-in versions no longer served are dropped.

import { type KubeObject, parseApiVersion } from '../object.ts';
import { builtinSchema } from '../schema/builtin.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
import type { JsonObject } from '../json.ts';
import { typeOfSchema } from './atoms.ts';
import type { VersionConverter } from './types.ts';
import type { Convert } from './updater.ts';
import { isMap } from './values.ts';

/** What decides how versions are read: the object's kind and schema, and a converter if the caller has one. */
export interface ConvertOptions {
  readonly schema: FieldSchema | undefined;
  readonly convert?: VersionConverter;
  readonly config?: KubeObject;
  readonly after?: KubeObject;
}

/** The converter for one request. */
export function convertWith(options: ConvertOptions): Convert {
  const kind = (options.config ?? options.after)?.kind ?? '';
  const convert = options.convert ?? sameEverywhere(kind, options.schema);
  return (value, apiVersion) => {
    if (value.apiVersion === apiVersion) return value;
    if (!isMap(value.value)) return value;
    const converted = convert(value.value, apiVersion);
    if (converted === undefined) return undefined;
    return { value: converted.object, type: typeOfSchema(converted.schema), apiVersion };
  };
}

function sameEverywhere(kind: string, schema: FieldSchema | undefined): VersionConverter {
  return (object: JsonObject, apiVersion) => {
    const from = object['apiVersion'];
    const own = parseApiVersion(typeof from === 'string' ? from : '');
    const other = parseApiVersion(apiVersion);
    const isBuiltin = builtinSchema({ ...own, kind }) !== undefined;
    const otherSchema = isBuiltin ? builtinSchema({ ...other, kind }) : schema;
    if (own.group !== other.group || (isBuiltin && otherSchema === undefined)) return undefined;
    return { object: { ...object, apiVersion }, schema: otherSchema };
  };
}
