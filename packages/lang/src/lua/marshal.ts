// Objects into Lua tables and back, with the answers that gopher-lua and layeh.com/gopher-json give: null is absent, an empty
// table is an empty list, a table is a list or a map by its first key.

import type { Json } from '@evenkeel/resource';
import { bytes } from './lua-string.ts';
import type { LuaState, VirtualMachine } from './virtual-machine.ts';

/** Pushes a JSON value. Null is nil, so that it is absent from maps and skipped in lists, as in Argo CD's decodeValue. */
export function pushJson({ api, auxiliary }: VirtualMachine, state: LuaState, value: Json | undefined): void {
  const push = (entry: Json | undefined): void => {
    auxiliary.luaL_checkstack(state, 4, null);
    if (entry === null || entry === undefined) api.lua_pushnil(state);
    else if (typeof entry === 'string') api.lua_pushstring(state, bytes(entry));
    else if (typeof entry === 'number') api.lua_pushnumber(state, entry);
    else if (typeof entry === 'boolean') api.lua_pushboolean(state, entry);
    else if (Array.isArray(entry)) {
      api.lua_createtable(state, entry.length, 0);
      let at = 0;
      for (const item of entry) {
        if (item === null) continue;
        push(item);
        api.lua_rawseti(state, -2, ++at);
      }
    } else {
      api.lua_createtable(state, 0, 8);
      for (const [key, item] of Object.entries(entry)) {
        if (item === null) continue;
        api.lua_pushstring(state, bytes(key));
        push(item);
        api.lua_rawset(state, -3);
      }
    }
  };
  push(value);
}

/** Why a value of Lua has no JSON, worded as gopher-json words it. */
export class UnencodableValue extends Error {
  override readonly name = 'UnencodableValue';
}

/** Reads the value at the top of the stack, and leaves it there. Throws {@link UnencodableValue}. */
export function readJson(machine: VirtualMachine, state: LuaState): Json {
  return new Reader(machine, state).read(1);
}

class Reader {
  readonly #machine: VirtualMachine;
  readonly #state: LuaState;
  /** Tables met, never forgotten: the original takes a table met twice for a circle. */
  readonly #met = new Set<unknown>();

  constructor(machine: VirtualMachine, state: LuaState) {
    this.#machine = machine;
    this.#state = state;
  }

  read(depth: number): Json {
    const { api, auxiliary } = this.#machine;
    auxiliary.luaL_checkstack(this.#state, 4, null);
    switch (api.lua_type(this.#state, -1)) {
      case api.LUA_TNIL:
        return null;
      case api.LUA_TBOOLEAN:
        return api.lua_toboolean(this.#state, -1);
      case api.LUA_TNUMBER:
        return api.lua_tonumber(this.#state, -1);
      case api.LUA_TSTRING:
        return api.lua_tojsstring(this.#state, -1);
      case api.LUA_TTABLE:
        return this.#readTable(depth);
      default:
        return this.#refuse(depth, `cannot encode ${this.#typeName()} to JSON`);
    }
  }

  #readTable(depth: number): Json {
    const { api } = this.#machine;
    const table = api.lua_topointer(this.#state, -1);
    if (this.#met.has(table)) this.#refuse(depth, 'cannot encode recursively nested tables to JSON');
    this.#met.add(table);
    const list: Json[] = [];
    const map: Record<string, Json> = {};
    let kind: 'list' | 'map' | undefined;
    api.lua_pushnil(this.#state);
    while (api.lua_next(this.#state, -2) !== 0) {
      const keyType = api.lua_type(this.#state, -2);
      const entryKind = keyType === api.LUA_TNUMBER ? 'list' : keyType === api.LUA_TSTRING ? 'map' : undefined;
      kind ??= entryKind;
      if (entryKind === undefined || entryKind !== kind) {
        this.#refuse(depth, 'cannot encode mixed or invalid key types');
      }
      if (kind === 'map') {
        const key = api.lua_tojsstring(this.#state, -2);
        const item = this.read(depth + 1);
        Object.defineProperty(map, key, { value: item, enumerable: true, configurable: true, writable: true });
      } else {
        if (api.lua_tonumber(this.#state, -2) !== list.length + 1) this.#refuse(depth, 'cannot encode sparse array');
        list.push(this.read(depth + 1));
      }
      api.lua_pop(this.#state, 1);
    }
    return kind === 'map' ? map : list;
  }

  #typeName(): string {
    const { api } = this.#machine;
    return new TextDecoder().decode(api.lua_typename(this.#state, api.lua_type(this.#state, -1)));
  }

  /** Go's encoder names its type once for every level it comes back through. */
  #refuse(depth: number, reason: string): never {
    throw new UnencodableValue('json: error calling MarshalJSON for type json.jsonValue: '.repeat(depth) + reason);
  }
}
