// Go's strconv for numbers: formatting of floats digit by digit, parsing with Go's error texts.

import { quote } from './quote.ts';

/** strconv.FormatFloat. Precision -1 is the shortest that reads back. */
export function formatFloat(value: number, format: string, precision: number, bits: 32 | 64 = 64): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative ? '-' : '';
  const size = Math.abs(value);
  switch (format) {
    case 'b':
      return sign + binaryForm(size, bits);
    case 'x':
    case 'X': {
      const text = sign + hexForm(size, precision);
      return format === 'X' ? text.toUpperCase() : text;
    }
    case 'e':
    case 'E':
      return sign + exponentForm(decimalDigits(size, 'e', precision, bits), precision, format);
    case 'f':
      return sign + fixedForm(decimalDigits(size, 'f', precision, bits), precision);
    default:
      return sign + generalForm(size, precision, bits, format);
  }
}

/** Decimal digits d1d2d3… of value = 0.d1d2d3… × 10^point. */
interface Digits {
  readonly digits: string;
  readonly point: number;
}

function decimalDigits(size: number, format: string, precision: number, bits: 32 | 64): Digits {
  if (precision < 0) return shortestDigits(size, bits);
  if (size === 0) return { digits: '', point: 0 };
  return format === 'f' ? roundedAfterPoint(size, precision) : roundedTo(size, precision + (format === 'e' ? 1 : 0));
}

function shortestDigits(size: number, bits: 32 | 64): Digits {
  if (size === 0) return { digits: '', point: 0 };
  let text = size.toExponential();
  if (bits === 32) {
    for (let precision = 0; precision < 10; precision++) {
      text = size.toExponential(precision);
      if (Math.fround(Number(text)) === size) break;
    }
  }
  const [mantissa = '', exponent = '0'] = text.split('e');
  return { digits: trimZeros(mantissa.replace('.', '')), point: Number(exponent) + 1 };
}

function trimZeros(digits: string): string {
  return digits.replace(/0+$/, '');
}

/** value = mantissa × 2^exponent, exactly. */
function decompose(size: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, size);
  const raw = view.getBigUint64(0);
  const exponent = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & ((1n << 52n) - 1n);
  return exponent === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: exponent - 1075 };
}

/** Rounds half to even on the exact binary value, which JavaScript's toFixed does not. */
function roundedAfterPoint(size: number, places: number): Digits {
  const { mantissa, exponent } = decompose(size);
  let numerator = mantissa * 10n ** BigInt(places);
  let denominator = 1n;
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  let quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) quotient += 1n;
  if (quotient === 0n) return { digits: '', point: 0 };
  const text = quotient.toString();
  return { digits: trimZeros(text), point: text.length - places };
}

function roundedTo(size: number, count: number): Digits {
  const magnitude = Math.floor(Math.log10(size)) + 1;
  // log10 may be off by one next to a power of ten; the shortest form knows.
  const point = shortestDigits(size, 64).point;
  const exactPoint = Math.abs(point - magnitude) <= 1 ? point : magnitude;
  const places = count - exactPoint;
  if (places >= 0) {
    const rounded = roundedAfterPoint(size, places);
    return rounded;
  }
  const { mantissa, exponent } = decompose(size);
  const whole = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa >> BigInt(-exponent);
  const inexact = exponent < 0 && (mantissa & ((1n << BigInt(-exponent)) - 1n)) !== 0n;
  const scale = 10n ** BigInt(-places);
  let quotient = whole / scale;
  const twice = (whole % scale) * 2n;
  if (twice > scale || (twice === scale && (inexact || quotient % 2n === 1n))) quotient += 1n;
  const text = quotient.toString();
  return { digits: trimZeros(text), point: text.length - places };
}

