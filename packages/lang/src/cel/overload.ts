// One signature of a function and what it does.

import { type CelType, isOptional, parseType, splitTypes } from './types.ts';
import {
  Duration,
  ListValue,
  MapValue,
  OpaqueValue,
  OptionalValue,
  StructValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/** What a function does; its arguments are of the types the overload declares. */
export type Implementation = (...args: readonly Value[]) => Value;

export interface Overload {
  readonly id: string;
  readonly fn: string;
  /** True where the first parameter is what the function is called on. */
  readonly member: boolean;
  readonly params: readonly CelType[];
  readonly result: CelType;
  /** Names of the type parameters. */
  readonly typeParams: readonly string[];
  /** Undefined for operators, which the compiler knows itself. */
  readonly run: Implementation | undefined;
}

/**
 * Declares an overload from its signature: `join(list(string)) string`, or `list(string) .join(string) string` for one
 * that is called on its first parameter.
 */
export function overload(id: string, signature: string, run?: Implementation): Overload {
  const dot = signature.search(/ \.[@A-Za-z]/);
  const call = dot < 0 ? signature : signature.slice(dot + 2);
  const open = call.indexOf('(');
  const close = closing(call, open);
  const params = splitTypes(call.slice(open + 1, close)).map(parseType);
  if (dot >= 0) params.unshift(parseType(signature.slice(0, dot)));
  const result = parseType(call.slice(close + 1).trim());
  const names = new Set<string>();
  for (const type of [...params, result]) collectParams(type, names);
  return { id, fn: call.slice(0, open), member: dot >= 0, params, result, typeParams: [...names], run };
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let index = open; index < text.length; index++) {
    if (text[index] === '(') depth++;
    else if (text[index] === ')' && --depth === 0) return index;
  }
  return text.length;
}

function collectParams(type: CelType, names: Set<string>): void {
  if (type.kind === 'param') names.add(type.name);
  for (const param of type.params) collectParams(param, names);
}

/** True where a value may stand for a parameter when the program runs; what lists and maps hold is not looked at. */
export function accepts(type: CelType, value: Value): boolean {
  switch (type.kind as string) {
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint';
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'null':
      return value === null;
    case 'dyn':
    case 'param':
    case 'error':
      return true;
    default:
      return value !== null && typeof value === 'object' && acceptsObject(type, value);
  }
}

function acceptsObject(type: CelType, value: Extract<Value, object>): boolean {
  switch (type.kind as string) {
    case 'list':
      return value instanceof ListValue;
    case 'map':
      return value instanceof MapValue;
    case 'uint':
      return value instanceof Uint;
    case 'bytes':
      return value instanceof Uint8Array;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'type':
      return value instanceof TypeValue;
    default:
      if (isOptional(type)) return value instanceof OptionalValue;
      return (value instanceof OpaqueValue || value instanceof StructValue) && value.type.name === type.name;
  }
}
