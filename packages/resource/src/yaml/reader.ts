// Input of the YAML scanner: bytes or text become a validated string that ends in NUL sentinels, so that the scanner
// may look ahead without bounds checks. Refuses what go-yaml's reader refuses (readerc.go of go.yaml.in/yaml v2 and v3).

import { YamlError } from './node.ts';

/** Everything outside YAML's printable set; surrogates are listed so that one native pass finds them too. */
// eslint-disable-next-line no-control-regex
const UNUSUAL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]/;
const UNUSUAL_BREAK = /[\r\x85\u2028\u2029]/;

export interface YamlSource {
  /** The text, without byte order mark, followed by four NULs. */
  readonly text: string;
  /** Length of the text without the sentinels. */
  readonly length: number;
  /** Some characters are surrogate pairs, so columns need counting. */
  readonly astral: boolean;
  /** Some line ends are not a lone line feed. */
  readonly oddBreaks: boolean;
  /** What is wrong with the characters, to be reported when the scanner comes near; see `throwFlawNear`. */
  readonly flaw: YamlFlaw | undefined;
}

interface YamlFlaw {
  readonly index: number;
  readonly problem: string;
}

/** go-yaml reads blocks of this many bytes, and checks a block as a whole before the scanner sees any of it. */
const BLOCK_SIZE = 512;

/** Makes the scanner's input. Throws `YamlError` (ENCODING) for text that no reader could pass on. */
export function openYaml(input: string | Uint8Array): YamlSource {
  const decoded = typeof input === 'string' ? { text: input, flaw: undefined } : decodeBytes(input);
  let text = decoded.text;
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  const flaw = decoded.flaw ?? findFlaw(text);
  const end = flaw === undefined ? text.length : flaw.index;
  if (flaw !== undefined) text = text.slice(0, end);
  return {
    text: `${text}\0\0\0\0`,
    length: end,
    astral: /[\ud800-\udbff]/.test(text),
    oddBreaks: UNUSUAL_BREAK.test(text),
    flaw,
  };
}

/** Throws the flaw of the characters when go-yaml would have met it with its scanner at `index`. */
export function throwFlawNear(source: YamlSource, index: number): void {
  const { flaw, text } = source;
  if (flaw === undefined) return;
  const encoder = new TextEncoder();
  const bytesTo = (end: number): number => encoder.encode(text.slice(0, end)).length;
  const block = Math.floor(bytesTo(flaw.index) / BLOCK_SIZE);
  if (block * BLOCK_SIZE <= bytesTo(index + 1)) throw flawError(source, flaw);
}

/** The reader's error. go-yaml gives it no line; ours carries the position as data. */
function flawError(source: YamlSource, flaw: YamlFlaw): YamlError {
  const before = source.text.slice(0, flaw.index);
  const lines = before.split('\n');
  return new YamlError('ENCODING', `yaml: ${flaw.problem}`, lines.length, (lines.at(-1) ?? '').length + 1);
}

function findFlaw(text: string): YamlFlaw | undefined {
  let from = text.search(UNUSUAL);
  if (from < 0) return undefined;
  for (; from < text.length; from++) {
    const c = text.charCodeAt(from);
    if (c >= 0xd800 && c <= 0xdbff) {
      const low = text.charCodeAt(from + 1);
      if (!(low >= 0xdc00 && low <= 0xdfff)) return { index: from, problem: 'invalid Unicode character' };
      from++;
    } else if (c >= 0xdc00 && c <= 0xdfff) {
      return { index: from, problem: 'invalid Unicode character' };
    } else if (!isReadable(c)) {
      return { index: from, problem: 'control characters are not allowed' };
    }
  }
  return undefined;
}

function isReadable(c: number): boolean {
  if (c < 0x20) return c === 0x09 || c === 0x0a || c === 0x0d;
  return c <= 0x7e || c === 0x85 || (c >= 0xa0 && c <= 0xfffd);
}

function decodeBytes(bytes: Uint8Array): { text: string; flaw: YamlFlaw | undefined } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, true);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, false);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), flaw: undefined };
  } catch {
    const bad = findBadUtf8(bytes) ?? { offset: 0, problem: 'invalid leading UTF-8 octet' };
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, bad.offset));
    const flaw = findFlaw(text) ?? {
      index: text.length - (text.charCodeAt(0) === 0xfeff ? 1 : 0),
      problem: bad.problem,
    };
    return { text, flaw };
  }
}

function decodeUtf16(bytes: Uint8Array, littleEndian: boolean): { text: string; flaw: YamlFlaw | undefined } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 2; at + 1 < bytes.length; at += 2) {
    const unit = view.getUint16(at, littleEndian);
    const prior = text.charCodeAt(text.length - 1);
    const afterHigh = prior >= 0xd800 && prior <= 0xdbff;
    const low = unit >= 0xdc00 && unit <= 0xdfff;
    if (low && !afterHigh) return { text, flaw: { index: text.length, problem: 'unexpected low surrogate area' } };
    if (!low && afterHigh) return { text, flaw: { index: text.length - 1, problem: 'expected low surrogate area' } };
    text += String.fromCharCode(unit);
  }
  const last = text.charCodeAt(text.length - 1);
  if (last >= 0xd800 && last <= 0xdbff)
    return { text, flaw: { index: text.length - 1, problem: 'incomplete UTF-16 surrogate pair' } };
  if (bytes.length % 2 === 1) return { text, flaw: { index: text.length, problem: 'incomplete UTF-16 character' } };
  return { text, flaw: undefined };
}

/** The first place where bytes are no UTF-8, with go-yaml's name for the reason. */
export function findBadUtf8(bytes: Uint8Array): { offset: number; problem: string } | undefined {
  let at = 0;
  while (at < bytes.length) {
    const octet = bytes[at] ?? 0;
    const width =
      octet < 0x80 ? 1 : (octet & 0xe0) === 0xc0 ? 2 : (octet & 0xf0) === 0xe0 ? 3 : (octet & 0xf8) === 0xf0 ? 4 : 0;
    if (width === 0) return { offset: at, problem: 'invalid leading UTF-8 octet' };
    if (at + width > bytes.length) return { offset: at, problem: 'incomplete UTF-8 octet sequence' };
    let value = width === 1 ? octet : octet & (0xff >> (width + 1));
    for (let k = 1; k < width; k++) {
      const next = bytes[at + k] ?? 0;
      if ((next & 0xc0) !== 0x80) return { offset: at, problem: 'invalid trailing UTF-8 octet' };
      value = value * 64 + (next & 0x3f);
    }
    const least = [0, 0, 0x80, 0x800, 0x10000][width] ?? 0;
    if (value < least) return { offset: at, problem: 'invalid length of a UTF-8 sequence' };
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
      return { offset: at, problem: 'invalid Unicode character' };
    at += width;
  }
  return undefined;
}
