// string.format: %s %d %f %e %b %x %o, in the version Kubernetes has (cel-go:ext/formatting.go, v0.26.0).

import { durationText, timestampText } from '../time.ts';
import { CelError, Duration, ListValue, MapValue, Timestamp, TypeValue, Uint, type Value, typeOf } from '../values.ts';
import { decimalText, doubleText } from './numbers.ts';

/** Fills in the clauses of a format. Errors are CelErrors in cel-go's words. */
export function formatText(format: string, args: ListValue, style: FormatStyle): string {
  let index = 0;
  return eachClause(format, (clause) => {
    if (index >= args.size) throw new CelError(`index ${index} out of range`);
    return print(clause, args.at(index++), style);
  });
}

/** How numbers and nested values are printed. */
export interface FormatStyle {
  readonly fixed: (value: number, precision: number) => string;
  readonly scientific: (value: number, precision: number) => string;
  readonly infinity: string;
  readonly nested: (value: Value) => string;
}

/** A clause and its precision. */
export interface FormatClause {
  readonly letter: string;
  readonly precision: number | undefined;
}

/** Replaces every clause of a format by what `print` makes of it. */
export function eachClause(format: string, print: (clause: FormatClause) => string): string {
  let text = '';
  let at = 0;
  while (at < format.length) {
    const char = format[at] ?? '';
    if (char !== '%') {
      text += char;
      at++;
    } else if (format[at + 1] === '%') {
      text += '%';
      at += 2;
    } else {
      if (at + 1 >= format.length) throw new CelError('unexpected end of string');
      const { length, clause } = readClause(format.slice(at + 1));
      text += print(clause);
      at += 1 + length;
    }
  }
  return text;
}

function readClause(rest: string): { readonly length: number; readonly clause: FormatClause } {
  const [, dotted, digits = '', letter] = /^(\.(\d*))?(.?)/su.exec(rest) ?? [];
  const bad = (message: string): CelError => new CelError(`could not parse formatting clause: ${message}`);
  if (letter === undefined || letter === '')
    throw bad('error while parsing precision: could not find end of precision specifier');
  if (dotted !== undefined && digits === '')
    throw bad(
      'error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
    );
  if (!'sdfebxXo'.includes(letter)) throw bad(`unrecognized formatting clause "${letter}"`);
  const precision = dotted === undefined ? undefined : Number(digits);
  return { length: (dotted ?? '').length + letter.length, clause: { letter, precision } };
}

/** Why a value of a type cannot stand for a clause; undefined where it can. */
export function clauseRefusal({ letter }: FormatClause, kind: string, name: string): string | undefined {
  const [kinds, words] = clauseTypes[letter] ?? [[], ''];
  return kinds.includes(kind) ? undefined : `error during formatting: ${words}, was given ${name}`;
}