function exponentForm(decimal: Digits, precision: number, letter: string): string {
  const { digits, point } = decimal;
  const first = digits.charAt(0) || '0';
  const places = precision < 0 ? Math.max(digits.length - 1, 0) : precision;
  const fraction = digits.slice(1, 1 + places).padEnd(places, '0');
  const exponent = digits === '' ? 0 : point - 1;
  const text = String(Math.abs(exponent)).padStart(2, '0');
  return `${first}${places > 0 ? `.${fraction}` : ''}${letter}${exponent < 0 ? '-' : '+'}${text}`;
}

function fixedForm(decimal: Digits, precision: number): string {
  const { digits, point } = decimal;
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const places = precision < 0 ? Math.max(digits.length - point, 0) : precision;
  if (places === 0) return whole;
  let fraction = '';
  for (let index = 0; index < places; index++) fraction += digits.charAt(point + index) || '0';
  return `${whole}.${fraction}`;
}

function generalForm(size: number, precision: number, bits: 32 | 64, format: string): string {
  const shortest = precision < 0;
  const wanted = precision === 0 ? 1 : precision;
  const decimal = shortest
    ? shortestDigits(size, bits)
    : size === 0
      ? { digits: '', point: 0 }
      : roundedTo(size, wanted);
  const count = decimal.digits.length;
  let limit = wanted;
  if (limit > count && count >= decimal.point) limit = count;
  if (shortest) limit = 6;
  const exponent = decimal.point - 1;
  if (count > 0 && (exponent < -4 || exponent >= limit)) {
    return exponentForm(decimal, count - 1, format === 'G' ? 'E' : 'e');
  }
  return fixedForm(decimal, Math.max(count - decimal.point, 0));
}

function binaryForm(size: number, bits: 32 | 64): string {
  if (bits === 32) {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, size);
    const raw = view.getUint32(0);
    const exponent = (raw >>> 23) & 0xff;
    const fraction = raw & 0x7fffff;
    return `${exponent === 0 ? fraction : fraction | 0x800000}p${exponentSign((exponent === 0 ? 1 : exponent) - 150)}`;
  }
  const { mantissa, exponent } = decompose(size);
  return `${mantissa}p${exponentSign(exponent)}`;
}

function exponentSign(exponent: number): string {
  return exponent >= 0 ? `+${exponent}` : String(exponent);
}

