// The values of CEL. Booleans, strings, bytes and null are JavaScript's; an int is a bigint, a double a number; everything
// else is a class of this file. Lists, maps and structs are abstract, so that data may be converted only where it is read.

import {
  type CelType,
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  optionalType,
  stringType,
  timestampType,
  typeType,
  uintType,
} from './types.ts';

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | ListValue
  | MapValue
  | StructValue
  | OptionalValue
  | TypeValue
  | OpaqueValue;

/** What goes wrong while an expression is evaluated. */
export class CelError extends Error {
  override readonly name: string = 'CelError';
}

/** The evaluation cost more than it may; no operator swallows this. */
export class CelCostExceeded extends CelError {
  override readonly name: string = 'CelCostExceeded';
}

export function noSuchOverload(): CelError {
  return new CelError('no such overload');
}

/** An unsigned 64-bit integer. */
export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A moment, in nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A signed span of time, in nanoseconds. */
export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A list that may convert its items when they are asked for. */
export abstract class ListValue {
  abstract readonly size: number;
  abstract at(index: number): Value;

  /** Equality that is not item by item; undefined for lists that have none of their own. */
  equals(_other: ListValue): boolean | undefined {
    return undefined;
  }

  /** What + makes of this list and another one; undefined where it is the one after the other. */
  plus(_other: ListValue): readonly Value[] | undefined {
    return undefined;
  }

  *[Symbol.iterator](): Iterator<Value> {
    for (let index = 0; index < this.size; index++) yield this.at(index);
  }
}

/** A list of values that are there. */
export class ArrayList extends ListValue {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }
  override get size(): number {
    return this.items.length;
  }
  override at(index: number): Value {
    return this.items[index] ?? null;
  }
}

/** A map that may convert its values when they are asked for. */
export abstract class MapValue {
  abstract readonly size: number;
  abstract find(key: Value): Value | undefined;
  abstract keys(): Iterable<Value>;
  /** What this class of maps is called where it is no struct. */
  get type(): CelType {
    return mapType(dynType, dynType);
  }
}

/** A map of values that are there. */
export class EntryMap extends MapValue {
  readonly #entries: ReadonlyMap<string, readonly [Value, Value]>;
  constructor(entries: Iterable<readonly [Value, Value]>) {
    super();
    const map = new Map<string, readonly [Value, Value]>();
    for (const entry of entries) map.set(keyText(entry[0]) ?? `d${plainText(entry[0])}`, entry);
    this.#entries = map;
  }
  override get size(): number {
    return this.#entries.size;
  }
  override find(key: Value): Value | undefined {
    return this.#entries.get(keyText(key) ?? `d${plainText(key)}`)?.[1];
  }
  override *keys(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }
}

/** A text that is the same for equal keys; undefined for what can be no key. */
export function keyText(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (typeof key === 'number') return Number.isInteger(key) ? `n${BigInt(key)}` : undefined;
  return key instanceof Uint ? `n${key.value}` : undefined;
}

/** A value with named fields. */
export abstract class StructValue {
  abstract readonly type: CelType;
  /** The value of a field that is set. */
  abstract find(field: string): Value | undefined;
  abstract fields(): Iterable<string>;
}

/** A value, or none. */
export class OptionalValue {
  static readonly none: OptionalValue = new OptionalValue(undefined);
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** A type as a value. */
export class TypeValue {
  readonly type: CelType;
  constructor(type: CelType) {
    this.type = type;
  }
}

/** A value of a library: a quantity, an address … */
export abstract class OpaqueValue {
  abstract readonly type: CelType;
  abstract equals(other: Value): boolean;
  /** What costs are computed with. */
  get costSize(): number {
    return 1;
  }
}

const anyList = listType(dynType);
const anyMap = mapType(dynType, dynType);
const anyOptional = optionalType(dynType);

/** The type of a value, its parameters being dyn. */
export function typeOf(value: Value): CelType {
  if (typeof value === 'string') return stringType;
  if (typeof value === 'bigint') return intType;
  if (typeof value === 'boolean') return boolType;
  return typeof value === 'number' ? doubleType : objectType(value);
}

function objectType(value: Value): CelType {
  if (value === null) return nullType;
  if (value instanceof MapValue) return anyMap;
  if (value instanceof ListValue) return anyList;
  if (value instanceof StructValue || value instanceof OpaqueValue) return value.type;
  if (value instanceof Uint) return uintType;
  if (value instanceof Timestamp) return timestampType;
  if (value instanceof Duration) return durationType;
  if (value instanceof Uint8Array) return bytesType;
  if (value instanceof OptionalValue) return anyOptional;
  return typeType;
}

/** The number of code points of a text. */
export function textLength(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      count--;
      index++;
    }
  }
  return count;
}

/** A scalar as text; of everything else, the name of its type. */
export function plainText(value: Value | undefined): string {
  if (value === undefined) return '';
  if (value instanceof Uint) return String(value.value);
  return value === null || typeof value === 'object' ? typeOf(value).name : String(value);
}
