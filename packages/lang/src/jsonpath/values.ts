// JSON values as Go compares and prints them.

import type { Json } from '@evenkeel/resource';
import { JsonPathFailure } from './parser.ts';

type Kind = 'invalid' | 'bool' | 'int' | 'float' | 'string';

function kindOf(value: Json, isFloat = false): Kind {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return isFloat || !Number.isInteger(value) ? 'float' : 'int';
  return 'invalid';
}

/** The comparisons of filters. Throws JsonPathFailure where Go refuses to compare. */
export function compareJson(left: Json, right: Json, operator: string, rightIsFloat: boolean): boolean {
  if (!['<', '>', '==', '!=', '<=', '>='].includes(operator)) {
    throw new JsonPathFailure(`unrecognized filter operator ${operator}`);
  }
  const kind = kindOf(left);
  const other = kindOf(right, rightIsFloat);
  if (kind === 'invalid' || other === 'invalid') throw new JsonPathFailure('invalid type for comparison');
  if (kind !== other) throw new JsonPathFailure('incompatible types for comparison');
  if (operator === '==') return same(left, right);
  if (operator === '!=') return !same(left, right);
  if (kind === 'bool') throw new JsonPathFailure('invalid type for comparison');
  const less = (left ?? 0) < (right ?? 0);
  switch (operator) {
    case '<':
      return less;
    case '<=':
      return less || same(left, right);
    case '>':
      return !less && !same(left, right);
    default:
      return !less;
  }
}

function same(left: Json, right: Json): boolean {
  if (typeof left === 'bigint' || typeof right === 'bigint') return printJson(left) === printJson(right);
  return left === right;
}

/** Maps and lists as JSON, everything else as Go's %v. */
export function printJson(value: Json): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return printFloat(value);
  return typeof value === 'object' ? marshal(value) : String(value);
}

/** Go's %v of any value. */
export function printGo(value: Json): string {
  if (value === null) return '<nil>';
  if (typeof value !== 'object') return printJson(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => printGo(item)).join(' ')}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${printGo(item ?? null)}`).join(' ')}]`;
}

/** %v of a float64; integers are int64 and print plainly. */
function printFloat(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  const digits = String(Math.abs(power)).padStart(2, '0');
  return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`;
}

function marshal(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => marshal(item)).join(',')}]`;
  const entries = Object.entries(value)
    .filter((entry): entry is [string, Json] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${quote(key)}:${marshal(item)}`).join(',')}}`;
}

/** encoding/json escapes what HTML would misread. */
function quote(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
