// What was fetched, on disk: contents by digest, and notes by key that lead to them. A content is checked when it is read,
// so a damaged file is a miss; the oldest contents go when there are too many.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Contents and notes. Nothing here rejects because of the cache alone: what cannot be kept is fetched again. */
export interface ContentCache {
  /** The content of a digest ("sha256:…"), or undefined. */
  read(digest: string): Promise<Uint8Array | undefined>;
  /** Keeps a content and returns its digest. */
  write(content: Uint8Array): Promise<string>;
  /** A note under a key. Keys are not readable on disk: they may name who asked. */
  recall(key: string): Promise<unknown>;
  remember(key: string, note: object): Promise<void>;
}

const BYTES_MAX_DEFAULT = 1024 * 1024 * 1024;

/** Opens a cache in a directory, which is made when it is first needed. */
export function openContentCache(directory: string, bytesMax: number = BYTES_MAX_DEFAULT): ContentCache {
  const contents = join(directory, 'sha256');
  const notes = join(directory, 'notes');
  const secret = once(() => readSecret(directory));
  let held: number | undefined;
  const contentFile = (digest: string): string | undefined =>
    /^sha256:[0-9a-f]{64}$/.test(digest) ? join(contents, digest.slice('sha256:'.length)) : undefined;
  const noteFile = async (key: string): Promise<string> =>
    join(
      notes,
      createHmac('sha256', await secret())
        .update(key)
        .digest('hex'),
    );
  return {
    async read(digest) {
      const file = contentFile(digest);
      const content = file === undefined ? undefined : await quietly(() => readFile(file));
      if (file === undefined || content === undefined) return undefined;
      if (hashOf(content) !== digest) {
        await quietly(() => rm(file));
        return undefined;
      }
      const now = new Date();
      await quietly(() => utimes(file, now, now));
      return content;
    },
    async write(content) {
      const digest = hashOf(content);
      const file = contentFile(digest) ?? '';
      await quietly(async () => {
        if (held === undefined) held = await sizeOf(contents);
        if ((await quietly(() => stat(file))) === undefined) held += content.length;
        await replaceFile(file, content);
        if (held > bytesMax) held = await prune(contents, bytesMax * 0.8);
      });
      return digest;
    },
    async recall(key) {
      const text = await quietly(async () => readFile(await noteFile(key), 'utf8'));
      try {
        return text === undefined ? undefined : (JSON.parse(text) as unknown);
      } catch {
        return undefined;
      }
    },
    async remember(key, note) {
      await quietly(async () => replaceFile(await noteFile(key), JSON.stringify(note)));
    },
  };
}

function hashOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

let serial = 0;

/** Readers see the old file or the new one, never half of it. */
async function replaceFile(file: string, content: Uint8Array | string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  serial += 1;
  const temporary = `${file}.${process.pid}-${serial}.tmp`;
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, file);
}

/** Makes keys unguessable to whoever sees the directory's listing: they stand for credentials. */
async function readSecret(directory: string): Promise<Uint8Array> {
  const file = join(directory, 'key');
  const known = await quietly(() => readFile(file));
  if (known?.length === 32) return known;
  const made = randomBytes(32);
  await quietly(() => replaceFile(file, made));
  // Of two processes that start at once the last one's key holds; the other's notes are misses.
  return (await quietly(() => readFile(file))) ?? made;
}

async function listing(
  directory: string,
): Promise<readonly { readonly file: string; readonly size: number; readonly usedMs: number }[]> {
  const names = (await quietly(() => readdir(directory))) ?? [];
  const found = await Promise.all(
    names.map(async (name) => {
      const file = join(directory, name);
      const entry = await quietly(() => stat(file));
      return entry === undefined ? [] : [{ file, size: entry.size, usedMs: entry.mtimeMs }];
    }),
  );
  return found.flat();
}

async function sizeOf(directory: string): Promise<number> {
  return (await listing(directory)).reduce((total, { size }) => total + size, 0);
}

async function prune(directory: string, bytesWanted: number): Promise<number> {
  const files = [...(await listing(directory))].sort((left, right) => left.usedMs - right.usedMs);
  let held = files.reduce((total, { size }) => total + size, 0);
  for (const { file, size } of files) {
    if (held <= bytesWanted) break;
    await quietly(() => rm(file, { force: true }));
    held -= size;
  }
  return held;
}

async function quietly<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch {
    // A cache that cannot be used is no reason not to fetch.
    return undefined;
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
