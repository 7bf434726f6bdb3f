// Values as JSON: data for us, and text as the program's own functions print it.
// Mirrors google/go-jsonnet:builtins.go builtinManifestJSONEx and unparseNumber (v0.22.0).

import type { Json } from '@evenkeel/resource';
import { visibleNames } from './operators.ts';
import { ArrayValue, type FieldReader, FunctionValue, ObjectValue, type Value, runtimeError } from './values.ts';

const DEPTH_MAX = 500;
/** What one value of the data counts for. */
const VALUE_STEPS = 4;

/** A value as data. Functions have no such form. */
export function toJson(value: Value, reader: FieldReader, depth = 0): Json {
  if (depth > DEPTH_MAX) throw runtimeError('max stack frames exceeded.');
  // What stands in many places is one value here and as many as there are places in the data.
  reader.spend(VALUE_STEPS);
  if (value instanceof FunctionValue) throw runtimeError("couldn't manifest function as JSON");
  if (value instanceof ArrayValue) return value.items.map((item) => toJson(item.force(), reader, depth + 1));
  if (value instanceof ObjectValue) {
    const entries: [string, Json][] = [];
    for (const name of checkedNames(value, reader)) {
      entries.push([name, toJson(reader.field(value, name), reader, depth + 1)]);
    }
    return Object.fromEntries(entries);
  }
  return value;
}

/** How JSON is laid out. */
export interface JsonLayout {
  readonly indent: string;
  readonly newline: string;
  readonly separator: string;
  /** What stands between items on one line, where `newline` is empty. */
  readonly gap: string;
  /** What an empty list or object holds. */
  readonly empty: (at: string) => string;
  readonly number: (value: number) => string;
}

/** As std.toString prints it. */
export const plainLayout: JsonLayout = {
  indent: '',
  newline: '',
  separator: ': ',
  gap: ' ',
  empty: () => ' ',
  number: printNumber,
};

/** A value as text. */
export function printJson(value: Value, reader: FieldReader, layout: JsonLayout, at = ''): string {
  reader.spend(1);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return layout.number(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof FunctionValue) throw runtimeError("couldn't manifest function as JSON");
  if (at.length > DEPTH_MAX * Math.max(1, layout.indent.length)) throw runtimeError('max stack frames exceeded.');
  const inner = at + layout.indent;
  const [open, close] = value instanceof ArrayValue ? ['[', ']'] : ['{', '}'];
  const items =
    value instanceof ArrayValue
      ? value.items.map((item) => printJson(item.force(), reader, layout, inner))
      : checkedNames(value, reader).map(
          (name) =>
            JSON.stringify(name) + layout.separator + printJson(reader.field(value, name), reader, layout, inner),
        );
  if (items.length === 0) return open + layout.empty(at) + close;
  if (layout.newline === '' && layout.indent === '') return open + items.join(`,${layout.gap}`) + close;
  const lines = items.map((item) => layout.newline + inner + item);
  return `${open}${lines.join(',')}${layout.newline}${at}${close}`;
}

function checkedNames(object: ObjectValue, reader: FieldReader): readonly string[] {
  reader.checkAsserts(object);
  return visibleNames(object);
}

/** Whole numbers without a point, others with as many digits as a double may need (%.17g). */
export function printNumber(value: number): string {
  if (Number.isInteger(value)) return Object.is(value, -0) ? '-0' : BigInt(value).toString();
  return general(value, 17);
}

/** The fewest digits that say which double it is, without an exponent. */
export function shortest(value: number): string {
  const [digits = '', exponent] = String(value).split('e');
  if (exponent === undefined) return Object.is(value, -0) ? '-0' : digits;
  if (Number(exponent) > 0) return BigInt(value).toString();
  const sign = digits.startsWith('-') ? '-' : '';
  const plain = digits.replace(/[-.]/g, '');
  return `${sign}0.${'0'.repeat(-Number(exponent) - 1)}${plain}`;
}

/** C's %g with a precision, zeros at the end left out. */
export function general(value: number, precision: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponent = '0'] = value.toExponential(precision - 1).split('e');
  const power = Number(exponent);
  if (power < -4 || power >= precision) {
    const sign = power < 0 ? '-' : '+';
    return `${withoutZeros(digits)}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return withoutZeros(value.toFixed(Math.min(100, Math.max(0, precision - 1 - power))));
}

function withoutZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}
