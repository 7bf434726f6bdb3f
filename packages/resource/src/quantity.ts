// Kubernetes quantities ("500m", "1.5Gi", "12e6"): read, written in canonical form, compared and added exactly
// (k8s.io/apimachinery:pkg/api/resource/quantity.go, 1.35).

import { type Result, err, ok } from '@evenkeel/std';

/** How a quantity is written: powers of ten, powers of 1024, or with an exponent. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** A quantity: digits × 10^exponent. `text` is kept where it is canonical already, as upstream keeps it. */
export interface Quantity {
  readonly digits: bigint;
  readonly exponent: number;
  readonly format: QuantityFormat;
  readonly text: string | undefined;
}

/** Upstream's refusals, word for word. */
export type QuantityError =
  | "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
  | 'unable to parse numeric part of quantity'
  | "unable to parse quantity's suffix";

/** Reads a quantity. Values finer than a nano are rounded away from zero; binary ones are capped at 2^63-1. */
export function parseQuantity(text: string): Result<Quantity, QuantityError> {
  if (text === '') return err(formatWrong);
  if (text === '0') return ok({ digits: 0n, exponent: 0, format: 'DecimalSI', text });
  const parts = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text);
  const [, sign = '', whole = '', fraction, suffixText = ''] = parts ?? [];
  if (parts === null) return err(formatWrong);
  const suffix = readSuffix(suffixText);
  if (suffix === undefined) return err("unable to parse quantity's suffix");
  if (whole === '' && fraction === undefined && !/[0-9]/.test(text.slice(0, text.length - suffixText.length))) {
    return err('unable to parse numeric part of quantity');
  }
  const numerator = whole === '' ? '0' : whole;
  const negative = sign === '-';
  const fast = fastRead({ text, numerator, fraction: fraction ?? '', suffix, negative });
  if (fast !== undefined) return ok(fast);
  if (numerator + (fraction ?? '') === '0' && !/[0-9]/.test(text))
    return err('unable to parse numeric part of quantity');
  return ok(exactRead(numerator, fraction ?? '', suffix, negative));
}

