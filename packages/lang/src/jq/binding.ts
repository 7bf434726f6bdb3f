// Bindings: `as` with patterns and their alternatives, `reduce` and `foreach`.

import type { Json } from '@evenkeel/resource';
import type { Node, Pattern } from './ast.ts';
import { JqError, fail, shown } from './errors.ts';
import { isArray } from './json.ts';
import { type Env, type Frame, type Run, type Scope, step, variableScope } from './machine.ts';
import { indexValue } from './paths.ts';

type Compile = (node: Node, scope: Scope | undefined) => Run;
type NodeOf<K extends Node['kind']> = Extract<Node, { readonly kind: K }>;

/** Calls `bound` with the frame that has the names of a pattern, once for each way to take the value apart. */
type Binder = (value: Json, env: Env, bound: (frame: Frame | undefined) => void) => void;

/** `source as pattern ?// pattern | body`. */
export function compileBind(node: NodeOf<'bind'>, scope: Scope | undefined, compile: Compile): Run {
  const source = compile(node.source, scope);
  const names = node.patterns.length > 1 ? [...new Set(node.patterns.flatMap(namesOf))] : [];
  const alternatives = node.patterns.map((pattern) => {
    // Names that only another alternative binds are null.
    const base = names.reduce<Scope | undefined>((inner, name) => variableScope(name, inner), scope);
    const { binder, inner } = compilePattern(pattern, base, compile);
    const body = compile(node.body, inner);
    return { binder, body };
  });
  return (input, track, env, emit) =>
    source(input, undefined, env, (value) => {
      for (const [index, { binder, body }] of alternatives.entries()) {
        const frame = names.reduce<Frame | undefined>((parent) => ({ parent, value: null }), env.frame);
        try {
          binder(value, { ...env, frame }, (bound) => body(input, track, { ...env, frame: bound }, emit));
          return;
        } catch (error) {
          const isLast = index === alternatives.length - 1;
          if (isLast || error instanceof JqError) throw error;
        }
      }
    });
}

function namesOf(pattern: Pattern): readonly string[] {
  switch (pattern.kind) {
    case 'name':
      return [pattern.name];
    case 'list':
      return pattern.items.flatMap(namesOf);
    case 'map':
      return pattern.members.flatMap(({ variable, value }) => [
        ...(variable === undefined ? [] : [variable]),
        ...(value ? namesOf(value) : []),
      ]);
  }
}

function compilePattern(
  pattern: Pattern,
  scope: Scope | undefined,
  compile: Compile,
): { readonly binder: Binder; readonly inner: Scope | undefined } {
  switch (pattern.kind) {
    case 'name':
      return {
        inner: variableScope(pattern.name, scope),
        binder: (value, env, bound) => bound({ parent: env.frame, value }),
      };
    case 'list': {
      const parts = inSequence(pattern.items, scope, (item, at) => {
        const { binder, inner } = compilePattern(item, at.scope, compile);
        const pick: Binder = (value, env, bound) => {
          if (value !== null && !isArray(value)) throw fail(`expected an array but got: ${shown(value)}`);
          binder(indexValue(value, at.index), env, bound);
        };
        return { binder: pick, inner };
      });
      return parts;
    }
    case 'map':
      return inSequence(pattern.members, scope, (member, at) => {
        const key = compile(member.key, at.scope);
        const named = member.variable === undefined ? at.scope : variableScope(member.variable, at.scope);
        const below = member.value ? compilePattern(member.value, named, compile) : undefined;
        const pick: Binder = (value, env, bound) =>
          key(value, undefined, env, (name) => {
            const found = indexValue(value, name);
            const frame = member.variable === undefined ? env.frame : { parent: env.frame, value: found };
            if (below) below.binder(found, { ...env, frame }, bound);
            else bound(frame);
          });
        return { binder: pick, inner: below ? below.inner : named };
      });
  }
}

/** Binds parts one after the other; each sees the names of those before it. */
function inSequence<T>(
  items: readonly T[],
  scope: Scope | undefined,
  compileItem: (
    item: T,
    at: { readonly scope: Scope | undefined; readonly index: number },
  ) => { readonly binder: Binder; readonly inner: Scope | undefined },
): { readonly binder: Binder; readonly inner: Scope | undefined } {
  const binders: Binder[] = [];
  let inner = scope;
  for (const [index, item] of items.entries()) {
    const compiled = compileItem(item, { scope: inner, index });
    binders.push(compiled.binder);
    inner = compiled.inner;
  }
  const binder: Binder = (value, env, bound) => {
    const next = (index: number, frame: Frame | undefined): void => {
      const part = binders[index];
      if (!part) return bound(frame);
      part(value, { ...env, frame }, (after) => next(index + 1, after));
    };
    next(0, env.frame);
  };
  return { binder, inner };
}

/** `reduce` and `foreach`: the state is kept where an update gives nothing, and the last of several counts. */
export function compileFold(node: NodeOf<'reduce' | 'foreach'>, scope: Scope | undefined, compile: Compile): Run {
  const [source, start] = [compile(node.source, scope), compile(node.start, scope)];
  const { binder, inner } = compilePattern(node.pattern, scope, compile);
  const update = compile(node.update, inner);
  const extract = node.kind === 'foreach' && node.extract ? compile(node.extract, inner) : undefined;
  const isReduce = node.kind === 'reduce';
  return (input, track, env, emit) =>
    start(input, track, env, (first, startWay) => {
      let state = first;
      source(input, startWay, env, (value, way) =>
        binder(value, env, (frame) => {
          step(env);
          const within: Env = { ...env, frame };
          update(state, way, within, (next, after) => {
            state = next;
            if (isReduce) return;
            if (extract) extract(next, after, within, emit);
            else emit(next, after);
          });
        }),
      );
      if (isReduce) emit(state, startWay);
    });
}
