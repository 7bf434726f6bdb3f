// Cuts a rendered file into its YAML documents the way Helm does: by a regular expression, before anything is parsed.

import type { HelmVersion } from '../chart/chart.ts';
import { isBlank, isGoSpace, trimLeftSpace, trimSpace } from '../go-text.ts';

/** One document of a rendered file. */
export interface ManifestText {
  readonly text: string;
  /** Where the text starts in the file it was cut from (UTF-16 units). */
  readonly offset: number;
}

/**
 * The documents of a file in order, without blank ones. Version 4 keeps white space at their ends, version 3 trims it.
 * Mirrors helm:pkg/release/v1/util/manifest.go (v4.3.0) and helm:pkg/releaseutil/manifest.go (v3.22.0).
 */
export function splitManifests(file: string, version: HelmVersion): ManifestText[] {
  return version === 4 ? splitLines(file) : splitLoosely(file);
}

const SEPARATOR = /^---[ \t]*/gm;

function splitLines(file: string): ManifestText[] {
  const start = file.length - trimLeftSpace(file).length;
  const parts: ManifestText[] = [];
  const push = (from: number, to: number): void => {
    const piece = file.slice(from, to);
    if (isBlank(piece)) return;
    const text = trimLeftSpace(piece);
    parts.push({ text, offset: from + piece.length - text.length });
  };
  let from = start;
  for (const match of file.slice(start).matchAll(SEPARATOR)) {
    // JavaScript's ^ also matches after \r and the Unicode line separators; Go's only after \n.
    const at = start + match.index;
    if (at > start && file[at - 1] !== '\n') continue;
    push(from, at);
    from = at + match[0].length;
  }
  push(from, file.length);
  return parts;
}

/** (?:^|\s*\n)---\s* where \s is [\t\n\f\r ], as in RE2. */
function splitLoosely(file: string): ManifestText[] {
  const trimmed = trimSpace(file);
  const start = file.indexOf(trimmed);
  const parts: ManifestText[] = [];
  const push = (from: number, to: number): void => {
    const piece = trimmed.slice(from, to);
    if (piece === '') return;
    const text = trimSpace(piece);
    parts.push({ text, offset: start + from + (piece.length - trimLeftSpace(piece).length) });
  };
  let from = 0;
  for (let at = trimmed.indexOf('---'); at >= 0; at = trimmed.indexOf('---', at)) {
    if (at > 0 && trimmed[at - 1] !== '\n') {
      at += 1;
      continue;
    }
    let cut = at > 0 ? at - 1 : 0;
    while (cut > from && isReSpace(trimmed, cut - 1)) cut -= 1;
    if (at > 0 && at - 1 < from) {
      // The newline before these dashes belongs to the previous separator.
      at += 1;
      continue;
    }
    push(from, cut);
    at += 3;
    while (isReSpace(trimmed, at)) at += 1;
    from = at;
  }
  push(from, trimmed.length);
  return parts;
}

function isReSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return at < text.length && code !== 0x0b && code < 0x80 && isGoSpace(code);
}
