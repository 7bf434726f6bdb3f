// Package time quotes texts in its errors by a rule of its own: everything but plain ASCII byte by byte.

import { goBytes } from '../value/go-string.ts';

/** time.quote. */
export function quoteTime(text: string): string {
  let out = '"';
  for (const byte of goBytes(text)) {
    const char = String.fromCharCode(byte);
    if (byte >= 0x80 || byte < 0x20) out += `\\x${byte.toString(16).padStart(2, '0')}`;
    else out += char === '"' || char === '\\' ? `\\${char}` : char;
  }
  return `${out}"`;
}
