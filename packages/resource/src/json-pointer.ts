// RFC 6901 JSON pointers.

import type { Json, JsonObject } from './json.ts';

/** The reference tokens of a pointer: "/a~1b/0" gives ["a/b", "0"]. Throws a `SyntaxError` for text without leading "/". */
export function parseJsonPointer(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new SyntaxError(`JSON pointer must be empty or start with "/": ${pointer}`);
  return pointer.slice(1).split('/').map(unescapeToken);
}

/** The pointer made of reference tokens. */
export function formatJsonPointer(tokens: readonly (string | number)[]): string {
  return tokens.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The value a pointer names, or undefined where there is none. "-" names no existing element. */
export function getJsonPointer(document: Json, pointer: string): Json | undefined {
  let value: Json | undefined = document;
  for (const token of parseJsonPointer(pointer)) {
    if (isJsonArray(value)) value = /^(?:0|[1-9][0-9]*)$/.test(token) ? value[Number(token)] : undefined;
    else if (isJsonObject(value)) value = Object.hasOwn(value, token) ? value[token] : undefined;
    else return undefined;
  }
  return value;
}

/** "~1" is "/", "~0" is "~"; the order matters. */
export function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
