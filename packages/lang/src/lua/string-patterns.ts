// `find`, `match`, `gmatch` and `gsub` of the string library over our own patterns, so that none of them can hang.
// Mirrors yuin/gopher-lua:stringlib.go (v1.1.2).

import { type Budget, stringBytesMax } from './budget.ts';
import { bytes } from './lua-string.ts';
import { PatternError, type PatternMatch, findMatches } from './patterns.ts';
import type { LuaFunction, LuaState, VirtualMachine } from './virtual-machine.ts';

const percent = 0x25;

/** Replaces the four functions in the open string library of a state. */
export function openPatterns(machine: VirtualMachine, state: LuaState, budget: Budget): void {
  const { api } = machine;
  const library = new StringPatterns(machine, budget);
  api.lua_getglobal(state, bytes('string'));
  const functions: Readonly<Record<string, LuaFunction>> = {
    find: (at) => library.find(at, true),
    match: (at) => library.find(at, false),
    gmatch: (at) => library.each(at),
    gsub: (at) => library.replace(at),
  };
  for (const [name, run] of Object.entries(functions)) {
    api.lua_pushcfunction(state, run);
    api.lua_setfield(state, -2, bytes(name));
  }
  api.lua_settop(state, 0);
}

class StringPatterns {
  readonly #machine: VirtualMachine;
  readonly #budget: Budget;

  constructor(machine: VirtualMachine, budget: Budget) {
    this.#machine = machine;
    this.#budget = budget;
  }

  find(state: LuaState, isFind: boolean): number {
    const { api, auxiliary } = this.#machine;
    const text = auxiliary.luaL_checklstring(state, 1);
    const pattern = auxiliary.luaL_checklstring(state, 2);
    if (isFind && pattern.length === 0) {
      api.lua_pushnumber(state, 1);
      api.lua_pushnumber(state, 0);
      return 2;
    }
    const from = startOf(text, auxiliary.luaL_optinteger(state, 3, 1));
    if (isFind && api.lua_toboolean(state, 4)) return this.#findPlain(state, { text, pattern, from });
    const [match] = this.#matches(state, { text, pattern, from, limit: 1 });
    if (!match) {
      api.lua_pushnil(state);
      return 1;
    }
    if (!isFind) return this.#pushCaptures(state, text, match);
    api.lua_pushnumber(state, match.start + 1);
    api.lua_pushnumber(state, match.end);
    return match.captures.length === 0 ? 2 : 2 + this.#pushCaptures(state, text, match);
  }

  each(state: LuaState): number {
    const { api, auxiliary } = this.#machine;
    const text = auxiliary.luaL_checklstring(state, 1);
    const pattern = auxiliary.luaL_checklstring(state, 2);
    const matches = this.#matches(state, { text, pattern, from: 0, limit: Infinity });
    let next = 0;
    api.lua_pushcfunction(state, (at) => {
      const match = matches[next++];
      return match ? this.#pushCaptures(at, text, match) : 0;
    });
    return 1;
  }

