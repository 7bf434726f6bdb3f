// What expressions are put together from: iterating, trying, finding paths and changing what is there.

import type { Json } from '@evenkeel/resource';
import { JqHalt, JqRuntimeError, fail, shown } from './errors.ts';
import { isArray, isObject, sortedKeys } from './json.ts';
import { type Emit, type Env, type Run, type Track, isIntact, pathOf, step } from './machine.ts';
import { deletePaths, getPath, setPath } from './paths.ts';

/** `.[]` on a value. */
export function iterate(value: Json, way: Track | undefined, env: Env, emit: Emit): void {
  if (!isArray(value) && !isObject(value)) throw fail(`cannot iterate over: ${shown(value)}`);
  if (way !== undefined && !isIntact(value, way.value)) {
    throw fail(`invalid path on iterating against: ${shown(value)}`);
  }
  if (isArray(value)) {
    for (const [index, item] of value.entries()) {
      step(env);
      emit(item, way && { parent: way, key: index, value: item });
    }
    return;
  }
  for (const name of sortedKeys(value)) {
    step(env);
    const member = value[name] ?? null;
    emit(member, way && { parent: way, key: name, value: member });
  }
}

/** Errors of what comes after a `try` pass through it. */
class Downstream {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

export function compileTry(body: Run, handler: Run | undefined): Run {
  return (input, track, env, emit) => {
    try {
      body(input, track, env, (value, way) => {
        try {
          emit(value, way);
        } catch (error) {
          throw new Downstream(error);
        }
      });
    } catch (error) {
      if (error instanceof Downstream) throw error.error;
      if (!(error instanceof JqRuntimeError) || error instanceof JqHalt) throw error;
      handler?.(error.caught(), track, env, emit);
    }
  };
}

/** Calls `found` with every path an expression leads to. */
export function pathsOf(target: Run, input: Json, env: Env, found: (path: readonly Json[]) => void): void {
  target(input, { parent: undefined, key: null, value: input }, env, (value, way) => {
    if (way === undefined || !isIntact(value, way.value)) throw fail(`invalid path against: ${shown(value)}`);
    found(pathOf(way));
  });
}

interface Modification {
  readonly target: Run;
  readonly env: Env;
  readonly change: (value: Json, give: Emit) => void;
}

/** The first value each change gives replaces the old one; where it gives none, the place goes. */
export function modify(input: Json, { target, env, change }: Modification): Json {
  let result = input;
  const emptied: Json[] = [];
  pathsOf(target, input, env, (path) => {
    const first = firstOf((give) => change(getPath(result, path), give));
    if (first === undefined) emptied.push(path);
    else result = setPath(result, path, first.value);
  });
  return deletePaths(result, emptied);
}

class Enough {}

/** The first value that is given; nothing more is worked out. */
export function firstOf(
  give: (emit: Emit) => void,
): { readonly value: Json; readonly way: Track | undefined } | undefined {
  const enough = new Enough();
  let found: { readonly value: Json; readonly way: Track | undefined } | undefined;
  try {
    give((value, way) => {
      found = { value, way };
      throw enough;
    });
  } catch (error) {
    if (error !== enough) throw error;
  }
  return found;
}