/** The canonical text: no fraction, the largest suffix that loses nothing. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text;
  if (quantity.digits === 0n) return '0';
  if (quantity.format === 'BinarySI' && isWholeBinary(quantity)) {
    let value = quantityValue(quantity);
    let power = 0;
    while (value % 1024n === 0n) {
      value /= 1024n;
      power++;
    }
    return `${value}${binarySuffixes[power] ?? ''}`;
  }
  let { digits, exponent } = quantity;
  while (digits % 10n === 0n) {
    digits /= 10n;
    exponent++;
  }
  while (exponent % 3 !== 0) {
    digits *= 10n;
    exponent--;
  }
  if (quantity.format === 'DecimalExponent') return `${digits}${exponent === 0 ? '' : `e${exponent}`}`;
  return `${digits}${decimalSuffixOf(exponent)}`;
}

/** Reads and writes in one: "1000m" is "1". */
export function canonicalQuantity(text: string): Result<string, QuantityError> {
  const parsed = parseQuantity(text);
  return parsed.ok ? ok(formatQuantity(parsed.value)) : parsed;
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`, whatever their formats. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const left = a.digits * 10n ** BigInt(a.exponent - exponent);
  const right = b.digits * 10n ** BigInt(b.exponent - exponent);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The sum, in the format of `a` (of `b` where `a` is zero, as upstream). */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  const format = a.digits === 0n ? b.format : a.format;
  const exponent = Math.min(a.exponent, b.exponent);
  const digits = a.digits * 10n ** BigInt(a.exponent - exponent) + b.digits * 10n ** BigInt(b.exponent - exponent);
  return { digits, exponent, format, text: undefined };
}

/** The quantity as a number, exact where a double can be. */
export function quantityToNumber(quantity: Quantity): number {
  return Number(`${quantity.digits}e${quantity.exponent}`);
}

/** The quantity as a whole number, fractions rounded away from zero (upstream's Value). */
export function quantityValue(quantity: Quantity): bigint {
  if (quantity.exponent >= 0) return quantity.digits * 10n ** BigInt(quantity.exponent);
  return divideUp(quantity.digits, 10n ** BigInt(-quantity.exponent));
}

const formatWrong =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'" as const;

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binarySuffixes: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

// Beyond the table upstream finds no suffix and writes none.
function decimalSuffixOf(exponent: number): string {
  return Object.keys(decimalExponents).find((suffix) => decimalExponents[suffix] === exponent) ?? '';
}

function readSuffix(text: string): Suffix | undefined {
  const decimal = decimalExponents[text];
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  const binary = binarySuffixes.indexOf(text);
  if (binary > 0) return { base: 2, exponent: binary * 10, format: 'BinarySI' };
  const exponent = /^[eE]([-+]?[0-9]+)$/.exec(text)?.[1];
  if (exponent === undefined) return undefined;
  const parsed = BigInt(exponent.replace('+', ''));
  if (parsed > int64Max || parsed < -int64Max - 1n) return undefined;
  return { base: 10, exponent: Number(BigInt.asIntN(32, parsed)), format: 'DecimalExponent' };
}

interface Written {
  readonly text: string;
  readonly numerator: string;
  readonly fraction: string;
  readonly suffix: Suffix;
  readonly negative: boolean;
}

const int64Max = 9223372036854775807n;

// Small numbers keep their text where it is canonical enough; which are is upstream's rule, not arithmetic's.
function fastRead({ text, numerator, fraction, suffix, negative }: Written): Quantity | undefined {
  const binary = suffix.format === 'BinarySI';
  const roughly = 15 - numerator.length - Math.trunc((suffix.exponent * 3) / 10) - 1;
  const binaryPrecision = fraction === '' ? roughly : -1;
  const precision = binary ? binaryPrecision : 18 - (numerator.length + fraction.length);
  if (precision < 0) return undefined;
  const scale = (binary ? 0 : suffix.exponent) - fraction.length;
  if (scale < -9) return undefined;
  const shifted = numerator + fraction;
  const value = BigInt(shifted);
  const product = binary ? value * 2n ** BigInt(suffix.exponent) : value;
  if (product > int64Max) return undefined;
  const canonical = binary
    ? suffix.exponent % 10 === 0 && (value & 7n) !== 0n
    : scale % 3 === 0 && !shifted.endsWith('000') && !shifted.startsWith('0');
  return {
    digits: negative ? -product : product,
    exponent: scale,
    format: suffix.format,
    text: canonical ? text : undefined,
  };
}

function exactRead(numerator: string, fraction: string, suffix: Suffix, negative: boolean): Quantity {
  let digits = BigInt(numerator + fraction);
  let exponent = -fraction.length;
  let { format } = suffix;
  if (suffix.base === 10) exponent += suffix.exponent;
  else digits *= 2n ** BigInt(suffix.exponent);
  if (exponent < -9 && digits !== 0n) {
    digits = -exponent - 9 > digits.toString().length ? 1n : divideUp(digits, 10n ** BigInt(-9 - exponent));
    exponent = -9;
  }
  if (format === 'BinarySI') {
    const value: Quantity = { digits, exponent, format, text: undefined };
    if (compareQuantities(value, { ...value, digits: int64Max, exponent: 0 }) > 0) {
      digits = int64Max;
      exponent = 0;
    }
    const belowOne = compareQuantities({ ...value, digits, exponent }, { ...value, digits: 1n, exponent: 0 }) < 0;
    if (belowOne && digits > 0n) format = 'DecimalSI';
  }
  return { digits: negative ? -digits : digits, exponent, format, text: undefined };
}

// Binary form is for whole numbers of at least a Ki; others read better, and lose nothing, in powers of ten.
function isWholeBinary(quantity: Quantity): boolean {
  const kibi = { ...quantity, digits: 1024n, exponent: 0 };
  const minusKibi = { ...kibi, digits: -1024n };
  if (compareQuantities(quantity, minusKibi) > 0 && compareQuantities(quantity, kibi) < 0) return false;
  return quantity.exponent >= 0 || quantity.digits % 10n ** BigInt(-quantity.exponent) === 0n;
}

function divideUp(digits: bigint, divisor: bigint): bigint {
  const quotient = digits / divisor;
  if (digits % divisor === 0n) return quotient;
  return digits < 0n ? quotient - 1n : quotient + 1n;
}
