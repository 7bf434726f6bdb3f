// One run of one script: a fresh state with the libraries Argo CD opens, the object as `obj`, a budget of instructions, and
// nothing of the machine it runs on. Mirrors argoproj/argo-cd:util/lua/lua.go (3.6) runLuaWithResourceActionParameters.

import type { Json } from '@evenkeel/resource';
import { type Budget, budgetShims, limitRun, stringBytesMax } from './budget.ts';
import { loadChunk } from './chunks.ts';
import { pushJson, readJson } from './marshal.ts';
import { openSafeOs } from './safe-os.ts';
import { openPatterns } from './string-patterns.ts';
import { bytes } from './lua-string.ts';
import type { LuaFunction, LuaState, VirtualMachine } from './virtual-machine.ts';

/** A script that failed, or answered something else than it has to; the message is what the user reads in Argo CD. */
export class LuaError extends Error {
  override readonly name = 'LuaError';
}

/** One script and what it is run on. */
export interface Run {
  readonly script: string;
  readonly object: Json;
  readonly openLibs: boolean;
  /** Values for the global `actionParams`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Seconds since 1970 for `os.time()` and `os.date()`. */
  readonly now: () => number;
  /** A clock that only goes forward; a script ends after a second of it. Instructions are counted where it is not given. */
  readonly elapsedMs?: (() => number) | undefined;
}

/** The value a script returns: undefined for nil. Throws {@link LuaError}. */
export function runScript(machine: VirtualMachine, run: Run): Json | undefined {
  const { api, auxiliary } = machine;
  const state = auxiliary.luaL_newstate();
  try {
    const budget = limitRun(machine, state, run.elapsedMs);
    openLibraries(machine, state, { ...run, budget });
    pushJson(machine, state, { ...run.parameters });
    api.lua_setglobal(state, bytes('actionParams'));
    pushJson(machine, state, run.object);
    api.lua_setglobal(state, bytes('obj'));
    const loaded = loadChunk(machine, state, { source: run.script, name: '=<string>' });
    if (loaded !== api.LUA_OK || api.lua_pcall(state, 0, -1, 0) !== api.LUA_OK) throw failureOf(machine, state);
    if (api.lua_gettop(state) === 0 || api.lua_type(state, -1) === api.LUA_TNIL) return undefined;
    if (api.lua_type(state, -1) !== api.LUA_TTABLE) {
      const type = new TextDecoder().decode(api.lua_typename(state, api.lua_type(state, -1)));
      throw new LuaError(`expect table output from Lua script, not ${type}`);
    }
    return readJson(machine, state);
  } catch (error) {
    if (error instanceof RangeError) throw new LuaError('stack overflow');
    throw error;
  } finally {
    api.lua_close(state);
  }
}

function failureOf({ api }: VirtualMachine, state: LuaState): LuaError {
  const text =
    api.lua_type(state, -1) === api.LUA_TSTRING ? api.lua_tojsstring(state, -1) : '(error object is a table)';
  // gopher-lua names functions without quotes.
  return new LuaError(text.replace(/bad argument #(\d+) to '([^']*)'/, 'bad argument #$1 to $2'));
}

function openLibraries(machine: VirtualMachine, state: LuaState, run: Run & { readonly budget: Budget }): void {
  const { api, auxiliary, open } = machine;
  const library = (name: string, opener: LuaFunction): void => {
    auxiliary.luaL_requiref(state, bytes(name), opener, true);
    api.lua_settop(state, 0);
  };
  library('_G', open.base);
  library('table', open.table);
  const os: LuaFunction = (at) => openSafeOs(machine, at, run.now);
  if (run.openLibs) {
    library('string', open.string);
    openPatterns(machine, state, run.budget);
    library('math', open.math);
    library('coroutine', open.coroutine);
    library('os', os);
  }
  for (const name of ['dofile', 'loadfile', 'collectgarbage', 'rawlen']) {
    api.lua_pushnil(state);
    api.lua_setglobal(state, bytes(name));
  }
  addFunction(machine, state, 'print', () => 0);
  addRequire(machine, state, os);
  runShims(machine, state, run.openLibs);
}

function addFunction({ api }: VirtualMachine, state: LuaState, name: string, run: LuaFunction): void {
  api.lua_pushcfunction(state, run);
  api.lua_setglobal(state, bytes(name));
}

/** `require` finds what is open already, and the safe `os`; there are no files to look in. */
function addRequire(machine: VirtualMachine, state: LuaState, os: LuaFunction): void {
  const { api, auxiliary } = machine;
  addFunction(machine, state, 'require', (at) => {
    const name = api.lua_type(at, 1) === api.LUA_TSTRING ? api.lua_tojsstring(at, 1) : '';
    if (name === 'os') return os(at);
    if (['_G', 'table', 'string', 'math', 'coroutine'].includes(name)) {
      if (api.lua_getglobal(at, bytes(name)) === api.LUA_TTABLE) return 1;
    }
    return auxiliary.luaL_error(at, bytes(`module ${name} not found`));
  });
}

/** What Lua 5.1 had and 5.3 has not. Written in Lua, since it is all about Lua's own values. */
const shims = `
unpack = table.unpack
loadstring = load
table.unpack, table.pack, table.move = nil, nil, nil
local function fortables(name)
  local run, type, error = _G[name], type, error
  _G[name] = function(list, ...)
    if type(list) ~= "table" then
      error("bad argument #1 to " .. name .. " (table expected, got " .. type(list) .. ")", 2)
    end
    return run(list, ...)
  end
end
fortables("ipairs") fortables("pairs") fortables("next")
function table.getn(list)
  if type(list) ~= "table" then error("bad argument #1 to getn (table expected, got " .. type(list) .. ")", 2) end
  return #list
end
function table.maxn(list)
  local most = 0
  for key in pairs(list) do if type(key) == "number" and key > most then most = key end end
  return most
end
-- What a script calls equal keeps its order in up to 12 values, as Go's sort.Sort goes about them.
local sort, type = table.sort, type
function table.sort(list, before)
  if type(list) ~= "table" or type(before) ~= "function" or #list > 12 then
    if before == nil then return sort(list) end
    return sort(list, before)
  end
  for last = 2, #list do
    local at = last
    while at > 1 and before(list[at], list[at - 1]) do
      list[at], list[at - 1] = list[at - 1], list[at]
      at = at - 1
    end
  end
end
function table.foreach(map, visit)
  for key, value in pairs(map) do local answer = visit(key, value) if answer ~= nil then return answer end end
end
`;

const openShims = `
math.pow = function(base, power) return base ^ power end
math.mod = math.fmod
string.gfind = string.gmatch
string.pack, string.unpack, string.packsize, string.dump = nil, nil, nil, nil
local repeated = string.rep
string.rep = function(text, count, ...)
  if #text * count > ${stringBytesMax} then error("resulting string too large", 2) end
  return repeated(text, count)
end
`;

function runShims(machine: VirtualMachine, state: LuaState, openLibs: boolean): void {
  loadChunk(machine, state, { source: shims + (openLibs ? openShims : '') + budgetShims, name: '=shims' });
  machine.api.lua_pcall(state, 0, 0, 0);
}
