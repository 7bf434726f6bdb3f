// std: bytes, digests.

import { ArrayValue, type Value, arrayOf, codePoints, runtimeError, typeName } from '../values.ts';
import { type Args, type NativeTable, unexpected } from './native.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function bytesOf(value: Value): readonly number[] {
  if (typeof value === 'string')
    return codePoints(value).map((character) => byteOf(character.codePointAt(0) ?? 0, 'string'));
  if (!(value instanceof ArrayValue)) {
    throw runtimeError(`base64 can only base64 encode strings / arrays of single bytes, got ${typeName(value)}`);
  }
  return value.items.map((item) => {
    const byte = item.force();
    if (typeof byte !== 'number') throw unexpected(byte, 'number');
    return byteOf(byte, 'array');
  });
}

function byteOf(value: number, where: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= 255) return value;
  throw runtimeError(
    `base64 encountered invalid codepoint value in the ${where} (must be 0 <= X <= 255), got ${value}`,
  );
}

function base64(bytes: readonly number[]): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const [a = 0, b, c] = bytes.slice(index, index + 3);
    const group = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    const digit = (shift: number): string => ALPHABET[(group >> shift) & 63] ?? '';
    text += digit(18) + digit(12) + (b === undefined ? '=' : digit(6)) + (c === undefined ? '=' : digit(0));
  }
  return text;
}

function fromBase64(text: string): readonly number[] {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw runtimeError(`failed to decode: illegal base64 data in "${text.slice(0, 32)}"`);
  }
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index += 4) {
    const digits = codePoints(text.slice(index, index + 4));
    const group = digits.reduce((sum, digit) => sum * 64 + Math.max(0, ALPHABET.indexOf(digit)), 0);
    const count = 3 - digits.filter((digit) => digit === '=').length;
    bytes.push(...[group >> 16, (group >> 8) & 255, group & 255].slice(0, count));
  }
  return bytes;
}

function decode(bytes: readonly number[]): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

function digest(algorithm: string): NativeTable[string] {
  return [
    's',
    (args: Args, { hash }) => {
      if (!hash) throw runtimeError(`std.${algorithm} is not available here`);
      return hash(algorithm, new TextEncoder().encode(args.text(0)));
    },
  ];
}

/** Functions of bytes. */
export const encodingFunctions: NativeTable = {
  base64: ['input', (args) => base64(bytesOf(args.value(0)))],
  base64Decode: ['str', (args) => decode(fromBase64(args.text(0)))],
  base64DecodeBytes: ['str', (args) => arrayOf(fromBase64(args.text(0)))],
  encodeUTF8: ['str', (args) => arrayOf([...new TextEncoder().encode(args.text(0))])],
  decodeUTF8: ['arr', (args) => decode(bytesOf(args.value(0)))],
  md5: digest('md5'),
  sha1: digest('sha1'),
  sha256: digest('sha256'),
  sha512: digest('sha512'),
  sha3: digest('sha3'),
};
