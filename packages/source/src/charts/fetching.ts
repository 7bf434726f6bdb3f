// What the two kinds of remotes share inside the chart store.

import type { HttpClient } from '@evenkeel/oci';
import type { ContentCache } from './content-cache.ts';

/** What both kinds of remotes share. */
export interface Fetching {
  readonly http: HttpClient;
  readonly cache: ContentCache;
  readonly now: () => number;
  /** Ends with the store. One asker's signal must not end what others wait for. */
  readonly signal: AbortSignal;
}

/** The packed parts of a chart. */
export interface PackedChart {
  readonly archive: Uint8Array;
  readonly archiveDigest: string;
  readonly provenance: Uint8Array | undefined;
}