function hexForm(size: number, precision: number): string {
  if (size === 0) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`;
  let { mantissa, exponent } = decompose(size);
  // Normalise to 1.xxx with 60 fraction bits.
  const length = mantissa.toString(2).length;
  exponent += length - 1;
  mantissa <<= BigInt(61 - length);
  if (precision >= 0 && precision < 15) {
    const shift = BigInt(precision * 4);
    const extra = (mantissa << shift) & ((1n << 60n) - 1n);
    mantissa >>= 60n - shift;
    if ((extra | (mantissa & 1n)) > 1n << 59n) mantissa++;
    mantissa <<= 60n - shift;
    if ((mantissa & (1n << 61n)) !== 0n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  let fraction = (mantissa & ((1n << 60n) - 1n)).toString(16).padStart(15, '0');
  fraction = precision < 0 ? trimZeros(fraction) : fraction.slice(0, precision).padEnd(precision, '0');
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `0x${(mantissa >> 60n).toString()}${fraction === '' ? '' : `.${fraction}`}p${exponent < 0 ? '-' : '+'}${power}`;
}

/** What strconv reports: `strconv.ParseInt: parsing "x": invalid syntax`. */
export class NumberError extends Error {
  override readonly name = 'NumberError';
}

function failure(name: string, text: string, why: string): NumberError {
  return new NumberError(`strconv.${name}: parsing ${quote(text)}: ${why}`);
}

const maxInt64 = (1n << 63n) - 1n;

/** strconv.ParseInt with 64 bits (base 0: by prefix). Throws NumberError. */
export function parseInt64(text: string, base: number, name = 'ParseInt'): bigint {
  const negative = text.startsWith('-');
  const body = negative || text.startsWith('+') ? text.slice(1) : text;
  const size = digitsOf(body, base);
  if (size === undefined) throw failure(name, text, 'invalid syntax');
  const value = negative ? -size : size;
  if (value > maxInt64 || value < -maxInt64 - 1n) throw failure(name, text, 'value out of range');
  return value;
}

/** strconv.ParseUint with 64 bits. Throws NumberError. */
export function parseUint64(text: string, base: number, name = 'ParseUint'): bigint {
  const value = digitsOf(text, base);
  if (value === undefined) throw failure(name, text, 'invalid syntax');
  if (value > (1n << 64n) - 1n) throw failure(name, text, 'value out of range');
  return value;
}

const digitSets: Readonly<Record<number, RegExp>> = {
  2: /^[01]+$/,
  8: /^[0-7]+$/,
  10: /^[0-9]+$/,
  16: /^[0-9a-fA-F]+$/,
};

function digitsOf(text: string, base: number): bigint | undefined {
  let digits = text;
  let radix = base;
  if (base === 0) {
    radix = 10;
    const prefix = /^0([xXoObB]?)/.exec(digits);
    if (prefix !== null && digits.length > 1) {
      const letter = (prefix[1] ?? '').toLowerCase();
      radix = letter === 'x' ? 16 : letter === 'b' ? 2 : 8;
      if (!underscoresAreFine(text)) return undefined;
      digits = digits.slice(letter === '' ? 1 : 2).replaceAll('_', '');
    } else {
      if (!underscoresAreFine(text)) return undefined;
      digits = digits.replaceAll('_', '');
    }
  }
  if (!(digitSets[radix]?.test(digits) ?? false) || digits.length > 400)
    return digits.length > 400 && /^\d+$/.test(digits) ? 1n << 70n : undefined;
  if (radix === 10) return BigInt(digits);
  return BigInt((radix === 16 ? '0x' : radix === 8 ? '0o' : '0b') + digits);
}

/** Underscores may separate digits, and follow a base prefix, never end or double. */
function underscoresAreFine(text: string): boolean {
  if (!text.includes('_')) return true;
  return /^[+-]?(0[xXoObB](_?[0-9a-fA-F])+|[0-9](_?[0-9])*)$/.test(text);
}

const decimalForm = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const hexFormPattern = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/;

/** strconv.ParseFloat with 64 bits. Throws NumberError. */
export function parseFloat64(text: string): number {
  if (decimalForm.test(text)) {
    const value = Number(text);
    if (!Number.isFinite(value)) throw failure('ParseFloat', text, 'value out of range');
    return value;
  }
  const named = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (named !== null) {
    if (named[2]?.toLowerCase() === 'nan') {
      if (named[1] === '') return Number.NaN;
    } else return named[1] === '-' ? -Infinity : Infinity;
  }
  const plain = text.replaceAll(/(?<=[0-9a-fA-FxX])_(?=[0-9a-fA-F])/g, '');
  if (plain !== text && decimalForm.test(plain)) return parseFloat64(plain);
  const hex = hexFormPattern.exec(plain);
  if (hex !== null && `${hex[2] ?? ''}${hex[3] ?? ''}` !== '') {
    const mantissa = Number(BigInt(`0x${hex[2] ?? ''}${hex[3] ?? ''}`));
    const value = mantissa * 2 ** (Number(hex[4]) - 4 * (hex[3] ?? '').length);
    return hex[1] === '-' ? -value : value;
  }
  throw failure('ParseFloat', text, 'invalid syntax');
}

/** Wraps to int64, as Go's arithmetic does. */
export function wrapInt64(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** Go's conversion int64(float64) on amd64: what does not fit becomes the smallest integer. */
export function floatToInt64(value: number): bigint {
  if (!Number.isFinite(value) || value >= 2 ** 63 || value < -(2 ** 63)) return -(1n << 63n);
  return BigInt(Math.trunc(value));
}
