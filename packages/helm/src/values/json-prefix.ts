// Reads one JSON value at the start of a text, as Go's json.Decoder does, and says how much of the text it took.

import { type Value, Table } from './table.ts';

/** Thrown when the text does not start with a JSON value. */
export class JsonPrefixError extends Error {
  override readonly name = 'JsonPrefixError';
}

/**
 * Decodes the first JSON value of `text` into Go's terms (numbers are float64).
 * `length` counts the UTF-16 units used, without white space behind the value. Throws JsonPrefixError.
 */
export function readJsonPrefix(text: string): { value: Value; length: number } {
  const end = valueEnd(text, skipSpace(text, 0));
  try {
    return { value: fromJson(JSON.parse(text.slice(0, end))), length: end };
  } catch (error) {
    if (error instanceof JsonPrefixError) throw error;
    throw new JsonPrefixError('invalid JSON value');
  }
}

/** A JSON value from JSON.parse as a chart value; own keys only, so `__proto__` is a key like any other. */
export function fromJson(value: unknown): Value {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === 'object' && value !== null) {
    const table = new Table();
    for (const [key, member] of Object.entries(value)) table.set(key, fromJson(member));
    return table;
  }
  if (typeof value === 'number') {
    // Go refuses numbers that no float64 can hold.
    if (!Number.isFinite(value)) throw new JsonPrefixError('number out of range');
    return value;
  }
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number(value);
  return null;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at += 1;
  return at;
}

function valueEnd(text: string, start: number): number {
  const first = text.charAt(start);
  if (first === '"') return stringEnd(text, start);
  if (first === '{' || first === '[') return bracketEnd(text, start);
  const scalar = /^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/.exec(text.slice(start));
  return start + (scalar?.[0].length ?? 0);
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function bracketEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') at = stringEnd(text, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}
