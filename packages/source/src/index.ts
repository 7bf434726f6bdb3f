// The contract of @evenkeel/source.
export type { RefChange, SourceChange, SourceListener } from './changes.ts';
export { createChartStore } from './charts/chart-store.ts';
export type {
  ArtifactRequest,
  ChartRequest,
  ChartStore,
  ChartStoreOptions,
  FetchedArtifact,
  FetchedChart,
  LayerChoice,
  RemoteRequest,
  ResolvedArtifact,
  ResolvedChart,
} from './charts/contract.ts';
export { type Download, download, indexUrl, provenanceUrl } from './charts/download.ts';
export { type FoundArchive, findArchive } from './charts/find-archive.ts';
export { resolveOciVersion } from './charts/oci-version.ts';
export { SourceError, type SourceErrorCode } from './errors.ts';
export { type RepositoryMapping, parseRepositoryMapping } from './mapping.ts';
export { type ReadRecord, type Recording, digestReads, readFiles, recordReads, stillSame } from './reads.ts';
export { type Identity, type PinnedSnapshot, type Snapshot, type Submodule, withSnapshot } from './snapshot.ts';
export {
  type MappingTarget,
  type ResolveOptions,
  type Revision,
  type SourceAccess,
  type SourceStore,
  type SourceStoreOptions,
  type WatchOptions,
  createSourceStore,
} from './store.ts';
