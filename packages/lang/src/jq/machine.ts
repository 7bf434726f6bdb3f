// What a running program is made of: frames of names, the way to a value, and a count of steps.

import type { Json } from '@evenkeel/resource';
import type { Definition } from './ast.ts';
import { JqError } from './errors.ts';

/** One step on the way to a value while paths are asked for. */
export interface Track {
  readonly parent: Track | undefined;
  readonly key: Json;
  readonly value: Json;
}

/** Passes a value on to what comes next. */
export type Emit = (value: Json, track: Track | undefined) => void;

/** A compiled expression. */
export type Run = (input: Json, track: Track | undefined, env: Env, emit: Emit) => void;

/** A name's place at run time: a value, or an argument with the frame it came from. */
export interface Frame {
  readonly parent: Frame | undefined;
  readonly value: Json;
  readonly run?: Run;
  readonly env?: Frame | undefined;
}

export interface Env {
  readonly frame: Frame | undefined;
  readonly budget: Budget;
}

/** How much a run may still do. */
export interface Budget {
  steps: number;
  readonly nowSeconds: (() => number) | undefined;
}

/** Counts one step. Throws JqError (LIMIT) when there are no more. */
export function step(env: Env): void {
  env.budget.steps -= 1;
  if (env.budget.steps < 0) throw new JqError('LIMIT', 'the expression takes too many steps');
}

/** The frame `depth` places out. */
export function frameAt(frame: Frame | undefined, depth: number): Frame | undefined {
  let at = frame;
  for (let left = depth; left > 0; left -= 1) at = at?.parent;
  return at;
}

/** The keys from the start to here. */
export function pathOf(track: Track): readonly Json[] {
  const keys: Json[] = [];
  for (let at = track; at.parent !== undefined; at = at.parent) keys.push(at.key);
  return keys.reverse();
}

/** Whether a value is the very one a way leads to. */
export function isIntact(value: Json, other: Json): boolean {
  if (value === other) return true;
  if (Array.isArray(value) && Array.isArray(other)) return value.length === 0 && other.length === 0;
  return Number.isNaN(value) && Number.isNaN(other);
}

/** Names at compile time, innermost first; each takes one frame at run time. */
export interface Scope {
  readonly parent: Scope | undefined;
  /** Frames between here and a variable. */
  variable(name: string): number | undefined;
  /** What a call without arguments means: a parameter, or a function, whichever is nearer. */
  closure(name: string): Found | undefined;
  function(name: string, arity: number): Found | undefined;
}

export type Found =
  | { readonly kind: 'closure'; readonly depth: number }
  | { readonly kind: 'function'; readonly depth: number; readonly definition: Definition; readonly body: () => Run };

/** The scope of one function; its body is given once it is compiled, so that it can call itself. */
export interface FunctionScope extends Scope {
  body(run: Run): void;
  run(): Run;
}

export function variableScope(name: string, parent: Scope | undefined): Scope {
  const closureName = name.startsWith('closure ') ? name.slice('closure '.length) : undefined;
  return {
    parent,
    variable: (wanted) => (wanted === name ? 0 : outer(parent?.variable(wanted))),
    closure: (wanted) => (wanted === closureName ? { kind: 'closure', depth: 0 } : deeper(parent?.closure(wanted))),
    function: (wanted, arity) => deeper(parent?.function(wanted, arity)),
  };
}

export function functionScope(definition: Definition, parent: Scope | undefined): FunctionScope {
  let compiled: Run | undefined;
  const run = (): Run => {
    if (!compiled)
      throw new JqError('UNDEFINED', `function not defined: ${definition.name}/${definition.params.length}`);
    return compiled;
  };
  const self: Found = { kind: 'function', depth: 0, definition, body: run };
  return {
    parent,
    variable: (wanted) => outer(parent?.variable(wanted)),
    closure: (wanted) =>
      wanted === definition.name && definition.params.length === 0 ? self : deeper(parent?.closure(wanted)),
    function: (wanted, arity) =>
      wanted === definition.name && arity === definition.params.length ? self : deeper(parent?.function(wanted, arity)),
    body(given) {
      compiled = given;
    },
    run,
  };
}

function outer(depth: number | undefined): number | undefined {
  return depth === undefined ? undefined : depth + 1;
}

function deeper(found: Found | undefined): Found | undefined {
  return found && { ...found, depth: found.depth + 1 };
}
