// Go strings in JavaScript strings. Go's are bytes and may hold invalid UTF-8 (a decoded Secret, a rune cut in half by
// `trunc`). Valid text is itself; a byte that is not part of valid UTF-8 is the lone low surrogate U+DC00 + byte. Valid
// UTF-8 never yields surrogates, so the mapping is lossless in both directions.

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// eslint-disable-next-line no-control-regex -- ASCII is exactly the question here.
const nonAscii = /[^\0-\x7f]/;

/** Whether byte offsets and code unit offsets are the same. */
export function isAscii(text: string): boolean {
  return !nonAscii.test(text);
}

/** Whether the string holds bytes that are not valid UTF-8. */
export function isBinary(text: string): boolean {
  return !text.isWellFormed();
}

/** The bytes of a Go string. */
export function goBytes(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else if (code < 0x80) bytes.push(code);
    else bytes.push(...encoder.encode(char));
  }
  return Uint8Array.from(bytes);
}

/** A Go string from bytes. */
export function goString(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeWithEscapes(bytes);
  }
}

function decodeWithEscapes(bytes: Uint8Array): string {
  let out = '';
  let index = 0;
  while (index < bytes.length) {
    const size = validSequence(bytes, index);
    if (size === 0) {
      out += String.fromCharCode(0xdc00 + (bytes[index] ?? 0));
      index++;
      continue;
    }
    // Decode runs of valid sequences together.
    let end = index + size;
    for (let next = validSequence(bytes, end); next > 0; next = validSequence(bytes, end)) end += next;
    out += strictDecoder.decode(bytes.subarray(index, end));
    index = end;
  }
  return out;
}

/** Length of the valid UTF-8 sequence at `index`; 0 where there is none (as utf8.DecodeRune's RuneError of width 1). */
function validSequence(bytes: Uint8Array, index: number): number {
  const lead = bytes[index];
  if (lead === undefined) return 0;
  if (lead < 0x80) return 1;
  const next = (offset: number): number => bytes[index + offset] ?? 0;
  const tail = (offset: number): boolean => (next(offset) & 0xc0) === 0x80;
  if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (!tail(1) || !tail(2)) return 0;
    if (lead === 0xe0 && next(1) < 0xa0) return 0;
    return lead === 0xed && next(1) > 0x9f ? 0 : 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (lead === 0xf0 && next(1) < 0x90) return 0;
    return lead === 0xf4 && next(1) > 0x8f ? 0 : 4;
  }
  return 0;
}

/** Go's len(string). */
export function goLength(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    if (code < 0x800) length += 1;
    else if (code < 0xd800 || code > 0xdfff) length += 2;
    else if (code < 0xdc00) {
      // A surrogate pair is four bytes in two units; an escaped byte is one byte in one unit.
      length += 2;
      index++;
    }
  }
  return length;
}

/** s[from:to] by bytes. The caller has checked the bounds. */
export function byteSlice(text: string, from: number, to: number): string {
  if (isAscii(text)) return text.slice(from, to);
  return goString(goBytes(text).subarray(from, to));
}

/** Joins what concatenation brought together: two escaped bytes may form a rune. Cheap for ordinary text. */
export function rejoined(text: string): string {
  return text.isWellFormed() ? text : goString(goBytes(text));
}

/** Compares as Go compares strings: by bytes. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    if (isSurrogate(left) || isSurrogate(right)) return compareBytes(goBytes(a), goBytes(b));
    return left - right;
  }
  return a.length - b.length;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** string(rune): invalid code points become U+FFFD. */
export function runeText(code: number): string {
  return code < 0 || code > 0x10ffff || isSurrogate(code) ? '�' : String.fromCodePoint(code);
}

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** unicode.IsPrint. */
export function isPrint(code: number): boolean {
  if (code < 0x7f) return code >= 0x20;
  if (isSurrogate(code) || code > 0x10ffff) return false;
  return printable.test(String.fromCodePoint(code));
}

/** unicode.IsSpace as a character class for regular expressions. */
export const spaceClass = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';

const leadingSpace = new RegExp(`^${spaceClass}+`);
const spaceChar = new RegExp(spaceClass);

/** strings.TrimSpace. */
export function trimSpace(text: string): string {
  let end = text.length;
  while (end > 0 && spaceChar.test(text.charAt(end - 1))) end--;
  return text.slice(0, end).replace(leadingSpace, '');
}
