// What one run may use: time, or instructions where nobody tells the time, and no string beyond a size. Everything that takes
// time without executing instructions of Lua spends from the same budget, so that no library call can hang.

import { bytes } from './lua-string.ts';
import type { LuaFunction, LuaState, VirtualMachine } from './virtual-machine.ts';

/** What fits into about a second of gopher-lua on such checks. The longest bundled check needs under 5,000. */
const instructionsMax = 20_000_000;
/** Argo CD's limit for one script. */
const timeMaxMs = 1000;
const unitsBetweenLooks = 2000;
/** The longest string a script may make; what it is given is shorter. */
export const stringBytesMax: number = 4 * 1024 * 1024;

/** The budget of one run. */
export interface Budget {
  /** Takes `units`, about as long as an instruction each; raises an error of Lua where nothing is left. */
  spend(state: LuaState, units: number): void;
}

/** Limits a state. `elapsedMs` is a clock that only goes forward; instructions are counted where there is none. */
export function limitRun(
  { api, auxiliary }: VirtualMachine,
  state: LuaState,
  elapsedMs: (() => number) | undefined,
): Budget {
  let left = elapsedMs ? unitsBetweenLooks : instructionsMax;
  const endMs = elapsedMs ? elapsedMs() + timeMaxMs : 0;
  let isOver = false;
  const spend = (at: LuaState, units: number): void => {
    left -= units;
    if (left > 0 && !isOver) return;
    isOver ||= elapsedMs === undefined || elapsedMs() >= endMs;
    left = unitsBetweenLooks;
    if (isOver) raise(at);
  };
  const raise = (at: LuaState): void => {
    auxiliary.luaL_where(at, 0);
    api.lua_pushstring(at, bytes('context deadline exceeded'));
    api.lua_concat(at, 2);
    api.lua_error(at);
  };
  api.lua_sethook(state, (at) => spend(at, unitsBetweenLooks), api.LUA_MASKCOUNT, unitsBetweenLooks);
  // A script that catches errors catches this one too, and is told again as soon as it has.
  const after: LuaFunction = (at) => {
    if (isOver) raise(at);
    return api.lua_gettop(at);
  };
  const charge: LuaFunction = (at) => {
    spend(at, api.lua_tonumber(at, 1));
    return 0;
  };
  for (const [name, run] of [
    ['__after', after],
    ['__charge', charge],
  ] as const) {
    api.lua_pushcfunction(state, run);
    api.lua_setglobal(state, bytes(name));
  }
  return { spend };
}

/** Lua that makes the functions that protect calls, and those that move many values, spend. Leaves no name behind. */
export const budgetShims: string = `
do
  local after, charge, select, type = __after, __charge, select, type
  __after, __charge = nil, nil
  for _, name in ipairs({ "pcall", "xpcall" }) do
    local run = _G[name]
    _G[name] = function(...) return after(run(...)) end
  end
  if coroutine then
    local resume = coroutine.resume
    coroutine.resume = function(...) return after(resume(...)) end
  end
  local concat = table.concat
  table.concat = function(list, separator, from, to)
    if type(list) == "table" then
      local total = 0
      for at = from or 1, to or #list do
        local part = list[at]
        if type(part) == "string" then total = total + #part end
        if total > ${stringBytesMax} then error("resulting string too large", 2) end
      end
    end
    return concat(list, separator, from, to)
  end
  for _, name in ipairs({ "insert", "remove", "sort" }) do
    local run = table[name]
    table[name] = function(list, ...)
      if type(list) == "table" and (name == "sort" or select("#", ...) > (name == "insert" and 1 or 0)) then
        charge(#list)
      end
      return run(list, ...)
    end
  end
end
`;
