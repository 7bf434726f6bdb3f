// Text as Lua holds it: bytes.

/** Lua's strings are bytes. */
export type LuaString = Uint8Array;

const encoder = new TextEncoder();

/** Text as Lua holds it. */
export function bytes(text: string): LuaString {
  return encoder.encode(text);
}
