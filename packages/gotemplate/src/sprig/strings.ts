// sprig's string functions (sprig v3.3.0 strings.go and the parts of goutils and xstrings it uses).

import { any, bool, int, str, stringMap, strings } from '../exec/codecs.ts';
import type { Call } from '../exec/call.ts';
import { GoError, type GoFunction, fn, rest } from '../exec/function.ts';
import { formatValue } from '../fmt/printer.ts';
import {
  byteSlice,
  goBytes,
  goLength,
  goString,
  isAscii,
  rejoined,
  spaceClass,
  trimSpace,
} from '../value/go-string.ts';
import { quote } from '../value/quote.ts';
import type { Value } from '../value/value.ts';
import { strslice, strval } from './cast.ts';
import { lowerText, splitWords, titleRune, titleWords, toPascalCase, upperText } from './words.ts';

function present(values: readonly Value[]): Value[] {
  return values.filter((value) => value !== null && value !== undefined);
}

function trimSet(text: string, cutset: string): string {
  const set = new Set(cutset);
  const chars = Array.from(text);
  let start = 0;
  let end = chars.length;
  while (start < end && set.has(chars[start] ?? '')) start++;
  while (end > start && set.has(chars[end - 1] ?? '')) end--;
  return chars.slice(start, end).join('');
}

function repeated(text: string, count: number, call: Call): string {
  if (count < 0) throw new GoError('strings: negative Repeat count');
  call.reserve(text.length * count);
  return rejoined(text.repeat(count));
}

/** Go's slicing panics with these words. */
function sliced(text: string, from: number, to: number): string {
  const length = goLength(text);
  if (to < 0 || to > length) {
    throw new GoError(`runtime error: slice bounds out of range [:${to}]${to < 0 ? '' : ` with length ${length}`}`);
  }
  if (from < 0) throw new GoError(`runtime error: slice bounds out of range [${from}:]`);
  if (from > to) throw new GoError(`runtime error: slice bounds out of range [${from}:${to}]`);
  return byteSlice(text, from, to);
}

function substring(start: number, end: number, text: string): string {
  const length = goLength(text);
  if (start < 0) return sliced(text, 0, end);
  if (end < 0 || end > length) {
    if (start > length) throw new GoError(`runtime error: slice bounds out of range [${start}:${length}]`);
    return byteSlice(text, start, length);
  }
  return sliced(text, start, end);
}

function truncated(count: number, text: string): string {
  const length = goLength(text);
  if (count < 0 && length + count > 0) return byteSlice(text, length + count, length);
  return count >= 0 && length > count ? byteSlice(text, 0, count) : text;
}

function indented(spaces: number, text: string, call: Call): string {
  if (spaces < 0) throw new GoError('strings: negative Repeat count');
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  call.reserve(text.length + (lines + 1) * spaces);
  const pad = ' '.repeat(spaces);
  return pad + (lines === 0 ? text : text.replaceAll('\n', `\n${pad}`));
}

/** strings.Split: an empty separator splits into characters. */
export function splitText(text: string, separator: string): string[] {
  return separator === '' ? Array.from(text) : text.split(separator);
}

