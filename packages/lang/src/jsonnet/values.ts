// What Jsonnet programs compute: values, and values to come.

import { JsonnetError } from './errors.ts';
import type { Assertion, Bind, Node, Visibility } from './syntax.ts';

export type Value = null | boolean | number | string | ArrayValue | FunctionValue | ObjectValue;

/** A value that is worked out when it is first asked for. */
export class Thunk {
  #compute: (() => Value) | undefined;
  #value: Value = null;
  #running = false;

  constructor(compute: () => Value) {
    this.#compute = compute;
  }

  static of(value: Value): Thunk {
    const thunk = new Thunk(() => value);
    thunk.#compute = undefined;
    thunk.#value = value;
    return thunk;
  }

  force(): Value {
    const compute = this.#compute;
    if (compute === undefined) return this.#value;
    // A value that needs itself goes on until the original runs out of stack.
    if (this.#running) throw new JsonnetError('RUNTIME', 'max stack frames exceeded.');
    this.#running = true;
    try {
      this.#value = compute();
      this.#compute = undefined;
      return this.#value;
    } finally {
      this.#running = false;
    }
  }
}

export class ArrayValue {
  readonly items: readonly Thunk[];
  constructor(items: readonly Thunk[]) {
    this.items = items;
  }
}

/** Names in sight, what `self` is, and how much of it lies above. */
export class Scope {
  readonly #names: Map<string, Thunk>;
  readonly #outer: Scope | undefined;
  readonly self: ObjectValue | undefined;
  /** The layer of `self` that this is written in: `super` is what lies below. */
  readonly layer: number;

  constructor(
    outer: Scope | undefined,
    names: Map<string, Thunk>,
    owner: { readonly self: ObjectValue | undefined; readonly layer: number } = outer ?? { self: undefined, layer: 0 },
  ) {
    this.#outer = outer;
    this.#names = names;
    this.self = owner.self;
    this.layer = owner.layer;
  }

  find(name: string): Thunk | undefined {
    return this.#names.get(name) ?? this.#outer?.find(name);
  }
}

export interface ParameterSpec {
  readonly name: string;
  readonly isOptional: boolean;
}

/** A function of the program, or one of ours. Arguments that are not given are undefined. */
export class FunctionValue {
  readonly parameters: readonly ParameterSpec[];
  readonly closure: Closure | undefined;
  readonly native: ((args: readonly (Thunk | undefined)[]) => Value) | undefined;

  constructor(parameters: readonly ParameterSpec[], how: Closure | ((args: readonly (Thunk | undefined)[]) => Value)) {
    this.parameters = parameters;
    this.closure = typeof how === 'function' ? undefined : how;
    this.native = typeof how === 'function' ? how : undefined;
  }
}

export interface Closure {
  readonly node: Extract<Node, { readonly kind: 'function' }>;
  readonly scope: Scope;
}

/** A field as an object's source has it; `value` stands for a body where there is no source. */
export interface FieldDefinition {
  readonly visibility: Visibility;
  readonly adds: boolean;
  readonly body: Node | undefined;
  readonly value: Thunk | undefined;
  /** Of an object comprehension: the scope of the one field. */
  readonly scope: Scope | undefined;
}

/** One object of the source; adding objects puts their layers on top of each other. */
export interface Layer {
  readonly fields: ReadonlyMap<string, FieldDefinition>;
  readonly locals: readonly Bind[];
  readonly asserts: readonly Assertion[];
  readonly outermost: boolean;
  readonly scope: Scope | undefined;
}

/** Layers, the last one on top. */
export class ObjectValue {
  readonly layers: readonly Layer[];
  readonly cache: Map<string, Thunk> = new Map();
  readonly scopes: Map<number, Scope> = new Map();
  checked = false;
  #names: readonly (readonly [string, boolean])[] | undefined;

  constructor(layers: readonly Layer[]) {
    this.layers = layers;
  }

  /** An object of values, all visible. */
  static of(entries: Iterable<readonly [string, Thunk]>): ObjectValue {
    const fields = new Map<string, FieldDefinition>();
    for (const [name, value] of entries) {
      fields.set(name, { visibility: 'inherit', adds: false, body: undefined, value, scope: undefined });
    }
    return new ObjectValue([{ fields, locals: [], asserts: [], outermost: false, scope: undefined }]);
  }

  /** The topmost definition below a layer. */
  find(name: string, below: number = this.layers.length): { definition: FieldDefinition; layer: number } | undefined {
    for (let layer = below - 1; layer >= 0; layer -= 1) {
      const definition = this.layers[layer]?.fields.get(name);
      if (definition) return { definition, layer };
    }
    return undefined;
  }

  /** All names in order, with whether they are seen. */
  names(): readonly (readonly [string, boolean])[] {
    if (this.#names) return this.#names;
    const seen = new Map<string, boolean>();
    for (const { fields } of this.layers) {
      for (const [name, { visibility }] of fields) {
        const before = seen.get(name) ?? true;
        seen.set(name, visibility === 'inherit' ? before : visibility === 'visible');
      }
    }
    this.#names = [...seen].sort(([left], [right]) => compareText(left, right));
    return this.#names;
  }
}

/** Whoever works out fields. */
export interface FieldReader {
  field(object: ObjectValue, name: string): Value;
  /** Runs the object's assertions, once. */
  checkAsserts(object: ObjectValue): void;
  /** Counts work, and what is kept of it, against what a program may do; throws where that is too much. */
  spend(steps: number): void;
}

/** By code points. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length;) {
    const [a, b] = [left.codePointAt(index) ?? 0, right.codePointAt(index) ?? 0];
    if (a !== b) return a < b ? -1 : 1;
    index += a > 0xffff ? 2 : 1;
  }
  return left.length < right.length ? -1 : 1;
}

/** A text as its code points, which are what programs count. */
export function codePoints(text: string): readonly string[] {
  return Array.from(text);
}

/** The type as std.type names it. */
export function typeName(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof ArrayValue) return 'array';
  if (value instanceof FunctionValue) return 'function';
  if (value instanceof ObjectValue) return 'object';
  return typeof value;
}

/** A list of values that are there already. */
export function arrayOf(values: readonly Value[]): ArrayValue {
  return new ArrayValue(values.map((value) => Thunk.of(value)));
}

export function runtimeError(message: string): JsonnetError {
  return new JsonnetError('RUNTIME', message);
}
