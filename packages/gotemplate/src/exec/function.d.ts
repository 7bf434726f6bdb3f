import type { GoType } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import type { Call } from './call.ts';
/** What a Go function returns as an error or panics with; shown as `error calling NAME: MESSAGE`. */
export declare class GoError extends Error {
  readonly name = 'GoError';
}
/** A callable Go function. Made by `fn`. */
export declare class GoFunction {
  readonly params: readonly GoType[];
  /** Type of the variadic elements, when the function is variadic. */
  readonly rest: GoType | undefined;
  readonly result: GoType;
  readonly type: GoType;
  readonly invoke: (args: Value[], call: Call) => Value;
  constructor(signature: Signature, invoke: (args: Value[], call: Call) => Value);
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
  ? [
      ...{
        [K in keyof Head]: ArgOf<Head[K]>;
      },
      ...T[],
    ]
  : {
      -readonly [K in keyof P]: ArgOf<P[K]>;
    };
/** Marks the last parameter as variadic. */
export declare function rest<T>(codec: Codec<T>): Rest<T>;
/**
 * A function for templates: `fn([str, rest(any)], str, ([format, ...args]) => …)`.
 * The body throws GoError for what the Go function would return as error or panic with.
 */
export declare function fn<const P extends readonly Param[], R>(
  params: P,
  result: Codec<R>,
  body: (args: ArgsOf<P>, call: Call) => R,
): GoFunction;
export {};
