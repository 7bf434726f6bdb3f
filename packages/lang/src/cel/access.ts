// Selecting fields, indexing and membership, on whatever value turns up when the program runs.

import { equalValues } from './compare.ts';
import {
  CelError,
  Duration,
  ListValue,
  MapValue,
  OptionalValue,
  StructValue,
  Timestamp,
  Uint,
  type Value,
  keyText,
  noSuchOverload,
  typeOf,
} from './values.ts';

/** The field of a value: an error where it is not set. On an optional the result is optional. */
export function selectField(value: Value, field: string): Value {
  if (value instanceof OptionalValue) {
    const { value: inner } = value;
    if (inner !== undefined && !isContainer(inner)) throw new CelError(`no such key: ${field}`);
    return selectOptional(value, field);
  }
  const found = findField(value, field);
  if (value instanceof ListValue) throw new CelError("unsupported index type 'string' in list");
  if (found === undefined) throw new CelError(`no such key: ${field}`);
  return found;
}

/** x.?field */
export function selectOptional(value: Value, field: string): OptionalValue {
  const inner = value instanceof OptionalValue ? value.value : value;
  const found = inner === undefined ? undefined : findField(inner, field);
  return found === undefined ? OptionalValue.none : new OptionalValue(found);
}

/** has(x.field) */
export function hasField(value: Value, field: string): boolean {
  const inner = value instanceof OptionalValue ? value.value : value;
  return inner !== undefined && findField(inner, field) !== undefined;
}

function isContainer(value: Value): value is MapValue | StructValue | OptionalValue {
  return value instanceof MapValue || value instanceof StructValue || value instanceof OptionalValue;
}

function findField(value: Value, field: string): Value | undefined {
  return value instanceof MapValue || value instanceof StructValue ? value.find(field) : undefined;
}

/** x[key] */
export function indexValue(value: Value, key: Value): Value {
  if (value instanceof OptionalValue) return indexOptional(value, key);
  if (value instanceof ListValue) {
    const index = listIndex(key);
    if (index < 0 || index >= value.size) throw new CelError(`index out of bounds: ${index}`);
    return value.at(index);
  }
  const found = findKey(value, key);
  if (found === undefined) throw new CelError(`no such key: ${keyShown(key)}`);
  return found;
}

/** x[?key] */
export function indexOptional(value: Value, key: Value): OptionalValue {
  const inner = value instanceof OptionalValue ? value.value : value;
  if (inner === undefined) return OptionalValue.none;
  let found: Value | undefined;
  if (inner instanceof ListValue) {
    const index = listIndex(key);
    found = index >= 0 && index < inner.size ? inner.at(index) : undefined;
  } else found = findKey(inner, key);
  return found === undefined ? OptionalValue.none : new OptionalValue(found);
}

function findKey(value: Value, key: Value): Value | undefined {
  if (value instanceof MapValue) return value.find(key);
  return value instanceof StructValue && typeof key === 'string' ? value.find(key) : undefined;
}

function listIndex(key: Value): number {
  if (typeof key === 'bigint') return Number(key);
  if (key instanceof Uint) return Number(key.value);
  if (typeof key === 'number') {
    if (Number.isInteger(key)) return key;
    throw new CelError(`unsupported index value ${key} in list`);
  }
  throw new CelError(`unsupported index type '${typeOf(key).name}' in list`);
}

function keyShown(key: Value): string {
  if (key instanceof Uint) return String(key.value);
  return typeof key === 'object' ? typeOf(key).name : String(key);
}

/** item in container */
export function contains(item: Value, container: Value): boolean {
  if (container instanceof ListValue) {
    for (const each of container) if (equalValues(each, item)) return true;
    return false;
  }
  if (container instanceof MapValue) return keyText(item) !== undefined && container.find(item) !== undefined;
  if (container instanceof StructValue && typeof item === 'string') return container.find(item) !== undefined;
  throw noSuchOverload();
}

/** The values a loop runs over; throws where the value is no list or map. */
export function loopKeys(value: Value): Iterable<Value> {
  if (value instanceof ListValue) return value;
  if (value instanceof MapValue) return value.keys();
  if (value instanceof StructValue) return value.fields();
  throw new CelError(`got '${goTypeName(value)}', expected iterable type`);
}

// cel-go prints its own Go types here.
function goTypeName(value: Value): string {
  if (value === null) return 'types.Null';
  if (value instanceof OptionalValue) return '*types.Optional';
  if (value instanceof Timestamp) return 'types.Timestamp';
  if (value instanceof Duration) return 'types.Duration';
  const { name } = typeOf(value);
  return `types.${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
