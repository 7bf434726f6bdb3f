// string.format: %s %d %f %e %b %x %o, in the version Kubernetes has (cel-go:ext/formatting.go, v0.26.0).

import { durationText, timestampText } from '../time.ts';
import { CelError, Duration, ListValue, MapValue, Timestamp, TypeValue, Uint, type Value, typeOf } from '../values.ts';
import { decimalText, doubleText } from './numbers.ts';

/** Fills in the clauses of a format. Errors are CelErrors in cel-go's words. */
export function formatText(format: string, args: ListValue): string {
  let index = 0;
  return eachClause(format, (clause) => {
    if (index >= args.size) throw new CelError(`index ${index} out of range`);
    return print(clause, args.at(index++));
  });
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

function print(clause: FormatClause, value: Value): string {
  const { letter, precision = 6 } = clause;
  if (letter === 's') return stringOf(value);
  const special = specialNumber(value);
  const type = typeOf(value);
  const isReal = letter === 'f' || letter === 'e';
  if (special !== undefined && isReal) return special;
  const refusal = clauseRefusal(clause, type.kind, type.name);
  if (refusal !== undefined) throw new CelError(refusal);
  if (isReal) return letter === 'f' ? fixed(value as number, precision) : scientific(value as number, precision);
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

function stringOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return specialNumber(value) ?? doubleText(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeValue) return value.type.name;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof ListValue) return `[${[...value].map(stringOf).join(', ')}]`;
  if (value instanceof MapValue) {
    const entries = [...value.keys()].map((key) => `${stringOf(key)}: ${stringOf(value.find(key) ?? null)}`);
    return `{${entries.sort().join(', ')}}`;
  }
  const { name } = typeOf(value);
  throw new CelError(clauseRefusal({ letter: 's', precision: undefined }, 'opaque', name) ?? name);
}