  replace(state: LuaState): number {
    const { api, auxiliary } = this.#machine;
    const text = auxiliary.luaL_checklstring(state, 1);
    const pattern = auxiliary.luaL_checklstring(state, 2);
    const type = api.lua_type(state, 3);
    if (![api.LUA_TNUMBER, api.LUA_TSTRING, api.LUA_TTABLE, api.LUA_TFUNCTION].includes(type)) {
      const name = new TextDecoder().decode(api.lua_typename(state, type));
      const expected = 'string or table or function expected';
      return auxiliary.luaL_error(state, bytes(`bad argument #3 to gsub (${expected}, got ${name})`));
    }
    const limit = auxiliary.luaL_optinteger(state, 4, -1);
    const matches = this.#matches(state, { text, pattern, from: 0, limit: limit < 0 ? Infinity : limit });
    const parts: Uint8Array[] = [];
    let size = 0;
    const add = (part: Uint8Array): void => {
      parts.push(part);
      size += part.length;
      if (size > stringBytesMax) auxiliary.luaL_error(state, bytes('resulting string too large'));
    };
    let done = 0;
    for (const match of matches) {
      add(text.subarray(done, match.start));
      add(this.#replacement(state, { text, match, type }));
      done = match.end;
    }
    add(text.subarray(done));
    api.lua_pushstring(state, joined(parts, size));
    api.lua_pushnumber(state, matches.length);
    return 2;
  }

  #matches(
    state: LuaState,
    {
      text,
      pattern,
      ...where
    }: { readonly text: Uint8Array; readonly pattern: Uint8Array; readonly from: number; readonly limit: number },
  ): readonly PatternMatch[] {
    try {
      return findMatches(text, pattern, { ...where, spend: (steps) => this.#budget.spend(state, steps) });
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.#machine.auxiliary.luaL_error(state, bytes(error.message.replaceAll('%', '%%')));
      return [];
    }
  }

  #findPlain(
    state: LuaState,
    { text, pattern, from }: { readonly text: Uint8Array; readonly pattern: Uint8Array; readonly from: number },
  ): number {
    const { api } = this.#machine;
    for (let at = from; at + pattern.length <= text.length; at++) {
      this.#budget.spend(state, 1);
      if (pattern.every((letter, index) => text[at + index] === letter)) {
        api.lua_pushnumber(state, at + 1);
        api.lua_pushnumber(state, at + pattern.length);
        return 2;
      }
    }
    api.lua_pushnil(state);
    return 1;
  }

  /** Pushes what was captured, or all of the match where nothing was; answers how many. */
  #pushCaptures(state: LuaState, text: Uint8Array, { start, end, captures }: PatternMatch): number {
    this.#machine.auxiliary.luaL_checkstack(state, captures.length + 1, null);
    const all = captures.length === 0 ? [[start, end] as const] : captures;
    for (const capture of all) this.#pushCapture(state, text, capture);
    return all.length;
  }

  #pushCapture(state: LuaState, text: Uint8Array, [start, end]: readonly [number, number]): void {
    const { api } = this.#machine;
    if (end < 0) api.lua_pushnumber(state, start);
    else api.lua_pushstring(state, text.slice(start, end));
  }

  #replacement(
    state: LuaState,
    { text, match, type }: { readonly text: Uint8Array; readonly match: PatternMatch; readonly type: number },
  ): Uint8Array {
    const { api, auxiliary } = this.#machine;
    const whole = text.subarray(match.start, match.end);
    if (type === api.LUA_TNUMBER || type === api.LUA_TSTRING) return this.#expanded(state, text, match);
    if (type === api.LUA_TTABLE) {
      this.#pushCapture(state, text, match.captures[0] ?? [match.start, match.end]);
      api.lua_gettable(state, 3);
    } else {
      api.lua_pushvalue(state, 3);
      api.lua_call(state, this.#pushCaptures(state, text, match), 1);
    }
    const answer = api.lua_type(state, -1);
    const isText = answer === api.LUA_TSTRING || answer === api.LUA_TNUMBER;
    if (!isText && api.lua_toboolean(state, -1)) {
      const name = new TextDecoder().decode(api.lua_typename(state, answer));
      auxiliary.luaL_error(state, bytes(`invalid replacement value (a ${name})`));
    }
    const made = isText ? auxiliary.luaL_checklstring(state, -1) : whole;
    api.lua_pop(state, 1);
    return made;
  }

  /** The replacement text with %0 to %9 filled in. */
  #expanded(state: LuaState, text: Uint8Array, { start, end, captures }: PatternMatch): Uint8Array {
    const { auxiliary } = this.#machine;
    const template = auxiliary.luaL_checklstring(state, 3);
    if (!template.includes(percent)) return template;
    const parts: Uint8Array[] = [];
    for (let at = 0; at < template.length; at++) {
      const letter = template[at] ?? 0;
      if (letter !== percent) {
        parts.push(template.subarray(at, at + 1));
        continue;
      }
      const digit = (template[++at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) {
        parts.push(template.subarray(at, at + 1));
        continue;
      }
      const capture =
        digit === 0 || (digit === 1 && captures.length === 0) ? ([start, end] as const) : captures[digit - 1];
      if (!capture) auxiliary.luaL_error(state, bytes('invalid capture index'));
      const [from, to] = capture ?? [0, 0];
      parts.push(to < 0 ? bytes(String(from)) : text.subarray(from, to));
    }
    return joined(
      parts,
      parts.reduce((sum, { length }) => sum + length, 0),
    );
  }
}

function startOf(text: Uint8Array, index: number): number {
  if (index < 0) return Math.max(0, text.length + index);
  return Math.max(0, index - 1);
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
