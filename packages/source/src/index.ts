// The contract of @evenkeel/source.
export type { RefChange, SourceChange, SourceListener } from './changes.ts';
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
