// std.format: C's printf for texts and objects. Mirrors google/jsonnet:stdlib/std.jsonnet format (v0.22.0).

import { general } from './manifest.ts';
import {
  ArrayValue,
  type FieldReader,
  ObjectValue,
  Thunk,
  type Value,
  codePoints,
  runtimeError,
  typeName,
} from './values.ts';

interface Code {
  readonly key: string | undefined;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly left: boolean;
  readonly blank: boolean;
  readonly sign: boolean;
  /** '*' takes the next value. */
  readonly width: number | '*';
  readonly precision: number | '*' | undefined;
  readonly type: string;
}

type Part = string | Code;

/** The text with values in the places of codes. Throws JsonnetError. */
export function formatText(
  format: string,
  values: Value,
  reader: FieldReader & { text: (value: Value) => string },
): string {
  const parts = parse(format);
  if (values instanceof ObjectValue) return formatObject(parts, values, reader);
  const list = values instanceof ArrayValue ? [...values.items] : [Thunk.of(values)];
  const count = list.length;
  const next = (): Value => {
    const thunk = list.shift();
    if (!thunk) throw runtimeError(`Not enough values to format: ${count}, expected more than ${count}`);
    return thunk.force();
  };
  let result = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      result += part;
      continue;
    }
    const width = part.width === '*' ? numberOf(next()) : part.width;
    const precision = part.precision === '*' ? numberOf(next()) : part.precision;
    const body = part.type === '%' ? '%' : one(next(), part, precision, reader);
    result += pad(body, width, part.left);
  }
  if (list.length > 0) throw runtimeError(`Too many values to format: ${count}, expected ${count - list.length}`);
  return result;
}

function formatObject(
  parts: readonly Part[],
  object: ObjectValue,
  reader: FieldReader & { text: (value: Value) => string },
): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      if (part.width === '*' || part.precision === '*') throw runtimeError('Cannot use * with object.');
      if (part.type === '%') return pad('%', part.width, part.left);
      if (part.key === undefined) throw runtimeError('Mapping keys required.');
      if (!object.find(part.key)) throw runtimeError(`No such field: ${part.key}`);
      return pad(one(reader.field(object, part.key), part, part.precision, reader), part.width, part.left);
    })
    .join('');
}

const CODE = /%(?:\(([^)]*)\))?([#0\- +]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?([a-zA-Z%])/y;

function parse(format: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (;;) {
    const percent = format.indexOf('%', at);
    if (percent < 0) {
      parts.push(format.slice(at));
      return parts;
    }
    parts.push(format.slice(at, percent));
    CODE.lastIndex = percent;
    const match = CODE.exec(format);
    if (!match) throw runtimeError('Truncated format code.');
    const [whole, key, flags = '', width = '', precision, type = ''] = match;
    if (!/[diuoxXeEfFgGcs%]/.test(type)) throw runtimeError(`Unrecognised conversion type: ${type}`);
    parts.push({
      key,
      alternate: flags.includes('#'),
      zero: flags.includes('0'),
      left: flags.includes('-'),
      blank: flags.includes(' '),
      sign: flags.includes('+'),
      width: width === '*' ? '*' : Number(width),
      precision: precision === undefined ? undefined : precision === '*' ? '*' : Number(precision),
      type,
    });
    at = percent + whole.length;
  }
}

function pad(text: string, width: number, left: boolean): string {
  const missing = ' '.repeat(Math.max(0, width - codePoints(text).length));
  return left ? text + missing : missing + text;
}

function one(
  value: Value,
  code: Code,
  precision: number | undefined,
  { text }: { text: (value: Value) => string },
): string {
  const { type } = code;
  if (type === 's') return text(value);
  if (type === 'c') {
    if (typeof value === 'number') return String.fromCodePoint(value);
    if (typeof value === 'string' && codePoints(value).length === 1) return value;
    throw runtimeError(`%c expected number / string, got: ${typeName(value)}`);
  }
  const number = numberOf(value, type);
  switch (type.toLowerCase()) {
    case 'o':
      return whole(number, code, precision, { base: 8, prefix: code.alternate ? '0' : '' });
    case 'x': {
      const prefix = code.alternate ? '0x' : '';
      const shown = whole(number, code, precision, { base: 16, prefix });
      return type === 'X' ? shown.toUpperCase() : shown;
    }
    case 'f':
      return signed(number, code, fixed(Math.abs(number), precision ?? 6, code.alternate));
    case 'e': {
      const shown = signed(number, code, scientific(Math.abs(number), precision ?? 6, code.alternate));
      return type === 'E' ? shown.toUpperCase() : shown;
    }
    case 'g': {
      const shown = signed(number, code, general(Math.abs(number), Math.max(1, precision ?? 6)));
      return type === 'G' ? shown.toUpperCase() : shown;
    }
    default:
      return whole(number, code, precision, { base: 10, prefix: '' });
  }
}

function whole(
  number: number,
  code: Code,
  precision: number | undefined,
  { base, prefix }: { readonly base: number; readonly prefix: string },
): string {
  const digits = BigInt(Math.trunc(Math.abs(Math.floor(Math.abs(number))))).toString(base);
  const least = precision ?? 0;
  return signed(number, code, prefix + digits.padStart(least, '0'), prefix.length);
}

function fixed(number: number, digits: number, alternate: boolean): string {
  // Halves go up, as the original multiplies and rounds.
  const text =
    number < 1e21
      ? number.toFixed(Math.min(100, digits))
      : `${BigInt(number)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  return alternate && digits === 0 ? `${text}.` : text;
}

function scientific(number: number, digits: number, alternate: boolean): string {
  const [mantissa = '', exponent = '+0'] = number.toExponential(Math.min(100, digits)).split('e');
  const power = exponent.slice(1).padStart(2, '0');
  return `${mantissa}${alternate && digits === 0 ? '.' : ''}e${exponent[0] ?? '+'}${power}`;
}

/** The sign before the digits, zeros between both where the width asks for them. */
function signed(number: number, code: Code, digits: string, prefix = 0): string {
  const sign = number < 0 ? '-' : code.sign ? '+' : code.blank ? ' ' : '';
  if (!code.zero || code.left || code.width === '*') return sign + digits;
  const missing = Math.max(0, code.width - sign.length - digits.length);
  return sign + digits.slice(0, prefix) + '0'.repeat(missing) + digits.slice(prefix);
}

function numberOf(value: Value, type = '*'): number {
  if (typeof value === 'number') return value;
  throw runtimeError(`Format required number at ${type}, got ${typeName(value)}`);
}
