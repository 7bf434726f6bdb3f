// The contract of @evenkeel/gotemplate: Go's text/template and the sprig functions.
//
// Parse with `parseTemplates`, run with `execute`. Values are described in value/value.ts; `fromJson` makes them from
// JSON (numbers become float64, objects become Maps). Functions are made with `fn` and put into a FunctionMap.

export {
  type ParseOptions,
  type Template,
  type TemplateSource,
  TemplateSet,
  parseTemplates,
} from './exec/template-set.ts';
export { type ExecuteOptions, type Execution, type Limits, defaultLimits, execute } from './exec/execute.ts';
export { type TemplateErrorCode, type TemplatePosition, TemplateError, errorStack } from './exec/template-error.ts';
export { type OriginFrame, type OriginOptions, type OriginSegment } from './exec/origins.ts';
export type { Call, MissingKey } from './exec/call.ts';
export type { CertificatePair, CertificateRequest, Host, PrivateKeyKind } from './exec/host.ts';
export {
  type ArgsOf,
  type Codec,
  type FunctionMap,
  type Rest,
  type Signature,
  GoError,
  GoFunction,
  fn,
  rest,
} from './exec/function.ts';
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
} from './exec/codecs.ts';
export { includeFunction, tplFunction } from './exec/include.ts';
export {
  type GoMap,
  type GoSlice,
  type Value,
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
} from './value/value.ts';
export {
  type GoField,
  type GoKind,
  type GoType,
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
} from './value/go-type.ts';
export { goBytes, goLength, goString, isBinary } from './value/go-string.ts';
export { fromJson, toJson } from './value/json-value.ts';
export { JsonError, marshalJson, unmarshalJson } from './value/go-json.ts';
export { quote, unquote } from './value/quote.ts';
export { formatValue, sprint, sprintf } from './fmt/printer.ts';
export { GoTime } from './time/go-time.ts';
export { duration, durationType } from './time/go-duration.ts';
export { durationText, parseDuration } from './time/duration.ts';
export { sprigFunctions } from './sprig/sprig.ts';
