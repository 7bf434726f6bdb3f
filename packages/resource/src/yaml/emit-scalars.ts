// How scalars are written in each style, with go-yaml's folding.

import { isPrintable } from './emit-analyze.ts';
import { isBreak } from './chars.ts';

/** The part of the emitter that the scalar styles write to. */
export interface ScalarSink {
  readonly options: { readonly indent: number; readonly width: number };
  readonly column: number;
  whitespace: boolean;
  indention: boolean;
  put(text: string): void;
  putBreak(): void;
  /** Writes a break character of a scalar: a line feed as the line end, any other as itself. */
  writeBreak(char: string): void;
  writeIndent(): void;
  /** Writes "-", ":", a bracket or a quote. */
  writeIndicator(
    text: string,
    kind: { readonly spaced: boolean; readonly whitespace?: boolean; readonly indention?: boolean },
  ): void;
  /** Writes the line comment; `lineBreak` ends the line in any case. */
  processLineComment(lineBreak: boolean): void;
}

export function writePlain(e: ScalarSink, value: string, foldable: boolean): void {
  if (value !== '' && !e.whitespace) e.put(' ');
  if (isSingleLine(value) && !(foldable && e.column + value.length > e.options.width)) {
    e.put(value);
  } else {
    writeFolding(e, value, { foldable, quote: '' });
  }
  if (value !== '') e.whitespace = false;
  e.indention = false;
}

export function writeSingleQuoted(e: ScalarSink, value: string, foldable: boolean): void {
  e.writeIndicator("'", { spaced: true });
  if (isSingleLine(value) && !(foldable && e.column + 2 * value.length > e.options.width)) {
    e.put(value.replaceAll("'", "''"));
    if (value !== '' && value.trim() !== '') e.indention = false;
  } else {
    writeFolding(e, value, { foldable, quote: "'" });
  }
  e.writeIndicator("'", { spaced: false });
  e.whitespace = false;
  e.indention = false;
}

/** Breaks at single spaces beyond the width, doubles line feeds, repeats the quote. */
function writeFolding(e: ScalarSink, value: string, how: { foldable: boolean; quote: string }): void {
  const { width } = e.options;
  let spaces = false;
  let breaks = false;
  for (let i = 0; i < value.length; i++) {
    const char = value[i] ?? '';
    if (char === ' ') {
      const inside = how.quote === '' || (i > 0 && i < value.length - 1);
      if (how.foldable && !spaces && e.column > width && inside && value[i + 1] !== ' ') e.writeIndent();
      else e.put(' ');
      spaces = true;
    } else if (isBreak(char.charCodeAt(0))) {
      if (!breaks && char === '\n') e.putBreak();
      e.writeBreak(char);
      breaks = true;
    } else {
      if (breaks) e.writeIndent();
      e.put(char === how.quote ? char + char : char);
      e.indention = false;
      spaces = false;
      breaks = false;
    }
  }
}

export function writeDoubleQuoted(e: ScalarSink, value: string, foldable: boolean): void {
  e.writeIndicator('"', { spaced: true });
  const { width } = e.options;
  // go-yaml takes every character for a byte order mark when the text begins with one.
  const escapeAll = value.startsWith('\ufeff');
  let spaces = false;
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (escapeAll || !isPrintable(c) || isBreak(c) || c === 0x22 || c === 0x5c) {
      const point = value.codePointAt(i) ?? c;
      e.put(escapeCharacter(point));
      if (point > 0xffff) i++;
      spaces = false;
    } else if (c === 0x20) {
      if (foldable && !spaces && e.column > width && i > 0 && i < value.length - 1) {
        e.writeIndent();
        if (value[i + 1] === ' ') e.put('\\');
      } else {
        e.put(' ');
      }
      spaces = true;
    } else {
      e.put(value[i] ?? '');
      spaces = false;
    }
  }
  e.writeIndicator('"', { spaced: false });
  e.whitespace = false;
  e.indention = false;
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x00, '\\0'],
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x1b, '\\e'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
  [0x85, '\\N'],
  [0xa0, '\\_'],
  [0x2028, '\\L'],
  [0x2029, '\\P'],
]);

function escapeCharacter(point: number): string {
  const short = ESCAPES.get(point);
  if (short !== undefined) return short;
  const hex = point.toString(16).toUpperCase();
  if (point <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return point <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

export function writeBlockScalar(e: ScalarSink, value: string, style: 'literal' | 'folded'): void {
  e.writeIndicator(style === 'literal' ? '|' : '>', { spaced: true });
  const hint = blockHint(value, e.options.indent);
  if (hint !== '') e.writeIndicator(hint, { spaced: false });
  e.processLineComment(true);
  e.whitespace = true;
  if (style === 'literal') writeLiteralLines(e, value);
  else writeFoldedLines(e, value);
}

function blockHint(value: string, indent: number): string {
  const first = value.charCodeAt(0);
  const indentHint = first === 0x20 || isBreak(first) ? String(indent) : '';
  if (!isBreak(value.charCodeAt(value.length - 1))) return `${indentHint}-`;
  if (value.length === 1 || isBreak(value.charCodeAt(value.length - 2))) return `${indentHint}+`;
  return indentHint;
}

function writeLiteralLines(e: ScalarSink, value: string): void {
  let from = 0;
  let breaks = true;
  for (let i = 0; i <= value.length; i++) {
    const c = i < value.length ? value.charCodeAt(i) : 0;
    if (i < value.length && !isBreak(c)) continue;
    if (i > from) {
      if (breaks) e.writeIndent();
      e.put(value.slice(from, i));
      e.indention = false;
      breaks = false;
    }
    if (i < value.length) {
      e.writeBreak(value[i] ?? '');
      breaks = true;
    }
    from = i + 1;
  }
}

function writeFoldedLines(e: ScalarSink, value: string): void {
  const { width } = e.options;
  let breaks = true;
  let leadingSpaces = true;
  for (let i = 0; i < value.length; i++) {
    const char = value[i] ?? '';
    if (isBreak(char.charCodeAt(0))) {
      // go-yaml looks at the start of the whole text here, not at the next line.
      if (!breaks && !leadingSpaces && char === '\n' && !startsBlank(value)) e.putBreak();
      e.writeBreak(char);
      breaks = true;
      continue;
    }
    if (breaks) {
      e.writeIndent();
      leadingSpaces = char === ' ' || char === '\t';
    }
    if (!breaks && char === ' ' && value[i + 1] !== ' ' && e.column > width) e.writeIndent();
    else e.put(char);
    e.indention = false;
    breaks = false;
  }
}

function startsBlank(value: string): boolean {
  let k = 0;
  while (k < value.length && isBreak(value.charCodeAt(k))) k++;
  const c = value.charCodeAt(k);
  return k >= value.length || c === 0x20 || c === 0x09;
}

function isSingleLine(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    if (isBreak(value.charCodeAt(i))) return false;
  }
  return true;
}
