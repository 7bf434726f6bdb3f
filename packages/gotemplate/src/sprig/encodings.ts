// sprig's base64, base32, paths and checksums that need no library.

import { str } from '../exec/codecs.ts';
import { bool } from '../exec/codecs.ts';
import { type GoFunction, fn } from '../exec/function.ts';
import { base64 } from '../value/go-json.ts';
import { goBytes, goString } from '../value/go-string.ts';

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Standard base64 as Go decodes it: newlines are skipped, padding is required. An error is Go's text. */
export function decodeBase64(text: string): Uint8Array | string {
  return decodeBase(text, { alphabet: base64Alphabet, bits: 6, group: 4, name: 'base64' });
}

interface Base {
  readonly alphabet: string;
  readonly bits: number;
  /** Characters per padded group. */
  readonly group: number;
  readonly name: string;
}

function decodeBase(text: string, base: Base): Uint8Array | string {
  const corrupt = (at: number): string => `illegal ${base.name} data at input byte ${at}`;
  const bytes: number[] = [];
  const source = goBytes(text);
  // Base32 strips newlines first, so its offsets do not count them; base64 skips them in place.
  const input: { readonly char: string; readonly at: number }[] = [];
  source.forEach((byte, index) => {
    const char = String.fromCharCode(byte);
    if (char !== '\n' && char !== '\r') input.push({ char, at: base.bits === 5 ? input.length : index });
  });
  let buffer = 0;
  let held = 0;
  let index = 0;
  for (; index < input.length; index++) {
    const { char, at } = input[index] ?? { char: '', at: 0 };
    if (char === '=') break;
    const value = base.alphabet.indexOf(char);
    if (value < 0) return corrupt(at);
    buffer = ((buffer << base.bits) | value) & 0xffff;
    held += base.bits;
    if (held >= 8) {
      held -= 8;
      bytes.push((buffer >> held) & 0xff);
    }
  }
  const problem = paddingProblem(input, { index, base, length: source.length });
  return problem === undefined ? Uint8Array.from(bytes) : corrupt(problem);
}

/** Where the padding is wrong: offset of the offending byte; undefined when all is well. */
function paddingProblem(
  input: readonly { readonly char: string; readonly at: number }[],
  state: { readonly index: number; readonly base: Base; readonly length: number },
): number | undefined {
  const { index, base } = state;
  const used = index % base.group;
  const offset = (at: number): number => input[at]?.at ?? (base.bits === 5 ? input.length : state.length);
  if (index === input.length) return used === 0 ? undefined : base.bits === 5 ? input.length : offset(index - used);
  const legal = base.bits === 6 ? [2, 3] : [2, 4, 5, 7];
  if (!legal.includes(used)) return offset(index);
  const wanted = base.group - used;
  for (let position = 0; position < wanted; position++) {
    const item = input[index + position];
    if (item === undefined) return base.bits === 6 ? state.length : offset(index + position);
    if (item.char !== '=') return base.bits === 6 ? item.at : offset(index + position) - 1;
  }
  return input.length > index + wanted ? offset(index + wanted) : undefined;
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
  const trimmed = path.replace(/\/+$/, '');
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
  [
    'b32dec',
    text1((text) => decoded(decodeBase(text, { alphabet: base32Alphabet, bits: 5, group: 8, name: 'base32' }))),
  ],
  ['adler32sum', text1((text) => String(adler32(goBytes(text))))],
  // Charts are rendered as on Unix: osBase and its kin are the slash versions.
  ...paths.flatMap(([name, osName, made]): (readonly [string, GoFunction])[] => [
    [name, made],
    [osName, made],
  ]),
];