const real: readonly [readonly string[], string] = [['double'], 'clause can only be used on doubles'];
const clauseTypes: Readonly<Record<string, readonly [readonly string[], string]>> = {
  s: [
    ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'timestamp', 'bytes', 'duration', 'type', 'null'],
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  ],
  d: [['int', 'uint'], 'decimal clause can only be used on integers'],
  f: [real[0], `fixed-point ${real[1]}`],
  e: [real[0], `scientific ${real[1]}`],
  b: [['int', 'uint', 'bool'], 'only integers and bools can be formatted as binary'],
  x: [['int', 'uint', 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  X: [['int', 'uint', 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  o: [['int', 'uint'], 'octal clause can only be used on integers'],
};

function print(clause: FormatClause, value: Value, style: FormatStyle): string {
  const { letter, precision = 6 } = clause;
  if (letter === 's') return stringOf(value, style.nested);
  const special = specialNumber(value)?.replace('Infinity', style.infinity);
  const type = typeOf(value);
  const isReal = letter === 'f' || letter === 'e';
  if (special !== undefined && isReal) return special;
  const refusal = clauseRefusal(clause, type.kind, type.name);
  if (refusal !== undefined) throw new CelError(refusal);
  if (isReal)
    return letter === 'f' ? style.fixed(value as number, precision) : style.scientific(value as number, precision);
  if (letter === 'd') return String(wholeOf(value));
  if (letter === 'b') return typeof value === 'boolean' ? String(Number(value)) : wholeOf(value).toString(2);
  if (letter === 'o') return wholeOf(value).toString(8);
  const hex = hexOf(value);
  return letter === 'X' ? hex.toUpperCase() : hex;
}

// NaN and the infinities may be given as texts too.
function specialNumber(value: Value): string | undefined {
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return value;
  if (typeof value !== 'number' || Number.isFinite(value)) return undefined;
  return Number.isNaN(value) ? 'NaN' : value < 0 ? '-Infinity' : 'Infinity';
}

function wholeOf(value: Value): bigint {
  return value instanceof Uint ? value.value : (value as bigint);
}

function hexOf(value: Value): string {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return wholeOf(value).toString(16);
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// The digits are those of the exact binary value, with halves to even; toFixed rounds halves up.
function fixed(value: number, precision: number): string {
  if (Math.abs(value) >= 1e21) return decimalText(value) + (precision > 0 ? `.${'0'.repeat(precision)}` : '');
  const digits = Math.min(precision, 100);
  const longer = value.toFixed(Math.min(digits + 25, 100));
  const cut = longer.length - (Math.min(digits + 25, 100) - digits);
  if (!/^50*$/.test(longer.slice(cut)) || digits > 70) return value.toFixed(digits);
  const kept = longer.slice(0, cut).replace(/\.$/, '');
  return Number(kept.at(-1)) % 2 === 0 ? kept : value.toFixed(digits);
}

function scientific(value: number, precision: number): string {
  return value.toExponential(Math.min(precision, 100)).replace(/e([+-])(\d)$/, 'e$10$2');
}

// Lists and maps print what they hold by `nested`.
function stringOf(value: Value, nested: (value: Value) => string): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return specialNumber(value) ?? doubleText(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeValue) return value.type.name;
  if (value instanceof Uint8Array) return bytesText(value);
  if (value instanceof ListValue || value instanceof MapValue) return nested(value);
  const { name } = typeOf(value);
  throw new CelError(clauseRefusal({ letter: 's', precision: undefined }, 'opaque', name) ?? name);
}

function bytesText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const why = 'invalid UTF-8 in bytes, cannot convert to string';
    throw new CelError(`error during formatting: could not convert argument "${why}" to string`);
  }
}

function plainNested(value: Value): string {
  if (value instanceof ListValue) return `[${[...value].map(plainNested).join(', ')}]`;
  if (!(value instanceof MapValue)) return stringOf(value, plainNested);
  const entries = [...value.keys()].map((key) => `${plainNested(key)}: ${plainNested(value.find(key) ?? null)}`);
  return `{${entries.sort().join(', ')}}`;
}

function localizedNested(value: Value): string {
  if (value instanceof ListValue) return `[${[...value].map(localizedNested).join(', ')}]`;
  if (value instanceof MapValue) {
    const entries = [...value.keys()].map(
      (key) => `${localizedNested(key)}:${localizedNested(value.find(key) ?? null)}`,
    );
    return `{${entries.sort().join(', ')}}`;
  }
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return specialNumber(value) ?? localizedFixed(value, 6);
  if (value instanceof Uint8Array) return `b${JSON.stringify(bytesText(value))}`;
  if (value instanceof Duration || value instanceof Timestamp)
    return `${typeOf(value).kind}(${JSON.stringify(stringOf(value, localizedNested))})`;
  return stringOf(value, localizedNested);
}

function localizedFixed(value: number, precision: number): string {
  const [whole = '', fraction] = fixed(value, precision).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹';

// Six digits, whatever precision is asked for.
function localizedScientific(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(6).split('e');
  const power = Math.abs(Number(exponent));
  const digits = Array.from(String(power).padStart(2, '0'), (digit) => raised[Number(digit)] ?? '').join('');
  return `${mantissa}×10${exponent.startsWith('-') ? '⁻' : ''}${digits}`;
}

export const plainStyle: FormatStyle = { fixed, scientific, infinity: 'Infinity', nested: plainNested };

export const localizedStyle: FormatStyle = {
  fixed: localizedFixed,
  scientific: localizedScientific,
  infinity: '∞',
  nested: localizedNested,
};
