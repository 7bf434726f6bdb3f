// Scalars: plain, quoted and block. Most of a manifest's bytes pass through the first loop of each function.

import { isBlankOrBreakOrEnd, isBreak, isBreakOrEnd, isDocumentIndicator } from './chars.ts';
import type { Mark, ScanState } from './scan-state.ts';
import * as T from './tokens.ts';

/** Reads an unquoted scalar, which may go on over several lines. */
export function scanPlainScalar(s: ScanState): void {
  const { text } = s;
  const start = s.pos;
  const mark = s.mark();
  const end = endOfPlainLine(s, start);
  const token = s.add(T.TOKEN_SCALAR, start);
  token.style = T.SCALAR_PLAIN;
  s.newlines = 0;
  let segmentEnd = end;
  let value = text.slice(start, end);
  // What stands between segments becomes part of the value only when another segment follows.
  const indent = s.indent + 1;
  for (;;) {
    const c = text.charCodeAt(s.pos);
    if (!isBreak(c)) break;
    const folded = foldBreaks(s, indent, mark);
    s.simpleKeyAllowed = true;
    if (s.flowLevel === 0 && s.columnOf(s.pos) < indent) break;
    if (s.pos === s.lineStart && isDocumentIndicator(text, s.pos)) break;
    if (text.charCodeAt(s.pos) === 0x23) break;
    const from = s.pos;
    segmentEnd = endOfPlainLine(s, from);
    if (segmentEnd === from) break;
    value += folded + text.slice(from, segmentEnd);
    s.simpleKeyAllowed = false;
    s.newlines = 0;
  }
  token.value = value;
}

/**
 * Finds the end of the plain text that starts at `from` and leaves the scanner at the first character behind it that
 * is not a blank.
 */
function endOfPlainLine(s: ScanState, from: number): number {
  const { text } = s;
  const inFlow = s.flowLevel > 0;
  let at = from;
  let end = from;
  for (;;) {
    const c = text.charCodeAt(at);
    if (c > 0x3f) {
      if (
        c > 0x5a &&
        (c === 0x85 ||
          c === 0x2028 ||
          c === 0x2029 ||
          (inFlow && (c === 0x5b || c === 0x5d || c === 0x7b || c === 0x7d)))
      )
        break;
      end = ++at;
    } else if (c === 0x20 || c === 0x09) {
      at++;
      let next = text.charCodeAt(at);
      while (next === 0x20 || next === 0x09) next = text.charCodeAt(++at);
      if (next === 0x23) break;
    } else if (c === 0x3a) {
      if (isBlankOrBreakOrEnd(text.charCodeAt(at + 1))) break;
      end = ++at;
    } else if (c === 0x0a || c === 0x0d || c === 0 || (inFlow && (c === 0x2c || c === 0x3f))) {
      break;
    } else {
      end = ++at;
    }
  }
  s.pos = at;
  return end;
}

/**
 * Passes over line breaks and the blanks around them. Returns what they fold to: a space for one break, the further
 * breaks for several. `indent` > 0: a tab before that column is an error.
 */
function foldBreaks(s: ScanState, indent: number, mark: Mark): string {
  const { text } = s;
  let leading = '';
  let trailing = '';
  for (;;) {
    const c = text.charCodeAt(s.pos);
    if (c === 0x20) {
      s.pos++;
    } else if (c === 0x09) {
      if (indent > 0 && s.columnOf(s.pos) < indent) s.fail('found a tab character that violates indentation', mark);
      s.pos++;
    } else if (isBreak(c)) {
      const kept = breakText(c);
      if (leading === '') leading = kept;
      else trailing += kept;
      s.skipLine();
    } else break;
  }
  if (leading !== '\n') return leading + trailing;
  return trailing === '' ? ' ' : trailing;
}

/** Line and paragraph separators stay as they are, every other break is a line feed. */
function breakText(c: number): string {
  return c === 0x2028 ? '\u2028' : c === 0x2029 ? '\u2029' : '\n';
}

