// How managers that wrote at another version are read. Without a converter the object is taken to read the same at every
// version of its group, which holds for CRDs without a webhook; built-in versions no longer served are dropped.
import { parseApiVersion } from '../object.js';
import { builtinSchema } from '../schema/builtin.js';
import { typeOfSchema } from './atoms.js';
import { isMap } from './values.js';
/** The converter for one request. */
export function convertWith(options) {
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
function sameEverywhere(kind, schema) {
  return (object, apiVersion) => {
    const from = object['apiVersion'];
    const own = parseApiVersion(typeof from === 'string' ? from : '');
    const other = parseApiVersion(apiVersion);
    const isBuiltin = builtinSchema({ ...own, kind }) !== undefined;
    const otherSchema = isBuiltin ? builtinSchema({ ...other, kind }) : schema;
    if (own.group !== other.group || (isBuiltin && otherSchema === undefined)) return undefined;
    return { object: { ...object, apiVersion }, schema: otherSchema };
  };
}