function splitLimited(text: string, separator: string, limit: number): string[] {
  if (limit === 0) return [];
  const parts = splitText(text, separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function numbered(parts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(parts.map((part, index): [string, string] => [`_${index}`, part]));
}

function replaceAll(text: string, old: string, by: string, call: Call): string {
  if (old === '') {
    call.reserve((text.length + 1) * (by.length + 1));
    return (
      by +
      Array.from(text)
        .map((char) => char + by)
        .join('')
    );
  }
  if (by.length > old.length) call.reserve((text.length / old.length) * by.length);
  return text.replaceAll(old, () => by);
}

/** goutils.Abbreviate and AbbreviateFull; lengths are bytes. */
function abbreviated(text: string, offset: number, width: number): string {
  const length = goLength(text);
  if (text === '' || width < 4) return '';
  if (length <= width) return text;
  let at = Math.min(offset, length);
  if (length - at < width - 3) at = length - (width - 3);
  if (at <= 4) return `${byteSlice(text, 0, width - 3)}...`;
  if (width < 7) return '';
  if (at + width - 3 < length) return `...${abbreviated(byteSlice(text, at, length), 0, width - 3)}`;
  return `...${byteSlice(text, length - (width - 3), length)}`;
}

/** goutils.WrapCustom, in bytes. */
function wrapped(text: string, width: number, newLine: string, wrapLong: boolean): string {
  const bytes = isAscii(text) ? undefined : goBytes(text);
  const line = newLine === '' ? '\n' : newLine;
  const size = Math.max(width, 1);
  const length = bytes?.length ?? text.length;
  const slice = (from: number, to: number): string =>
    bytes === undefined ? text.slice(from, to) : goString(bytes.subarray(from, to));
  const isSpaceAt = (at: number): boolean => (bytes === undefined ? text.charCodeAt(at) : bytes[at]) === 32;
  let out = '';
  let offset = 0;
  while (length - offset > size) {
    if (isSpaceAt(offset)) {
      offset++;
      continue;
    }
    let space = offset + size;
    while (space >= offset && !isSpaceAt(space)) space--;
    if (space >= offset) {
      out += slice(offset, space) + line;
      offset = space + 1;
    } else if (wrapLong) {
      out += slice(offset, offset + size) + line;
      offset += size;
    } else {
      let next = offset + size;
      while (next < length && !isSpaceAt(next)) next++;
      out += slice(offset, next) + (next < length ? line : '');
      offset = next < length ? next + 1 : length;
    }
  }
  return rejoined(out + slice(offset, length));
}

const spaces = new RegExp(spaceClass);

/** goutils works on bytes and reads each as a rune. */
function withoutSpace(text: string): string {
  if (isAscii(text)) return text.replaceAll(/[\t\n\v\f\r ]/g, '');
  const kept = [...goBytes(text)].filter((byte) => !spaces.test(String.fromCharCode(byte)));
  return kept.length === goLength(text) ? text : String.fromCharCode(...kept);
}

function initials(text: string): string {
  let gap = true;
  let out = '';
  for (const byte of goBytes(text)) {
    const char = String.fromCharCode(byte);
    if (spaces.test(char)) gap = true;
    else if (gap) {
      out += char;
      gap = false;
    }
  }
  return out;
}

function untitled(text: string): string {
  return mapWords(text, (char, first) => (first ? lowerText(char) : char));
}

function mapWords(text: string, map: (char: string, first: boolean) => string): string {
  let first = true;
  let out = '';
  for (const char of text.toWellFormed()) {
    if (spaces.test(char)) {
      first = true;
      out += char;
    } else {
      out += map(char, first);
      first = false;
    }
  }
  return out;
}

function swapCase(text: string): string {
  let space = true;
  let out = '';
  for (const char of text.toWellFormed()) {
    if (/\p{Lu}|\p{Lt}/u.test(char)) {
      out += lowerText(char);
      space = false;
    } else if (/\p{Ll}/u.test(char)) {
      out += space ? titleRune(char) : upperText(char);
      space = false;
    } else {
      out += char;
      space = spaces.test(char);
    }
  }
  return out;
}

const text1 = (body: (text: string) => string): GoFunction => fn([str], str, ([text]) => body(text));
const test2 = (body: (part: string, text: string) => boolean): GoFunction =>
  fn([str, str], bool, ([part, text]) => body(part, text));
const text2 = (body: (part: string, text: string) => string): GoFunction =>
  fn([str, str], str, ([part, text]) => body(part, text));

export const stringFunctions: readonly (readonly [string, GoFunction])[] = [
  ['hello', fn([], str, () => 'Hello!')],
  ['abbrev', fn([int, str], str, ([width, text]) => (width < 4 ? text : abbreviated(text, 0, width)))],
  [
    'abbrevboth',
    fn([int, int, str], str, ([left, right, text]) =>
      right < 4 || (left > 0 && right < 7) ? text : abbreviated(text, left, right),
    ),
  ],
  ['trunc', fn([int, str], str, ([count, text]) => truncated(count, text))],
  ['trim', text1(trimSpace)],
  ['upper', text1(upperText)],
  ['lower', text1(lowerText)],
  ['title', text1(titleWords)],
  ['untitle', text1(untitled)],
  ['substr', fn([int, int, str], str, ([start, end, text]) => substring(start, end, text))],
  ['repeat', fn([int, str], str, ([count, text], call) => repeated(text, count, call))],
  ['trimall', text2((set, text) => trimSet(text, set))],
  ['trimAll', text2((set, text) => trimSet(text, set))],
  ['trimSuffix', text2((part, text) => (part !== '' && text.endsWith(part) ? text.slice(0, -part.length) : text))],
  ['trimPrefix', text2((part, text) => (text.startsWith(part) ? text.slice(part.length) : text))],
  ['nospace', text1(withoutSpace)],
  ['initials', text1(initials)],
  ['swapcase', text1(swapCase)],
  ['snakecase', text1((text) => splitWords(text, '_'))],
  ['camelcase', text1(toPascalCase)],
  ['kebabcase', text1((text) => splitWords(text, '-'))],
  ['wrap', fn([int, str], str, ([width, text]) => wrapped(text, width, '', false))],
  [
    'wrapWith',
    fn([int, str, str], str, ([width, line, text], call) => {
      call.reserve(text.length * (line.length + 1));
      return wrapped(text, width, line, true);
    }),
  ],
  ['contains', test2((part, text) => text.includes(part))],
  ['hasPrefix', test2((part, text) => text.startsWith(part))],
  ['hasSuffix', test2((part, text) => text.endsWith(part))],
  [
    'quote',
    fn([rest(any)], str, (values) =>
      present(values)
        .map((value) => quote(strval(value)))
        .join(' '),
    ),
  ],
  [
    'squote',
    fn([rest(any)], str, (values) =>
      present(values)
        .map((value) => `'${formatValue(value)}'`)
        .join(' '),
    ),
  ],
  ['cat', fn([rest(any)], str, (values) => rejoined(present(values).map(formatValue).join(' ')))],
  ['indent', fn([int, str], str, ([count, text], call) => indented(count, text, call))],
  ['nindent', fn([int, str], str, ([count, text], call) => `\n${indented(count, text, call)}`)],
  ['replace', fn([str, str, str], str, ([old, by, text], call) => rejoined(replaceAll(text, old, by, call)))],
  ['plural', fn([str, str, int], str, ([one, many, count]) => (count === 1 ? one : many))],
  ['toString', fn([any], str, ([value]) => strval(value))],
  ['toStrings', fn([any], strings, ([value]) => strslice(value))],
  [
    'join',
    fn([str, any], str, ([separator, value], call) => {
      const parts = strslice(value);
      call.reserve(parts.length * separator.length);
      return rejoined(parts.join(separator));
    }),
  ],
  ['split', fn([str, str], stringMap, ([separator, text]) => numbered(splitText(text, separator)))],
  ['splitList', fn([str, str], strings, ([separator, text]) => splitText(text, separator))],
  [
    'splitn',
    fn([str, int, str], stringMap, ([separator, limit, text]) => numbered(splitLimited(text, separator, limit))),
  ],
];
