// Compiled scripts, kept: reading a script takes longer than running most of them. What is kept is code and constants, which no
// run can change; every run has functions, globals and a stack of its own.

import { bytes } from './lua-string.ts';
import type { LuaState, VirtualMachine } from './virtual-machine.ts';

/** A compiled function as fengari has it. */
interface Prototype {
  /** The closure made last from it, which another run must not meet. */
  cache: unknown;
  readonly p: readonly Prototype[];
}

interface Inside {
  readonly top: number;
  readonly stack: readonly { readonly value: { p: Prototype } }[];
}

/** More scripts than anybody's settings hold. */
const keptMax = 500;
const kept = new Map<string, Prototype>();

/** Pushes a script as a function, or the error of reading it; answers the status as `luaL_loadbuffer` does. */
export function loadChunk(
  { api, auxiliary }: VirtualMachine,
  state: LuaState,
  { source, name }: { readonly source: string; readonly name: string },
): number {
  const key = `${name}\n${source}`;
  const known = kept.get(key);
  const text = bytes(known ? '' : source);
  const status = auxiliary.luaL_loadbuffer(state, text, text.length, bytes(name));
  if (status !== api.LUA_OK) return status;
  const { stack, top } = state as unknown as Inside;
  const closure = stack[top - 1]?.value;
  if (!closure) return status;
  if (known) {
    forgetClosures(known);
    closure.p = known;
    return status;
  }
  const [oldest] = kept.keys();
  if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest);
  kept.set(key, closure.p);
  return status;
}

function forgetClosures(prototype: Prototype): void {
  prototype.cache = null;
  for (const inner of prototype.p) forgetClosures(inner);
}
