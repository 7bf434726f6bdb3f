// Functions that templates may call: a Go-like signature plus a TypeScript body. The signature decides how arguments are
// checked and what the error says (`wrong type for value; expected string; got int`), as text/template does by reflection.

import type { GoType } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import type { Call } from './call.ts';

/** What a Go function returns as an error or panics with; shown as `error calling NAME: MESSAGE`. */
export class GoError extends Error {
  override readonly name = 'GoError';
}

/** A callable Go function. Made by `fn`. */
export class GoFunction {
  readonly params: readonly GoType[];
  /** Type of the variadic elements, when the function is variadic. */
  readonly rest: GoType | undefined;
  readonly result: GoType;
  readonly type: GoType;
  readonly invoke: (args: Value[], call: Call) => Value;

  constructor(signature: Signature, invoke: (args: Value[], call: Call) => Value) {
    this.params = signature.params;
    this.rest = signature.rest;
    this.result = signature.result;
    this.invoke = invoke;
    const texts = [...this.params.map((type) => type.text), ...(this.rest ? [`...${this.rest.text}`] : [])];
    const results = signature.fails === true ? `(${this.result.text}, error)` : this.result.text;
    this.type = { kind: 'func', text: `func(${texts.join(', ')}) ${results}` };
  }
}

export interface Signature {
  readonly params: readonly GoType[];
  readonly rest: GoType | undefined;
  readonly result: GoType;
  /** Whether the Go function also returns an error; only visible in `%T`. */
  readonly fails?: boolean;
}

/** Functions by the name templates use. */
export type FunctionMap = ReadonlyMap<string, GoFunction>;

/** How a Go type is read from and written to TypeScript. */
export interface Codec<T> {
  readonly type: GoType;
  read(value: Value): T;
  write(value: T): Value;
}

/** The variadic tail of a parameter list. */
export interface Rest<T> {
  readonly rest: Codec<T>;
}

type Param = Codec<unknown> | Rest<unknown>;

type ArgOf<P> = P extends Codec<infer T> ? T : never;

/** The tuple of TypeScript arguments for a parameter list. */
export type ArgsOf<P extends readonly Param[]> = P extends readonly [
  ...infer Head extends Codec<unknown>[],
  Rest<infer T>,
]
  ? [...{ [K in keyof Head]: ArgOf<Head[K]> }, ...T[]]
  : { -readonly [K in keyof P]: ArgOf<P[K]> };

/** Marks the last parameter as variadic. */
export function rest<T>(codec: Codec<T>): Rest<T> {
  return { rest: codec };
}

/**
 * A function for templates: `fn([str, rest(any)], str, ([format, ...args]) => …)`.
 * The body throws GoError for what the Go function would return as error or panic with.
 */
export function fn<const P extends readonly Param[], R>(
  params: P,
  result: Codec<R>,
  body: (args: ArgsOf<P>, call: Call) => R,
): GoFunction {
  const fixed: Codec<unknown>[] = [];
  let tail: Codec<unknown> | undefined;
  for (const param of params) {
    if ('rest' in param) tail = param.rest;
    else fixed.push(param);
  }
  const signature: Signature = { params: fixed.map((codec) => codec.type), rest: tail?.type, result: result.type };
  const count = fixed.length;
  return new GoFunction(signature, (args, call) => {
    const values: unknown[] = [];
    for (let index = 0; index < args.length; index++) {
      const codec = index < count ? fixed[index] : tail;
      values.push(codec === undefined ? args[index] : codec.read(args[index]));
    }
    return result.write(body(values as ArgsOf<P>, call));
  });
}