/** Reads a quoted scalar. */
export function scanQuotedScalar(s: ScanState, single: boolean): void {
  const { text } = s;
  const start = s.pos;
  const quote = single ? 0x27 : 0x22;
  let at = start + 1;
  let c = text.charCodeAt(at);
  while (c !== quote && c !== 0x5c && c !== 0 && !isBreak(c)) c = text.charCodeAt(++at);
  if (c === quote && !(single && text.charCodeAt(at + 1) === quote)) {
    s.pos = at + 1;
    const token = s.add(T.TOKEN_SCALAR, start);
    token.value = text.slice(start + 1, at);
    token.style = single ? T.SCALAR_SINGLE : T.SCALAR_DOUBLE;
  } else {
    scanHardQuotedScalar(s, single);
  }
  s.newlines = 0;
}

/** The general case: escapes, folding, several lines. */
function scanHardQuotedScalar(s: ScanState, single: boolean): void {
  const { text } = s;
  const quote = single ? 0x27 : 0x22;
  const start = s.pos;
  const mark = s.mark();
  let value = '';
  s.pos++;
  for (;;) {
    if (s.pos === s.lineStart && isDocumentIndicator(text, s.pos)) s.fail('found unexpected document indicator', mark);
    const c = text.charCodeAt(s.pos);
    if (c === 0) s.fail('found unexpected end of stream', mark);
    const from = s.pos;
    let at = from;
    let d = c;
    while (d !== quote && d !== 0x5c && !isBlankOrBreakOrEnd(d)) d = text.charCodeAt(++at);
    if (single && d === 0x5c) {
      at++;
      value += text.slice(from, at);
      s.pos = at;
      continue;
    }
    value += text.slice(from, at);
    s.pos = at;
    if (d === quote) {
      if (!single || text.charCodeAt(at + 1) !== quote) break;
      value += "'";
      s.pos += 2;
    } else if (d === 0x5c) {
      if (isBreak(text.charCodeAt(at + 1))) {
        s.pos++;
        s.skipLine();
        value += foldAfterEscapedBreak(s);
      } else {
        value += scanEscape(s, mark);
      }
    } else if (d !== 0) {
      value += foldQuoted(s, mark);
    }
  }
  s.pos++;
  const token = s.add(T.TOKEN_SCALAR, start);
  token.line = mark.line;
  token.column = mark.column;
  token.value = value;
  token.style = single ? T.SCALAR_SINGLE : T.SCALAR_DOUBLE;
}

/** Blanks inside a line stay, blanks around a break go with it. */
function foldQuoted(s: ScanState, mark: Mark): string {
  const { text } = s;
  const from = s.pos;
  let c = text.charCodeAt(s.pos);
  while (c === 0x20 || c === 0x09) c = text.charCodeAt(++s.pos);
  return isBreak(c) ? foldBreaks(s, 0, mark) : text.slice(from, s.pos);
}

