// sprig's base64, base32, paths and checksums that need no library.

import { str } from '../exec/codecs.ts';
import { bool } from '../exec/codecs.ts';
import { type GoFunction, fn } from '../exec/function.ts';
import { base64 } from '../value/go-json.ts';
import { goBytes, goString } from '../value/go-string.ts';

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const plainBase64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Standard base64 as Go decodes it: newlines are skipped, padding is required. A string is Go's error text. */
export function decodeBase64(text: string): Uint8Array | string {
  if (text.length % 4 === 0 && plainBase64.test(text)) return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const source = goBytes(text);
  const corrupt = (at: number): string => `illegal base64 data at input byte ${at}`;
  const isNewline = (at: number): boolean => source[at] === 10 || source[at] === 13;
  let kept = '';
  let at = 0;
  for (; at < source.length; at++) {
    if (isNewline(at)) continue;
    const char = String.fromCharCode(source[at] ?? 0);
    if (!base64Alphabet.includes(char)) break;
    kept += char;
  }
  const used = kept.length % 4;
  if (at === source.length) return used === 0 ? bytesOf(kept) : corrupt(at - used);
  if (source[at] !== 61 || used < 2) return corrupt(at);
  at++;
  const skip = (): void => {
    while (at < source.length && isNewline(at)) at++;
  };
  if (used === 2) {
    skip();
    if (at === source.length) return corrupt(at);
    if (source[at] !== 61) return corrupt(at - 1);
    at++;
  }
  skip();
  return at < source.length ? corrupt(at) : bytesOf(kept);
}

function bytesOf(kept: string): Uint8Array {
  return Uint8Array.from(atob(kept), (char) => char.charCodeAt(0));
}

/** base32.StdEncoding.DecodeString. */
function decodeBase32(text: string): Uint8Array | string {
  const source = goBytes(text).filter((byte) => byte !== 10 && byte !== 13);
  const corrupt = (at: number): string => `illegal base32 data at input byte ${at}`;
  const bytes: number[] = [];
  let at = 0;
  while (at < source.length) {
    const values: number[] = [];
    while (values.length < 8) {
      if (at === source.length) return corrupt(at - values.length);
      const char = String.fromCharCode(source[at++] ?? 0);
      if (char === '=' && values.length >= 2 && source.length - at < 8) {
        const problem = base32Padding(source, at, values.length);
        if (problem !== undefined) return corrupt(problem);
        pushBits(values, bytes);
        return Uint8Array.from(bytes);
      }
      const value = base32Alphabet.indexOf(char);
      if (value < 0) return corrupt(at - 1);
      values.push(value);
    }
    pushBits(values, bytes);
  }
  return Uint8Array.from(bytes);
}

/** The offset that Go complains of, when the padding after `used` characters is wrong. */
function base32Padding(source: Uint8Array, at: number, used: number): number | undefined {
  const left = source.length - at;
  if (left + used < 7) return source.length;
  for (let index = 0; index < 7 - used; index++) {
    if (left > index && source[at + index] !== 61) return at + index - 1;
  }
  return used === 3 || used === 6 ? at - 1 : undefined;
}

function pushBits(values: readonly number[], bytes: number[]): void {
  let buffer = 0;
  let held = 0;
  for (const value of values) {
    buffer = ((buffer << 5) | value) & 0xfff;
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes.push((buffer >> held) & 255);
    }
  }
}

function encodeBase32(text: string): string {
  let out = '';
  let buffer = 0;
  let held = 0;
  for (const byte of goBytes(text)) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    held += 8;
    while (held >= 5) {
      held -= 5;
      out += base32Alphabet.charAt((buffer >> held) & 31);
    }
  }
  if (held > 0) out += base32Alphabet.charAt((buffer << (5 - held)) & 31);
  return out.padEnd(Math.ceil(out.length / 8) * 8, '=');
}

function decoded(result: Uint8Array | string): string {
  return typeof result === 'string' ? result : goString(result);
}

/** path.Clean. */
export function cleanPath(path: string): string {
  if (path === '') return '.';
  const rooted = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (part !== '..' || !rooted) kept.push(part);
  }
  const text = (rooted ? '/' : '') + kept.join('/');
  return text === '' ? '.' : text;
}

function basename(path: string): string {
  if (path === '') return '.';
  let end = path.length;
  while (end > 0 && path.charAt(end - 1) === '/') end--;
  const trimmed = path.slice(0, end);
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

function extension(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

const text1 = (body: (text: string) => string): GoFunction => fn([str], str, ([text]) => body(text));

const paths: readonly (readonly [string, string, GoFunction])[] = [
  ['base', 'osBase', text1(basename)],
  ['dir', 'osDir', text1((path) => cleanPath(path.slice(0, path.lastIndexOf('/') + 1)))],
  ['clean', 'osClean', text1(cleanPath)],
  ['ext', 'osExt', text1(extension)],
  ['isAbs', 'osIsAbs', fn([str], bool, ([path]) => path.startsWith('/'))],
];

export const encodingFunctions: readonly (readonly [string, GoFunction])[] = [
  ['b64enc', text1((text) => base64(goBytes(text)))],
  ['b64dec', text1((text) => decoded(decodeBase64(text)))],
  ['b32enc', text1(encodeBase32)],
  ['b32dec', text1((text) => decoded(decodeBase32(text)))],
  ['adler32sum', text1((text) => String(adler32(goBytes(text))))],
  // Charts are rendered as on Unix: osBase and its kin are the slash versions.
  ...paths.flatMap(([name, osName, made]): (readonly [string, GoFunction])[] => [
    [name, made],
    [osName, made],
  ]),
];
