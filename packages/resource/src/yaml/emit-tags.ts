// Tags in their written form, and lengths as go-yaml measures them.

const COUNTED_MAX = 128;
const LONG_TAG = 'tag:yaml.org,2002:';

/** Splits a tag into the handle that stands for its beginning and the rest. */
export function splitTag(tag: string): { handle: string; suffix: string } {
  if (tag.startsWith('!')) return { handle: '!', suffix: tag.slice(1) };
  if (tag.startsWith(LONG_TAG)) return { handle: '!!', suffix: tag.slice(LONG_TAG.length) };
  return { handle: '', suffix: tag };
}

/** Percent-encodes what may not stand in a tag. */
export function escapeTag(text: string): string {
  let out = '';
  for (const octet of new TextEncoder().encode(text)) {
    const char = String.fromCharCode(octet);
    if (octet < 0x80 && /[-\w;/?:@&=+$,.~*'()[\]]/.test(char)) out += char;
    else out += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** Length in bytes, as go-yaml counts; beyond 128 only that it is more. */
export function utf8Length(text: string): number {
  if (text.length > COUNTED_MAX) return text.length;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    length += c < 0x80 ? 1 : c < 0x800 || (c >= 0xd800 && c <= 0xdfff) ? 2 : 3;
  }
  return length;
}
