// Anchors, aliases, tags and directives.

import { isBlankOrBreakOrEnd, isBreak, isBreakOrEnd } from './chars.ts';
import type { Mark, ScanState } from './scan-state.ts';
import * as T from './tokens.ts';

/** Reads "&name" or "*name" at the scanner's position. */
export function scanAnchor(s: ScanState, type: number): void {
  const { text } = s;
  const start = s.pos;
  const mark = s.mark();
  s.newlines = 0;
  s.pos = endOfWord(text, start + 1);
  const c = text.charCodeAt(s.pos);
  const ends =
    isBlankOrBreakOrEnd(c) ||
    c === 0x3f ||
    c === 0x3a ||
    c === 0x2c ||
    c === 0x5d ||
    c === 0x7d ||
    c === 0x25 ||
    c === 0x40 ||
    c === 0x60;
  if (s.pos === start + 1 || !ends) s.fail('did not find expected alphabetic or numeric character', mark);
  s.add(type, start).value = text.slice(start + 1, s.pos);
}

/** Reads "!", "!suffix", "!handle!suffix" or "!<uri>". */
export function scanTag(s: ScanState): void {
  const { text } = s;
  const start = s.pos;
  const mark = s.mark();
  s.newlines = 0;
  let handle = '';
  let suffix: string;
  if (text.charCodeAt(start + 1) === 0x3c) {
    s.pos = start + 2;
    suffix = scanUri(s, { head: '', directive: false, mark });
    if (text.charCodeAt(s.pos) !== 0x3e) s.fail("did not find the expected '>'", mark);
    s.pos++;
  } else {
    handle = scanTagHandle(s, false, mark);
    if (handle.length > 1 && handle.endsWith('!')) {
      suffix = scanUri(s, { head: '', directive: false, mark });
    } else {
      suffix = scanUri(s, { head: handle, directive: false, mark });
      handle = '!';
      // A lone "!" is a tag of its own, without a handle.
      if (suffix === '') [handle, suffix] = [suffix, handle];
    }
  }
  if (!isBlankOrBreakOrEnd(text.charCodeAt(s.pos))) s.fail('did not find expected whitespace or line break', mark);
  const token = s.add(T.TOKEN_TAG, start);
  token.value = handle;
  token.suffix = suffix;
}

/** Reads "%YAML 1.1" or "%TAG ! prefix" with its line end. */
export function scanDirective(s: ScanState): void {
  const { text } = s;
  const start = s.pos;
  const mark = s.mark();
  s.newlines = 0;
  s.pos = endOfWord(text, start + 1);
  const name = text.slice(start + 1, s.pos);
  if (name === '') s.fail('could not find expected directive name', mark);
  if (!isBlankOrBreakOrEnd(text.charCodeAt(s.pos))) s.fail('found unexpected non-alphabetical character', mark);
  if (name === 'YAML') scanVersion(s, start, mark);
  else if (name === 'TAG') scanTagDirective(s, start, mark);
  else s.fail('found unknown directive name', mark);
  skipBlanks(s);
  if (text.charCodeAt(s.pos) === 0x23) s.skipToLineEnd();
  const c = text.charCodeAt(s.pos);
  if (!isBreakOrEnd(c)) s.fail('did not find expected comment or line break', mark);
  if (isBreak(c)) s.skipLine();
}

function scanVersion(s: ScanState, start: number, mark: Mark): void {
  skipBlanks(s);
  const major = scanVersionNumber(s, mark);
  if (s.text.charCodeAt(s.pos) !== 0x2e) s.fail("did not find expected digit or '.' character", mark);
  s.pos++;
  const minor = scanVersionNumber(s, mark);
  s.add(T.TOKEN_VERSION_DIRECTIVE, start).style = major * 256 + minor;
}

function scanVersionNumber(s: ScanState, mark: Mark): number {
  const start = s.pos;
  let c = s.text.charCodeAt(s.pos);
  while (c >= 0x30 && c <= 0x39) {
    if (s.pos - start === 2) s.fail('found extremely long version number', mark);
    c = s.text.charCodeAt(++s.pos);
  }
  if (s.pos === start) s.fail('did not find expected version number', mark);
  return Number(s.text.slice(start, s.pos));
}

function scanTagDirective(s: ScanState, start: number, mark: Mark): void {
  const { text } = s;
  skipBlanks(s);
  const handle = scanTagHandle(s, true, mark);
  const c = text.charCodeAt(s.pos);
  if (c !== 0x20 && c !== 0x09) s.fail('did not find expected whitespace', mark);
  skipBlanks(s);
  const prefix = scanUri(s, { head: '', directive: true, mark });
  if (!isBlankOrBreakOrEnd(text.charCodeAt(s.pos))) s.fail('did not find expected whitespace or line break', mark);
  const token = s.add(T.TOKEN_TAG_DIRECTIVE, start);
  token.value = handle;
  token.suffix = prefix;
}

function scanTagHandle(s: ScanState, directive: boolean, mark: Mark): string {
  const { text } = s;
  const start = s.pos;
  if (text.charCodeAt(start) !== 0x21) s.fail("did not find expected '!'", mark);
  s.pos = endOfWord(text, start + 1);
  if (text.charCodeAt(s.pos) === 0x21) s.pos++;
  else if (directive && s.pos !== start + 1) s.fail("did not find expected '!'", mark);
  return text.slice(start, s.pos);
}

function scanUri(s: ScanState, options: { head: string; directive: boolean; mark: Mark }): string {
  const { text } = s;
  let uri = options.head.slice(1);
  let found = options.head !== '';
  for (;;) {
    const c = text.charCodeAt(s.pos);
    if (c === 0x25) uri += scanUriEscapes(s, options.mark);
    else if (isUriCharacter(c)) {
      uri += text[s.pos] ?? '';
      s.pos++;
    } else break;
    found = true;
  }
  if (!found) s.fail('did not find expected tag URI', options.mark);
  return uri;
}

/** The octets of one character, each written as %XX. */
function scanUriEscapes(s: ScanState, mark: Mark): string {
  const octets: number[] = [];
  let width = 1;
  while (octets.length < width) {
    const hex = s.text.slice(s.pos + 1, s.pos + 3);
    if (s.text.charCodeAt(s.pos) !== 0x25 || !/^[0-9a-fA-F]{2}$/.test(hex))
      s.fail('did not find URI escaped octet', mark);
    const octet = Number.parseInt(hex, 16);
    if (octets.length === 0) {
      width =
        octet < 0x80 ? 1 : (octet & 0xe0) === 0xc0 ? 2 : (octet & 0xf0) === 0xe0 ? 3 : (octet & 0xf8) === 0xf0 ? 4 : 0;
      if (width === 0) s.fail('found an incorrect leading UTF-8 octet', mark);
    } else if ((octet & 0xc0) !== 0x80) {
      s.fail('found an incorrect trailing UTF-8 octet', mark);
    }
    octets.push(octet);
    s.pos += 3;
  }
  return new TextDecoder().decode(Uint8Array.from(octets));
}

function isUriCharacter(c: number): boolean {
  return isWord(c) || (c > 0x20 && c < 0x7f && ";/?:@&=+$,.!~*'()[]".includes(String.fromCharCode(c)));
}

function isWord(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x5f || c === 0x2d;
}

function endOfWord(text: string, pos: number): number {
  let end = pos;
  while (isWord(text.charCodeAt(end))) end++;
  return end;
}

function skipBlanks(s: ScanState): void {
  let c = s.text.charCodeAt(s.pos);
  while (c === 0x20 || c === 0x09) c = s.text.charCodeAt(++s.pos);
}
