// A tree as a gzipped tar that depends on nothing but its content: entries in walking order, no owners, no times.
// Mirrors fluxcd/pkg:artifact/storage/archive.go (0.18) and what go:archive/tar (1.26) writes for its headers; the tar is
// the same byte by byte, its compression is that of zlib.

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { GitRepository } from '@evenkeel/git';
import { present } from '@evenkeel/std';
import type { Snapshot } from './snapshot.ts';

const BLOCK = 512;
const BATCH_FILES_MAX = 2000;
const BATCH_BYTES_MAX = 32 * 1024 * 1024;
/** What a file counts for whose size is not known before it is fetched. */
const UNKNOWN_BYTES = 16 * 1024;

export interface WrittenArchive {
  /** "sha256:<hex>" of the compressed archive. */
  readonly digest: string;
  readonly size: number;
}

/** Writes the archive of a tree to a file, a few megabytes at a time. Symbolic links are left out. */
export async function writeArchive(
  input: { readonly snapshot: Snapshot; readonly repository: GitRepository; readonly signal: AbortSignal },
  file: string,
): Promise<WrittenArchive> {
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(
    Readable.from(tarOf(input.snapshot, input.repository)),
    createGzip(),
    async function* measure(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        // The header names the system that compressed (offset 9): "unknown", so that it is the same on all.
        if (size <= 9 && size + chunk.length > 9) chunk[9 - size] = 0xff;
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(file, { mode: 0o600 }),
    { signal: input.signal },
  );
  return { digest: `sha256:${hash.digest('hex')}`, size };
}

/** The blocks of the tar. Content is read as Git holds it: pointers of Git LFS stay pointers. */
export async function* tarOf(snapshot: Snapshot, repository: GitRepository): AsyncGenerator<Uint8Array> {
  for await (const batch of batches(walk(snapshot, ''), repository)) {
    const contents = await repository.blobs(batch.flatMap(({ oid }) => (oid === undefined ? [] : [oid])));
    for (const { path, oid, executable } of batch) {
      if (oid === undefined) {
        yield* entryHeader({ name: path, type: '5', mode: 0o750, size: 0 });
        continue;
      }
      const bytes = present(contents.get(oid), `the content of ${path}`);
      yield* entryHeader({ name: path, type: '0', mode: executable ? 0o700 : 0o600, size: bytes.length });
      yield bytes;
      yield padding(bytes.length);
    }
  }
  yield new Uint8Array(2 * BLOCK);
}

interface WalkedEntry {
  readonly path: string;
  /** Undefined for a directory. */
  readonly oid: string | undefined;
  readonly executable: boolean;
}

/** A directory, then what is in it by name, as go:path/filepath.Walk goes. The root is called ".". */
function* walk(snapshot: Snapshot, directory: string): Generator<WalkedEntry> {
  yield { path: directory === '' ? '.' : directory, oid: undefined, executable: false };
  for (const { name, kind } of snapshot.list(directory) ?? []) {
    const path = directory === '' ? name : `${directory}/${name}`;
    if (kind === 'directory') yield* walk(snapshot, path);
    else if (kind === 'file')
      yield { path, oid: snapshot.identify(path)?.oid, executable: snapshot.isExecutable(path) };
  }
}

async function* batches(
  entries: Iterable<WalkedEntry>,
  repository: GitRepository,
): AsyncGenerator<readonly WalkedEntry[]> {
  const all = [...entries];
  const infos = await repository.infos(all.flatMap(({ oid }) => (oid === undefined ? [] : [oid])));
  let batch: WalkedEntry[] = [];
  let bytes = 0;
  for (const entry of all) {
    const size = entry.oid === undefined ? 0 : (infos.get(entry.oid)?.size ?? UNKNOWN_BYTES);
    if (batch.length > 0 && (batch.length >= BATCH_FILES_MAX || bytes + size > BATCH_BYTES_MAX)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

interface Header {
  readonly name: string;
  readonly type: '0' | '5' | 'x';
  readonly mode: number;
  readonly size: number;
}

/** The header of an entry; a name that does not fit the old fields is preceded by a record of its own. */
function* entryHeader(header: Header): Generator<Uint8Array> {
  const length = Buffer.byteLength(header.name);
  const ascii = isAscii(header.name);
  if (ascii && length <= 100) {
    yield block(header, header.name, '', true);
    return;
  }
  const split = ascii ? splitName(header.name) : undefined;
  if (split) {
    yield block(header, split.name, split.prefix, true);
    return;
  }
  const record = Buffer.from(paxRecord('path', header.name));
  const slash = header.name.lastIndexOf('/');
  const beside = `${header.name.slice(0, slash + 1)}PaxHeaders.0/${header.name.slice(slash + 1)}`;
  const recordName = asAscii(beside).slice(0, 100).replace(/\/+$/, '');
  yield block({ name: '', type: 'x', mode: 0, size: record.length }, recordName, '', false);
  yield record;
  yield padding(record.length);
  yield block(header, asAscii(header.name), '', true);
}

function block(header: Header, name: string, prefix: string, devices: boolean): Uint8Array {
  const bytes = Buffer.alloc(BLOCK);
  bytes.write(name, 0, 100, 'latin1');
  // A slash in the last place of a cut name would make a directory of it for readers that stop there.
  if (name.length > 100 && name[99] === '/') bytes[name.slice(0, 99).replace(/\/+$/, '').length] = 0;
  octal(bytes, 100, 8, header.mode);
  octal(bytes, 108, 8, 0);
  octal(bytes, 116, 8, 0);
  octal(bytes, 124, 12, header.size);
  octal(bytes, 136, 12, 0);
  bytes.write(header.type, 156, 'latin1');
  bytes.write('ustar\0' + '00', 257, 'latin1');
  if (devices) {
    octal(bytes, 329, 8, 0);
    octal(bytes, 337, 8, 0);
  }
  bytes.write(prefix, 345, 155, 'latin1');
  bytes.fill(0x20, 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  octal(bytes, 148, 7, sum);
  return bytes;
}

function octal(bytes: Buffer, at: number, width: number, value: number): void {
  bytes.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
}

/** Prefix and name for a path of up to 256 characters that can be cut at a slash. */
function splitName(path: string): { readonly prefix: string; readonly name: string } | undefined {
  const cut = path.slice(0, 156).lastIndexOf('/');
  const name = path.slice(cut + 1);
  if (cut <= 0 || name.length > 100 || name === '') return undefined;
  return { prefix: path.slice(0, cut), name };
}

/** "<length> <key>=<value>\n", whose length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (String(length).length + rest !== length) length = String(length).length + rest;
  return `${length} ${key}=${value}\n`;
}

function padding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}

function isAscii(text: string): boolean {
  return asAscii(text) === text;
}

/** The characters that the old fields can hold: no zero, nothing above 127. */
function asAscii(text: string): string {
  return Array.from(text)
    .filter((character) => character > '\0' && character < '\u0080')
    .join('');
}