/** After a backslash at the end of a line, only further breaks count. */
function foldAfterEscapedBreak(s: ScanState): string {
  const { text } = s;
  let kept = '';
  for (;;) {
    const c = text.charCodeAt(s.pos);
    if (c === 0x20 || c === 0x09) {
      s.pos++;
    } else if (isBreak(c)) {
      kept += breakText(c);
      s.skipLine();
    } else return kept;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

function scanEscape(s: ScanState, mark: Mark): string {
  const { text } = s;
  const letter = text[s.pos + 1] ?? '';
  const length = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
  if (length === 0) {
    const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (plain === undefined) return s.fail('found unknown escape character', mark);
    s.pos += 2;
    return plain;
  }
  s.pos += 2;
  const digits = text.slice(s.pos, s.pos + length);
  if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length !== length)
    s.fail('did not find expected hexdecimal number', mark);
  const value = Number.parseInt(digits, 16);
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
    s.fail('found invalid Unicode character escape code', mark);
  s.pos += length;
  return String.fromCodePoint(value);
}

/** Reads a literal ("|") or folded (">") scalar with its header. */
export function scanBlockScalar(s: ScanState, literal: boolean): void {
  const { text } = s;
  const start = s.pos;
  const mark = s.mark();
  s.newlines = 0;
  s.pos++;
  const { chomping, increment } = scanBlockHeader(s, mark);
  const c = text.charCodeAt(s.pos);
  if (c === 0x23) {
    s.comments?.scanLineComment(s, start);
    s.skipToLineEnd();
  }
  const end = text.charCodeAt(s.pos);
  if (!isBreakOrEnd(end)) s.fail('did not find expected comment or line break', mark);
  if (end !== 0) s.skipLine();

  const block: BlockState = { indent: increment > 0 ? Math.max(s.indent, 0) + increment : 0, breaks: '' };
  scanBlockBreaks(s, block, mark);
  const value = scanBlockLines(s, block, { literal, chomping, mark });
  const token = s.add(T.TOKEN_SCALAR, start);
  token.line = mark.line;
  token.column = mark.column;
  token.value = value;
  token.style = literal ? T.SCALAR_LITERAL : T.SCALAR_FOLDED;
}

interface BlockState {
  /** Indentation of the content; 0 until the first line that is not empty settles it. */
  indent: number;
  /** Breaks of the empty lines just passed. */
  breaks: string;
}

function scanBlockHeader(s: ScanState, mark: Mark): { chomping: number; increment: number } {
  const { text } = s;
  let chomping = 0;
  let increment = 0;
  // The two indicators may come in either order, each at most once.
  for (let i = 0; i < 2; i++) {
    const c = text.charCodeAt(s.pos);
    if ((c === 0x2b || c === 0x2d) && chomping === 0) {
      chomping = c === 0x2b ? 1 : -1;
      s.pos++;
    } else if (c >= 0x30 && c <= 0x39 && increment === 0) {
      if (c === 0x30) s.fail('found an indentation indicator equal to 0', mark);
      increment = c - 0x30;
      s.pos++;
    }
  }
  let c = text.charCodeAt(s.pos);
  while (c === 0x20 || c === 0x09) c = text.charCodeAt(++s.pos);
  return { chomping, increment };
}

function scanBlockLines(
  s: ScanState,
  block: BlockState,
  options: { literal: boolean; chomping: number; mark: Mark },
): string {
  const { text } = s;
  const { literal } = options;
  const simpleBreaks = !s.source.oddBreaks;
  let value = '';
  let leadingBreak = '';
  let leadingBlank = false;
  for (;;) {
    const c = text.charCodeAt(s.pos);
    if (c === 0 || s.pos - s.lineStart !== block.indent) break;
    const blank = c === 0x20 || c === 0x09;
    if (!literal && !leadingBlank && !blank && leadingBreak === '\n') {
      if (block.breaks === '') value += ' ';
    } else {
      value += leadingBreak;
    }
    value += block.breaks;
    block.breaks = '';
    leadingBlank = blank;
    const from = s.pos;
    s.pos = simpleBreaks ? endOfSimpleLine(text, from, s.source.length) : endOfLine(text, from);
    value += text.slice(from, s.pos);
    if (!blank || /[^ \t]/.test(text.slice(from, s.pos))) s.newlines = 0;
    const end = text.charCodeAt(s.pos);
    leadingBreak = end === 0 ? '' : breakText(end);
    if (end !== 0) s.skipLine();
    scanBlockBreaks(s, block, options.mark);
  }
  if (options.chomping !== -1) value += leadingBreak;
  if (options.chomping === 1) value += block.breaks;
  return value;
}

function endOfSimpleLine(text: string, from: number, length: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? length : end;
}

function endOfLine(text: string, from: number): number {
  let at = from;
  while (!isBreakOrEnd(text.charCodeAt(at))) at++;
  return at;
}

/** Passes over empty lines and the indentation of the next one; settles the block's indentation when it is open. */
function scanBlockBreaks(s: ScanState, block: BlockState, mark: Mark): void {
  const { text } = s;
  let deepest = 0;
  for (;;) {
    const limit = block.indent === 0 ? Number.POSITIVE_INFINITY : s.lineStart + block.indent;
    let { pos } = s;
    let c = text.charCodeAt(pos);
    while (c === 0x20 && pos < limit) c = text.charCodeAt(++pos);
    s.pos = pos;
    const column = pos - s.lineStart;
    if (column > deepest) deepest = column;
    if (c === 0x09 && pos < limit) s.fail('found a tab character where an indentation space is expected', mark);
    if (!isBreak(c)) break;
    block.breaks += breakText(c);
    s.skipLine();
  }
  if (block.indent === 0) block.indent = Math.max(deepest, s.indent + 1, 1);
}
