// Values as JSON Schema sees and shows them.

import { GoInt, quote } from '@evenkeel/gotemplate';

import { compareGoStrings } from '../go-text.ts';
import { type Table, type Value, isTable } from '../values/table.ts';

/** JSON types; an integer is a number without fraction. */
export type TypeName = 'null' | 'boolean' | 'number' | 'integer' | 'string' | 'array' | 'object';
/** The order in which errors list types. */
export const TYPE_ORDER: readonly TypeName[] = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object'];

/** Keys by name, for Go’s order is random. */
export function sortedKeys(table: Table): string[] {
  return [...table.keys()].sort(compareGoStrings);
}

/** Whether a value is a table or a list. */
export function isContainer(value: Value): boolean {
  return isTable(value) || Array.isArray(value);
}

/** The JSON type of a value. */
export function typeName(value: Value): TypeName {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (isTable(value)) return 'object';
  if (value instanceof GoInt || typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}

/** A number, whatever Go type it has. */
export function numberOf(value: number | GoInt): number {
  return value instanceof GoInt ? Number(value.value) : value;
}

/** Whether a number has no fraction. */
export function isInteger(value: Value): boolean {
  return value instanceof GoInt || Number.isInteger(value);
}

/** Whether value is a whole multiple, on decimal digits, so that 0.3 is a multiple of 0.1. */
export function isMultiple(value: number, step: number): boolean {
  if (step === 0) return false;
  const scale = 10 ** Math.min(20, Math.max(decimals(value), decimals(step)));
  return BigInt(Math.round(value * scale)) % BigInt(Math.round(step * scale)) === 0n;
}

function decimals(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  return Math.max(0, (mantissa.split('.')[1]?.length ?? 0) - Number(exponent));
}

/** Equality as JSON Schema has it: 1 and 1.0 are the same. */
export function equalValues(left: Value, right: Value): boolean {
  return canonical(left) === canonical(right);
}

/** A text equal exactly for values that JSON Schema calls equal. */
export function canonical(value: Value): string {
  if (isTable(value)) {
    return `{${sortedKeys(value)
      .map((key) => `${JSON.stringify(key)}:${canonical(value.get(key) ?? null)}`)
      .join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value instanceof GoInt) return String(Number(value.value));
  return JSON.stringify(value);
}

/** A value in an error text. */
export function display(value: Value): string {
  if (typeof value === 'string') return singleQuote(value);
  if (value === null) return '<nil>';
  if (value instanceof GoInt) return String(value.value);
  return typeof value === 'object' ? 'value' : String(value);
}

/** The library's quoting: Go's %q with the quotes changed. */
export function singleQuote(text: string): string {
  return `'${quote(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** Numbers as golang.org/x/text prints them in English: thousands are separated. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 20 });
}
