// Field access and argument checking by Go's reflection rules, without ever touching a property of a JavaScript object.

import { type GoType, anyType, assignable, canBeNil, reflectValueType, stringType } from '../value/go-type.ts';
import { quote } from '../value/quote.ts';
import {
  GoInt,
  type GoMap,
  GoScalar,
  GoStruct,
  type Value,
  goInt,
  mapType,
  nilMap,
  nilSlice,
  typeOf,
} from '../value/value.ts';
import type { GoFunction } from './function.ts';
import type { State } from './state.ts';

/** The method `name` of a value, if its type has one. */
export function methodOf(value: Value, name: string): GoFunction | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return typeOf(value)?.methods?.get(name);
}

/** text/template's evalField for anything but a method. Sets state.wrapped. */
export function fieldOf(state: State, receiver: Value, name: string, hasArgs: boolean): Value {
  if (receiver instanceof Map) {
    const type = mapType(receiver);
    if (type.key?.kind === 'string' && (type.key.underlying === undefined || type.key === stringType)) {
      if (hasArgs) state.fail(`${name} is not a method but has arguments`);
      return entryOf(state, receiver, name, type);
    }
  } else if (receiver === undefined) {
    if (state.missingKey === 'error') state.fail(`nil data; no entry for key ${quote(name)}`);
    state.wrapped = false;
    return undefined;
  } else if (receiver === null) {
    state.fail(`nil pointer evaluating interface {}.${name}`);
  } else if (receiver instanceof GoStruct && receiver.fields.has(name)) {
    if (/^[a-z_]/.test(name)) {
      state.fail(
        `${name} is an unexported field of struct type ${state.wrapped ? 'interface {}' : receiver.type.text}`,
      );
    }
    if (hasArgs) state.fail(`${name} has arguments but cannot be invoked as function`);
    const value = receiver.fields.get(name);
    const field = receiver.type.fields?.find((candidate) => candidate.name === name);
    state.wrapped = (field?.type ?? anyType).kind === 'interface';
    return value === undefined ? null : value;
  }
  const text = state.wrapped ? 'interface {}' : (typeOf(receiver)?.text ?? 'interface {}');
  return state.fail(`can't evaluate field ${name} in type ${text}`);
}

function entryOf(state: State, map: GoMap, name: string, type: GoType): Value {
  const elem = type.elem ?? anyType;
  const value = map.get(name);
  if (value !== undefined) {
    state.wrapped = elem.kind === 'interface';
    return value;
  }
  switch (state.missingKey) {
    case 'zero':
      state.wrapped = elem.kind === 'interface';
      return zeroOf(elem);
    case 'error':
      return state.fail(`map has no entry for key ${quote(name)}`);
    case 'default':
    case 'invalid':
      state.wrapped = false;
      return undefined;
  }
}

/** reflect.Zero as a value here. */
export function zeroOf(type: GoType): Value {
  switch (type.kind) {
    case 'string':
      return type.underlying === undefined ? '' : new GoScalar('', type);
    case 'bool':
      return false;
    case 'float64':
      return 0;
    case 'float32':
      return new GoScalar(0, type);
    case 'map':
      return nilMap(type);
    case 'slice':
      return nilSlice(type);
    case 'struct':
      if (type === reflectValueType) return undefined;
      return new GoStruct(type, new Map((type.fields ?? []).map((field) => [field.name, zeroOf(field.type)])));
    case 'interface':
    case 'ptr':
    case 'func':
    case 'invalid':
    case 'complex128':
      return null;
    case 'int':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
      return type.text === 'int' ? goInt(0) : new GoInt(0n, type);
  }
}

/** text/template's validateType: the value as an argument of the type, or its complaint. */
export function checkedArg(state: State, value: Value, type: GoType): Value {
  if (value === undefined) {
    if (canBeNil(type)) return zeroOf(type);
    state.fail(`invalid value; expected ${type.text}`);
  }
  if (type.kind === 'interface' || type === reflectValueType) return value;
  if (typeof value === 'string' && type === stringType) return value;
  if (value === null) state.fail(`wrong type for value; expected ${type.text}; got interface {}`);
  const from = typeOf(value);
  if (from !== undefined) {
    if (assignable(from, type)) return value;
    if (from.kind === 'ptr' && value instanceof GoStruct && from.elem !== undefined && assignable(from.elem, type)) {
      return new GoStruct(from.elem, value.fields);
    }
  }
  return state.fail(`wrong type for value; expected ${type.text}; got ${from?.text ?? 'interface {}'}`);
}
