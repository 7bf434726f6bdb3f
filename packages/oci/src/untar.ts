// The files of an artifact's layer: a gzipped tar archive as a tree. Nothing leaves the tree, links are refused, and the
// whole is bounded. Mirrors fluxcd/pkg:tar/untar.go (v1.2.0).

import { ArchiveError, gunzip, readTar } from '@evenkeel/helm';
import { type FileTree, joinTreePath, memoryTree } from '@evenkeel/std';
import { RemoteError } from './remote-error.ts';

/** How much is taken. */
export interface UntarOptions {
  /** Bytes of all files together. Default 100 MiB, as Flux. */
  readonly bytesMax?: number;
  /** Links are left out instead of refused. */
  readonly skipLinks?: boolean;
}

const BYTES_MAX = 100 * 1024 * 1024;

/** Unpacks a layer. Throws RemoteError. */
export function untarLayer(layer: Uint8Array, options: UntarOptions = {}): FileTree {
  const bytesMax = options.bytesMax ?? BYTES_MAX;
  const files = new Map<string, Uint8Array>();
  let size = 0;
  try {
    // The archive has headers and padding beside the files; they may not grow without bound either.
    for (const entry of readTar(gunzip(layer, bytesMax * 2 + 1024 * 1024))) {
      size += entry.data.length;
      if (size > bytesMax) throw new RemoteError('too-large', `the artifact is larger than ${bytesMax} bytes unpacked`);
      const name = entryName(entry.name);
      if (entry.special && options.skipLinks !== true) {
        throw new RemoteError('unsupported', `${entry.name} is a link, which is not allowed in an artifact`);
      }
      if (!entry.directory && !entry.special && name !== '') files.set(name, entry.data);
    }
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new RemoteError('protocol', `the artifact is no gzipped tar archive: ${error.message}`, { cause: error });
  }
  return memoryTree(Object.fromEntries(files));
}

function entryName(raw: string): string {
  const name = raw.includes('\\') || raw.startsWith('/') ? undefined : joinTreePath(raw);
  if (name === undefined || raw.split('/').includes('..')) {
    throw new RemoteError('unsupported', `${JSON.stringify(raw)} in the artifact leads out of it`);
  }
  return name;
}
