// JSON text that keeps integers exact: 64-bit ids and resource versions beyond 2^53 are bigints on both ways.

import type { Json, JsonObject } from './json.ts';

export interface StringifyJsonOptions {
  /** Go's json.Marshal: "<", ">", "&" and the two Unicode line separators are written as escapes. */
  readonly escapeHtml?: boolean;
  /** Write members in the order of their names' code points, as Go does for maps. */
  readonly sortKeys?: boolean;
  /** Spaces per level; none means one line. */
  readonly indent?: number;
}

/**
 * Writes a value as JSON. Members keep their order, undefined ones are left out. Deep values do not overflow the
 * stack. Numbers that JSON does not have (NaN, Infinity) throw a `TypeError` worded as Go's encoding/json does.
 */
export function stringifyJson(value: Json, options: StringifyJsonOptions = {}): string {
  const text = new JsonWriter(options).write(value);
  return options.escapeHtml === true ? text.replaceAll(HTML, (char) => HTML_ESCAPES[char] ?? char) : text;
}

/** Reads JSON text; integers beyond 2^53 become bigints. Throws `SyntaxError`. */
export function parseJson(text: string): Json {
  // Only a long run of digits can be an integer that a number does not hold, and not in the middle of a string: digests.
  if (!/[0-9]{16}/.test(text) || !/(?:"\s*:|[[,]|^)\s*-?[0-9]{16}/.test(text)) return JSON.parse(text) as Json;
  return JSON.parse(text, exactIntegers as (this: unknown, key: string, value: unknown) => unknown) as Json;
}

function exactIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?[0-9]+$/.test(source) ? BigInt(source) : value;
}

const HTML = /[<>&\u2028\u2029]/g;
const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

interface Open {
  readonly array: readonly Json[] | undefined;
  readonly object: JsonObject | undefined;
  readonly keys: readonly string[];
  next: number;
}

class JsonWriter {
  readonly #options: StringifyJsonOptions;
  readonly #stack: Open[] = [];
  #out = '';

  constructor(options: StringifyJsonOptions) {
    this.#options = options;
  }

  write(value: Json): string {
    this.#value(value);
    for (;;) {
      const open = this.#stack[this.#stack.length - 1];
      if (open === undefined) return this.#out;
      const { array, object } = open;
      const count = array?.length ?? open.keys.length;
      const at = open.next++;
      if (at === count) {
        this.#stack.pop();
        if (count > 0) this.#breakLine();
        this.#out += array === undefined ? '}' : ']';
        continue;
      }
      if (at > 0) this.#out += ',';
      this.#breakLine();
      if (array !== undefined) {
        this.#value(array[at] ?? null);
      } else {
        const key = open.keys[at] ?? '';
        this.#out += `${JSON.stringify(key)}:${this.#options.indent === undefined ? '' : ' '}`;
        this.#value(object?.[key] ?? null);
      }
    }
  }

  #value(value: Json): void {
    if (typeof value === 'string') this.#out += JSON.stringify(value);
    else if (typeof value === 'number') this.#out += formatNumber(value);
    else if (typeof value === 'object') this.#open(value);
    else this.#out += String(value);
  }

  #open(value: null | readonly Json[] | JsonObject): void {
    if (value === null) {
      this.#out += 'null';
    } else if (isArray(value)) {
      this.#out += '[';
      this.#stack.push({ array: value, object: undefined, keys: [], next: 0 });
    } else {
      const keys = Object.keys(value).filter((key) => value[key] !== undefined);
      if (this.#options.sortKeys === true) keys.sort(byCodePoint);
      this.#out += '{';
      this.#stack.push({ array: undefined, object: value, keys, next: 0 });
    }
  }

  #breakLine(): void {
    const { indent } = this.#options;
    if (indent !== undefined) this.#out += `\n${' '.repeat(indent * this.#stack.length)}`;
  }
}

function isArray(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}

function formatNumber(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  throw new TypeError(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
}

/** Go sorts by bytes of UTF-8, which is the order of code points and not of UTF-16 units. */
function byCodePoint(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xPair = x >= 0xd800 && x <= 0xdfff;
    const yPair = y >= 0xd800 && y <= 0xdfff;
    return xPair === yPair ? x - y : xPair ? 1 : -1;
  }
  return a.length - b.length;
}
