// What a scalar without quotes means: the tag and value tables of go.yaml.in/yaml v2.4.4 and v3.0.5 (resolve.go).
// The dialects differ in the words for booleans, which YAML 1.1 has more of.

import { YamlError } from './node.ts';
import { findBadUtf8 } from './reader.ts';
import type { YamlDialect } from './scan-state.ts';

export type YamlScalar = null | boolean | number | bigint | string;

export interface Resolved {
  readonly tag: string;
  readonly value: YamlScalar;
}

const WORDS_V3: ReadonlyMap<string, YamlScalar> = new Map<string, YamlScalar>([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const WORDS_V2: ReadonlyMap<string, YamlScalar> = new Map<string, YamlScalar>([
  ...WORDS_V3,
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
]);

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const DOTTED_FLOAT = /^\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?$/;
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
const WORD_LENGTH_MAX = 5;

/** Value of an unquoted, untagged scalar. Merge keys and timestamps come out as strings. */
export function resolvePlain(text: string, dialect: YamlDialect): YamlScalar {
  const c = text.charCodeAt(0);
  // Most scalars start with a letter that starts no special word.
  if (c >= 0x41) {
    if (text.length > WORD_LENGTH_MAX) return text;
    const words = dialect === 'sigs' ? WORDS_V2 : WORDS_V3;
    const value = words.get(text);
    return value === undefined ? text : value;
  }
  if ((c >= 0x30 && c <= 0x39) || c === 0x2b || c === 0x2d || c === 0x2e) {
    const number = resolveNumber(text, dialect);
    return number === undefined ? text : number;
  }
  return text === '' ? null : text;
}

/** Tag that a text resolves to, in its short form. "<<" is a string here; only the composer takes it for a merge key. */
export function resolveTag(text: string): string {
  if (isTimestamp(text)) return '!!timestamp';
  return tagOf(resolvePlain(text, 'v3'), text);
}

/** Value under an explicit short tag. Throws a `YamlError` (TYPE) where the text does not fit the tag. */
export function resolveTagged(
  tag: string,
  text: string,
  at: { dialect: YamlDialect; line: number; column: number },
): Resolved {
  if (tag === '!!binary') return { tag, value: decodeBase64(text, at) };
  if (!RESOLVABLE.has(tag)) return { tag, value: text };
  if (tag === '!!str') return { tag, value: text };
  if (tag === '!!timestamp' && isTimestamp(text)) return { tag, value: text };
  const value = resolvePlain(text, at.dialect);
  const actual = tag === '' && isTimestamp(text) ? '!!timestamp' : tagOf(value, text);
  if (tag === '') return { tag: actual, value };
  if (actual === tag) return { tag, value };
  // An int serves as a float, unless it only fits into 64 bits without a sign.
  if (tag === '!!float' && actual === '!!int' && !(typeof value === 'bigint' && value > INT64_MAX))
    return { tag, value: Number(value) };
  throw new YamlError('TYPE', `yaml: cannot decode ${actual} \`${text}\` as a ${tag}`, at.line, at.column);
}

const RESOLVABLE: ReadonlySet<string> = new Set(['', '!!str', '!!bool', '!!int', '!!float', '!!null', '!!timestamp']);

function tagOf(value: YamlScalar, text: string): string {
  if (typeof value === 'string') return '!!str';
  if (typeof value === 'boolean') return '!!bool';
  if (value === null) return '!!null';
  return typeof value === 'bigint' || isIntegerText(text) ? '!!int' : '!!float';
}

/** Whether a text that resolves to a number is an int rather than a float. */
export function isIntegerText(text: string): boolean {
  return (
    text.charCodeAt(0) !== 0x2e &&
    parseInteger(text.includes('_') ? text.replaceAll('_', '') : text, 'v3') !== undefined
  );
}

function resolveNumber(text: string, dialect: YamlDialect): number | bigint | undefined {
  const { length } = text;
  let at = 0;
  let c = text.charCodeAt(0);
  if (length <= 15 && c >= 0x31 && c <= 0x39) {
    let value = 0;
    while (c >= 0x30 && c <= 0x39) {
      value = value * 10 + (c - 0x30);
      if (++at === length) return value;
      c = text.charCodeAt(at);
    }
  }
  for (; at < length; at++) {
    if (!canBeInNumber(text.charCodeAt(at))) return undefined;
  }
  return resolveUnusualNumber(text, dialect);
}

/** Digits, signs, ".", "_", and the letters of hexadecimal digits, prefixes, "inf" and "nan". */
function canBeInNumber(c: number): boolean {
  if (c <= 0x39) return c >= 0x30 || c === 0x2e || c === 0x2b || c === 0x2d;
  const lower = c | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x66) ||
    lower === 0x78 ||
    lower === 0x6f ||
    lower === 0x69 ||
    lower === 0x6e ||
    c === 0x5f
  );
}

