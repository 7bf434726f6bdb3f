// The forms that compiled templates take, shared by the parts of the compiler.

import type { ArgNode, Node, PipeNode } from '../parse/nodes.ts';
import type { Value } from '../value/value.ts';
import type { FunctionMap, GoFunction } from './function.ts';
import type { Scope } from './scope.ts';
import type { Frame } from './state.ts';

/** How a list of nodes ended: 0 normally, 1 by break, 2 by continue, on its way to the enclosing range. */
export type Signal = 0 | 1 | 2;

export type Exec = (frame: Frame) => Signal;
export type Eval = (frame: Frame) => Value;

/** "No value from an earlier command in the pipeline." */
export const missing: unique symbol = Symbol('missing');

export type Final = Value | typeof missing;
/** A command of a pipeline, given the value of the command before it. */
export type Command = (frame: Frame, final: Final) => Value;

/** What compilation needs to know besides the tree. */
export interface Compiler {
  readonly functions: FunctionMap;
  readonly scope: Scope;
  pipe(pipe: PipeNode): Eval;
}

/** What is being called. */
export interface Callee {
  readonly fn: GoFunction;
  readonly name: string;
  /** The node that errors of the function are reported at. */
  readonly node: Node;
  readonly builtin?: boolean;
  readonly shortCircuit?: boolean;
  /** Set for a method: passed as the first argument and not counted. */
  readonly receiver?: Value;
}

/** One argument: evaluated untyped for methods, typed for functions. */
export interface Operand {
  readonly arg: ArgNode;
  readonly evaluate: Eval;
}
