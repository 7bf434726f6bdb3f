// Text as Go's strings and strconv packages treat it, where it reaches Helm's output: white space, quoting, integers.

import { quote } from '@evenkeel/gotemplate';

/** Whether Go's unicode.IsSpace holds for this code point. */
export function isGoSpace(code: number): boolean {
  if (code >= 0x09 && code <= 0x0d) return true;
  if (code === 0x20 || code === 0x85 || code === 0xa0 || code === 0x1680) return true;
  if (code >= 0x2000 && code <= 0x200a) return true;
  return code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}

/** The code points of a text: Go's runes. */
export function runesOf(text: string): string[] {
  return Array.from(text);
}

/** strings.TrimLeftFunc(text, unicode.IsSpace). */
export function trimLeftSpace(text: string): string {
  let start = 0;
  while (start < text.length && isGoSpace(text.charCodeAt(start))) start += 1;
  return start === 0 ? text : text.slice(start);
}

/** strings.TrimSpace(text). */
export function trimSpace(text: string): string {
  let end = text.length;
  while (end > 0 && isGoSpace(text.charCodeAt(end - 1))) end -= 1;
  return trimLeftSpace(end === text.length ? text : text.slice(0, end));
}

/** Whether strings.TrimSpace(text) is empty, without making the copy. */
export function isBlank(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (!isGoSpace(text.charCodeAt(at))) return false;
  return true;
}

/** Whether Go's unicode.IsPrint holds: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isGoPrint(character: string): boolean {
  return character === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character);
}

/** The verb %q on a []rune: each rune in single quotes, in brackets. */
export function quoteRunes(runes: readonly string[]): string {
  return `[${runes.map(quoteRune).join(' ')}]`;
}

function quoteRune(rune: string): string {
  if (rune === "'") return String.raw`'\''`;
  return rune === '"' ? `'"'` : `'${quote(rune).slice(1, -1)}'`;
}

const INT64_MAX = 9223372036854775807n;
const INT64_MIN = -9223372036854775808n;

/** strconv.ParseInt(text, 10, 64): the integer, or why there is none. */
export function parseGoInt(text: string): bigint | 'invalid syntax' | 'value out of range' {
  if (!/^[+-]?[0-9]+$/.test(text)) return 'invalid syntax';
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value > INT64_MAX || value < INT64_MIN ? 'value out of range' : value;
}

/** Compares as Go compares strings: by bytes of their UTF-8, which is by code point. */
export function compareGoStrings(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const first = left.charCodeAt(at);
    const second = right.charCodeAt(at);
    if (first !== second) return surrogateRank(first) - surrogateRank(second);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above every other UTF-16 unit. */
function surrogateRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** path.Base. */
export function pathBase(path: string): string {
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** filepath.Ext: from the last dot of the last element. */
export function pathExtension(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') ? path.slice(dot) : '';
}
