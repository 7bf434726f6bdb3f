// The contract of @evenkeel/gotemplate: Go's text/template and the sprig functions.
//
// Parse with `parseTemplates`, run with `execute`. Values are described in value/value.ts; `fromJson` makes them from
// JSON (numbers become float64, objects become Maps). Functions are made with `fn` and put into a FunctionMap.
export { TemplateSet, parseTemplates } from './exec/template-set.js';
export { defaultLimits, execute } from './exec/execute.js';
export { TemplateError, errorStack } from './exec/template-error.js';
export {} from './exec/origins.js';
export { GoError, GoFunction, fn, rest } from './exec/function.js';
export {
  any,
  anys,
  bigInt64,
  bool,
  dict,
  dicts,
  float64,
  int,
  int64,
  reflectValue,
  str,
  strings,
  stringMap,
} from './exec/codecs.js';
export { includeFunction, tplFunction } from './exec/include.js';
export {
  GoComplex,
  GoInt,
  GoScalar,
  GoStruct,
  goInt,
  goInt64,
  isNilContainer,
  mapType,
  nilMap,
  nilSlice,
  sliceType,
  typeOf,
  withType,
} from './value/value.js';
export {
  anyMapType,
  anySliceType,
  anyType,
  assignable,
  boolType,
  bytesType,
  float64Type,
  int64Type,
  intType,
  mapOf,
  namedType,
  sliceOf,
  stringMapType,
  stringSliceType,
  stringType,
} from './value/go-type.js';
export { goBytes, goLength, goString, isBinary } from './value/go-string.js';
export { fromJson, toJson } from './value/json-value.js';
export { JsonError, marshalJson, unmarshalJson } from './value/go-json.js';
export { quote, unquote } from './value/quote.js';
export { formatValue, sprint, sprintf } from './fmt/printer.js';
export { GoTime } from './time/go-time.js';
export { durationText, parseDuration } from './time/duration.js';
export { sprigFunctions } from './sprig/sprig.js';
