// Pieces of a string and how they survive functions that move text about: indent, trim, quote, printf, replace. The rule is
// one for all of them: a line of the argument that is found again in the result, in order, is still the same line.

import type { OriginFrame } from './origins.ts';

/** A run of a string with its origin. Without a frame it was not written by a template but is a value. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly frame?: OriginFrame;
  readonly callers: readonly OriginFrame[];
  readonly paths: ReadonlySet<string>;
  readonly literal: boolean;
}

/** An argument of a function with its pieces. */
export interface TextPart {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

/** Finds the pieces of the parts in the result. Pieces are in order and do not overlap. */
export function alignPieces(result: string, parts: readonly TextPart[]): readonly Piece[] {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && only.text === result) return only.pieces;
  const found: Piece[] = [];
  for (const part of parts) found.push(...alignPart(result, part));
  found.sort((a, b) => a.start - b.start);
  // What two parts claim belongs to the first.
  let end = 0;
  return found.filter((piece) => {
    if (piece.start < end) return false;
    end = piece.end;
    return true;
  });
}

function alignPart(result: string, part: TextPart): Piece[] {
  const whole = part.text === '' ? -1 : result.indexOf(part.text);
  if (whole >= 0) return part.pieces.map((piece) => ({ ...piece, start: piece.start + whole, end: piece.end + whole }));
  const found: Piece[] = [];
  let cursor = 0;
  for (const piece of part.pieces) {
    for (const line of part.text.slice(piece.start, piece.end).split('\n')) {
      const text = line.trim();
      if (text === '') continue;
      const at = result.indexOf(text, cursor);
      if (at < 0) continue;
      found.push({ ...piece, start: at, end: at + text.length });
      cursor = at + text.length;
    }
  }
  return found;
}
