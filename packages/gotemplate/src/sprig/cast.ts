// spf13/cast v1.7.0: how sprig turns anything into a number, and Sprig's own idea of a string.

import { formatValue } from '../fmt/printer.ts';
import { goString } from '../value/go-string.ts';
import { NumberError, floatToInt64, parseFloat64, parseInt64 } from '../value/go-number.ts';
import { GoInt, GoScalar, GoStruct, type Value, typeOf } from '../value/value.ts';

function attempt<T>(parse: () => T, otherwise: T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof NumberError) return otherwise;
    throw error;
  }
}

/** cast.ToInt64: what cannot be read is 0. */
export function toInt64(value: Value): bigint {
  if (value instanceof GoInt) {
    // Defined integer types are unknown to cast, apart from two of package time.
    const { type } = value;
    if (type.underlying !== undefined && type.text !== 'time.Month' && type.text !== 'time.Weekday') return 0n;
    return BigInt.asIntN(64, value.value);
  }
  if (typeof value === 'number') return floatToInt64(value);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value instanceof GoScalar && typeof value.value === 'number') return floatToInt64(value.value);
  const text = typeof value === 'string' ? value : jsonNumber(value);
  return text === undefined ? 0n : attempt(() => parseInt64(trimZeroDecimal(text), 0), 0n);
}

function jsonNumber(value: Value): string | undefined {
  return value instanceof GoScalar && value.type.text === 'json.Number' ? String(value.value) : undefined;
}

/** "5.00" counts as "5". */
function trimZeroDecimal(text: string): string {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === '0') end--;
  return end < text.length && text.charAt(end - 1) === '.' ? text.slice(0, end - 1) : text;
}

/** cast.ToFloat64. */
export function toFloat64(value: Value): number {
  if (value instanceof GoInt) {
    const { type } = value;
    if (type.underlying !== undefined && type.text !== 'time.Month' && type.text !== 'time.Weekday') return 0;
    return Number(value.value);
  }
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof GoScalar && typeof value.value === 'number') return value.value;
  const text = typeof value === 'string' ? value : jsonNumber(value);
  return text === undefined ? 0 : attempt(() => parseFloat64(text), 0);
}

/** sprig's strval: strings and bytes as they are, errors and Stringers by their text, the rest as %v. */
export function strval(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return goString(value);
  const type = typeOf(value);
  if (
    type?.stringer !== undefined &&
    (value instanceof GoStruct || value instanceof GoInt || value instanceof GoScalar)
  ) {
    return type.stringer(value);
  }
  return formatValue(value ?? null);
}

/** sprig's strslice. */
export function strslice(value: Value): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.filter((item) => item !== null && item !== undefined).map(strval);
  if (value instanceof Uint8Array) return [...value].map(String);
  return [strval(value)];
}
