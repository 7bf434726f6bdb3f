// Chart archives: gunzip and untar in memory, with the checks that Helm makes on names and sizes.
// Mirrors helm:pkg/chart/loader/archive/archive.go (v4.3.0) over Go's compress/gzip and archive/tar.

import { Gunzip } from 'fflate';

/** A file of an archive; the name is relative to the chart's directory in it. */
export interface ArchivedFile {
  readonly name: string;
  readonly data: Uint8Array;
}

/** Why an archive is refused. `gzip` means that it is no gzip stream at all. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly reason: 'gzip' | 'content';
  constructor(reason: 'gzip' | 'content', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Largest unpacked chart, in bytes (helm: MaxDecompressedChartSize). */
export const CHART_SIZE_MAX: number = 100 * 1024 * 1024;

/** Unpacks a chart archive. Throws ArchiveError with Helm's wording. */
export function unpackChart(archive: Uint8Array, sizeMax: number = CHART_SIZE_MAX): ArchivedFile[] {
  const files: ArchivedFile[] = [];
  let remaining = sizeMax;
  // The tar stream has headers and padding beside the files; they may not grow without bound either.
  for (const entry of readTar(gunzip(archive, sizeMax * 2 + 1024 * 1024))) {
    if (entry.directory) continue;
    const name = chartRelativeName(entry.name);
    if (entry.data.length > remaining) throw tooLarge(sizeMax);
    remaining -= entry.data.length;
    if (remaining <= 0) throw tooLarge(sizeMax);
    files.push({ name, data: withoutByteOrderMark(entry.data) });
  }
  if (files.length === 0) throw new ArchiveError('content', 'no files in chart archive');
  return files;
}

/** Whether the bytes start like a gzip stream. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;
}

/** Strips a UTF-8 byte order mark. */
export function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function tooLarge(sizeMax: number): ArchiveError {
  return new ArchiveError('content', `decompressed chart is larger than the maximum size ${sizeMax}`);
}

/** Takes the first path element off and refuses whatever would leave the chart. */
function chartRelativeName(full: string): string {
  const delimiter = full.includes('\\') ? '\\' : '/';
  const [first = '', ...others] = full.split(delimiter);
  const joined = others.join('/');
  if (joined.startsWith('/')) throw new ArchiveError('content', 'chart illegally contains absolute paths');
  const name = cleanPath(joined);
  if (name === '.') {
    throw new ArchiveError(
      'content',
      `chart illegally contains content outside the base directory: ${JSON.stringify(full)}`,
    );
  }
  if (name.startsWith('..')) throw new ArchiveError('content', 'chart illegally references parent directory');
  if (/^[a-zA-Z]:\//.test(name)) throw new ArchiveError('content', 'chart contains illegally named files');
  if (first === 'Chart.yaml') throw new ArchiveError('content', 'chart yaml not in base directory');
  return name;
}

/** path.Clean for a relative path. */
function cleanPath(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && out.length > 0 && out.at(-1) !== '..') out.pop();
    else out.push(part);
  }
  return out.length === 0 ? '.' : out.join('/');
}

/** Inflates a gzip stream, giving up when it grows beyond `sizeMax`. Throws ArchiveError. */
export function gunzip(bytes: Uint8Array, sizeMax: number): Uint8Array {
  if (!isGzip(bytes)) throw new ArchiveError('gzip', 'gzip: invalid header');
  const chunks: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  const inflater = new Gunzip((chunk, final) => {
    size += chunk.length;
    if (size > sizeMax) throw new ArchiveError('content', `decompressed data is larger than ${sizeMax} bytes`);
    chunks.push(chunk);
    ended ||= final;
  });
  try {
    // Fed in pieces, so that a bomb is noticed before all of it is inflated.
    for (let at = 0; at < bytes.length; at += 65536) {
      inflater.push(bytes.subarray(at, at + 65536), at + 65536 >= bytes.length);
    }
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError('content', 'unexpected EOF');
  }
  if (!ended) throw new ArchiveError('content', 'unexpected EOF');
  const out = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/** An entry of a tar archive, as it stands there. */
export interface TarEntry {
  readonly name: string;
  readonly directory: boolean;
  /** Whether it is a link or a device, which has no content of its own. */
  readonly special: boolean;
  readonly data: Uint8Array;
}

const BLOCK = 512;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads ustar, PAX and GNU archives. Links and devices are entries without content, as Helm sees them. Throws
 * ArchiveError with Go's wording.
 */
export function* readTar(bytes: Uint8Array): Generator<TarEntry> {
  let at = 0;
  let extended = new Map<string, string>();
  while (at + BLOCK <= bytes.length) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    if (!checksumHolds(header)) throw new ArchiveError('content', 'archive/tar: invalid tar header');
    const type = String.fromCharCode(header[156] ?? 0);
    const size = extended.has('size') ? Number(extended.get('size')) : readNumber(header, 124, 12);
    const start = at + BLOCK;
    if (!Number.isSafeInteger(size) || size < 0) throw new ArchiveError('content', 'archive/tar: invalid tar header');
    const hasContent = !'123456'.includes(type);
    if (hasContent && start + size > bytes.length) throw new ArchiveError('content', 'unexpected EOF');
    const data = hasContent ? bytes.subarray(start, start + size) : new Uint8Array();
    at = start + (hasContent ? Math.ceil(size / BLOCK) * BLOCK : 0);
    if (type === 'x') {
      extended = readPaxRecords(data);
    } else if (type === 'L') {
      extended.set('path', readText(data, 0, data.length));
    } else if (type !== 'K' && type !== 'g') {
      const name = extended.get('path') ?? readName(header);
      const directory = type === '5' || (isRegular(type) && name.endsWith('/'));
      yield { name, directory, special: !directory && !isRegular(type), data };
      extended = new Map();
    }
  }
}

function isRegular(type: string): boolean {
  return type === '0' || type === '\0' || type === '7';
}

function readName(header: Uint8Array): string {
  const name = readText(header, 0, 100);
  const isUstar = readText(header, 257, 5) === 'ustar' && header[262] === 0;
  const prefix = isUstar ? readText(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function readText(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal text, or GNU's base-256 when the top bit is set. */
function readNumber(header: Uint8Array, start: number, length: number): number {
  if (((header[start] ?? 0) & 0x80) !== 0) {
    let value = (header[start] ?? 0) & 0x7f;
    for (let index = start + 1; index < start + length; index += 1) value = value * 256 + (header[index] ?? 0);
    return value;
  }
  const text = readText(header, start, length).trim();
  return text === '' ? 0 : /^[0-7]+$/.test(text) ? parseInt(text, 8) : Number.NaN;
}

function checksumHolds(header: Uint8Array): boolean {
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < BLOCK; index += 1) {
    const byte = index >= 148 && index < 156 ? 0x20 : (header[index] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const stored = readNumber(header, 148, 8);
  return stored === unsigned || stored === signed;
}

/** "LENGTH KEY=VALUE\n" records. */
function readPaxRecords(data: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(decoder.decode(data.subarray(at, space)));
    if (!Number.isSafeInteger(length) || length <= space - at || at + length > data.length) {
      throw new ArchiveError('content', 'archive/tar: invalid tar header');
    }
    const record = decoder.decode(data.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
