// How functions of the standard library are written: a name, its parameters in one line of text, and what it does.

import type { Evaluator } from '../evaluator.ts';
import {
  ArrayValue,
  FunctionValue,
  ObjectValue,
  Thunk,
  type Value,
  codePoints,
  runtimeError,
  typeName,
} from '../values.ts';

/** What functions may ask of their surroundings. */
export interface StdWorld {
  readonly evaluator: Evaluator;
  /** Digests: md5, sha1, sha256, sha512 and sha3-512, in hexadecimal. Functions that need them are refused without. */
  readonly hash?: ((algorithm: string, bytes: Uint8Array) => string) | undefined;
  readonly extVar: (name: string) => Value;
}

export type NativeBody = (args: Args, world: StdWorld) => Value;

/** By name: "a b? c?" and the body. `?` marks what may be left out. */
export type NativeTable = Readonly<Record<string, readonly [parameters: string, body: NativeBody]>>;

/** The functions of a table. */
export function natives(table: NativeTable, world: StdWorld): readonly (readonly [string, Thunk])[] {
  return Object.entries(table).map(([name, [text, body]]) => {
    const parameters = text
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => ({ name: word.replace('?', ''), isOptional: word.endsWith('?') }));
    const { evaluator } = world;
    const call = (given: readonly (Thunk | undefined)[]): Value =>
      evaluator.counted(body(new Args(given, evaluator), world));
    return [name, Thunk.of(new FunctionValue(parameters, call))];
  });
}

/** The arguments of one call, by position. */
export class Args {
  readonly #given: readonly (Thunk | undefined)[];
  readonly #evaluator: Evaluator;

  constructor(given: readonly (Thunk | undefined)[], evaluator: Evaluator) {
    this.#given = given;
    this.#evaluator = evaluator;
  }

  has(index: number): boolean {
    return this.#given[index] !== undefined;
  }

  thunk(index: number): Thunk {
    return this.#given[index] ?? Thunk.of(null);
  }

  value(index: number): Value {
    return this.thunk(index).force();
  }

  text(index: number): string {
    const value = this.value(index);
    if (typeof value !== 'string') throw unexpected(value, 'string');
    return value;
  }

  number(index: number): number {
    const value = this.value(index);
    if (typeof value !== 'number') throw unexpected(value, 'number');
    return value;
  }

  boolean(index: number): boolean {
    const value = this.value(index);
    if (typeof value !== 'boolean') throw unexpected(value, 'boolean');
    return value;
  }

  list(index: number): readonly Thunk[] {
    const value = this.value(index);
    if (!(value instanceof ArrayValue)) throw unexpected(value, 'array');
    return value.items;
  }

  object(index: number): ObjectValue {
    const value = this.value(index);
    if (!(value instanceof ObjectValue)) throw unexpected(value, 'object');
    return value;
  }

  function(index: number): (...args: readonly Thunk[]) => Value {
    const value = this.value(index);
    if (!(value instanceof FunctionValue)) throw unexpected(value, 'function');
    return (...args) => this.#evaluator.call(value, args);
  }

  /** A key function; the value itself where none is given. */
  key(index: number): (item: Thunk) => Value {
    return this.has(index) ? this.function(index) : (item) => item.force();
  }

  /** A list, or the characters of a text as one. */
  characters(index: number): readonly Thunk[] {
    const value = this.value(index);
    return typeof value === 'string' ? codePoints(value).map((character) => Thunk.of(character)) : this.list(index);
  }
}

export function unexpected(value: Value, wanted: string): Error {
  return runtimeError(`Unexpected type ${typeName(value)}, expected ${wanted}`);
}

/** A list of values to come. */
export function listOf(items: readonly Thunk[]): ArrayValue {
  return new ArrayValue(items);
}