function resolveUnusualNumber(text: string, dialect: YamlDialect): number | bigint | undefined {
  const word = WORDS_V3.get(text);
  if (typeof word === 'number') return word;
  if (text.charCodeAt(0) === 0x2e) {
    if (!DOTTED_FLOAT.test(text)) return undefined;
    return finite(Number(text.replaceAll('_', '')));
  }
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const integer = parseInteger(plain, dialect);
  if (integer !== undefined) return integer;
  return FLOAT.test(plain) ? finite(Number(plain)) : undefined;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** Go's strconv.ParseInt and ParseUint with base 0, and the loose prefixes that go-yaml tries after them ("0o-7" in v3 only). */
function parseInteger(plain: string, dialect: YamlDialect): number | bigint | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)$/.exec(plain);
  if (match === null) {
    const loose = /^0([bo])([-+])([0-7]+)$/.exec(plain);
    if (
      loose === null ||
      (loose[1] === 'o' && dialect === 'sigs') ||
      (loose[1] === 'b' && /[2-7]/.test(loose[3] ?? ''))
    )
      return undefined;
    return narrow(BigInt(`0${loose[1] ?? ''}${loose[3] ?? ''}`), loose[2] ?? '', false);
  }
  const digits = match[2] ?? '';
  const octal = /^0[0-7]+$/.test(digits);
  return narrow(BigInt(octal ? `0o${digits.slice(1)}` : digits), match[1] ?? '', true);
}

function narrow(magnitude: bigint, sign: string, unsignedAllowed: boolean): number | bigint | undefined {
  if (sign === '-') {
    if (magnitude > INT64_MAX + 1n) return undefined;
  } else if (magnitude > (sign === '' && unsignedAllowed ? UINT64_MAX : INT64_MAX)) {
    return undefined;
  }
  const value = sign === '-' ? -magnitude : magnitude;
  return magnitude <= 0x1f_ffff_ffff_ffffn ? Number(value) + 0 : value;
}

const TIMESTAMP =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[-+]([0-9]{2}):([0-9]{2})))|(?: ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?))?$/;

/** The date formats that go-yaml knows, with the ranges that Go's time.Parse checks. */
export function isTimestamp(text: string): boolean {
  const c = text.charCodeAt(0);
  if (c < 0x30 || c > 0x39 || text.charCodeAt(4) !== 0x2d) return false;
  const match = TIMESTAMP.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return false;
  const hour = Number(match[4] ?? match[9] ?? 0);
  const minute = Number(match[5] ?? match[10] ?? 0);
  const second = Number(match[6] ?? match[11] ?? 0);
  return hour < 24 && minute < 60 && second < 60 && Number(match[7] ?? 0) <= 24 && Number(match[8] ?? 0) < 60;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function decodeBase64(text: string, at: { line: number; column: number }): string {
  const clean = text.replaceAll(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(clean)) {
    throw new YamlError('TYPE', 'yaml: !!binary value contains invalid base64 data', at.line, at.column);
  }
  return decodeUtf8(Uint8Array.from(atob(clean), (c) => c.charCodeAt(0)));
}

/** Go writes one replacement character for each byte that is not UTF-8, where the platform's decoder joins some. */
function decodeUtf8(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  let from = 0;
  while (from < bytes.length) {
    const bad = findBadUtf8(bytes.subarray(from));
    const end = bad === undefined ? bytes.length : from + bad.offset;
    text += decoder.decode(bytes.subarray(from, end));
    if (bad !== undefined) text += '\ufffd';
    from = end + 1;
  }
  return text;
}
