// Values as jq orders, names and prints them.

import type { Json, JsonObject } from '@evenkeel/resource';

/** The name of a value's type. */
export function typeOf(value: Json): 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  return isNumber(value) ? 'number' : 'object';
}

/** A list; `Array.isArray` alone does not narrow a readonly one. */
export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isNumber(value: Json | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Whether a value counts as true: all but null and false. */
export function isTruthy(value: Json): boolean {
  return value !== null && value !== false;
}

/** A member that is really there, "__proto__" included. */
export function memberOf(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Keys in jq's order, which is that of their UTF-8 bytes. */
export function sortedKeys(object: JsonObject): string[] {
  return Object.keys(object).sort(compareText);
}

/** Compares as Go compares strings: by code point, which UTF-16 does not for characters beyond the basic plane. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (a === b) continue;
    const [aHigh, bHigh] = [a >= 0xd800 && a <= 0xdfff, b >= 0xd800 && b <= 0xdfff];
    if (aHigh !== bHigh) return aHigh ? 1 : -1;
    return a < b ? -1 : 1;
  }
  return left.length < right.length ? -1 : 1;
}

/** jq's order of all values: -1, 0 or 1. NaN is less than anything, itself included. */
export function compare(left: Json, right: Json): number {
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right);
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (isArray(left) && isArray(right)) {
    const length = Math.min(left.length, right.length);
    for (let index = 0; index < length; index += 1) {
      const order = compare(left[index] ?? null, right[index] ?? null);
      if (order !== 0) return order;
    }
    return Math.sign(left.length - right.length);
  }
  if (isObject(left) && isObject(right)) {
    const keys = sortedKeys(left);
    const order = compare(keys, sortedKeys(right));
    if (order !== 0) return order;
    for (const key of keys) {
      const below = compare(left[key] ?? null, right[key] ?? null);
      if (below !== 0) return below;
    }
    return 0;
  }
  return Math.sign(rank(left) - rank(right));
}

function compareNumbers(left: number | bigint, right: number | bigint): number {
  if (left < right || Number.isNaN(left)) return -1;
  return left > right || Number.isNaN(right) ? 1 : 0;
}

function rank(value: Json): number {
  switch (typeOf(value)) {
    case 'null':
      return 0;
    case 'boolean':
      return value === true ? 2 : 1;
    case 'number':
      return 3;
    case 'string':
      return 4;
    case 'array':
      return 5;
    case 'object':
      return 6;
  }
}

/** JSON as jq writes it: keys sorted, NaN as null, infinities as the largest number, nothing escaped for HTML. */
export function encode(value: Json): string {
  return new Encoder(Infinity).text(value);
}

const PREVIEW_BYTES = 30;

/** The beginning of a value's JSON, in at most 30 bytes. */
export function preview(value: Json): string {
  const bytes = new TextEncoder().encode(new Encoder(PREVIEW_BYTES + 2).text(value)).subarray(0, PREVIEW_BYTES + 2);
  if (bytes.length <= PREVIEW_BYTES) return new TextDecoder().decode(bytes);
  const trailing = typeof value === 'string' ? ' ..."' : isArray(value) ? ' ...]' : isObject(value) ? ' ...}' : ' ...';
  let end = bytes.length;
  while (end > PREVIEW_BYTES - trailing.length) end = previousRune(bytes, end);
  return new TextDecoder().decode(bytes.subarray(0, end)) + trailing;
}

function previousRune(bytes: Uint8Array, end: number): number {
  let start = end - 1;
  while (start > 0 && end - start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  const lead = bytes[start] ?? 0;
  const size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return size === end - start ? start : end - 1;
}

/** Stops once it has written enough, so that an error about a large object costs little. */
class Encoder {
  readonly #enough: number;
  readonly #parts: string[] = [];
  #length = 0;

  constructor(enough: number) {
    this.#enough = enough;
  }

  text(value: Json): string {
    this.#value(value);
    return this.#parts.join('');
  }

  #put(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
  }

  #value(value: Json): void {
    if (this.#length > this.#enough) return;
    if (typeof value === 'string') this.#put(quote(value));
    else if (typeof value === 'number') this.#put(numberText(value));
    else if (isArray(value)) {
      this.#put('[');
      for (const [index, item] of value.entries()) {
        if (index > 0) this.#put(',');
        this.#value(item);
        if (this.#length > this.#enough) return;
      }
      this.#put(']');
    } else if (isObject(value)) this.#object(value);
    else this.#put(String(value));
  }

  #object(value: JsonObject): void {
    this.#put('{');
    for (const [index, key] of sortedKeys(value).entries()) {
      if (index > 0) this.#put(',');
      this.#put(`${quote(key)}:`);
      this.#value(value[key] ?? null);
      if (this.#length > this.#enough) return;
    }
    this.#put('}');
  }
}

/** A number as strconv writes it. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'null';
  if (Object.is(value, -0)) return '-0';
  return String(Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE));
}

function quote(text: string): string {
  const json = JSON.stringify(text.toWellFormed());
  return json.includes('\u007f') ? json.replaceAll('\u007f', '\\u007f') : json;
}

/** Code points of a text. */
export function runes(text: string): readonly string[] {
  return Array.from(text);
}

/** Whether every UTF-16 unit is a character of its own, so that indexes need no conversion. */
export function isPlain(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text);
}

/** How many code points a text has. */
export function runeCount(text: string): number {
  return isPlain(text) ? text.length : runes(text).length;
}
