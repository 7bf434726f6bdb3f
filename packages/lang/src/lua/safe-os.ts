// `os` with the clock alone, as Argo CD offers it: time and date, nothing of the process or its files.
// Mirrors argoproj/argo-cd:util/lua/oslib_safe.go (3.6); local time is UTC.

import { bytes } from './lua-string.ts';
import type { LuaState, VirtualMachine } from './virtual-machine.ts';

/** Pushes the library as a table. `now` tells seconds since 1970. */
export function openSafeOs(machine: VirtualMachine, state: LuaState, now: () => number): number {
  const { api } = machine;
  api.lua_createtable(state, 0, 2);
  api.lua_pushcfunction(state, (at) => pushTime(machine, at, now));
  api.lua_setfield(state, -2, bytes('time'));
  api.lua_pushcfunction(state, (at) => pushDate(machine, at, now));
  api.lua_setfield(state, -2, bytes('date'));
  return 1;
}

function pushTime({ api }: VirtualMachine, state: LuaState, now: () => number): number {
  if (api.lua_gettop(state) === 0 || api.lua_type(state, 1) !== api.LUA_TTABLE) {
    api.lua_pushnumber(state, now());
    return 1;
  }
  const field = (name: string, otherwise: number): number => {
    const isNumber = api.lua_getfield(state, 1, bytes(name)) === api.LUA_TNUMBER;
    const value = isNumber ? api.lua_tonumber(state, -1) : otherwise;
    api.lua_pop(state, 1);
    return Math.trunc(value);
  };
  // Fields that are text count as missing in the original too, whose year, month and day are then -1.
  const date = new Date(0);
  date.setUTCFullYear(field('year', -1), field('month', -1) - 1, field('day', -1));
  date.setUTCHours(field('hour', 12), field('min', 0), field('sec', 0), 0);
  api.lua_pushnumber(state, Math.floor(date.getTime() / 1000));
  return 1;
}

function pushDate(machine: VirtualMachine, state: LuaState, now: () => number): number {
  const { api } = machine;
  let format = api.lua_type(state, 1) === api.LUA_TSTRING ? api.lua_tojsstring(state, 1) : '%c';
  let seconds = now();
  if (format.startsWith('!')) format = format.replace(/^!+/, '');
  if (api.lua_gettop(state) >= 2) seconds = Math.trunc(api.lua_tonumber(state, 2));
  const date = new Date(seconds * 1000);
  if (format.startsWith('*t')) pushFields(machine, state, date);
  else api.lua_pushstring(state, bytes(formatDate(date, format)));
  return 1;
}

function pushFields({ api }: VirtualMachine, state: LuaState, date: Date): void {
  const fields: Readonly<Record<string, number>> = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    min: date.getUTCMinutes(),
    sec: date.getUTCSeconds(),
    wday: date.getUTCDay() + 1,
    yday: 0,
  };
  api.lua_createtable(state, 0, 9);
  for (const [name, value] of Object.entries(fields)) {
    api.lua_pushnumber(state, value);
    api.lua_setfield(state, -2, bytes(name));
  }
  api.lua_pushboolean(state, false);
  api.lua_setfield(state, -2, bytes('isdst'));
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = 'January February March April May June July August September October November December'.split(' ');

/** The verbs that the original knows, with its own readings of them: %x is year/month/day, %p the meridiem in capitals. */
function formatDate(date: Date, format: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const short = String(year).slice(-2);
  const half = date.getUTCHours() < 12 ? 'am' : 'pm';
  const verbs: Readonly<Record<string, string>> = {
    a: 'mon',
    A: days[date.getUTCDay()] ?? '',
    b: (months[month] ?? '').slice(0, 3),
    B: months[month] ?? '',
    c: `${two(day)} ${(months[month] ?? '').slice(0, 3)} ${short} ${clock.slice(0, 5)} UTC`,
    d: two(day),
    F: `${year}-${two(month + 1)}-${two(day)}`,
    H: two(date.getUTCHours()),
    I: two(date.getUTCHours() % 12 || 12),
    m: two(month + 1),
    M: two(date.getUTCMinutes()),
    p: half.toUpperCase(),
    P: half,
    S: two(date.getUTCSeconds()),
    w: String(date.getUTCDay()),
    x: `${short}/${two(month + 1)}/${two(day)}`,
    X: clock,
    y: short,
    Y: String(year),
    z: '+0000',
    Z: 'UTC',
    '%': '%',
  };
  return format.replaceAll(/%(.)/gs, (verb, letter: string) => verbs[letter] ?? verb);
}
