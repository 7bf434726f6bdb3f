// The contract of @evenkeel/source.
export { watchRemoteAccess } from './access-changes.ts';
export type { ChartAccess, GitAccess, RepositoryAccess } from './access.ts';
export {
  type ArchiveInput,
  type ArtifactStorage,
  type ArtifactStorageOptions,
  createArtifactStorage,
} from './artifact-storage.ts';
export { type ArtifactServer, type ArtifactServerOptions, startArtifactServer } from './artifact-server.ts';
export type { RefChange, SourceChange, SourceListener } from './changes.ts';
export { createChartStore } from './charts/chart-store.ts';
export { type RemoteWatches, createRemoteWatches } from './charts/remote-watches.ts';
export type {
  ArtifactRequest,
  ChartRequest,
  ChartStore,
  ChartStoreOptions,
  FetchedArtifact,
  FetchedChart,
  FetchedFile,
  FileRequest,
  LayerChoice,
  RemoteRequest,
  ResolvedArtifact,
  ResolvedChart,
} from './charts/contract.ts';
export { type Download, download, indexUrl, provenanceUrl } from './charts/download.ts';
export { type FoundArchive, findArchive } from './charts/find-archive.ts';
export { type GpgOptions, gpgVerifier } from './charts/gpg.ts';
export { resolveOciVersion } from './charts/oci-version.ts';
export { SourceError, type SourceErrorCode } from './errors.ts';
export type { TreeFilter } from './filtered-tree.ts';
export { type RepositoryMapping, parseRepositoryMapping } from './mapping.ts';
export { mountSnapshots } from './mounted-snapshot.ts';
export { plainSnapshot } from './plain-snapshot.ts';
export {
  type IdentifiedTree,
  type ReadRecord,
  type Recording,
  digestReads,
  readFiles,
  recordReads,
  stillSame,
} from './reads.ts';
export { isRange } from './revision-range.ts';
export { type Identity, type PinnedSnapshot, type Snapshot, type Submodule, withSnapshot } from './snapshot.ts';
export {
  type PublishRequest,
  type ResolveOptions,
  type Revision,
  type SourceAccess,
  type SourceStore,
  type SourceStoreOptions,
  type TreeOptions,
  type WatchOptions,
  createSourceStore,
} from './store.ts';
export { type ProbeRequest, probeRepository } from './probe.ts';
export type { MappingTarget } from './places.ts';
