// Go's types as far as templates can see them: `%T`, `kindOf`, assignability of arguments, methods on named types.
// Types are compared by their text, as reflect.Type.String() prints it.
function basic(kind) {
  return { kind, text: kind };
}
export const boolType = basic('bool');
export const stringType = basic('string');
export const intType = basic('int');
export const int8Type = basic('int8');
export const int16Type = basic('int16');
export const int32Type = basic('int32');
export const int64Type = basic('int64');
export const uintType = basic('uint');
export const uint8Type = basic('uint8');
export const uint16Type = basic('uint16');
export const uint32Type = basic('uint32');
export const uint64Type = basic('uint64');
export const float32Type = basic('float32');
export const float64Type = basic('float64');
export const complexType = basic('complex128');
export const anyType = { kind: 'interface', text: 'interface {}' };
/** The parameter type of text/template's own builtins, which see values before they are unwrapped. */
export const reflectValueType = { kind: 'struct', text: 'reflect.Value' };
export const funcType = { kind: 'func', text: 'func()' };
/** `[]elem`. */
export function sliceOf(elem) {
  return { kind: 'slice', text: `[]${elem.text}`, elem };
}
/** `map[key]elem`. */
export function mapOf(key, elem) {
  return { kind: 'map', text: `map[${key.text}]${elem.text}`, key, elem };
}
export const anySliceType = sliceOf(anyType);
export const stringSliceType = sliceOf(stringType);
export const intSliceType = sliceOf(intType);
export const bytesType = sliceOf(uint8Type);
export const anyMapType = mapOf(stringType, anyType);
export const stringMapType = mapOf(stringType, stringType);
/** A defined type such as `common.Values`; behaves as its underlying type and prints its own name. */
export function namedType(text, underlying, extra = {}) {
  return { ...underlying, ...extra, text, underlying };
}
/** Go's assignability as far as it can arise here. */
export function assignable(from, to) {
  if (from === to || from.text === to.text) return true;
  if (to.kind === 'interface') return true;
  // A defined map or slice type is assignable to its unnamed underlying type and back; defined basic types are not.
  if (from.kind !== to.kind || (from.kind !== 'map' && from.kind !== 'slice')) return false;
  if (from.underlying !== undefined && to.underlying !== undefined) return false;
  return (from.underlying ?? from).text === (to.underlying ?? to).text;
}
/** Whether an untyped nil can stand for the type (text/template canBeNil). */
export function canBeNil(type) {
  return (
    type.kind === 'interface' ||
    type.kind === 'map' ||
    type.kind === 'slice' ||
    type.kind === 'ptr' ||
    type.kind === 'func' ||
    type === reflectValueType
  );
}
