// Files that were parsed lately. Overlays of one repository share bases, and a tree hands out the same bytes for the same
// file, so a base is parsed once for all of them. Nothing but the bytes' identity is the key; bytes are never changed.

import type { YamlNode } from '@evenkeel/resource';

import { copyNode } from './tree.ts';

/** Source bytes that one generation of the cache may stand for. */
const GENERATION_BYTES_MAX = 4 * 1024 * 1024;

type Generation = Map<Uint8Array, readonly YamlNode[]>;

/** Files seen once. Only what is read a second time is worth a copy. */
const seen = new WeakSet<Uint8Array>();

let young: Generation = new Map();
let old: Generation = new Map();
let youngBytes = 0;

/** Copies of the documents of a file that was parsed lately; undefined where it was not. */
export function recallDocuments(bytes: Uint8Array): YamlNode[] | undefined {
  const known = young.get(bytes) ?? old.get(bytes);
  if (known === undefined) return undefined;
  if (!young.has(bytes)) keep(bytes, known);
  return known.map(copyNode);
}

/** Keeps copies of parsed documents, from the second time on. Files too large for a generation are not kept. */
export function rememberDocuments(bytes: Uint8Array, documents: readonly YamlNode[]): void {
  if (!seen.has(bytes)) seen.add(bytes);
  else if (bytes.length <= GENERATION_BYTES_MAX) keep(bytes, documents.map(copyNode));
}

function keep(bytes: Uint8Array, documents: readonly YamlNode[]): void {
  if (youngBytes + bytes.length > GENERATION_BYTES_MAX) {
    old = young;
    young = new Map();
    youngBytes = 0;
  }
  young.set(bytes, documents);
  youngBytes += bytes.length;
}
