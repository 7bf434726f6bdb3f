// A value as text, with its type: what tests compare with the answers of cel-go.

import { doubleText } from './library/numbers.ts';
import {
  Duration,
  ListValue,
  MapValue,
  OptionalValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
  typeOf,
} from './values.ts';

/** The same text as `show` of tools/go/cel prints. */
export function showValue(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return asciiQuoted(value);
  if (typeof value === 'number') return `double(${doubleText(value)})`;
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `bytes(${Array.from(value, hexByte).join('')})`;
  if (value instanceof Timestamp) return `timestamp(${timestampShown(value.nanos)})`;
  if (value instanceof Duration) return `duration(${value.nanos})`;
  if (value instanceof TypeValue) return `type(${value.type.name})`;
  if (value instanceof OptionalValue)
    return value.value === undefined ? 'optional.none()' : `optional(${showValue(value.value)})`;
  if (value instanceof ListValue) return `[${[...value].map(showValue).join(', ')}]`;
  if (value instanceof MapValue) {
    const entries = [...value.keys()].map((key) => `${showValue(key)}: ${showValue(value.find(key) ?? null)}`);
    return `{${entries.sort().join(', ')}}`;
  }
  return `object(${typeOf(value).name})`;
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function timestampShown(nanos: bigint): string {
  const fraction = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return `${(nanos - fraction) / 1_000_000_000n}.${String(fraction).padStart(9, '0')}`;
}

const short: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

// Go's strconv.QuoteToASCII.
function asciiQuoted(text: string): string {
  const shown = Array.from(text, (point) => {
    const code = point.codePointAt(0) ?? 0;
    const known = short[point];
    if (known !== undefined) return known;
    if (code >= 0x20 && code < 0x7f) return point;
    if (code < 0x80) return `\\x${hexByte(code)}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `"${shown.join('')}"`;
}
