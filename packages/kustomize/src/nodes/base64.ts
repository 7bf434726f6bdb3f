// Base64 the way kyaml writes it: one line, or lines of 70 each ending in a line feed where there are several
// (kyaml:yaml/datamap.go encodeBase64, v0.21.1).

const LINE = 70;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Encodes without line breaks. */
export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let index = 0; index < bytes.length; index += 3) {
    const a = bytes[index] ?? 0;
    const b = bytes[index + 1];
    const c = bytes[index + 2];
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    const third = b === undefined ? '=' : ALPHABET.charAt((word >> 6) & 63);
    const fourth = c === undefined ? '=' : ALPHABET.charAt(word & 63);
    parts.push(ALPHABET.charAt(word >> 18) + ALPHABET.charAt((word >> 12) & 63) + third + fourth);
  }
  return parts.join('');
}

/** Encodes; text longer than a line is broken, and then every line ends in a line feed. */
export function encodeBase64Lines(bytes: Uint8Array): string {
  const text = encodeBase64(bytes);
  if (text.length < LINE) return text;
  const lines: string[] = [];
  for (let index = 0; index < text.length; index += LINE) lines.push(`${text.slice(index, index + LINE)}\n`);
  return lines.join('');
}

/** Decodes; undefined where the text is no base64. White space is ignored. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const clean = text.replace(/\s+/g, '');
  if (clean.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) return undefined;
  const body = clean.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let at = 0;
  for (const char of body) {
    word = ((word << 6) | ALPHABET.indexOf(char)) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = (word >> bits) & 0xff;
    at += 1;
  }
  return bytes;
}
