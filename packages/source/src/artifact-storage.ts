// Archives of sources in a directory, for programs outside of this process: named by path, checked by digest, and
// cleared away when newer ones have taken their place. Mirrors fluxcd/pkg:artifact/storage (0.18).

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { GitRepository } from '@evenkeel/git';
import type { Clock } from '@evenkeel/std';
import { type WrittenArchive, writeArchive } from './artifact-archive.ts';
import type { Snapshot } from './snapshot.ts';

const RETENTION_MS_DEFAULT = 60_000;
const RETENTION_RECORDS_DEFAULT = 2;

export interface ArtifactStorageOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** How long an archive that was replaced may still be fetched. Default a minute. */
  readonly retentionMs?: number;
  /** How many archives of one source are kept, the current one included. Default 2. */
  readonly retentionRecords?: number;
}

/** Archives by path: "<kind>/<namespace>/<name>/<file>". */
export interface ArtifactStorage {
  readonly directory: string;
  /** Writes the archive of a tree, whole or not at all. */
  store(path: string, input: ArchiveInput): Promise<WrittenArchive>;
  /** True where the archive is there and still has that digest. */
  verify(path: string, digest: string): Promise<boolean>;
  /** Removes what the source of `current` no longer needs; answers the paths. */
  collect(current: string): Promise<readonly string[]>;
  /** Removes everything of a source: "<kind>/<namespace>/<name>". */
  remove(source: string): Promise<void>;
  /** Removes the sources of a kind that are not among those that are to stay. */
  sweep(kind: string, keep: ReadonlySet<string>): Promise<void>;
}

export interface ArchiveInput {
  readonly snapshot: Snapshot;
  readonly repository: GitRepository;
  readonly signal: AbortSignal;
}

/** Opens a storage. Several processes may read it; one may write it. */
export function createArtifactStorage(options: ArtifactStorageOptions): ArtifactStorage {
  const { directory, clock } = options;
  const locate = (path: string): string => join(directory, ...path.split('/').filter(isPlainName));
  return {
    directory,
    async store(path, input) {
      const file = locate(path);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const aside = await mkdtemp(join(dirname(file), '.building-'));
      try {
        const written = await writeArchive(input, join(aside, 'archive'));
        const now = clock.now() / 1000;
        await utimes(join(aside, 'archive'), now, now);
        await rename(join(aside, 'archive'), file);
        return written;
      } finally {
        await rm(aside, { recursive: true, force: true });
      }
    },
    verify: async (path, digest) => (await digestOf(locate(path))) === digest,
    collect: (current) => collectGarbage(locate, current, options),
    remove: (source) => rm(locate(source), { recursive: true, force: true }),
    async sweep(kind, keep) {
      for (const namespace of await namesIn(locate(kind))) {
        for (const name of await namesIn(locate(`${kind}/${namespace}`))) {
          const source = `${kind}/${namespace}/${name}`;
          if (!keep.has(source)) await rm(locate(source), { recursive: true, force: true });
        }
      }
    },
  };
}

/** A part of a path that cannot lead anywhere else. */
export function isPlainName(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part);
}

/** Replaced archives go when their time is over, and sooner where there are more than are kept. */
async function collectGarbage(
  locate: (path: string) => string,
  current: string,
  { clock, retentionMs, retentionRecords }: ArtifactStorageOptions,
): Promise<readonly string[]> {
  const source = dirname(current);
  const others: { readonly path: string; readonly ageMs: number }[] = [];
  for (const name of await namesIn(locate(source))) {
    const path = `${source}/${name}`;
    const status = await lstat(locate(path)).catch(() => undefined);
    if (path !== current && status?.isFile()) others.push({ path, ageMs: clock.now() - status.mtimeMs });
  }
  others.sort((left, right) => left.ageMs - right.ageMs);
  const kept = (retentionRecords ?? RETENTION_RECORDS_DEFAULT) - 1;
  const garbage = others.filter(({ ageMs }, index) => ageMs > (retentionMs ?? RETENTION_MS_DEFAULT) || index >= kept);
  await Promise.all(garbage.map(({ path }) => rm(locate(path), { force: true })));
  return garbage.map(({ path }) => path);
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
}

async function digestOf(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch {
    return undefined;
  }
  return `sha256:${hash.digest('hex')}`;
}
