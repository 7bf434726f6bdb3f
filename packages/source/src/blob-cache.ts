// File contents by object name, least recently used out first. Contents never change under their name, so one cache
// serves all commits of all repositories.

/** A cache bounded by the bytes it holds. */
export interface BlobCache {
  get(oid: string): Uint8Array | undefined;
  set(oid: string, content: Uint8Array): void;
  readonly bytes: number;
  /** What is being loaded now, by object name. */
  readonly arriving: Map<string, Promise<unknown>>;
}

// What an entry costs besides its content: the name, the map slot, the typed array.
const ENTRY_BYTES = 256;

/** Makes a cache that holds at most `bytesMax`; a content larger than a quarter of that is not kept at all. */
export function createBlobCache(bytesMax: number): BlobCache {
  const entries = new Map<string, Uint8Array>();
  let bytes = 0;
  return {
    arriving: new Map(),
    get bytes() {
      return bytes;
    },
    get(oid) {
      const content = entries.get(oid);
      if (content) {
        entries.delete(oid);
        entries.set(oid, content);
      }
      return content;
    },
    set(oid, content) {
      if (entries.has(oid) || content.length > bytesMax / 4) return;
      entries.set(oid, content);
      bytes += content.length + ENTRY_BYTES;
      for (const [oldest, old] of entries) {
        if (bytes <= bytesMax) break;
        entries.delete(oldest);
        bytes -= old.length + ENTRY_BYTES;
      }
    },
  };
}
