// The parts of fengari that the sandbox uses, typed, and made to speak the dialect of gopher-lua. Its libraries for files,
// processes and debugging are never opened in a state, so a script has no name for them.

import { type Dialect, speakDialect } from './dialect.ts';
import type { LuaString } from './lua-string.ts';

/** A Lua state; opaque. */
export type LuaState = { readonly luaState: never };
export type LuaFunction = (state: LuaState) => number;

/** fengari's C API, as far as it is used. */
export interface LuaApi {
  readonly LUA_OK: number;
  readonly LUA_MASKCOUNT: number;
  readonly LUA_TNIL: number;
  readonly LUA_TBOOLEAN: number;
  readonly LUA_TNUMBER: number;
  readonly LUA_TSTRING: number;
  readonly LUA_TTABLE: number;
  readonly LUA_TFUNCTION: number;
  lua_call(state: LuaState, args: number, results: number): void;
  lua_gettable(state: LuaState, index: number): number;
  lua_pushvalue(state: LuaState, index: number): void;
  lua_concat(state: LuaState, count: number): void;
  lua_error(state: LuaState): number;
  lua_close(state: LuaState): void;
  lua_createtable(state: LuaState, items: number, keys: number): void;
  lua_getfield(state: LuaState, index: number, key: LuaString): number;
  lua_getglobal(state: LuaState, name: LuaString): number;
  lua_gettop(state: LuaState): number;
  lua_next(state: LuaState, index: number): number;
  lua_pcall(state: LuaState, args: number, results: number, handler: number): number;
  lua_pop(state: LuaState, count: number): void;
  lua_pushboolean(state: LuaState, value: boolean): void;
  lua_pushcfunction(state: LuaState, run: LuaFunction): void;
  lua_pushnil(state: LuaState): void;
  lua_pushnumber(state: LuaState, value: number): void;
  lua_pushstring(state: LuaState, value: LuaString): void;
  lua_rawseti(state: LuaState, index: number, at: number): void;
  lua_rawset(state: LuaState, index: number): void;
  lua_setfield(state: LuaState, index: number, key: LuaString): void;
  lua_setglobal(state: LuaState, name: LuaString): void;
  lua_sethook(state: LuaState, hook: ((state: LuaState) => void) | null, mask: number, count: number): void;
  lua_settop(state: LuaState, index: number): void;
  lua_toboolean(state: LuaState, index: number): boolean;
  lua_tonumber(state: LuaState, index: number): number;
  lua_topointer(state: LuaState, index: number): unknown;
  lua_tojsstring(state: LuaState, index: number): string;
  lua_type(state: LuaState, index: number): number;
  lua_typename(state: LuaState, type: number): LuaString;
}

/** fengari's auxiliary library, as far as it is used. */
export interface LuaAuxiliary {
  luaL_checklstring(state: LuaState, index: number): LuaString;
  luaL_optinteger(state: LuaState, index: number, otherwise: number): number;
  luaL_checkstack(state: LuaState, space: number, message: LuaString | null): void;
  luaL_error(state: LuaState, format: LuaString): number;
  luaL_loadbuffer(state: LuaState, source: LuaString, size: number, name: LuaString): number;
  luaL_newstate(): LuaState;
  luaL_where(state: LuaState, level: number): void;
  luaL_requiref(state: LuaState, name: LuaString, open: LuaFunction, global: boolean): void;
}

/** Everything needed to make and run a sandbox. */
export interface VirtualMachine {
  readonly api: LuaApi;
  readonly auxiliary: LuaAuxiliary;
  readonly open: {
    readonly base: LuaFunction;
    readonly table: LuaFunction;
    readonly string: LuaFunction;
    readonly math: LuaFunction;
    readonly coroutine: LuaFunction;
  };
}

let loaded: Promise<VirtualMachine> | undefined;

/** Loads fengari, once. Rejects where the module cannot be loaded. */
export function loadVirtualMachine(): Promise<VirtualMachine> {
  loaded ??= load();
  return loaded;
}

interface Imported {
  readonly default: unknown;
}

async function load(): Promise<VirtualMachine> {
  // The libraries refer to each other in a circle that has to be entered here.
  await import('fengari/src/lualib.js');
  const modules: readonly Imported[] = await Promise.all([
    import('fengari/src/lua.js'),
    import('fengari/src/lauxlib.js'),
    import('fengari/src/lbaselib.js'),
    import('fengari/src/ltablib.js'),
    import('fengari/src/lstrlib.js'),
    import('fengari/src/lmathlib.js'),
    import('fengari/src/lcorolib.js'),
    import('fengari/src/lobject.js'),
    import('fengari/src/lstring.js'),
    import('fengari/src/ldebug.js'),
    import('fengari/src/ltm.js'),
    import('fengari/src/lopcodes.js'),
  ]);
  const [api, auxiliary, base, table, string, math, coroutine, objects, strings, debug, metatables, opcodes] =
    modules.map((module) => module.default);
  speakDialect({ objects, strings, debug, metatables, opcodes } as Dialect);
  return {
    api: api as LuaApi,
    auxiliary: auxiliary as LuaAuxiliary,
    open: {
      base: opener(base, 'luaopen_base'),
      table: opener(table, 'luaopen_table'),
      string: opener(string, 'luaopen_string'),
      math: opener(math, 'luaopen_math'),
      coroutine: opener(coroutine, 'luaopen_coroutine'),
    },
  };
}

function opener(module: unknown, name: string): LuaFunction {
  return (module as Readonly<Record<string, LuaFunction>>)[name] as LuaFunction;
}
