// Truth, equality and order as text/template and reflect.DeepEqual define them.

import { formatValue, sprintf } from '../fmt/printer.ts';
import { compareStrings } from '../value/go-string.ts';
import { GoComplex, GoInt, GoScalar, GoStruct, type Value, isNilContainer, typeOf } from '../value/value.ts';
import { GoError, GoFunction } from './function.ts';

/** text/template's isTrue. */
export function isTrue(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'number') return value !== 0;
  if (value === undefined || value === null) return false;
  if (value instanceof Map) return value.size > 0;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof GoScalar) return value.value !== '' && value.value !== 0 && value.value !== false;
  if (value instanceof GoComplex) return value.re !== 0 || value.im !== 0;
  return true;
}

type BasicKind = 'invalid' | 'bool' | 'complex' | 'int' | 'float' | 'string' | 'uint';

function basicKind(value: Value): BasicKind {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof GoInt) return value.type.kind.startsWith('u') ? 'uint' : 'int';
  if (value instanceof GoScalar) {
    return typeof value.value === 'string' ? 'string' : typeof value.value === 'number' ? 'float' : 'bool';
  }
  return value instanceof GoComplex ? 'complex' : 'invalid';
}

/** The JavaScript value of a basic one, for comparing two of one kind. */
function raw(value: Value): string | number | boolean | bigint | undefined {
  if (value instanceof GoInt || value instanceof GoScalar) return value.value;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function isNil(value: Value): boolean {
  if (value === undefined || value === null) return true;
  return (Array.isArray(value) || value instanceof Map) && isNilContainer(value);
}

function incompatible(a: Value, b: Value): never {
  throw new GoError(`incompatible types for comparison: ${typeText(a)} and ${typeText(b)}`);
}

function typeText(value: Value): string {
  return typeOf(value)?.text ?? '<nil>';
}

/** How reflect.Value prints in an error about a value that cannot be compared. */
function shown(value: Value): string {
  return value === undefined || value === null ? '<invalid reflect.Value>' : sprintf('%s', [value]);
}

/** eq of two values. Throws GoError where Go refuses. */
export function equal(a: Value, b: Value): boolean {
  const ka = basicKind(a);
  const kb = basicKind(b);
  if (ka !== kb) {
    if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
    if (!(a === undefined || a === null || b === undefined || b === null)) incompatible(a, b);
    return false;
  }
  if (ka === 'complex') return a instanceof GoComplex && b instanceof GoComplex && a.re === b.re && a.im === b.im;
  if (ka !== 'invalid') return raw(a) === raw(b);
  if (!isNil(a) && !isNil(b) && typeOf(a)?.kind !== typeOf(b)?.kind) {
    throw new GoError(`non-comparable types ${shown(a)}: ${typeText(a)}, ${typeText(b)}: ${formatValue(b)}`);
  }
  const kindA = typeOf(a)?.kind;
  const kindB = typeOf(b)?.kind;
  if (kindA !== kindB && kindA !== undefined && kindB !== undefined) {
    throw new GoError(`non-comparable types ${shown(a)}: ${typeText(a)}, ${typeText(b)}: ${formatValue(b)}`);
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b);
  if (!comparable(b)) throw new GoError(`non-comparable type ${shown(b)}: ${typeText(b)}`);
  return structEqual(a, b);
}

function comparable(value: Value): boolean {
  if (value instanceof GoStruct) {
    return (
      value.type.kind === 'ptr' ||
      (value.type.fields ?? []).every((field) => !/^(map|slice|func)$/.test(field.type.kind))
    );
  }
  return !(value instanceof Map || Array.isArray(value) || value instanceof Uint8Array || value instanceof GoFunction);
}

function structEqual(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (!(a instanceof GoStruct) || !(b instanceof GoStruct)) return false;
  return a.type.kind !== 'ptr' && a.type.text === b.type.text && deepEqual(a, b);
}

/** lt. Throws GoError where Go refuses. */
export function lessThan(a: Value, b: Value): boolean {
  const ka = basicKind(a);
  const kb = basicKind(b);
  if (ka === 'invalid' || kb === 'invalid') throw new GoError('invalid type for comparison');
  if (ka !== kb) {
    if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value;
    incompatible(a, b);
  }
  if (ka === 'bool' || ka === 'complex') throw new GoError('invalid type for comparison');
  const left = raw(a);
  const right = raw(b);
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right) < 0;
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right;
  return typeof left === 'number' && typeof right === 'number' && left < right;
}

/** reflect.DeepEqual. */
export function deepEqual(a: Value, b: Value): boolean {
  if (a === undefined || a === null || b === undefined || b === null) return (a ?? null) === (b ?? null);
  if (typeOf(a)?.text !== typeOf(b)?.text) return false;
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length || isNilContainer(a) !== isNilContainer(b)) return false;
    return a.every((item, index) => deepEqual(item, b[index]));
  }
  if (a instanceof Map && b instanceof Map) {
    if (a.size !== b.size || isNilContainer(a) !== isNilContainer(b)) return false;
    return [...a].every(([key, item]) => b.has(key) && deepEqual(item, b.get(key)));
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  }
  if (a instanceof GoStruct && b instanceof GoStruct) {
    return (
      a.fields.size === b.fields.size && [...a.fields].every(([name, item]) => deepEqual(item, b.fields.get(name)))
    );
  }
  if (a instanceof GoComplex && b instanceof GoComplex) return a.re === b.re && a.im === b.im;
  return raw(a) !== undefined && raw(a) === raw(b);
}
